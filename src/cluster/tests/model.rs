//! Exhaustive models of the ownership protocol, and what becomes of it if a rule is taken away.
#![cfg(test)]

#[path = "model/session.rs"]
mod session;
#[path = "model/slots.rs"]
mod slots;
