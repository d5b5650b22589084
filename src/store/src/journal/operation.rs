//! Operations: units of work on one infrastructure that a user asked for.

use im_domain::{BootId, Epoch, InfId, OperationId, UserKey};

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OperationKind {
    /// A new infrastructure.
    Create,
    /// Machines are added.
    Add,
    /// Machines are removed.
    Remove,
    /// All is removed.
    Destroy,
    /// Machines are stopped.
    Stop,
    /// Machines are started.
    Start,
    /// Machines are started again.
    Reboot,
    /// Machines are changed.
    Alter,
    /// Machines are configured again.
    Reconfigure,
}

/// How far an operation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OperationState {
    /// Somebody works on it.
    Running,
    /// It cannot go on without credentials, which come with the next request of an owner.
    Waiting,
    /// It ended, and all that was asked for is done.
    Done,
    /// It ended otherwise.
    Failed,
}

/// Sealed credentials: encrypted bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(pub Vec<u8>);

/// The key by which a client makes a repeated request recognisable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// Whose key it is: keys of different users have nothing to do with each other.
    pub user: UserKey,
    /// The key, at most 255 characters.
    pub key: String,
    /// A digest of the request, at most 64 characters, by which a key that is used for another request is found.
    pub digest: String,
}

/// An operation to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOperation {
    /// Its id.
    pub id: OperationId,
    /// What is done.
    pub kind: OperationKind,
    /// Who works on it.
    pub boot: BootId,
    /// The credentials that it needs.
    pub sealed: Option<Sealed>,
    /// The client's key, if it gave one.
    pub idempotency: Option<Idempotency>,
}

/// An operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its id.
    pub id: OperationId,
    /// The infrastructure.
    pub inf: InfId,
    /// What is done.
    pub kind: OperationKind,
    /// How far it has come.
    pub state: OperationState,
    /// Under which ownership it was begun, or last taken over.
    pub epoch: Epoch,
    /// Who works on it.
    pub boot: BootId,
    /// The credentials that it needs. Erased when it ends.
    pub sealed: Option<Sealed>,
    /// The digest that came with the client's key.
    pub digest: Option<String>,
    /// When it was begun, in seconds of the epoch, by the database's clock.
    pub created: i64,
    /// When it was changed last.
    pub updated: i64,
    /// When it ended.
    pub ended: Option<i64>,
    /// What it came to; also what a repeated request is answered.
    pub outcome: Option<String>,
}

// === impl OperationKind ===

impl OperationKind {
    const ALL: [Self; 9] = [
        Self::Create,
        Self::Add,
        Self::Remove,
        Self::Destroy,
        Self::Stop,
        Self::Start,
        Self::Reboot,
        Self::Alter,
        Self::Reconfigure,
    ];

    /// The word in the row.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Destroy => "destroy",
            Self::Stop => "stop",
            Self::Start => "start",
            Self::Reboot => "reboot",
            Self::Alter => "alter",
            Self::Reconfigure => "reconfigure",
        }
    }

    /// From the word in the row.
    pub(crate) fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

// === impl OperationState ===

impl OperationState {
    const ALL: [Self; 4] = [Self::Running, Self::Waiting, Self::Done, Self::Failed];

    /// The word in the row.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// From the word in the row.
    pub(crate) fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether nothing more is to be done.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Failed)
    }
}

// === impl Sealed ===

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}
