//! Changes of the journal, to be committed with a change of their infrastructure.

use im_domain::{BootId, OperationId};

use super::{IntentState, NewIntent, NewOperation, OperationState, Sealed};

/// A change of the journal. Those of one commit are made in their order, except that marks of intents may be made
/// together; a change of what is not there makes the whole commit fail, with nothing written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JournalChange {
    /// An operation begins, running.
    Begin(NewOperation),
    /// An operation that has not ended comes into the hands of another boot, at the epoch of the row.
    TakeOver(OperationId, BootId),
    /// An operation goes on, or waits.
    Set(OperationId, OperationState),
    /// An operation gets other credentials, or loses them.
    Seal(OperationId, Option<Sealed>),
    /// What a repeated request is to be answered while the operation goes on.
    Answer(OperationId, String),
    /// An operation ends, `Done` or `Failed`. Its credentials are erased. `None` keeps the outcome that it has.
    End(OperationId, OperationState, Option<String>),
    /// An intent is written down, in this state: `Calling` if the cloud may be asked as soon as this is committed.
    Plan(NewIntent, IntentState),
    /// An intent comes to another state. `None` keeps the result that it has.
    Mark {
        /// Its number.
        seq: u64,
        /// The state.
        state: IntentState,
        /// The cloud's answer.
        result: Option<String>,
    },
}
