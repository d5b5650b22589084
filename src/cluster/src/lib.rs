//! Who may change an infrastructure, and the cache of those that this node owns.
//!
//! # Enter through [`Cluster`]
//! `manager` opens an infrastructure and gets its [`Slot`]: the one place in this process where it lives. A slot hands
//! out immutable snapshots to readers without a lock, and turns changes into commits.
//!
//! # Why it is right
//! * **One slot for each infrastructure in a process.** A slot is made in one place, [`Cluster::open`], under a
//!   single-flight load, and a table of weak references finds it again as long as anybody holds it, even after the
//!   cache has let it go. So an infrastructure with running work is never loaded a second time.
//! * **A loaded slot owns its row.** Opening takes the row over from the life of a node that owned it before, and raises
//!   its epoch in the store; a write that the former owner left under way can then no longer land. One node serves a
//!   database at a time: nothing here asks whether the former owner still lives.
//! * **Acknowledged is durable.** A snapshot is swapped, and a change answers `Ok`, only after the commit was
//!   acknowledged. Readers see committed states only.
//! * **Every commit is fenced.** It asserts the position (epoch and version) that this slot has reached. If the row
//!   has moved, nothing was written and the slot is *lost*: it serves nothing any more, and the next opening loads
//!   the truth.
//! * **An unknown outcome is not a failure.** The slot then raises the epoch, after which the write can only have
//!   landed already or never will, reads the row again, and answers what really happened. If the store does not
//!   answer even that, the callers are told that the outcome is unknown and the slot is lost.
//! * **A caller that goes away changes nothing.** Commits run in tasks of their own, so that dropping the future of a
//!   change (a client that hangs up) never leaves a commit half done.

mod asked;
mod cluster;
mod error;
mod operation;
mod slot;

pub use asked::Asked;
pub use cluster::{CacheSettings, Cluster};
pub use error::{ChangeError, ClusterError};
pub use operation::OperationGuard;
pub use slot::Slot;
