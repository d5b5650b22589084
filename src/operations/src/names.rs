//! Tokens and numbers of intents.
//!
//! Both are computed from the operation that needs the intent, whose id is random, and so never come back: not after a
//! machine was removed, not after an older form of the infrastructure was imported. What they are computed from is
//! committed before a cloud is called, so every node computes the same.

use std::sync::Arc;

use im_domain::{InfId, OperationId, VmId};
use im_store::IntentAction;
use sha2::{Digest, Sha256};

const LENGTH: usize = 26;
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// A number has 24 bits of the machine, 3 of the action, and 36 by which operations and attempts differ: 63, since
/// databases have signed numbers.
const MIXED_BITS: u32 = 36;
const ACTION_BITS: u32 = 3;
const VM_BITS: u32 = 24;

const ACTIONS: [IntentAction; 6] = [
    IntentAction::Launch,
    IntentAction::Delete,
    IntentAction::Stop,
    IntentAction::Start,
    IntentAction::Reboot,
    IntentAction::Alter,
];

/// Gives names in one database.
#[derive(Clone, Debug)]
pub struct Names {
    cluster: Arc<str>,
}

// === impl Names ===

impl Names {
    /// Names that differ from those of other databases; `cluster` is [`cluster_id`](im_store::Sessions::cluster_id).
    pub fn new(cluster: &str) -> Self {
        Self {
            cluster: cluster.into(),
        }
    }

    /// The token of an intent: a letter and 25 lower case letters and digits, so that it can be a DNS label or the name
    /// of a thing in any cloud. `operation` is `None` for machines that were recorded without one.
    pub fn token(
        &self,
        inf: &InfId,
        operation: Option<OperationId>,
        action: IntentAction,
        vm: VmId,
        attempt: u32,
    ) -> String {
        let operation = operation.map(|id| id.to_string()).unwrap_or_default();
        let mut hash = Sha256::new();
        for part in [&*self.cluster, inf.as_str(), &operation, action.as_str()] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        hash.update(vm.0.to_be_bytes());
        hash.update(attempt.to_be_bytes());
        label(&hash.finalize())
    }
}

/// The number of an intent in its infrastructure.
pub(crate) fn number(operation: OperationId, action: IntentAction, vm: VmId, attempt: u32) -> u64 {
    let mut hash = Sha256::new();
    hash.update(operation.to_string().as_bytes());
    hash.update(vm.0.to_be_bytes());
    hash.update(attempt.to_be_bytes());
    let mixed = hash
        .finalize()
        .iter()
        .take(8)
        .fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
    let place = ACTIONS.iter().position(|known| *known == action);
    let place = place.map_or(7, |place| place as u64);
    let vm = u64::from(vm.0) & ((1 << VM_BITS) - 1);
    (vm << (ACTION_BITS + MIXED_BITS)) | (place << MIXED_BITS) | (mixed & ((1 << MIXED_BITS) - 1))
}

/// What the intent with this number is for.
pub fn action_of(number: u64) -> Option<IntentAction> {
    let place = (number >> MIXED_BITS) & ((1 << ACTION_BITS) - 1);
    usize::try_from(place)
        .ok()
        .and_then(|place| ACTIONS.get(place).copied())
}

fn label(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(LENGTH);
    text.push('i');
    let (mut bits, mut held): (u32, u32) = (0, 0);
    for byte in bytes {
        bits = (bits << 8) | u32::from(*byte);
        held += 8;
        while held >= 5 && text.len() < LENGTH {
            held -= 5;
            let index = (bits >> held) & 31;
            text.extend(ALPHABET.get(index as usize).map(|b| char::from(*b)));
        }
        bits &= 0xff;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn inf() -> InfId {
        "5eed0000-0000-11ef-8000-000000000001".parse().unwrap()
    }

    #[test]
    fn tokens_differ_and_are_labels() {
        let (one, other) = (Names::new("one"), Names::new("other"));
        let operations = [
            None,
            Some(OperationId::random()),
            Some(OperationId::random()),
        ];
        let mut seen = HashSet::new();
        for (names, operation) in [&one, &other]
            .into_iter()
            .flat_map(|names| operations.map(|operation| (names, operation)))
        {
            for (vm, attempt) in (0..100).flat_map(|vm| (0..3).map(move |attempt| (vm, attempt))) {
                for action in [IntentAction::Launch, IntentAction::Delete] {
                    let token = names.token(&inf(), operation, action, VmId(vm), attempt);
                    assert_eq!(token.len(), LENGTH);
                    assert!(
                        token
                            .bytes()
                            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
                    );
                    assert!(seen.insert(token));
                }
            }
        }
    }

    #[test]
    fn a_token_is_the_same_on_every_node() {
        let operation = Some(OperationId::random());
        let token = |names: Names| names.token(&inf(), operation, IntentAction::Launch, VmId(3), 1);
        assert_eq!(token(Names::new("a")), token(Names::new("a")));
    }

    #[test]
    fn a_number_tells_its_action_and_fits_a_signed_column() {
        let mut seen = HashSet::new();
        for vm in [0, 1, 2, 1_999, u32::MAX] {
            for action in ACTIONS {
                for attempt in 0..3 {
                    let number = number(OperationId::random(), action, VmId(vm), attempt);
                    assert_eq!(action_of(number), Some(action));
                    assert!(i64::try_from(number).is_ok());
                    assert!(seen.insert(number));
                }
            }
        }
    }
}
