//! The checker accepts what can be, rejects what cannot, and agrees with the slow one.
#![cfg(test)]

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::brute::some_order_explains;
use super::diagnosis::{Kind, violations};
use super::history::{Act, Entry, Vms};
use super::model::State;
use super::search::linearizable;

/// An operation from one moment to another.
fn done(began: u64, ended: u64, act: Act) -> Entry {
    Entry {
        act,
        began,
        ended: Some(ended),
    }
}

/// An operation whose answer never came.
fn unknown(began: u64, act: Act) -> Entry {
    Entry {
        act,
        began,
        ended: None,
    }
}

fn vms<const N: usize>(vms: [u32; N]) -> Vms {
    Vms::from(vms)
}

fn created() -> Entry {
    done(0, 1, Act::Create(vms([0])))
}

fn read<const N: usize>(began: u64, ended: u64, shown: [u32; N]) -> Entry {
    done(began, ended, Act::Read(Some(vms(shown))))
}

fn added(began: u64, ended: u64, vm: u32) -> Entry {
    done(began, ended, Act::Add(1, Some(vms([vm]))))
}

#[track_caller]
fn good(history: &[Entry]) {
    assert!(some_order_explains(history), "the slow checker refuses it");
    if let Err(stuck) = linearizable(history) {
        panic!("{stuck:?}");
    }
    assert!(violations(history).is_empty());
}

#[track_caller]
fn bad(kind: Kind, history: &[Entry]) {
    assert!(!some_order_explains(history), "the slow checker accepts it");
    let found = violations(history);
    assert!(
        found.iter().any(|violation| violation.kind == kind),
        "{found:?}"
    );
}

#[test]
fn one_after_the_other() {
    good(&[
        created(),
        added(2, 3, 1),
        read(4, 5, [0, 1]),
        done(6, 7, Act::Remove(0, Some(true))),
        read(8, 9, [1]),
        done(10, 11, Act::Remove(0, Some(false))),
        done(12, 13, Act::Destroy(Some(true))),
        done(14, 15, Act::Read(None)),
        done(16, 17, Act::There(false)),
    ]);
}

#[test]
fn what_overlaps_may_be_seen_either_way() {
    good(&[
        created(),
        added(2, 9, 1),
        read(3, 4, [0]),
        read(5, 6, [0, 1]),
    ]);
    good(&[
        created(),
        added(2, 9, 1),
        added(2, 9, 2),
        read(3, 4, [0, 2]),
        read(5, 6, [0, 1, 2]),
    ]);
    bad(
        Kind::StaleRead,
        &[
            created(),
            added(2, 9, 1),
            read(3, 4, [0, 1]),
            read(5, 6, [0]),
            read(20, 21, [0, 1]),
        ],
    );
}

#[test]
fn what_has_no_answer_may_happen_late_or_never() {
    let add = unknown(2, Act::Add(1, None));
    good(&[created(), add.clone(), read(4, 5, [0]), read(6, 7, [0])]);
    good(&[created(), add.clone(), read(4, 5, [0]), read(6, 7, [0, 1])]);
    good(&[
        created(),
        unknown(2, Act::Remove(0, None)),
        read(4, 5, [0]),
        read(6, 7, []),
    ]);
    good(&[
        created(),
        unknown(2, Act::Destroy(None)),
        read(4, 5, [0]),
        done(6, 7, Act::Read(None)),
    ]);
    // It happens once.
    bad(
        Kind::StaleRead,
        &[
            created(),
            add.clone(),
            read(4, 5, [0, 1]),
            read(6, 7, [0]),
            read(20, 21, [0, 1]),
        ],
    );
    bad(
        Kind::NoOrder,
        &[created(), add, read(4, 5, [0, 1]), read(6, 7, [0, 1, 2])],
    );
}

#[test]
fn a_lost_update() {
    bad(
        Kind::LostWrite,
        &[created(), added(2, 3, 1), read(4, 5, [0])],
    );
    bad(
        Kind::LostWrite,
        &[
            created(),
            added(2, 6, 1),
            added(3, 7, 2),
            read(8, 9, [0, 2]),
        ],
    );
    bad(
        Kind::LostWrite,
        &[
            created(),
            done(2, 3, Act::Remove(0, Some(true))),
            read(4, 5, [0]),
        ],
    );
    bad(
        Kind::LostWrite,
        &[
            created(),
            done(2, 3, Act::Destroy(Some(true))),
            read(4, 5, [0]),
        ],
    );
    bad(Kind::LostWrite, &[created(), done(4, 5, Act::Read(None))]);
}

#[test]
fn a_stale_read() {
    bad(
        Kind::StaleRead,
        &[
            created(),
            added(2, 3, 1),
            read(4, 5, [0]),
            read(6, 7, [0, 1]),
        ],
    );
    bad(
        Kind::StaleRead,
        &[created(), done(2, 3, Act::There(false)), read(4, 5, [0])],
    );
}

