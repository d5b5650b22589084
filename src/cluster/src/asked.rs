//! When the clouds were asked about the machines of an infrastructure, in memory alone.
//!
//! The stored moment of a machine (`last_update`) is written only when there is something to write; this remembers
//! the questions between. It is forgotten with the slot, after which machines are asked about once more.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use im_domain::VmId;

/// When the clouds were asked about each machine, in monotonic time of this process.
#[derive(Debug, Default)]
pub struct Asked {
    vms: Mutex<HashMap<VmId, Moments>>,
}

#[derive(Clone, Copy, Debug)]
struct Moments {
    asked: Duration,
    answered: Option<Duration>,
}

// === impl Asked ===

impl Asked {
    /// When a cloud was last asked about a machine, answered or not.
    pub fn at(&self, vm: VmId) -> Option<Duration> {
        self.vms().get(&vm).map(|moments| moments.asked)
    }

    /// When a cloud last answered about a machine.
    pub fn answered_at(&self, vm: VmId) -> Option<Duration> {
        self.vms().get(&vm).and_then(|moments| moments.answered)
    }

    /// Remembers that a cloud was asked about a machine, and whether it answered.
    pub fn note(&self, vm: VmId, now: Duration, answered: bool) {
        let mut vms = self.vms();
        let before = vms.get(&vm).and_then(|moments| moments.answered);
        let moments = Moments {
            asked: now,
            answered: if answered { Some(now) } else { before },
        };
        vms.insert(vm, moments);
    }

    /// Forgets what was asked about a machine, so that it is asked about at the next chance.
    pub fn forget(&self, vm: VmId) {
        self.vms().remove(&vm);
    }

    fn vms(&self) -> MutexGuard<'_, HashMap<VmId, Moments>> {
        self.vms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_without_answer_keeps_the_moment_of_the_last_answer() {
        let asked = Asked::default();
        let second = Duration::from_secs;
        asked.note(VmId(0), second(1), true);
        asked.note(VmId(0), second(2), false);
        assert_eq!(asked.at(VmId(0)), Some(second(2)));
        assert_eq!(asked.answered_at(VmId(0)), Some(second(1)));
        assert_eq!(asked.at(VmId(1)), None);
        asked.forget(VmId(0));
        assert_eq!(asked.at(VmId(0)), None);
    }
}
