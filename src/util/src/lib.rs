//! What every room needs and none owns: the clock, waits between attempts, secrets that cannot be printed and the names
//! that betray them; and points at which tests let the process die.
//!
//! A leaf: it knows nothing of infrastructures, and no other crate of the workspace.

pub mod backoff;
pub mod clock;
pub mod failpoint;
pub mod redaction;
pub mod secret;

pub use backoff::Backoff;
pub use clock::{Clock, ManualClock, SystemClock};
pub use redaction::is_secret_name;
pub use secret::{Secret, is_same_text};
