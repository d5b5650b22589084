//! The states of a machine, and of an infrastructure as the sum of its machines' states.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The state of a machine, or of an infrastructure as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VmState {
    /// Asked for, not yet known to run.
    #[default]
    Pending,
    /// Runs, and is not configured yet.
    Running,
    /// Runs, and its contextualization ended well.
    Configured,
    /// Runs, and its contextualization failed.
    Unconfigured,
    /// Stopped by its user, can be started again.
    Stopped,
    /// Gone.
    Off,
    /// Could not be launched, or broke.
    Failed,
    /// The cloud could not be asked for longer than the grace period.
    Unknown,
    /// Is being removed.
    Deleting,
}

// === impl VmState ===

impl VmState {
    /// The word that documents and answers use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Configured => "configured",
            Self::Unconfigured => "unconfigured",
            Self::Stopped => "stopped",
            Self::Off => "off",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Deleting => "deleting",
        }
    }

    /// Reads the word; words of other releases that are not known here are `None`.
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "pending" => Self::Pending,
            "running" => Self::Running,
            "configured" => Self::Configured,
            "unconfigured" => Self::Unconfigured,
            "stopped" => Self::Stopped,
            "off" => Self::Off,
            "failed" => Self::Failed,
            "unknown" => Self::Unknown,
            "deleting" => Self::Deleting,
            _ => return None,
        })
    }

    /// Whether a machine in this state can be reached over the network.
    pub fn is_up(self) -> bool {
        matches!(self, Self::Running | Self::Configured | Self::Unconfigured)
    }
}

impl fmt::Display for VmState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
