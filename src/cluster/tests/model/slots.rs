//! The machine that runs in every slot, on two nodes, against a database, a Redis that forgets and lies, late commits,
//! lost answers and nodes that are declared dead: every state within the bounds.

use std::collections::VecDeque;

use im_cluster::machine::{Answer, Claim, Effect, Event, Life, State, Step as Stage, step};
use im_domain::Epoch;
use im_store::Position;
use stateright::{Checker, Model, Property};

#[derive(Clone, Debug)]
struct Slots {
    writes: u8,
    releases: u8,
    epochs: u64,
    /// The rule that is taken away: answers from memory end with the session.
    need_fresh: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct World {
    /// A bit for each write.
    tokens: u8,
    at: Position,
    owner: Option<u8>,
    dead: [bool; 2],
    lease: Option<u8>,
    forgets_left: u8,
    unknown_left: u8,
    releases_left: u8,
    in_flight: Option<(u8, Position)>,
    writes: u8,
    acked: u8,
    called_failed: u8,
    stale: bool,
    nodes: [Node; 2],
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Node {
    fresh: bool,
    state: State<u8>,
    todo: VecDeque<Effect<u8>>,
    cache: u8,
    writing: u8,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    RedisForgets,
    LateCommit,
    DeadlinePasses(usize),
    Beats(usize),
    DeclareDead(usize),
    Lapses(usize),
    Wants(usize),
    Writes(usize),
    Reads(usize),
    Releases(usize),
    Does(usize, Luck),
}

/// How an effect turns out.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Luck {
    Good,
    /// Nothing is answered; a write lands later, a statement has landed.
    Silent,
}

impl Slots {
    fn feed(w: &mut World, i: usize, event: Event<u8>) {
        let node = &mut w.nodes[i];
        let state = std::mem::replace(&mut node.state, State::Lost);
        let (state, effects) = step(state, event);
        node.state = state;
        node.todo.extend(effects);
    }

    fn may_use(&self, node: &Node) -> bool {
        node.fresh || !self.need_fresh
    }

