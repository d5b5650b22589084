//! Intents: calls of a cloud that must not be made twice, written down before they are made.

use im_domain::{Epoch, InfId, OperationId, VmId};

/// What the cloud is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IntentAction {
    /// A new machine.
    Launch,
    /// A machine goes.
    Delete,
    /// A machine is stopped.
    Stop,
    /// A machine is started.
    Start,
    /// A machine is started again.
    Reboot,
    /// A machine is changed.
    Alter,
}

/// How far an intent has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IntentState {
    /// Written down; the cloud was not asked.
    Planned,
    /// The cloud may have been asked.
    Calling,
    /// The cloud has it: the result names it.
    Confirmed,
    /// The cloud refused, and has nothing.
    Failed,
    /// The cloud was asked, and what it did is not known.
    Unknown,
    /// What was to be deleted is not there any more.
    Gone,
    /// The document says what came of it.
    Applied,
}

/// An intent to be written, as planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewIntent {
    /// Its number in the infrastructure, never used again.
    pub seq: u64,
    /// What the cloud is asked for.
    pub action: IntentAction,
    /// The operation that needs it.
    pub operation: OperationId,
    /// The machine.
    pub vm: Option<VmId>,
    /// What makes the call recognisable in the cloud: at most 64 characters, another one for each intent of the
    /// database.
    pub token: String,
    /// The cloud, as the connectors name it: at most 255 characters.
    pub cloud: String,
    /// A digest of what is asked for, at most 64 characters, so that a repeat can be told from another request.
    pub spec_digest: String,
}

/// An intent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// The infrastructure.
    pub inf: InfId,
    /// What was planned.
    pub plan: NewIntent,
    /// How far it has come.
    pub state: IntentState,
    /// Under which ownership it was planned.
    pub epoch: Epoch,
    /// When it was planned, in seconds of the epoch, by the database's clock.
    pub created: i64,
    /// When its state changed last.
    pub updated: i64,
    /// When the cloud's answer was known.
    pub resolved: Option<i64>,
    /// The cloud's answer: the id of the machine, or why there is none.
    pub result: Option<String>,
}

// === impl IntentAction ===

impl IntentAction {
    const ALL: [Self; 6] = [
        Self::Launch,
        Self::Delete,
        Self::Stop,
        Self::Start,
        Self::Reboot,
        Self::Alter,
    ];

    /// The word in the row.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Launch => "launch",
            Self::Delete => "delete",
            Self::Stop => "stop",
            Self::Start => "start",
            Self::Reboot => "reboot",
            Self::Alter => "alter",
        }
    }

    /// From the word in the row.
    pub(crate) fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == word)
    }
}

// === impl IntentState ===

impl IntentState {
    const ALL: [Self; 7] = [
        Self::Planned,
        Self::Calling,
        Self::Confirmed,
        Self::Failed,
        Self::Unknown,
        Self::Gone,
        Self::Applied,
    ];

    /// The word in the row.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Calling => "calling",
            Self::Confirmed => "confirmed",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Gone => "gone",
            Self::Applied => "applied",
        }
    }

    /// From the word in the row.
    pub(crate) fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether it is not known yet what the cloud has.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Planned | Self::Calling | Self::Unknown)
    }
}
