//! The search for an order of the answered operations.
//!
//! The list holds their beginnings and ends in time. What begins before the first end may be next; it is taken out of
//! the list with its end, and put back where the search got stuck behind it. A set of operations done and a situation
//! that were seen together are not tried again. What has no answer comes along where it is needed (`unanswered`).

use std::collections::HashSet;

use super::history::{Act, Entry};
use super::model::State;
use super::unanswered::{Situation, Unanswered};

/// Why there is no order: as far as the search came.
#[derive(Clone, Debug)]
pub(crate) struct Stuck {
    /// What could not be explained.
    pub(crate) entry: Entry,
    /// The state in which most operations were explained.
    pub(crate) state: State,
    /// How many.
    pub(crate) explained: usize,
}

/// A beginning or an end in the list.
#[derive(Clone, Copy)]
struct Event {
    moment: u64,
    operation: usize,
    begins: bool,
}

/// The list. Its anchor is the position after the events.
struct List {
    events: Vec<Event>,
    next: Vec<usize>,
    previous: Vec<usize>,
    end_of: Vec<usize>,
}

/// An operation that was taken out.
struct Taken {
    at: usize,
    before: Situation,
    /// Situations that were not tried yet.
    others: Vec<Situation>,
}

struct Search<'a> {
    entries: Vec<&'a Entry>,
    unanswered: Unanswered,
    list: List,
    situation: Situation,
    done: Vec<u64>,
    taken: Vec<Taken>,
    tried: HashSet<(Vec<u64>, Situation)>,
    deepest: Option<Stuck>,
}

/// Whether there is an order in which everything can have happened.
pub(crate) fn linearizable(history: &[Entry]) -> Result<(), Box<Stuck>> {
    let entries: Vec<&Entry> = history
        .iter()
        .filter(|entry| entry.ended.is_some() && !matches!(entry.act, Act::Refused(_)))
        .collect();
    let search = Search {
        list: List::new(&entries),
        done: vec![0; entries.len().div_ceil(64)],
        entries,
        unanswered: Unanswered::of(history),
        situation: Situation::default(),
        taken: Vec::new(),
        tried: HashSet::new(),
        deepest: None,
    };
    match search.run() {
        Some(stuck) => Err(Box::new(stuck)),
        None => Ok(()),
    }
}

// === impl Search ===

impl Search<'_> {
    /// Where it got stuck, if it did.
    fn run(mut self) -> Option<Stuck> {
        let mut at = self.list.first();
        while self.taken.len() < self.entries.len() {
            let event = self.list.events[at];
            if event.begins {
                let now = self.list.first_end();
                let act = &self.entries[event.operation].act;
                let situations = self.unanswered.after(&self.situation, act, now);
                at = if self.take(at, situations) {
                    self.list.first()
                } else {
                    self.list.next[at]
                };
            } else {
                self.note(event.operation);
                let Some(next) = self.back() else {
                    return self.deepest;
                };
                at = next;
            }
        }
        None
    }

    /// Does an operation with the first of these results that was not tried; whether there is one.
    fn take(&mut self, at: usize, situations: Vec<Situation>) -> bool {
        let operation = self.list.events[at].operation;
        self.flip(operation);
        let Some((situation, others)) = self.untried(situations) else {
            self.flip(operation);
            return false;
        };
        self.list.lift(at);
        let before = std::mem::replace(&mut self.situation, situation);
        self.taken.push(Taken { at, before, others });
        true
    }

    /// Takes the last operation back, or does it with another result; where to go on, if anywhere.
    fn back(&mut self) -> Option<usize> {
        let Taken { at, before, others } = self.taken.pop()?;
        if let Some((situation, others)) = self.untried(others) {
            self.situation = situation;
            self.taken.push(Taken { at, before, others });
            return Some(self.list.first());
        }
        self.list.put_back(at);
        self.flip(self.list.events[at].operation);
        self.situation = before;
        Some(self.list.next[at])
    }

    fn untried(&mut self, mut situations: Vec<Situation>) -> Option<(Situation, Vec<Situation>)> {
        while let Some(situation) = situations.pop() {
            if self.tried.insert((self.done.clone(), situation.clone())) {
                return Some((situation, situations));
            }
        }
        None
    }

    fn flip(&mut self, operation: usize) {
        self.done[operation / 64] ^= 1 << (operation % 64);
    }

    /// Remembers how far it came, for the explanation.
    fn note(&mut self, stuck_at: usize) {
        let explained = self.taken.len();
        let deepest = self.deepest.as_ref().map(|deepest| deepest.explained);
        if deepest.is_none_or(|deepest| deepest < explained) {
            self.deepest = Some(Stuck {
                entry: self.entries[stuck_at].clone(),
                state: self.situation.state.clone(),
                explained,
            });
        }
    }
}

// === impl List ===

impl List {
    fn new(entries: &[&Entry]) -> Self {
        let mut events: Vec<Event> = Vec::new();
        for (operation, entry) in entries.iter().enumerate() {
            let event = |moment, begins| Event {
                moment,
                operation,
                begins,
            };
            events.push(event(entry.began, true));
            events.push(event(entry.latest(), false));
        }
        // At the same moment both orders are possible: what begins comes first.
        events.sort_by_key(|event| (event.moment, !event.begins));
        let mut end_of = vec![0; entries.len()];
        for (at, event) in events.iter().enumerate() {
            if !event.begins {
                end_of[event.operation] = at;
            }
        }
        let size = events.len() + 1;
        Self {
            events,
            next: (0..size).map(|at| (at + 1) % size).collect(),
            previous: (0..size).map(|at| (at + size - 1) % size).collect(),
            end_of,
        }
    }

    fn first(&self) -> usize {
        self.next[self.events.len()]
    }

    /// The first end in the list, which is not empty.
    fn first_end(&self) -> u64 {
        let mut at = self.first();
        while self.events[at].begins {
            at = self.next[at];
        }
        self.events[at].moment
    }

    /// Takes a beginning and its end out.
    fn lift(&mut self, at: usize) {
        self.unlink(at);
        self.unlink(self.end_of[self.events[at].operation]);
    }

    /// The reverse of [`lift`](Self::lift); the last that was lifted comes first.
    fn put_back(&mut self, at: usize) {
        self.link(self.end_of[self.events[at].operation]);
        self.link(at);
    }

    fn unlink(&mut self, at: usize) {
        let (previous, next) = (self.previous[at], self.next[at]);
        self.next[previous] = next;
        self.previous[next] = previous;
    }

    fn link(&mut self, at: usize) {
        let (previous, next) = (self.previous[at], self.next[at]);
        self.next[previous] = at;
        self.previous[next] = at;
    }
}
