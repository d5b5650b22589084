//! Where infrastructures are kept: the trait [`Store`] and its backends.
//!
//! The store is the truth. It knows infrastructures as rows and checks on every write, in the same transaction, that
//! the writer still owns the row (`epoch`) and has seen its last state (`version`). Beside the rows it keeps which
//! nodes live ([`Sessions`]) and what they have begun ([`Journal`]). It keeps nothing in memory but connections, and
//! asks no clock but the database's own. Only `cluster` and `operations` write through it; `manager` reads lists and
//! statistics.
//!
//! [`Measured`] goes around any of them and counts what it is asked.
//!
//! Every backend passes the same tests (`tests/suite`): a file of SQLite for one node, MySQL or MariaDB for many.

mod change;
mod columns;
pub mod error;
pub mod journal;
mod measured;
mod mysql;
mod open;
mod raw;
pub mod row;
pub mod sessions;
mod sqlite;
pub mod store;

pub use error::{StoreError, StoreErrorKind};
pub use journal::{
    Idempotency, Intent, IntentAction, IntentState, Journal, JournalChange, NewIntent,
    NewOperation, Operation, OperationKind, OperationState, OperationsOf, Sealed,
};
pub use measured::Measured;
pub use open::{open, probe};
pub use row::{Loaded, Position, Standing, Summary};
pub use sessions::{Node, NodeRow, NodeState, Sessions};
pub use store::{Database, Store};
