//! Changes as values: what a backend is asked to write, whatever it is made of.

use std::time::Duration;

use im_domain::{BootId, Epoch, InfId, Infrastructure, OperationId, UserKey, stored};

use crate::{JournalChange, NodeRow, NodeState, Position, StoreError, StoreErrorKind};

/// A change that is committed as a whole.
#[derive(Debug)]
pub(crate) enum Change {
    /// A new infrastructure.
    Insert(Row, BootId, Vec<JournalChange>),
    /// The next state of one, if its row still stands where it was seen.
    Save(Row, Position, Vec<JournalChange>),
    /// A change of the journal alone, under the same condition.
    Record(InfId, Position, Vec<JournalChange>),
    /// A new owner process.
    Acquire {
        id: InfId,
        seen: Epoch,
        me: BootId,
        from: Option<BootId>,
    },
    /// No owner process any more.
    Release { id: InfId, epoch: Epoch, me: BootId },
    /// Indexes a row that another program wrote.
    Adopt(InfId),
    /// Deletes old rows of deleted infrastructures.
    Purge {
        /// In seconds of the epoch.
        created_before: i64,
        /// Count only.
        dry_run: bool,
    },
    /// A session begins.
    Enter(NodeRow),
    /// A session goes on.
    Beat(BootId),
    /// A session that does not go on is ended.
    DeclareDead(BootId, u64),
    /// A session comes to its end.
    SetState(BootId, NodeState),
    /// Deletes the rows of sessions that ended this long ago.
    TidyNodes(Duration),
    /// Deletes operations that ended this long ago.
    TidyJournal(Duration),
}

/// An infrastructure as its row has it.
pub(crate) struct Row {
    pub(crate) id: InfId,
    pub(crate) deleted: bool,
    pub(crate) data: String,
    pub(crate) auth: String,
    /// Each owner once.
    pub(crate) keys: Vec<UserKey>,
}

/// What a change came to.
#[derive(Debug)]
pub(crate) enum Done {
    /// Where the row stands now.
    At(Position),
    /// How many rows.
    Count(u64),
    /// Nothing was written, for this reason.
    Refused(StoreError),
}

/// Machines that are printed in some milliseconds.
const MANY_VMS: usize = 200;

// === impl Change ===

impl Change {
    /// The infrastructure that it is about.
    pub(crate) fn id(&self) -> Option<&InfId> {
        match self {
            Self::Insert(row, ..) | Self::Save(row, ..) => Some(&row.id),
            Self::Record(id, ..)
            | Self::Acquire { id, .. }
            | Self::Release { id, .. }
            | Self::Adopt(id) => Some(id),
            _ => None,
        }
    }

    /// What it does to the journal of its infrastructure.
    pub(crate) fn journal(&self) -> &[JournalChange] {
        match self {
            Self::Insert(_, _, changes)
            | Self::Save(_, _, changes)
            | Self::Record(_, _, changes) => changes,
            _ => &[],
        }
    }

    /// How long its caller waits for the outcome.
    pub(crate) fn patience(&self) -> Duration {
        match self {
            // A session that cannot be prolonged soon is not to be prolonged late.
            Self::Enter(_) | Self::Beat(_) | Self::DeclareDead(..) | Self::SetState(..) => {
                Duration::from_secs(5)
            }
            // They may read the whole table.
            Self::Purge { .. } | Self::TidyNodes(_) | Self::TidyJournal(_) => {
                Duration::from_secs(600)
            }
            _ => Duration::from_secs(15),
        }
    }
}

// === impl Row ===

impl Row {
    /// The row of an infrastructure. A large one is printed where it holds nobody up.
    pub(crate) async fn of(infrastructure: &Infrastructure) -> Result<Self, StoreError> {
        if infrastructure.vms.len() <= MANY_VMS {
            return Ok(Self::print(infrastructure));
        }
        let copy = infrastructure.clone();
        tokio::task::spawn_blocking(move || Self::print(&copy))
            .await
            .map_err(|error| {
                let context = "an infrastructure could not be printed, and nothing was written";
                StoreError::new(StoreErrorKind::Other, Some(&infrastructure.id), context)
                    .caused_by(error)
            })
    }

    fn print(infrastructure: &Infrastructure) -> Self {
        Self {
            id: infrastructure.id.clone(),
            deleted: infrastructure.deleted,
            data: stored::write(infrastructure),
            auth: stored::write_owners(&infrastructure.owners),
            keys: crate::row::keys_of(&infrastructure.owners),
        }
    }
}

/// The columns have passwords in clear.
impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Row")
            .field("id", &self.id)
            .field("deleted", &self.deleted)
            .finish_non_exhaustive()
    }
}

// === impl Done ===

impl Done {
    /// Where the row stands, of a change that answers that.
    pub(crate) fn position(self) -> Result<Position, StoreError> {
        match self {
            Self::At(position) => Ok(position),
            Self::Refused(error) => Err(error),
            Self::Count(_) => Err(mistaken()),
        }
    }

    /// Whether it was made, of a change whose answer says nothing more.
    pub(crate) fn done(self) -> Result<(), StoreError> {
        match self {
            Self::At(_) | Self::Count(_) => Ok(()),
            Self::Refused(error) => Err(error),
        }
    }

    /// How many rows, of a change that is counted.
    pub(crate) fn count(self) -> Result<u64, StoreError> {
        match self {
            Self::Count(count) => Ok(count),
            Self::Refused(error) => Err(error),
            Self::At(_) => Err(mistaken()),
        }
    }
}

fn mistaken() -> StoreError {
    StoreError::new(
        StoreErrorKind::Unknown,
        None,
        "the database answered something else than it was asked",
    )
}

/// There is such an infrastructure already.
pub(crate) fn taken(id: &InfId) -> Done {
    Done::Refused(StoreError::new(
        StoreErrorKind::AlreadyExists,
        Some(id),
        format!("there is an infrastructure {id} already"),
    ))
}

/// The row does not stand where it was seen.
pub(crate) fn conflict(id: &InfId, found: Option<Position>) -> Done {
    let context = match found {
        Some(at) => format!(
            "the row of infrastructure {id} stands at epoch {} and version {}, or belongs to another process",
            at.epoch, at.version
        ),
        None => format!("the row of infrastructure {id} is gone"),
    };
    Done::Refused(StoreError::new(
        StoreErrorKind::Conflict(found),
        Some(id),
        context,
    ))
}

/// The boot has entered before.
pub(crate) fn entered(boot: &BootId) -> Done {
    Done::Refused(StoreError::new(
        StoreErrorKind::AlreadyExists,
        None,
        format!("the boot {boot} has a session already, or had one"),
    ))
}

/// A number for a column; one that no row has if it is too large.
pub(crate) fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(-1)
}

/// The client asked for it before.
pub(crate) fn repeated(id: OperationId) -> Done {
    Done::Refused(StoreError::new(
        StoreErrorKind::Repeated(id),
        None,
        format!("operation {id} was begun under the same key"),
    ))
}

/// A time in seconds for a column; what is longer than a life is as long as some.
pub(crate) fn seconds(duration: Duration) -> i64 {
    const LONGEST: i64 = 1 << 36;
    i64::try_from(duration.as_secs()).map_or(LONGEST, |seconds| seconds.min(LONGEST))
}
