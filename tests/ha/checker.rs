//! Judges what clients saw of an infrastructure: is there an order in which the service could have done it?
//!
//! An infrastructure is an object of its own, so each is judged alone ([`linearizable`] is Wing and Gong's search with
//! Lowe's memory of what was tried). An operation without an answer may have happened at any moment since it began, or
//! never; one that was refused did not happen, and is not in the history at all. Where there is no order, [`violations`]
//! says in the words of the report what went wrong.
//!
//! The search is held against a slow checker that tries every order (`brute`), over random histories, good and broken.

mod brute;
mod diagnosis;
mod history;
mod model;
mod search;
mod tests;
mod unanswered;

pub(crate) use diagnosis::{Kind, Violation, violations};
pub(crate) use history::{Act, Entry, Vm, Vms};