#[test]
fn what_was_called_failed_and_landed() {
    // A refused addition is not in the history; its machine is.
    bad(
        Kind::LandedLater,
        &[created(), read(4, 5, [0]), read(6, 7, [0, 1])],
    );
    let removal = Act::Refused(Box::new(Act::Remove(0, None)));
    good(&[created(), done(2, 3, removal.clone()), read(4, 5, [0])]);
    bad(
        Kind::LandedLater,
        &[created(), done(2, 3, removal), read(4, 5, [])],
    );
    // An addition that began only afterwards does not explain it.
    bad(
        Kind::LandedLater,
        &[created(), read(4, 5, [0, 1]), unknown(6, Act::Add(1, None))],
    );
}

#[test]
fn a_double() {
    bad(
        Kind::Doubled,
        &[
            created(),
            added(2, 3, 1),
            added(4, 5, 1),
            read(6, 7, [0, 1]),
        ],
    );
    // One addition, two machines.
    bad(
        Kind::LandedLater,
        &[created(), added(2, 3, 1), read(6, 7, [0, 1, 2])],
    );
}

/// A history of a service that does everything at one moment within the interval, if `chance` allows.
fn random(chance: &mut StdRng, size: u64, destroyed: f64) -> Vec<Entry> {
    let mut state = State::default();
    let mut history = Vec::new();
    let mut next_vm = 0;
    let mut take = |count: usize| -> Vms {
        let first = next_vm;
        next_vm += u32::try_from(count).expect("few");
        (first..next_vm).collect()
    };
    let any = Vms::new();
    for step in 0..size {
        let moment = 100 + 10 * step;
        let vm = chance.random_range(0..4);
        let wished = match chance.random_range(0..10) {
            _ if step == 0 => Act::Create(take(1)),
            0..3 => Act::Add(1, Some(take(1))),
            3 => Act::Add(2, Some(take(2))),
            4..6 => Act::Remove(vm, Some(true)),
            6 if chance.random_bool(destroyed) => Act::Destroy(Some(true)),
            _ => Act::Read(None),
        };
        let mut act = wished.clone();
        match state.after(&wished, &any).pop() {
            Some(after) => state = after,
            None => {
                let shown = (0..1000).fold(Vms::new(), |mut shown, vm| {
                    let removable = state.after(&Act::Remove(vm, Some(true)), &any);
                    if !removable.is_empty() {
                        shown.insert(vm);
                    }
                    shown
                });
                act = match wished {
                    Act::Remove(vm, _) => Act::Remove(vm, Some(false)),
                    Act::Read(_) => Act::Read(Some(shown)),
                    Act::Add(..) | Act::Create(_) => Act::There(false),
                    other => other,
                };
                if matches!(act, Act::Destroy(_)) {
                    act = Act::Destroy(Some(false));
                }
            }
        }
        let lost = step > 0 && chance.random_bool(0.2);
        let act = match act {
            // Whose machines it made may be found out later.
            Act::Add(count, vms) if lost => {
                Act::Add(count, vms.filter(|_| chance.random_bool(0.3)))
            }
            Act::Remove(vm, _) if lost => Act::Remove(vm, None),
            Act::Destroy(_) if lost => Act::Destroy(None),
            act => act,
        };
        history.push(Entry {
            act,
            began: moment - chance.random_range(0..25),
            ended: (!lost).then(|| moment + chance.random_range(0..25)),
        });
    }
    history
}

/// Breaks something, perhaps without consequence.
fn broken(chance: &mut StdRng, mut history: Vec<Entry>) -> Vec<Entry> {
    let index = chance.random_range(0..history.len());
    let vm = chance.random_range(0..5);
    let moved = chance.random_range(0..40);
    match &mut history[index].act {
        Act::Read(Some(shown)) => {
            if !shown.remove(&vm) {
                shown.insert(vm);
            }
        }
        Act::Remove(_, answer) => *answer = answer.map(|found| !found),
        Act::There(there) => *there = !*there,
        Act::Add(..) if chance.random_bool(0.5) => {
            history.remove(index);
        }
        _ => {
            let entry = &mut history[index];
            entry.began += moved;
            entry.ended = entry.ended.map(|ended| ended + moved);
        }
    }
    history
}

#[test]
fn the_quick_and_the_slow_checker_agree() {
    let (mut accepted, mut refused) = (0, 0);
    for seed in 0..3000 {
        let mut chance = StdRng::seed_from_u64(seed);
        let size = chance.random_range(2..8);
        let whole = random(&mut chance, size, 0.3);
        if let Err(stuck) = linearizable(&whole) {
            panic!("seed {seed}: {stuck:?} in {whole:#?}");
        }
        let broken = broken(&mut chance, whole);
        let slow = some_order_explains(&broken);
        assert_eq!(
            linearizable(&broken).is_ok(),
            slow,
            "seed {seed}: {broken:#?}"
        );
        assert_eq!(violations(&broken).is_empty(), slow, "seed {seed}");
        if slow {
            accepted += 1;
        } else {
            refused += 1;
        }
    }
    assert!(
        accepted > 300 && refused > 300,
        "{accepted} accepted, {refused} refused"
    );
}

#[test]
fn long_histories_with_many_lost_answers_are_judged() {
    let mut chance = StdRng::seed_from_u64(7);
    for _ in 0..10 {
        let history = random(&mut chance, 400, 0.01);
        if let Err(stuck) = linearizable(&history) {
            panic!("{stuck:?}");
        }
    }
}
