//! What a machine gets if the document does not say: the options `DEFAULT_VM_*`.

use im_radl::{Operator, Quantity, System};

use crate::ManagerSettings;

/// The system with the default processors, memory and architecture where it asks for none, not even as a wish.
pub(crate) fn with_defaults(system: &System, settings: &ManagerSettings) -> System {
    let mut system = system.clone();
    let asks_for = |system: &System, name: &str| {
        let wished = |soft: &im_radl::SoftFeatures| soft.features.has(name);
        system.features.has(name) || system.features.softs().iter().any(wished)
    };
    if !asks_for(&system, "cpu.count") {
        let count = Quantity::plain(settings.default_vm_cpus);
        system
            .features
            .set_number("cpu.count", Operator::AtLeast, count);
    }
    if !asks_for(&system, "memory.size") {
        let size =
            Quantity::with_unit(settings.default_vm_memory, &settings.default_vm_memory_unit);
        system
            .features
            .set_number("memory.size", Operator::AtLeast, size);
    }
    if !asks_for(&system, "cpu.arch") {
        system
            .features
            .set_str("cpu.arch", &settings.default_vm_cpu_arch);
    }
    system
}
