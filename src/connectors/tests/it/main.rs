//! Tests of the clouds through the public surface: one suite of behaviour for all types, the layers, the registry, and
//! what is particular to the clouds `Dummy` and `Simulated`.

#![cfg(test)]

mod behaviour;
mod dummy;
mod estimate;
mod layers;
mod registry;
#[cfg(feature = "simulated")]
mod simulated;
mod support;
