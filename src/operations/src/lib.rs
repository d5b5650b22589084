//! Operations: what a user asked for and clouds take their time with, written down so that any node can finish it.
//!
//! Four things that the use cases need for that, and nothing of the use cases themselves:
//!
//! * [`Entry`]: what one commit writes, of the infrastructure and of its journal together. The infrastructure names its
//!   open operations and, with each machine, its open intents, so that what is ended or marked is always there to be;
//!   a row of the journal is changed only together with what the infrastructure says of it.
//! * [`Names`]: tokens by which a cloud's machine is recognised, and numbers of intents; neither is used twice.
//! * [`Sealer`]: the credentials of an operation, sealed under `CLUSTER_KEY` and erased when it ends. Without a key
//!   none are stored, and after a crash the operation waits, visibly, for the next request of an owner.
//! * [`Scanner`]: the search for operations whose node has died. It opens their infrastructures, by which they are
//!   recovered ([`im_cluster::Recovery`]); who does the work is behind [`Resume`].
//!
//! # Who may end an operation
//! Who holds the turn of its infrastructure, and nobody else. An operation may *begin* without the turn (a destruction
//! does, so that running launches see it); then it is listed in the infrastructure by the same commit, and whoever has
//! the turn meanwhile either leaves it alone or finishes it.
//!
//! # The boundaries of a step
//! [`boundary`] names the moments between a commit and a call at which a node may die. Tests let the process die there.

pub mod boundary;
mod entry;
mod names;
mod noted;
mod scanner;
mod sealer;

pub use entry::{Entry, Planned, TakeOver};
pub use names::{Names, action_of};
pub use scanner::{Resume, Scanner, ScannerSettings};
pub use sealer::{SealError, Sealer};
