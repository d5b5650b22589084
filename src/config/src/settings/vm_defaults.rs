//! What a virtual machine has unless its description says otherwise.

use std::num::{NonZeroU32, NonZeroU64};

use crate::codec::{Domain, Positive, Size, VmNamePattern, choice};
use crate::concern::concern;

concern! {
    /// What a virtual machine has unless its description says otherwise.
    pub struct VmDefaults, "Default virtual machine options" in "im" {
        /// Memory of a VM, in the unit of `DEFAULT_VM_MEMORY_UNIT`.
        memory: NonZeroU64 = NonZeroU64::MIN.saturating_add(511), "DEFAULT_VM_MEMORY" as Size;
        /// Unit of `DEFAULT_VM_MEMORY`: K (KiB), M (MiB) or G (GiB).
        memory_unit: MemoryUnit = MemoryUnit::Mega, "DEFAULT_VM_MEMORY_UNIT" as MemoryUnit;
        /// Number of CPUs of a VM.
        cpus: NonZeroU32 = NonZeroU32::MIN, "DEFAULT_VM_CPUS" as Positive;
        /// CPU architecture of a VM: `i386` or `x86_64`.
        cpu_arch: CpuArchitecture = CpuArchitecture::X86_64, "DEFAULT_VM_CPU_ARCH" as CpuArchitecture;
        /// Name of a VM; `#N#` stands for its number.
        name: String = "vnode-#N#".to_owned(), "DEFAULT_VM_NAME" as VmNamePattern;
        /// DNS domain of a VM.
        domain: String = "localdomain".to_owned(), "DEFAULT_DOMAIN" as Domain;
    }
}

choice! {
    /// The unit of an amount of memory.
    pub enum MemoryUnit, "K (KiB), M (MiB) or G (GiB)" {
        /// KiB.
        Kilo = "K";
        /// MiB.
        Mega = "M";
        /// GiB.
        Giga = "G";
    }
}

choice! {
    /// The architecture of a CPU.
    pub enum CpuArchitecture, "i386 or x86_64" {
        /// 32 bits.
        I386 = "i386";
        /// 64 bits.
        X86_64 = "x86_64";
    }
}
