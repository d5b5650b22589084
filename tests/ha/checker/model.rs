//! What an infrastructure is and how operations change it.

use std::collections::BTreeMap;

use super::history::{Act, Vm, Vms};

/// An infrastructure at a moment.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) struct State {
    life: Life,
    /// Every machine that there ever was, and whether it still is there.
    vms: BTreeMap<Vm, bool>,
}

#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
enum Life {
    #[default]
    Unborn,
    Alive,
    Gone,
}

// === impl State ===

impl State {
    /// The states after an operation that answered so; none if it cannot have answered so here. `strays` are the
    /// machines that additions without an answer may have made.
    pub(crate) fn after(&self, act: &Act, strays: &Vms) -> Vec<Self> {
        let allowed = |holds: bool| holds.then(|| self.clone());
        let alive = self.is_alive();
        let next = match act {
            Act::Create(vms) if self.life == Life::Unborn => Some(Self {
                life: Life::Alive,
                vms: vms.iter().map(|vm| (*vm, true)).collect(),
            }),
            Act::Create(_) => None,
            Act::Add(_, None) => {
                let new = strays.iter().filter(|vm| alive && !self.knows(**vm));
                return new.map(|vm| self.with(&Vms::from([*vm]))).collect();
            }
            Act::Add(_, Some(vms)) => {
                let new = alive && !vms.iter().any(|vm| self.knows(*vm));
                new.then(|| self.with(vms))
            }
            Act::Remove(vm, Some(false)) => allowed(!self.has(*vm)),
            Act::Remove(vm, _) => self.has(*vm).then(|| self.without(*vm)),
            Act::Destroy(Some(false)) | Act::Read(None) => allowed(!alive),
            Act::Destroy(_) => alive.then(Self::gone),
            Act::Read(Some(vms)) => allowed(alive && self.present() == *vms),
            Act::There(there) => allowed(alive == *there),
            Act::Refused(_) => allowed(true),
        };
        next.into_iter().collect()
    }

    /// Whether it was created and not destroyed.
    pub(crate) fn is_alive(&self) -> bool {
        self.life == Life::Alive
    }

    /// Whether the machine is there.
    pub(crate) fn has(&self, vm: Vm) -> bool {
        self.vms.get(&vm) == Some(&true)
    }

    /// Whether the machine is, or was, there.
    pub(crate) fn knows(&self, vm: Vm) -> bool {
        self.vms.contains_key(&vm)
    }

    /// The machines that are there.
    pub(crate) fn present(&self) -> Vms {
        let there = self.vms.iter().filter(|(_, there)| **there);
        there.map(|(vm, _)| *vm).collect()
    }

    /// With more machines.
    pub(crate) fn with(&self, vms: &Vms) -> Self {
        let mut next = self.clone();
        next.vms.extend(vms.iter().map(|vm| (*vm, true)));
        next
    }

    /// Without a machine.
    pub(crate) fn without(&self, vm: Vm) -> Self {
        let mut next = self.clone();
        next.vms.insert(vm, false);
        next
    }

    /// After its end.
    pub(crate) fn gone() -> Self {
        Self {
            life: Life::Gone,
            vms: BTreeMap::new(),
        }
    }
}
