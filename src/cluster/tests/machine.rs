//! The machine of a slot under random events, sensible or not.
#![cfg(test)]

use im_cluster::machine::{Answer, Claim, Effect, Event, Hold, Life, Phase, State, Step, step};
use im_store::Position;
use proptest::prelude::*;

type B = u8;

fn position() -> impl Strategy<Value = Position> {
    (0..4_u64, 0..4_u64).prop_map(|(epoch, version)| Position::new(epoch, version))
}

fn event() -> impl Strategy<Value = Event<B>> {
    let other = 1..3_u8;
    prop_oneof![
        any::<bool>().prop_map(|ask_leases| Event::Wanted { ask_leases }),
        prop_oneof![
            Just(Claim::Mine),
            other.clone().prop_map(Claim::HeldBy),
            Just(Claim::Silent)
        ]
        .prop_map(Event::Claimed),
        (position(), proptest::option::of(0..3_u8)).prop_map(|(at, owner)| Event::Row {
            at,
            owner,
            mine: owner == Some(0)
        }),
        Just(Event::NoRow),
        prop_oneof![Just(Life::Alive), Just(Life::Ended)].prop_map(Event::Judged),
        prop_oneof![
            Just(Answer::Released),
            Just(Answer::Busy),
            Just(Answer::Silent)
        ]
        .prop_map(Event::Answered),
        position().prop_map(Event::Taken),
        position().prop_map(Event::Committed),
        position().prop_map(Event::Resolved),
        proptest::sample::select(vec![
            Event::Raced,
            Event::Failed,
            Event::Recovered,
            Event::RecoveryFailed,
            Event::WriteWanted,
            Event::WriteFailed,
            Event::Fenced,
            Event::Impossible,
            Event::Unknown,
            Event::ResolvedElsewhere,
            Event::ResolveSilent,
            Event::DeadlinePassed,
            Event::Fresh,
            Event::Lapsed,
            Event::ReleaseWanted,
            Event::GivenBack,
            Event::GiveBackFailed,
        ]),
    ]
}

/// What an observer remembers of the effects.
#[derive(Debug, Default)]
struct Observed {
    /// A write was sent and nothing was heard of it.
    writing: bool,
    /// What became of the last write is not known.
    unknown: bool,
    /// Whom the present acquisition may take from.
    excused: Option<B>,
}

fn observe(
    observed: &mut Observed,
    before: &State<B>,
    event: &Event<B>,
    after: &State<B>,
    effects: &[Effect<B>],
) -> Result<(), TestCaseError> {
    match (before, event) {
        (State::Acquiring(Step::Judging { owner, .. }), Event::Judged(Life::Ended))
        | (State::Acquiring(Step::Asking { owner, .. }), Event::Answered(Answer::Released)) => {
            observed.excused = Some(*owner);
        }
        (State::Held(_), Event::Committed(_) | Event::WriteFailed | Event::Unknown) => {
            observed.writing = false;
        }
        _ => {}
    }
    if before.hold().is_some() && after.hold().is_none() {
        observed.writing = false;
        observed.unknown = false;
    }
    if matches!(event, Event::Resolved(_)) {
        observed.unknown = false;
    }
    for effect in effects {
        match effect {
            Effect::Write(at) => {
                let hold = before.hold();
                prop_assert!(hold.is_some_and(|hold| hold.at == *at), "written elsewhere");
                prop_assert!(!observed.writing, "two writes at once");
                prop_assert!(!observed.unknown, "a write while an outcome is unknown");
                observed.writing = true;
            }
            Effect::Resolve(_) => observed.unknown = true,
            Effect::GiveBack(_) => {
                prop_assert!(
                    !observed.writing && !observed.unknown,
                    "given back while written"
                );
            }
            Effect::Take { from, .. } => {
                let excused = from.is_none() || *from == Some(0) || *from == observed.excused;
                prop_assert!(excused, "taken from {from:?}");
            }
            Effect::Recover => prop_assert!(matches!(event, Event::Taken(_))),
            _ => {}
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// I1, I2, I4: one write at a time, at the position that was reached; none while an outcome is unknown; nothing
    /// taken but from nobody, from oneself, from the dead, or from who released.
    #[test]
    fn whatever_happens_the_effects_are_allowed(events in prop::collection::vec(event(), 1..60)) {
        let mut state = State::Unowned;
        let mut observed = Observed::default();
        for event in events {
            let (next, effects) = step(state.clone(), event.clone());
            observe(&mut observed, &state, &event, &next, &effects)?;
            state = next;
        }
    }

    /// I3: after the fence has spoken, or the life has ended, nothing is held.
    #[test]
    fn what_is_lost_is_not_held(events in prop::collection::vec(event(), 1..60)) {
        let mut state = State::Unowned;
        for event in events {
            let held = state.hold().is_some();
            let (next, effects) = step(state, event.clone());
            if matches!(event, Event::Fenced | Event::Lapsed | Event::Impossible) {
                prop_assert!(next.hold().is_none());
                prop_assert!(!held || effects.contains(&Effect::DropCache));
            }
            state = next;
        }
    }

    /// I6: a user's change may begin only after a recovery that belongs to this ownership.
    #[test]
    fn no_change_begins_before_the_recovery(events in prop::collection::vec(event(), 1..60)) {
        let mut state = State::Unowned;
        let mut recovered = false;
        for event in events {
            let (next, _) = step(state, event.clone());
            match event {
                Event::Recovered if next.hold().is_some() => recovered = true,
                _ if next.hold().is_none() => recovered = false,
                _ => {}
            }
            prop_assert!(recovered || !next.hold().is_some_and(Hold::may_begin));
            state = next;
        }
    }
}

#[test]
fn a_release_waits_for_the_write_that_is_under_way() {
    let held = State::<B>::Held(Hold::taken(Position::new(1, 1)));
    let (writing, _) = step(held, Event::WriteWanted);
    let (releasing, effects) = step(writing, Event::ReleaseWanted);
    assert_eq!(effects, []);
    let (quiet, effects) = step(releasing, Event::Committed(Position::new(1, 2)));
    assert_eq!(effects, [Effect::GiveBack(Position::new(1, 2))]);
    assert_eq!(quiet.hold().map(|hold| hold.phase), Some(Phase::Releasing));
    let (over, effects) = step(quiet, Event::GivenBack);
    assert_eq!(over, State::Unowned);
    assert!(effects.contains(&Effect::WithdrawLease));
}
