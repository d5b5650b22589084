//! Sealed credentials.

#![allow(clippy::unwrap_used)] // a test may fail by panic

use im_domain::{InfId, OperationId};
use im_operations::{SealError, Sealer};
use im_store::Sealed;
use im_util::Secret;
use proptest::prelude::*;

const TEXT: &[u8] = br#"[{"type":"OpenStack","username":"ann","password":"s3cret"}]"#;

fn sealer(keys: &[&str]) -> Sealer {
    let keys: Vec<Secret> = keys.iter().map(|key| Secret::new(*key)).collect();
    Sealer::new(&keys).unwrap()
}

fn sealed(sealer: &Sealer, inf: &InfId, operation: OperationId) -> Sealed {
    sealer.seal(inf, operation, TEXT).unwrap().unwrap()
}

#[test]
fn what_was_sealed_opens_and_shows_nothing() {
    let (inf, operation) = (InfId::random(), OperationId::random());
    let one = sealer(&["one"]);
    let first = sealed(&one, &inf, operation);
    assert_eq!(&**one.open(&inf, operation, &first).unwrap(), TEXT);
    for word in ["OpenStack", "ann", "s3cret", "one"] {
        let shown = first
            .0
            .windows(word.len())
            .any(|part| part == word.as_bytes());
        assert!(!shown, "{word} is to be read");
        assert!(!format!("{one:?} {first:?}").contains(word));
    }
    let second = sealed(&one, &inf, operation);
    assert_ne!(first, second, "the same text is sealed in the same way");
}

#[test]
fn without_a_key_nothing_is_sealed() {
    for keys in [&[][..], &[""]] {
        let none = sealer(keys);
        assert!(!none.has_key());
        let sealed = none.seal(&InfId::random(), OperationId::random(), TEXT);
        assert_eq!(sealed, Ok(None));
    }
}

#[test]
fn the_first_key_seals_and_any_opens() {
    let (inf, operation) = (InfId::random(), OperationId::random());
    let by_old = sealed(&sealer(&["old"]), &inf, operation);
    let both = sealer(&["new", "old"]);
    assert!(both.open(&inf, operation, &by_old).is_ok());
    let by_both = sealed(&both, &inf, operation);
    assert!(sealer(&["new"]).open(&inf, operation, &by_both).is_ok());
    for refused in [
        sealer(&["old"]).open(&inf, operation, &by_both),
        sealer(&["new"]).open(&inf, operation, &by_old),
        sealer(&[]).open(&inf, operation, &by_old),
    ] {
        assert_eq!(refused.unwrap_err(), SealError::UnknownKey);
    }
}

#[test]
fn it_opens_for_its_operation_alone() {
    let (inf, operation) = (InfId::random(), OperationId::random());
    let one = sealer(&["one"]);
    let sealed = sealed(&one, &inf, operation);
    for (inf, operation) in [(InfId::random(), operation), (inf, OperationId::random())] {
        let opened = one.open(&inf, operation, &sealed);
        assert_eq!(opened.unwrap_err(), SealError::Damaged);
    }
}

#[test]
fn a_later_form_is_not_guessed_at() {
    let (inf, operation) = (InfId::random(), OperationId::random());
    let one = sealer(&["one"]);
    let mut later = sealed(&one, &inf, operation);
    later.0[0] = 2;
    let opened = one.open(&inf, operation, &later);
    assert_eq!(opened.unwrap_err(), SealError::UnknownForm);
}

proptest! {
    #[test]
    fn no_change_of_a_byte_goes_unnoticed(at in any::<prop::sample::Index>(), mask in 1_u8..) {
        let (inf, operation) = (InfId::random(), OperationId::random());
        let one = sealer(&["one"]);
        let mut changed = sealed(&one, &inf, operation);
        let at = at.index(changed.0.len());
        changed.0[at] ^= mask;
        prop_assert!(one.open(&inf, operation, &changed).is_err());
    }

    #[test]
    fn what_was_never_sealed_does_not_open(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let opened = sealer(&["one"]).open(&InfId::random(), OperationId::random(), &Sealed(bytes));
        prop_assert!(opened.is_err());
    }
}
