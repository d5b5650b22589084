//! What every room needs and none owns: the clock and secrets that cannot be printed.
//!
//! A leaf: it knows nothing of infrastructures, and no other crate of the workspace.

pub mod clock;
pub mod secret;

pub use clock::{Clock, ManualClock, SystemClock};
pub use secret::Secret;