    /// Performs the next effect of a node, and feeds back what came of it.
    fn perform(&self, w: &mut World, i: usize, luck: Luck) -> Option<()> {
        let me = u8::try_from(i).ok()?;
        let effect = w.nodes[i].todo.pop_front()?;
        let event = match effect {
            Effect::ClaimLease => Event::Claimed(claim(w, me, luck)),
            Effect::ReadRow => {
                w.nodes[i].cache = w.tokens;
                Event::Row {
                    at: w.at,
                    owner: w.owner,
                    mine: w.owner == Some(me),
                }
            }
            Effect::Judge(owner) if w.dead[usize::from(owner)] => Event::Judged(Life::Ended),
            Effect::Judge(_) => Event::Judged(Life::Alive),
            Effect::AskOwner(_) if luck == Luck::Silent => Event::Answered(Answer::Silent),
            Effect::AskOwner(owner) if w.owner == Some(owner) => Event::Answered(Answer::Busy),
            Effect::AskOwner(_) => Event::Answered(Answer::Released),
            Effect::Take { .. } if !w.nodes[i].fresh => Event::DeadlinePassed,
            Effect::Take { .. } if w.at.epoch.0 >= self.epochs => Event::Failed,
            Effect::Take { seen, from } => {
                let free = w.owner.is_none() || w.owner == Some(me) || w.owner == from;
                if w.at.epoch != seen || !free {
                    Event::Raced
                } else {
                    w.at.epoch = Epoch(seen.0 + 1);
                    w.owner = Some(me);
                    match luck {
                        Luck::Good => Event::Taken(w.at),
                        Luck::Silent => Event::Raced,
                    }
                }
            }
            Effect::PublishLease(_) => {
                w.lease = Some(me);
                return Some(());
            }
            Effect::WithdrawLease => {
                w.lease = w.lease.filter(|lease| *lease != me);
                return Some(());
            }
            Effect::Recover => Event::Recovered,
            Effect::Write(at) => write(w, i, at, luck)?,
            Effect::Resolve(at) => resolve(w, i, at),
            Effect::GiveBack(at) => {
                if w.owner == Some(me) && w.at.epoch == at.epoch {
                    w.owner = None;
                }
                Event::GivenBack
            }
            Effect::DropCache => {
                w.nodes[i].cache = 0;
                return Some(());
            }
            _ => return Some(()),
        };
        Self::feed(w, i, event);
        Some(())
    }
}

fn claim(w: &mut World, me: u8, luck: Luck) -> Claim<u8> {
    match w.lease {
        _ if luck == Luck::Silent => Claim::Silent,
        Some(other) if other != me && !w.dead[usize::from(other)] => Claim::HeldBy(other),
        _ => {
            w.lease = Some(me);
            Claim::Mine
        }
    }
}

fn write(w: &mut World, i: usize, at: Position, luck: Luck) -> Option<Event<u8>> {
    let tokens = w.nodes[i].cache | w.nodes[i].writing;
    if luck == Luck::Silent {
        w.unknown_left = w.unknown_left.checked_sub(1)?;
        w.in_flight = Some((tokens, at));
        return Some(Event::Unknown);
    }
    if w.at != at {
        w.called_failed |= w.nodes[i].writing;
        return Some(Event::Fenced);
    }
    w.tokens = tokens;
    w.at.version.0 += 1;
    w.acked |= w.nodes[i].writing;
    w.nodes[i].cache = tokens;
    Some(Event::Committed(w.at))
}

fn resolve(w: &mut World, i: usize, before: Position) -> Event<u8> {
    let token = w.nodes[i].writing;
    if w.owner != u8::try_from(i).ok() {
        if w.at.epoch > before.epoch && w.at.version == before.version {
            w.called_failed |= token;
        }
        return Event::ResolvedElsewhere;
    }
    w.at.epoch.0 += 1;
    if w.at.version > before.version {
        w.acked |= token;
        w.nodes[i].cache |= token;
    } else {
        w.called_failed |= token;
    }
    Event::Resolved(w.at)
}

impl Model for Slots {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        let node = Node {
            fresh: true,
            state: State::Unowned,
            todo: VecDeque::new(),
            cache: 0,
            writing: 0,
        };
        vec![World {
            tokens: 0,
            at: Position::new(0, 0),
            owner: None,
            dead: [false; 2],
            lease: None,
            forgets_left: 1,
            unknown_left: 1,
            releases_left: self.releases,
            in_flight: None,
            writes: 0,
            acked: 0,
            called_failed: 0,
            stale: false,
            nodes: [node.clone(), node],
        }]
    }

    fn actions(&self, w: &World, steps: &mut Vec<Step>) {
        if w.forgets_left > 0 && w.lease.is_some() {
            steps.push(Step::RedisForgets);
        }
        if w.in_flight.is_some() {
            steps.push(Step::LateCommit);
        }
        for (i, node) in w.nodes.iter().enumerate() {
            if node.fresh {
                steps.push(Step::DeadlinePasses(i));
            } else if !w.dead[i] {
                steps.extend([Step::Beats(i), Step::DeclareDead(i)]);
            } else if node.state != State::Lost {
                steps.push(Step::Lapses(i));
            }
            if !node.todo.is_empty() {
                steps.push(Step::Does(i, Luck::Good));
                let losable = matches!(
                    node.todo[0],
                    Effect::ClaimLease
                        | Effect::AskOwner(_)
                        | Effect::Take { .. }
                        | Effect::Write(_)
                );
                if losable {
                    steps.push(Step::Does(i, Luck::Silent));
                }
            }
            match &node.state {
                State::Unowned | State::Remote(_) | State::Lost
                    if node.todo.is_empty() && node.fresh =>
                {
                    steps.push(Step::Wants(i));
                }
                State::Held(hold) => {
                    let may_begin = hold.may_begin() && self.may_use(node);
                    if may_begin && w.writes < self.writes && !hold.writing && node.todo.is_empty()
                    {
                        steps.push(Step::Writes(i));
                    }
                    if self.may_use(node) && !w.stale {
                        steps.push(Step::Reads(i));
                    }
                    if w.releases_left > 0 {
                        steps.push(Step::Releases(i));
                    }
                }
                _ => {}
            }
        }
    }

