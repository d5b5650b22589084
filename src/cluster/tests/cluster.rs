//! Slots, and nodes over one store in memory.
#![cfg(test)]

#[path = "cluster/nodes.rs"]
mod nodes;
#[path = "cluster/slot.rs"]
mod slot;
#[path = "cluster/support.rs"]
mod support;
