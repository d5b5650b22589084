//! The life of one infrastructure in one process, as a pure function: `(State, Event) -> (State, Vec<Effect>)`.
//!
//! No clock, no I/O, no lock: whoever drives it performs the effects and feeds back what came of them. So the same
//! function runs in [`Slot`](crate::Slot) and [`Cluster`](crate::Cluster), under random events
//! (`tests/machine.rs`), and inside an exhaustive model of two nodes, a database and a forgetful Redis
//! (`tests/model/slots.rs`).
//!
//! ```text
//! Unowned ─► Acquiring ─► Recovering ─► Owned ─► Releasing ─► Unowned
//!               │ owner alive and busy    │ ▲
//!               ▼                         ▼ │        aside, of what is held: Suspect, Poisoned
//!             Remote                     Lost        (fenced, lapsed, or unknown for good)
//! ```
//!
//! # What it does not guarantee
//! That nobody else owns the row. Only the statement of the store behind [`Effect::Take`] and the fence of
//! [`Effect::Write`] do; everything else here saves work, and an event that comes at the wrong moment is ignored.

mod hold;
mod state;
mod step;

pub use hold::{Hold, Phase};
pub use state::{Answer, Claim, Effect, Event, Life, Refusal, State, Step};
pub use step::step;