    fn next_state(&self, last: &World, action: Step) -> Option<World> {
        let mut w = last.clone();
        match action {
            Step::RedisForgets => {
                w.lease = None;
                w.forgets_left -= 1;
            }
            Step::LateCommit => {
                let (tokens, at) = w.in_flight.take()?;
                if at == w.at {
                    w.tokens = tokens;
                    w.at.version.0 += 1;
                }
            }
            Step::DeadlinePasses(i) => w.nodes[i].fresh = false,
            Step::Beats(i) => w.nodes[i].fresh = true,
            Step::DeclareDead(i) => w.dead[i] = true,
            Step::Lapses(i) => Self::feed(&mut w, i, Event::Lapsed),
            Step::Wants(i) => Self::feed(&mut w, i, Event::Wanted { ask_leases: true }),
            Step::Writes(i) => {
                w.nodes[i].writing = 1 << w.writes;
                w.writes += 1;
                Self::feed(&mut w, i, Event::WriteWanted);
            }
            Step::Reads(i) => w.stale = w.acked & !w.nodes[i].cache != 0,
            Step::Releases(i) => {
                w.releases_left -= 1;
                Self::feed(&mut w, i, Event::ReleaseWanted);
            }
            Step::Does(i, luck) => self.perform(&mut w, i, luck)?,
        }
        (w != *last).then_some(w)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("no acknowledged write is lost", |_, w: &World| {
                w.acked & !w.tokens == 0
            }),
            Property::always("what was called failed never lands", |_, w: &World| {
                w.called_failed & w.tokens == 0
            }),
            Property::always("no read is stale", |_, w: &World| !w.stale),
            Property::always("nothing is taken from the living", |_, w: &World| {
                w.nodes.iter().all(|node| match &node.state {
                    State::Acquiring(Stage::Taking {
                        from: Some(from), ..
                    }) => {
                        // Oneself, the dead, or who gave it back.
                        w.nodes[usize::from(*from)] == *node
                            || w.dead[usize::from(*from)]
                            || w.owner != Some(*from)
                            || w.at.epoch > taking_seen(node)
                    }
                    _ => true,
                })
            }),
            Property::sometimes("the second node goes on", |_, w: &World| {
                w.acked == 3 && w.owner == Some(1) && w.dead[0]
            }),
            Property::sometimes("an outcome was found out", |_, w: &World| {
                w.unknown_left == 0 && w.acked != 0 && w.in_flight.is_none()
            }),
        ]
    }
}

fn taking_seen(node: &Node) -> Epoch {
    match &node.state {
        State::Acquiring(Stage::Taking { seen, .. }) => seen.epoch,
        _ => Epoch(0),
    }
}

/// The outer edge of the exploration: all states that so many steps can reach.
const DEPTH: usize = 22;

#[test]
fn slots_as_designed_are_right_in_every_state() {
    let model = Slots {
        writes: 2,
        releases: 1,
        epochs: 3,
        need_fresh: true,
    };
    let checker = model.checker().target_max_depth(DEPTH).spawn_bfs().join();
    println!(
        "{} states, depth {}",
        checker.unique_state_count(),
        checker.max_depth()
    );
    checker.assert_properties();
}

#[test]
fn slots_that_do_not_look_at_the_deadline_answer_stale() {
    let model = Slots {
        writes: 2,
        releases: 0,
        epochs: 3,
        need_fresh: false,
    };
    let checker = model.checker().target_max_depth(DEPTH).spawn_bfs().join();
    let path = checker.assert_any_discovery("no read is stale");
    println!("{:?}", path.into_actions());
}
