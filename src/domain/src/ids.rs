//! Names and numbers that must not be mixed up: each kind has its own type.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

/// The id of an infrastructure.
///
/// New ones are UUIDs. Ids that came with a database or an imported document are kept as they are, as long as they
/// are 1 to 255 ASCII letters, digits, `-`, `_` or `.` and do not begin with a point: they appear in paths, headers,
/// names of cloud resources and stick tables.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct InfId(Arc<str>);

/// The number of a virtual machine in its infrastructure: consecutive from 0, never reused.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct VmId(pub u32);

/// Raised by the store at each change of owner of an infrastructure; the fence of every write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Epoch(pub u64);

/// Raised by every committed change of an infrastructure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version(pub u64);

/// One life of a node: its process has it from its start to its end, or until it is declared dead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BootId(Uuid);

/// A journaled piece of work on an infrastructure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OperationId(Uuid);

/// A text that cannot be an id.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum IdError {
    /// Not an infrastructure id.
    #[error(
        "an infrastructure id has 1 to 255 letters, digits, '-', '_' or '.', and does not begin with '.'"
    )]
    Infrastructure,
    /// Not the number of a machine.
    #[error("a VM id is a number from 0 to {}", u32::MAX)]
    Vm,
    /// Not the id of a boot.
    #[error("the id of a boot is a UUID")]
    Boot,
    /// Not the id of an operation.
    #[error("the id of an operation is a UUID")]
    Operation,
}

// === impl InfId ===

impl InfId {
    /// A new id, random after the time (UUID version 7, RFC 9562): what is made at one time is side by side in the indexes of
    /// the database, which grow at their end instead of everywhere.
    pub fn random() -> Self {
        Self(Uuid::now_v7().to_string().into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for InfId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        if text.is_empty()
            || text.len() > 255
            || text.starts_with('.')
            || !text.bytes().all(allowed)
        {
            return Err(IdError::Infrastructure);
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for InfId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for InfId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

// === impl VmId ===

impl VmId {
    /// The position of the machine in [`Infrastructure::vms`](crate::Infrastructure::vms).
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl FromStr for VmId {
    type Err = IdError;

    /// Clients write `3`, and also `03`, `+3` and ` 3`.
    fn from_str(text: &str) -> Result<Self, IdError> {
        text.trim().parse().map(Self).map_err(|_| IdError::Vm)
    }
}

impl fmt::Display for VmId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

// === impl BootId ===

impl BootId {
    /// A new random id.
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }
}

impl FromStr for BootId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        text.parse().map(Self).map_err(|_| IdError::Boot)
    }
}

impl fmt::Display for BootId {
    /// 36 characters, in lower case.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

// === impl OperationId ===

impl OperationId {
    /// A new id, random after the time, as [`InfId::random`].
    pub fn random() -> Self {
        Self(Uuid::now_v7())
    }
}

impl FromStr for OperationId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        text.parse().map(Self).map_err(|_| IdError::Operation)
    }
}

impl fmt::Display for OperationId {
    /// 36 characters, in lower case.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

// === impl Epoch ===

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_could_harm_a_path_or_a_header_are_refused() {
        for text in [
            "",
            "..",
            ".hidden",
            "a/b",
            "a b",
            "a\n",
            "ñ",
            &"x".repeat(256),
        ] {
            assert_eq!(
                text.parse::<InfId>(),
                Err(IdError::Infrastructure),
                "{text:?}"
            );
        }
        assert!(
            "5eed0000-0000-11ef-8000-000000000001"
                .parse::<InfId>()
                .is_ok()
        );
    }

    #[test]
    fn a_machine_number_may_be_written_in_several_ways() {
        for text in ["3", "03", "+3", " 3"] {
            assert_eq!(text.parse(), Ok(VmId(3)), "{text:?}");
        }
        for text in ["", "-1", "3.0", "x", "99999999999"] {
            assert_eq!(text.parse::<VmId>(), Err(IdError::Vm), "{text:?}");
        }
    }
}
