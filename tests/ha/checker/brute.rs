//! The slow checker: every order of every choice of unanswered operations, without memory.

use super::history::{Act, Entry, Vms, strays};
use super::model::State;

/// Whether there is an order; for short histories.
pub(crate) fn some_order_explains(history: &[Entry]) -> bool {
    let all: Vec<Entry> = history.iter().flat_map(parts).collect();
    explains(
        &State::default(),
        &all.iter().collect::<Vec<_>>(),
        &strays(history),
    )
}

/// An addition without an answer may do its parts one by one.
fn parts(entry: &Entry) -> Vec<Entry> {
    let part = |vms: Option<Vms>| Entry {
        act: Act::Add(1, vms),
        ..entry.clone()
    };
    match &entry.act {
        Act::Add(count, None) => vec![part(None); *count],
        Act::Add(_, Some(vms)) if entry.ended.is_none() => {
            vms.iter().map(|vm| part(Some(Vms::from([*vm])))).collect()
        }
        _ => vec![entry.clone()],
    }
}

fn explains(state: &State, rest: &[&Entry], strays: &Vms) -> bool {
    if rest.iter().all(|entry| entry.ended.is_none()) {
        return true;
    }
    let first_end = rest.iter().map(|entry| entry.latest()).min();
    (0..rest.len()).any(|index| {
        let entry = rest[index];
        let may_be_next = first_end.is_none_or(|end| entry.began <= end);
        may_be_next && {
            let mut others = rest.to_vec();
            others.remove(index);
            let states = state.after(&entry.act, strays);
            states.iter().any(|next| explains(next, &others, strays))
        }
    })
}
