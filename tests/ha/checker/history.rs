//! What clients asked of one infrastructure, and what they were told.

use std::collections::BTreeSet;

/// The number of a machine within its infrastructure; no number is given twice.
pub(crate) type Vm = u32;
/// Some machines.
pub(crate) type Vms = BTreeSet<Vm>;

/// An operation with what its answer says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Act {
    /// It was created with these machines.
    Create(Vms),
    /// So many machines were to be added; the answer names them, if there was one.
    Add(usize, Option<Vms>),
    /// A machine was removed, or was not there; `None` if there was no answer.
    Remove(Vm, Option<bool>),
    /// It was destroyed, or was not there; `None` if there was no answer.
    Destroy(Option<bool>),
    /// Its machines; `None` if it was not there.
    Read(Option<Vms>),
    /// Whether it was there: what reads of the state, lists and refusals say.
    There(bool),
    /// It was refused: it did not happen. The search leaves it out; it explains what must not be.
    Refused(Box<Act>),
}

/// An operation in time.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Entry {
    /// What was asked and answered.
    pub(crate) act: Act,
    /// When it was asked, on the clock that all entries share.
    pub(crate) began: u64,
    /// When the answer came; `None` if it never came.
    pub(crate) ended: Option<u64>,
}

// === impl Act ===

impl Act {
    /// Machines whose numbers an answer gave to whoever added them.
    pub(crate) fn named(&self) -> Option<&Vms> {
        match self {
            Self::Create(vms) | Self::Add(_, Some(vms)) => Some(vms),
            _ => None,
        }
    }

    /// Machines that must have been there at some moment.
    pub(crate) fn seen(&self) -> Vms {
        match self {
            Self::Create(vms) | Self::Add(_, Some(vms)) | Self::Read(Some(vms)) => vms.clone(),
            Self::Remove(vm, Some(true)) => Vms::from([*vm]),
            _ => Vms::new(),
        }
    }
}

// === impl Entry ===

impl Entry {
    /// The latest moment at which it can have happened.
    pub(crate) fn latest(&self) -> u64 {
        self.ended.unwrap_or(u64::MAX)
    }
}

/// Machines that were seen, and that no answer gave to anybody: those of additions without an answer.
pub(crate) fn strays(history: &[Entry]) -> Vms {
    let named: Vms = history
        .iter()
        .filter_map(|entry| entry.act.named())
        .flatten()
        .copied()
        .collect();
    let seen = history.iter().flat_map(|entry| entry.act.seen());
    seen.filter(|vm| !named.contains(vm)).collect()
}
