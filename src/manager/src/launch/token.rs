//! Tokens of launches.

use im_domain::{InfId, VmId};
use sha2::{Digest, Sha256};

const LENGTH: usize = 26;
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// The token of an attempt to launch a machine: the same wherever and whenever it is computed. A letter and 25 lower
/// case letters and digits, so that it can be a DNS label or the name of a thing in any cloud.
pub(super) fn token(inf: &InfId, vm: VmId, attempt: u32) -> String {
    let mut hash = Sha256::new();
    hash.update((inf.as_str().len() as u64).to_be_bytes());
    hash.update(inf.as_str().as_bytes());
    hash.update(vm.0.to_be_bytes());
    hash.update(attempt.to_be_bytes());
    let mut text = String::with_capacity(LENGTH);
    text.push('i');
    let mut bits: u32 = 0;
    let mut held = 0;
    for byte in hash.finalize() {
        bits = (bits << 8) | u32::from(byte);
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

    #[test]
    fn tokens_differ_and_are_labels() {
        let inf: InfId = "5eed0000-0000-11ef-8000-000000000001".parse().unwrap();
        let mut seen = HashSet::new();
        for vm in 0..300 {
            for attempt in 0..3 {
                let token = token(&inf, VmId(vm), attempt);
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

    #[test]
    fn a_token_is_the_same_in_every_life_of_a_node() {
        let inf: InfId = "5eed0000-0000-11ef-8000-000000000001".parse().unwrap();
        assert_eq!(token(&inf, VmId(0), 0), token(&inf, VmId(0), 0));
    }
}
