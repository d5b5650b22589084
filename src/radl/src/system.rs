//! Systems: kinds of machines.

mod concrete;
mod credentials;
mod disks;
mod interfaces;

use std::sync::Arc;

use crate::{Features, Line};

pub use credentials::Credentials;

/// A kind of machine, or one machine in the stored description of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct System {
    /// Its id, unique among the systems of a document.
    pub id: Arc<str>,
    /// Its features; empty for a reference.
    pub features: Features,
    /// Whether it was named without a body: it was defined before.
    pub reference: bool,
    /// Where it was written.
    pub line: Line,
}

// === impl System ===

impl System {
    /// A system with a body and no features.
    pub fn new(id: impl Into<Arc<str>>) -> Self {
        Self {
            id: id.into(),
            ..Self::default()
        }
    }

    /// Processors to ask for: `cpu.count`, its lower end if it has one. A fraction is cut off.
    pub fn min_cpu(&self) -> Option<u64> {
        self.features.get_base("cpu.count")
    }

    /// Memory to ask for in bytes: `memory.size`, its lower end if it has one.
    pub fn min_memory_bytes(&self) -> Option<u64> {
        self.features.get_base("memory.size")
    }

    /// The processor architecture, `cpu.arch`.
    pub fn cpu_arch(&self) -> Option<&str> {
        self.features.get_str("cpu.arch")
    }

    /// The name the user gave to the machine, `instance_name`.
    pub fn instance_name(&self) -> Option<&str> {
        self.features.get_str("instance_name")
    }

    /// The id of the ansible host that configures it, `ansible_host`.
    pub fn ansible_host(&self) -> Option<&str> {
        self.features.get_str("ansible_host")
    }
}
