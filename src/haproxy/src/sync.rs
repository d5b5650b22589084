//! A running HAProxy in step with the nodes that live.
//!
//! [`plan`] compares the nodes with the servers and answers commands, [`carry_out`] sends them. Planning is pure; doing it
//! twice does nothing the second time, so a plan that failed half way is made again in the next round.
//!
//! # What it does, and why in this order
//! * A node that is not there is added to every backend: first with its checks, then it is let in. In `im` and `im_any`
//!   alike it is checked: a server that was added at run time cannot be followed (`track`).
//! * A node that *drains* gets nothing new (`drain`), and its pins are cleared, in each round as long as there are some:
//!   `drain` alone keeps sending what is pinned. A pin that an answer on its way writes again is cleared in the next round.
//! * A node that is *dead* gets nothing at all (`maint`), its pins are cleared, and what still hangs in it is cut: a machine
//!   that stands still would hold its clients until `timeout server`.
//! * A node that is *gone* ended by itself, with nothing running: `maint`, and its pins are cleared.
//! * A server whose node nobody knows any more is deleted, once it has no connection left.
//!
//! If no node lives, nothing is done: HAProxy's own checks know better than an empty list.

mod apply;
mod plan;

pub use apply::{carry_out, look};
pub use plan::{Action, Life, Live, View, plan};
