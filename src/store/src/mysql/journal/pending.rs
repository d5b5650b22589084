//! Changes that are still to be made, of the journals of several infrastructures, taken off by what fits into one
//! statement.

use im_domain::{Epoch, InfId};

use crate::JournalChange;
use crate::mysql::lists::{MANY, fitting};

/// The changes of one infrastructure's journal that are still to be made, in their order.
#[derive(Debug)]
pub(in crate::mysql) struct Pending<'a> {
    pub(super) inf: &'a InfId,
    /// Of the row, which its transaction holds.
    pub(super) epoch: Epoch,
    changes: &'a [JournalChange],
}

// === impl Pending ===

impl<'a> Pending<'a> {
    /// All of them.
    pub(in crate::mysql) fn new(
        inf: &'a InfId,
        epoch: Epoch,
        changes: &'a [JournalChange],
    ) -> Self {
        Self {
            inf,
            epoch,
            changes,
        }
    }

    /// What is to be done next for any of the infrastructures.
    pub(super) fn next(all: &[Self]) -> Option<&'a JournalChange> {
        all.iter().find_map(|one| one.changes.first())
    }

    /// Takes off those at the fronts that are picked, as many as one statement takes. What is picked may depend on what
    /// was picked before.
    pub(super) fn take<T>(
        all: &mut [Self],
        mut pick: impl FnMut(&[T], &Self, &'a JournalChange) -> Option<T>,
    ) -> Vec<T> {
        let mut taken = Vec::new();
        let mut whose = Vec::new();
        for (index, one) in all.iter().enumerate() {
            for change in one.changes {
                if taken.len() == MANY {
                    break;
                }
                let Some(picked) = pick(&taken, one, change) else {
                    break;
                };
                taken.push(picked);
                whose.push(index);
            }
        }
        taken.truncate(fitting(taken.len()));
        for index in whose.into_iter().take(taken.len()) {
            if let Some(one) = all.get_mut(index) {
                one.changes = one.changes.get(1..).unwrap_or_default();
            }
        }
        taken
    }
}
