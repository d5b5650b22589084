//! How many machines of a system to create, and where.

use std::sync::Arc;

use crate::{Line, Number};

/// A `deploy` sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct Deploy {
    /// The id of the system.
    pub system: Arc<str>,
    /// How many machines.
    pub vm_number: VmNumber,
    /// The id of the cloud that must be used, from the credentials.
    pub cloud_id: Option<Arc<str>>,
    /// Where it was written.
    pub line: Line,
}

/// The count of a deploy as it was given; the check accepts numbers that are not negative.
#[derive(Clone, Debug, PartialEq)]
pub enum VmNumber {
    /// A number.
    Number(Number),
    /// A text, which the JSON form can give and the check refuses.
    Text(Arc<str>),
}

// === impl Deploy ===

impl Deploy {
    /// A deploy of `count` machines.
    pub fn new(system: impl Into<Arc<str>>, count: u64) -> Self {
        Self {
            system: system.into(),
            vm_number: VmNumber::Number(count.into()),
            cloud_id: None,
            line: Line::NONE,
        }
    }

    /// How many machines to create; a fraction is cut off. `None` for what the check refuses, and for numbers
    /// beyond 64 bits.
    pub fn count(&self) -> Option<u64> {
        match &self.vm_number {
            VmNumber::Number(number) => number.to_u64(),
            VmNumber::Text(_) => None,
        }
    }
}
