//! Node sessions kept in the database, epochs, cached reads trusted while the session is fresh. Redis plays no part: it
//! may say anything. Two nodes, bounded events. Each rule that is taken away gives the violation that it prevents.

use std::collections::BTreeSet;

use stateright::{Checker, Model, Property};

type Tokens = BTreeSet<u8>;

/// The rules, and the bounds.
#[derive(Clone, Debug)]
struct Rules {
    /// Nothing is taken from a boot that is not declared dead.
    check_dead: bool,
    /// Nothing is answered after the deadline.
    need_fresh: bool,
    /// Nobody is declared dead before its deadline has passed.
    dead_needs_expiry: bool,
    /// A beat fails if the boot was declared dead.
    beat_needs_alive: bool,
    /// After an unknown outcome the epoch is raised before anything is said.
    bump_unknown: bool,
    writes: u8,
    reads: u8,
    boots: u8,
}

const DESIGNED: Rules = Rules {
    check_dead: true,
    need_fresh: true,
    dead_needs_expiry: true,
    beat_needs_alive: true,
    bump_unknown: true,
    writes: 1,
    reads: 1,
    boots: 2,
};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct World {
    tokens: Tokens,
    epoch: u8,
    version: u8,
    owner: Option<u8>,
    nodes: [Node; 2],
    dead: BTreeSet<u8>,
    next_boot: u8,
    writes: u8,
    reads: u8,
    acked: Tokens,
    unknown_left: u8,
    in_flight: Option<(Tokens, u8, u8)>,
    called_failed: Tokens,
    stale: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Node {
    boot: u8,
    /// Epoch, version and contents, if it believes that it owns.
    cache: Option<(u8, u8, Tokens)>,
    doing: Doing,
    fresh: bool,
    beat: Beat,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Doing {
    Nothing,
    Write(u8),
    Unknown(u8),
    Read(Tokens),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Beat {
    None,
    Sent,
    Landed,
    /// Its answer comes after the deadline that it would give.
    Stale,
}

#[derive(Clone, Debug, PartialEq)]
enum Step {
    DelayedCommit,
    DeadlinePasses(usize),
    SendBeat(usize),
    BeatLands(usize),
    Lapse(usize),
    LearnBeat(usize),
    BeatIsLate(usize),
    LearnStaleBeat(usize),
    DeclareDead(usize),
    Acquire(usize),
    BeginWrite(usize),
    BeginRead(usize),
    Release(usize),
    Commit(usize),
    Fenced(usize),
    OutcomeUnknown(usize),
    Resolve(usize),
    Answer(usize),
}

fn node(boot: u8) -> Node {
    Node {
        boot,
        cache: None,
        doing: Doing::Nothing,
        fresh: true,
        beat: Beat::None,
    }
}

impl Rules {
    fn steps_of(&self, w: &World, i: usize, steps: &mut Vec<Step>) {
        let n = &w.nodes[i];
        if n.fresh {
            steps.push(Step::DeadlinePasses(i));
        }
        match n.beat {
            Beat::None => steps.push(Step::SendBeat(i)),
            Beat::Sent if !w.dead.contains(&n.boot) || !self.beat_needs_alive => {
                steps.push(Step::BeatLands(i));
            }
            Beat::Sent if w.next_boot <= self.boots => steps.push(Step::Lapse(i)),
            Beat::Sent => {}
            Beat::Landed => steps.extend([Step::LearnBeat(i), Step::BeatIsLate(i)]),
            Beat::Stale => steps.push(Step::LearnStaleBeat(i)),
        }
        let expired = !n.fresh && n.beat != Beat::Landed;
        if !w.dead.contains(&n.boot) && (expired || !self.dead_needs_expiry) {
            steps.push(Step::DeclareDead(i));
        }
        let Some((epoch, version, _)) = &n.cache else {
            let free = w.owner.is_none_or(|o| o == n.boot || w.dead.contains(&o));
            if n.doing == Doing::Nothing && n.fresh && w.epoch < 4 && (free || !self.check_dead) {
                steps.push(Step::Acquire(i));
            }
            return;
        };
        match &n.doing {
            Doing::Nothing => {
                if w.writes < self.writes {
                    steps.push(Step::BeginWrite(i));
                }
                if w.reads < self.reads {
                    steps.push(Step::BeginRead(i));
                }
                steps.push(Step::Release(i));
            }
            Doing::Write(_) => {
                let stands = (*epoch, *version) == (w.epoch, w.version);
                steps.push(if stands {
                    Step::Commit(i)
                } else {
                    Step::Fenced(i)
                });
                if w.unknown_left > 0 && w.in_flight.is_none() {
                    steps.push(Step::OutcomeUnknown(i));
                }
            }
            Doing::Unknown(_) => steps.push(Step::Resolve(i)),
            Doing::Read(_) if n.fresh || !self.need_fresh => steps.push(Step::Answer(i)),
            Doing::Read(_) => {}
        }
    }
}

impl Model for Rules {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        vec![World {
            tokens: Tokens::new(),
            epoch: 0,
            version: 0,
            owner: None,
            nodes: [node(0), node(1)],
            dead: BTreeSet::new(),
            next_boot: 2,
            writes: 0,
            reads: 0,
            acked: Tokens::new(),
            unknown_left: 1,
            in_flight: None,
            called_failed: Tokens::new(),
            stale: false,
        }]
    }

    fn actions(&self, w: &World, steps: &mut Vec<Step>) {
        if w.in_flight.is_some() {
            steps.push(Step::DelayedCommit);
        }
        for i in 0..2 {
            self.steps_of(w, i, steps);
        }
    }

    fn next_state(&self, last: &World, step: Step) -> Option<World> {
        let mut w = last.clone();
        match step {
            Step::DelayedCommit => {
                let (tokens, epoch, version) = w.in_flight.take()?;
                if (epoch, version) == (w.epoch, w.version) {
                    w.tokens = tokens;
                    w.version += 1;
                }
            }
            Step::DeadlinePasses(i) => w.nodes[i].fresh = false,
            Step::SendBeat(i) => w.nodes[i].beat = Beat::Sent,
            Step::BeatLands(i) => w.nodes[i].beat = Beat::Landed,
            Step::Lapse(i) => {
                w.nodes[i] = node(w.next_boot);
                w.next_boot += 1;
            }
            Step::LearnBeat(i) => {
                w.nodes[i].beat = Beat::None;
                w.nodes[i].fresh = true;
            }
            Step::BeatIsLate(i) => w.nodes[i].beat = Beat::Stale,
            Step::LearnStaleBeat(i) => w.nodes[i].beat = Beat::None,
            Step::DeclareDead(i) => {
                w.dead.insert(w.nodes[i].boot);
            }
            Step::Acquire(i) => {
                w.epoch += 1;
                w.owner = Some(w.nodes[i].boot);
                w.nodes[i].cache = Some((w.epoch, w.version, w.tokens.clone()));
            }
            Step::BeginWrite(i) => {
                w.nodes[i].doing = Doing::Write(w.writes);
                w.writes += 1;
            }
            Step::BeginRead(i) => {
                w.nodes[i].doing = Doing::Read(w.acked.clone());
                w.reads += 1;
            }
            Step::Release(i) => {
                let (epoch, ..) = w.nodes[i].cache.take()?;
                if w.epoch == epoch && w.owner == Some(w.nodes[i].boot) {
                    w.owner = None;
                }
            }
            Step::Commit(i) => {
                let Doing::Write(token) = w.nodes[i].doing else {
                    return None;
                };
                let (_, version, tokens) = w.nodes[i].cache.as_mut()?;
                tokens.insert(token);
                *version += 1;
                w.tokens = tokens.clone();
                w.version += 1;
                w.acked.insert(token);
                w.nodes[i].doing = Doing::Nothing;
            }
            Step::Fenced(i) => {
                w.nodes[i].cache = None;
                w.nodes[i].doing = Doing::Nothing;
            }
            Step::OutcomeUnknown(i) => {
                let Doing::Write(token) = w.nodes[i].doing else {
                    return None;
                };
                let (epoch, version, mut tokens) = w.nodes[i].cache.clone()?;
                tokens.insert(token);
                w.in_flight = Some((tokens, epoch, version));
                w.unknown_left -= 1;
                if self.bump_unknown {
                    w.nodes[i].doing = Doing::Unknown(token);
                } else {
                    w.nodes[i].doing = Doing::Nothing;
                    w.called_failed.insert(token);
                }
            }
            Step::Resolve(i) => resolve(&mut w, i)?,
            Step::Answer(i) => {
                let Doing::Read(expected) = w.nodes[i].doing.clone() else {
                    return None;
                };
                let (.., tokens) = w.nodes[i].cache.as_ref()?;
                w.stale = !expected.is_subset(tokens);
                w.nodes[i].doing = Doing::Nothing;
            }
        }
        Some(w)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("no acknowledged write is lost", |_, w: &World| {
                w.acked.is_subset(&w.tokens)
            }),
            Property::always("what was called failed never lands", |_, w: &World| {
                w.called_failed.is_disjoint(&w.tokens)
            }),
            Property::always("no read is stale", |_, w: &World| !w.stale),
        ]
    }
}

fn resolve(w: &mut World, i: usize) -> Option<()> {
    let Doing::Unknown(token) = w.nodes[i].doing else {
        return None;
    };
    let (epoch, ..) = w.nodes[i].cache.as_ref()?;
    w.nodes[i].doing = Doing::Nothing;
    if w.epoch != *epoch || w.owner != Some(w.nodes[i].boot) || w.epoch >= 6 {
        w.nodes[i].cache = None;
        return Some(());
    }
    w.epoch += 1;
    if w.tokens.contains(&token) {
        w.acked.insert(token);
    } else {
        w.called_failed.insert(token);
    }
    w.nodes[i].cache = Some((w.epoch, w.version, w.tokens.clone()));
    Some(())
}

/// The properties that do not hold, with the length of the shortest trace.
fn broken(rules: Rules) -> Vec<(&'static str, usize)> {
    let checker = rules.checker().spawn_bfs().join();
    println!("{} states", checker.unique_state_count());
    let mut broken: Vec<_> = checker
        .discoveries()
        .into_iter()
        .map(|(name, path)| (name, path.into_actions().len()))
        .collect();
    broken.sort_unstable();
    broken
}

const STALE: &str = "no read is stale";

fn assert_broken(rules: Rules, property: &str) {
    let broken = broken(rules);
    println!("{broken:?}");
    assert!(
        broken.iter().any(|(name, _)| *name == property),
        "{property}: {broken:?}"
    );
}

#[test]
fn as_designed_every_property_holds_in_every_state() {
    assert_eq!(broken(DESIGNED), []);
}

#[test]
fn taking_over_without_asking_whether_the_owner_is_dead_gives_stale_reads() {
    let rules = Rules {
        check_dead: false,
        ..DESIGNED
    };
    assert_broken(rules, STALE);
}

#[test]
fn reading_without_looking_at_the_deadline_gives_stale_reads() {
    let rules = Rules {
        need_fresh: false,
        ..DESIGNED
    };
    assert_broken(rules, STALE);
}

#[test]
fn declaring_dead_before_the_deadline_gives_stale_reads() {
    let rules = Rules {
        dead_needs_expiry: false,
        ..DESIGNED
    };
    assert_broken(rules, STALE);
}

#[test]
fn beats_of_the_dead_give_stale_reads() {
    let rules = Rules {
        beat_needs_alive: false,
        ..DESIGNED
    };
    assert_broken(rules, STALE);
}

#[test]
fn calling_an_unknown_outcome_failed_is_refuted_later() {
    let rules = Rules {
        bump_unknown: false,
        ..DESIGNED
    };
    assert_broken(rules, "what was called failed never lands");
}
