//! The numbers of requests that were seen: each is taken once.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use im_domain::BootId;

/// What was seen of each sender, in this life of this node.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    senders: Mutex<HashMap<BootId, Window>>,
}

#[derive(Debug, Default)]
struct Window {
    /// Numbers below this are too old to be told apart.
    floor: u64,
    taken: BTreeSet<u64>,
}

/// How many requests of one sender may overtake one another.
const WINDOW: usize = 4096;

/// How many senders are remembered. Only who has the secret can be one; there is one for each life of a node.
const SENDERS: usize = 4096;

// === impl Seen ===

impl Seen {
    /// Whether this is the first request of the sender with this number.
    pub(crate) fn is_new(&self, from: BootId, number: u64) -> bool {
        let mut senders = self.senders.lock().unwrap_or_else(PoisonError::into_inner);
        if senders.len() >= SENDERS && !senders.contains_key(&from) {
            return false;
        }
        let window = senders.entry(from).or_default();
        if number < window.floor || !window.taken.insert(number) {
            return false;
        }
        while window.taken.len() > WINDOW {
            if let Some(oldest) = window.taken.pop_first() {
                window.floor = oldest + 1;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_is_taken_once_in_any_order() {
        let seen = Seen::default();
        let (one, other) = (BootId::random(), BootId::random());
        for number in [5, 1, 3] {
            assert!(seen.is_new(one, number));
            assert!(!seen.is_new(one, number));
        }
        assert!(seen.is_new(other, 5));
    }

    #[test]
    fn numbers_that_are_too_old_are_refused() {
        let seen = Seen::default();
        let one = BootId::random();
        for number in 10..10 + 2 * WINDOW as u64 {
            assert!(seen.is_new(one, number));
        }
        assert!(!seen.is_new(one, 1));
        assert!(!seen.is_new(one, 10));
    }
}
