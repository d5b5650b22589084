//! Operations without an answer, as the search takes them into account.
//!
//! Such an operation has no end, so it can always be put off until just before the first answered operation that could
//! not have been answered so without it; if there is none, it need not have happened. So the search orders the answered
//! ones alone, and an answered operation brings along those that it needs. Additions are alike but for the machines that
//! they are known to have made, so it is enough to count how many machines they may still make.

use std::collections::HashMap;

use super::history::{Act, Entry, Vm, Vms, strays};
use super::model::State;

/// When each of them began.
#[derive(Debug, Default)]
pub(crate) struct Unanswered {
    /// Machines of nobody else.
    strays: Vms,
    /// One for each machine that may be made.
    additions: Vec<u64>,
    /// Machines known to have been made by one of them.
    known: HashMap<Vm, u64>,
    removals: HashMap<Vm, u64>,
    destruction: Option<u64>,
}

/// A state, and how many of the machines that may be made were made.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) struct Situation {
    pub(crate) state: State,
    made: usize,
}

// === impl Unanswered ===

impl Unanswered {
    pub(crate) fn of(history: &[Entry]) -> Self {
        let mut all = Self {
            strays: strays(history),
            ..Self::default()
        };
        let mut entries: Vec<&Entry> = history
            .iter()
            .filter(|entry| entry.ended.is_none())
            .collect();
        entries.sort_by_key(|entry| entry.began);
        for Entry { act, began, .. } in entries {
            match act {
                Act::Add(count, None) => all.additions.extend(vec![*began; *count]),
                Act::Add(_, Some(vms)) => all.known.extend(vms.iter().map(|vm| (*vm, *began))),
                Act::Remove(vm, _) => {
                    all.removals.entry(*vm).or_insert(*began);
                }
                Act::Destroy(_) => {
                    all.destruction.get_or_insert(*began);
                }
                Act::Create(_) | Act::Read(_) | Act::There(_) | Act::Refused(_) => {}
            }
        }
        all
    }

    /// The situations after an operation was answered so, with whatever it needs of what began before `now`.
    pub(crate) fn after(&self, situation: &Situation, act: &Act, now: u64) -> Vec<Situation> {
        let state = &situation.state;
        let mut found = Vec::new();
        if let Some(prepared) = self.prepared(situation, act, now) {
            let after = prepared.state.after(act, &self.strays);
            found.extend(
                after
                    .into_iter()
                    .map(|state| Situation { state, ..prepared }),
            );
        }
        let destroyed = self.destruction.is_some_and(|began| began <= now);
        if destroyed && state.is_alive() {
            let after = State::gone().after(act, &self.strays);
            found.extend(after.into_iter().map(|state| Situation {
                state,
                made: situation.made,
            }));
        }
        found
    }

    /// With the machines that the answer shows, and without those that it does not show.
    fn prepared(&self, situation: &Situation, act: &Act, now: u64) -> Option<Situation> {
        let mut next = situation.clone();
        if !situation.state.is_alive() {
            return Some(next);
        }
        let present = situation.state.present();
        let (missing, extra): (Vms, Vms) = match act {
            Act::Read(Some(shown)) => (shown - &present, &present - shown),
            Act::Remove(vm, Some(true)) => (&Vms::from([*vm]) - &present, Vms::new()),
            Act::Remove(vm, Some(false)) => (Vms::new(), &present & &Vms::from([*vm])),
            _ => return Some(next),
        };
        for vm in missing {
            if next.state.knows(vm) {
                return None;
            }
            if self.known.get(&vm).is_none_or(|began| *began > now) {
                let may_be_made = self.strays.contains(&vm)
                    && self
                        .additions
                        .get(next.made)
                        .is_some_and(|began| *began <= now);
                if !may_be_made {
                    return None;
                }
                next.made += 1;
            }
            next.state = next.state.with(&Vms::from([vm]));
        }
        for vm in extra {
            if self.removals.get(&vm).is_none_or(|began| *began > now) {
                return None;
            }
            next.state = next.state.without(vm);
        }
        Some(next)
    }
}
