//! What all connectors need and none does by itself.
//!
//! A layer is a connector around a connector. All calls of all layers go through one place, [`Layered`], so that a
//! layer is one function around one attempt. The order is that of [`stack`] and matters:
//!
//! 1. [`Trace`]: the span of the call, and one log line if it fails in the end;
//! 2. [`Retries`]: repeats what failed and may be repeated, launches excepted; it waits outside of the limits below;
//! 3. [`Limit`]: how many calls one cloud gets at a time; waiting here takes nothing from the time of a call;
//! 4. [`Measure`]: counts and durations of attempts, those that took too long among them;
//! 5. [`Timeouts`]: how long one attempt may take;
//! 6. [`Chaos`]: failures on purpose, if asked for; next to the cloud, so that everything above must cope with it.
//!
//! A call that changes something and whose outcome is unknown is never repeated by a layer, unless a repeat does no
//! harm: every layer that loses the answer to a call says [`Retry::after_lost_answer`].
//!
//! [`Retry::after_lost_answer`]: crate::Retry::after_lost_answer

mod chaos;
mod layered;
mod limit;
mod measure;
mod retry;
mod settings;
mod stack;
mod timeout;
mod trace;

pub use chaos::Chaos;
pub use layered::{Attempt, Call, Layer, Layered};
pub use limit::Limit;
pub use measure::Measure;
pub use retry::{Retries, RetrySettings};
pub use settings::LayerSettings;
pub use stack::{Shared, stack};
pub use timeout::{TimeoutSettings, Timeouts};
pub use trace::Trace;
