//! What went wrong, in the words of the report.

use std::fmt;

use super::history::{Act, Entry, Vm, Vms, strays};
use super::search::linearizable;

/// A kind of fault.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) enum Kind {
    /// What was acknowledged is gone for good.
    LostWrite,
    /// A read missed what was acknowledged, or seen by another, before it began.
    StaleRead,
    /// A machine is there that nobody added, or whose addition was called failed; or something is gone whose removal
    /// was called failed.
    LandedLater,
    /// A number was given twice.
    Doubled,
    /// There is no order, for a reason that has no name.
    NoOrder,
}

/// A fault of one infrastructure.
#[derive(Clone, Debug)]
pub(crate) struct Violation {
    /// Its kind.
    pub(crate) kind: Kind,
    /// What is the matter.
    pub(crate) text: String,
}

/// The faults of a history; none if there is an order that explains it.
pub(crate) fn violations(history: &[Entry]) -> Vec<Violation> {
    let Err(stuck) = linearizable(history) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    doubled(history, &mut found);
    landed(history, &mut found);
    lost_or_stale(history, &mut found);
    if found.is_empty() {
        found.push(Violation {
            kind: Kind::NoOrder,
            text: format!(
                "no order explains {:?}; {} operations were explained, up to {:?}",
                stuck.entry, stuck.explained, stuck.state
            ),
        });
    }
    found
}

fn doubled(history: &[Entry], found: &mut Vec<Violation>) {
    let mut given = Vms::new();
    for vm in history
        .iter()
        .filter_map(|entry| entry.act.named())
        .flatten()
    {
        if !given.insert(*vm) {
            found.push(Violation {
                kind: Kind::Doubled,
                text: format!("machine {vm} was given to two who added"),
            });
        }
    }
}

fn landed(history: &[Entry], found: &mut Vec<Violation>) {
    for vm in strays(history) {
        let first_seen = history
            .iter()
            .filter(|entry| entry.act.seen().contains(&vm))
            .map(Entry::latest)
            .min();
        let explained = history
            .iter()
            .any(|entry| matches!(entry.act, Act::Add(_, None)) && Some(entry.began) <= first_seen);
        if !explained {
            found.push(Violation {
                kind: Kind::LandedLater,
                text: format!("nobody can have added machine {vm}"),
            });
        }
    }
}

/// Reads that contradict what came before them. What the last read misses is lost.
fn lost_or_stale(history: &[Entry], found: &mut Vec<Violation>) {
    let last = history
        .iter()
        .filter(|entry| matches!(entry.act, Act::Read(_)))
        .map(|entry| entry.began)
        .max();
    for entry in history {
        let (Act::Read(_) | Act::There(_)) = entry.act else {
            continue;
        };
        let missed = missed(history, entry);
        let undone = undone(history, entry);
        let kind = if Some(entry.began) == last {
            Kind::LostWrite
        } else {
            Kind::StaleRead
        };
        if let Some((missing, text)) = missed {
            let refused = history.iter().any(|other| {
                other.began <= entry.latest()
                    && matches!(&other.act, Act::Refused(act) if takes(act, missing))
            });
            let kind = if refused { Kind::LandedLater } else { kind };
            found.push(Violation { kind, text });
        }
        if let Some(text) = undone {
            found.push(Violation { kind, text });
        }
    }
}

/// Whether an operation takes the machine away, or the infrastructure.
fn takes(act: &Act, missing: Option<Vm>) -> bool {
    match act {
        Act::Destroy(_) => true,
        Act::Remove(vm, _) => Some(*vm) == missing,
        _ => false,
    }
}

/// A machine, or the infrastructure, that was there before the read began, that nobody may have removed, and that the
/// read does not show.
fn missed(history: &[Entry], read: &Entry) -> Option<(Option<Vm>, String)> {
    let before = |entry: &&Entry| entry.latest() < read.began;
    let destroyed = history
        .iter()
        .any(|entry| is_destroy(&entry.act) && entry.began <= read.latest());
    if destroyed {
        return None;
    }
    let shown = match &read.act {
        Act::Read(Some(vms)) => vms,
        Act::Read(None) | Act::There(false) => {
            let was_there = history.iter().filter(before).any(shows_life);
            return was_there.then(|| (None, format!("{read:?} does not show that it exists")));
        }
        _ => return None,
    };
    let known = history
        .iter()
        .filter(before)
        .flat_map(|entry| entry.act.seen());
    known
        .filter(|vm| !shown.contains(vm))
        .find(|vm| {
            !history
                .iter()
                .any(|entry| removes(entry, *vm) && entry.began <= read.latest())
        })
        .map(|vm| (Some(vm), format!("{read:?} does not show machine {vm}")))
}

/// A removal, or the destruction, that was acknowledged before the read began, and that the read does not show.
fn undone(history: &[Entry], read: &Entry) -> Option<String> {
    let before = |entry: &&Entry| entry.latest() < read.began;
    let shows = shows_life(read);
    let gone = history.iter().filter(before).any(|entry| {
        matches!(
            entry.act,
            Act::Destroy(Some(true)) | Act::Destroy(Some(false))
        )
    });
    if gone && shows {
        return Some(format!("{read:?} shows what was destroyed"));
    }
    let Act::Read(Some(vms)) = &read.act else {
        return None;
    };
    let removed = |vm: &Vm| {
        history
            .iter()
            .filter(before)
            .any(|entry| entry.act == Act::Remove(*vm, Some(true)))
    };
    vms.iter()
        .find(|vm| removed(vm))
        .map(|vm| format!("{read:?} shows machine {vm}, which was removed"))
}

fn shows_life(entry: &Entry) -> bool {
    matches!(
        entry.act,
        Act::Create(_) | Act::Add(_, Some(_)) | Act::Read(Some(_)) | Act::There(true)
    )
}

fn is_destroy(act: &Act) -> bool {
    matches!(act, Act::Destroy(_))
}

fn removes(entry: &Entry, vm: Vm) -> bool {
    matches!(entry.act, Act::Remove(removed, answer) if removed == vm && answer != Some(false))
}

// === impl Kind ===

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LostWrite => "lost write",
            Self::StaleRead => "stale read",
            Self::LandedLater => "landed later",
            Self::Doubled => "doubled",
            Self::NoOrder => "no order",
        })
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.text)
    }
}
