//! Points at which a test lets the process die, stop, wait or fail: [`failpoint!`](crate::failpoint).
//!
//! Without the feature `failpoints` the macro is nothing at all. With it, each point asks the crate `fail` what is to
//! be done there; that is configured by the environment variable `FAILPOINTS` when the process starts ([`Scenario`]),
//! or at any time ([`set`]), in the notation of that crate: `point=2*off->1*return(abort)` lets the third passage die.
//!
//! | `return(...)` | what happens |
//! | --- | --- |
//! | `abort` | the process dies at once, as with `kill -9` |
//! | `stop:MS` | the whole process stands still for so long, as with SIGSTOP and SIGCONT |
//! | `sleep:MS` | this task alone waits, and the rest goes on |
//! | `error` | the step fails, where the point says how |
//! | `panic` | the task dies, and the rest goes on |
//!
//! The actions `sleep` and `pause` of the crate itself would block a thread of the runtime: not to be used.

#[cfg(feature = "failpoints")]
mod active;

#[cfg(feature = "failpoints")]
pub use active::{Scenario, hit, set};

/// A point in an asynchronous function where a test may let something happen.
///
/// `failpoint!("room.step")` can die, stop and wait; `failpoint!("room.step", return Err(error))` can fail too, in the
/// way of the second expression. The name may be any expression that is text; it is evaluated in test builds alone.
#[cfg(feature = "failpoints")]
#[macro_export]
macro_rules! failpoint {
    ($name:expr) => {
        let _without_an_error = $crate::failpoint::hit(&$name).await;
    };
    ($name:expr, $failure:expr) => {
        if $crate::failpoint::hit(&$name).await {
            $failure
        }
    };
}

/// Nothing: the feature `failpoints` is off.
#[cfg(not(feature = "failpoints"))]
#[macro_export]
macro_rules! failpoint {
    ($name:expr) => {};
    ($name:expr, $failure:expr) => {};
}
