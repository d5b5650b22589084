//! The transitions.

use im_store::Position;

use super::state::{Answer, Claim, Effect, Event, Life, Refusal, State, Step};
use super::{Hold, Phase};

type Next<B> = (State<B>, Vec<Effect<B>>);

/// What an event makes of a state, and what is to be done. An event that does not belong to the state changes nothing.
pub fn step<B: Clone + Eq>(state: State<B>, event: Event<B>) -> Next<B> {
    match state {
        State::Unowned | State::Remote(_) | State::Lost => idle(state, event),
        State::Acquiring(at) => acquiring(at, event),
        State::Held(hold) => held(hold, event),
    }
}

fn idle<B>(state: State<B>, event: Event<B>) -> Next<B> {
    match event {
        Event::Wanted { ask_leases: true } => {
            (State::Acquiring(Step::Claiming), vec![Effect::ClaimLease])
        }
        Event::Wanted { ask_leases: false } => reading(),
        Event::WriteWanted => (state, vec![Effect::Refuse(Refusal::Lost)]),
        _ => (state, Vec::new()),
    }
}

fn reading<B>() -> Next<B> {
    (State::Acquiring(Step::Reading), vec![Effect::ReadRow])
}

fn acquiring<B: Clone + Eq>(at: Step<B>, event: Event<B>) -> Next<B> {
    match (at, event) {
        (Step::Claiming, Event::Claimed(Claim::Mine | Claim::Silent)) => reading(),
        (Step::Claiming, Event::Claimed(Claim::HeldBy(owner))) => (
            State::Remote(owner.clone()),
            vec![Effect::AnswerRemote(owner)],
        ),
        (Step::Reading, Event::NoRow) => (
            State::Unowned,
            vec![Effect::WithdrawLease, Effect::AnswerAbsent],
        ),
        (Step::Reading, Event::Row { at, owner, mine }) => match owner {
            Some(owner) if !mine => (
                State::Acquiring(Step::Judging {
                    seen: at,
                    owner: owner.clone(),
                }),
                vec![Effect::Judge(owner)],
            ),
            from => taking(at, from),
        },
        (Step::Judging { seen, owner }, Event::Judged(Life::Ended)) => taking(seen, Some(owner)),
        (Step::Judging { seen, owner }, Event::Judged(Life::Alive)) => (
            State::Acquiring(Step::Asking {
                seen,
                owner: owner.clone(),
            }),
            vec![Effect::AskOwner(owner)],
        ),
        (Step::Asking { seen, owner }, Event::Answered(Answer::Released)) => {
            taking(seen, Some(owner))
        }
        (Step::Asking { owner, .. }, Event::Answered(Answer::Busy)) => (
            State::Remote(owner.clone()),
            vec![Effect::WithdrawLease, Effect::AnswerRemote(owner)],
        ),
        (Step::Asking { .. }, Event::Answered(Answer::Silent)) => refuse(Refusal::OwnerSilent),
        (Step::Taking { seen, .. }, Event::Taken(at)) if at.version == seen.version => (
            State::Held(Hold::taken(at)),
            vec![
                Effect::PublishLease(at),
                Effect::ServeReads,
                Effect::Recover,
            ],
        ),
        // Somebody wrote between the reading and the taking: it is ours now, and what was read is old.
        (Step::Taking { .. }, Event::Taken(_) | Event::Raced) => reading(),
        (_, Event::Failed) => refuse(Refusal::StoreSilent),
        (_, Event::DeadlinePassed | Event::Lapsed) => refuse(Refusal::NotFresh),
        (at, _) => (State::Acquiring(at), Vec::new()),
    }
}

fn taking<B: Clone>(seen: Position, from: Option<B>) -> Next<B> {
    let take = Effect::Take {
        seen: seen.epoch,
        from: from.clone(),
    };
    (State::Acquiring(Step::Taking { seen, from }), vec![take])
}

fn refuse<B>(why: Refusal) -> Next<B> {
    (
        State::Unowned,
        vec![Effect::WithdrawLease, Effect::Refuse(why)],
    )
}

fn held<B>(hold: Hold, event: Event<B>) -> Next<B> {
    match event {
        Event::Recovered => {
            let hold = Hold {
                recovered: true,
                ..hold
            };
            (State::Held(hold), vec![Effect::ServeChanges])
        }
        Event::WriteWanted if hold.may_write() => {
            let write = Effect::Write(hold.at);
            let hold = Hold {
                writing: true,
                ..hold
            };
            (State::Held(hold), vec![write])
        }
        Event::WriteWanted => (State::Held(hold), vec![Effect::Refuse(Refusal::NotNow)]),
        Event::Committed(at) if hold.writing => quiet(Hold {
            at,
            writing: false,
            ..hold
        }),
        Event::WriteFailed if hold.writing => quiet(Hold {
            writing: false,
            ..hold
        }),
        Event::Unknown if hold.writing => {
            let resolve = Effect::Resolve(hold.at);
            let hold = Hold {
                writing: false,
                poisoned: true,
                ..hold
            };
            (State::Held(hold), vec![resolve])
        }
        Event::Resolved(at) if hold.poisoned => quiet(Hold {
            at,
            poisoned: false,
            ..hold
        }),
        Event::Fenced | Event::Lapsed | Event::ResolvedElsewhere | Event::ResolveSilent => lose(),
        Event::Impossible => {
            let (state, mut effects) = lose();
            effects.insert(0, Effect::Alarm);
            (state, effects)
        }
        Event::DeadlinePassed => with_suspicion(hold, true),
        Event::Fresh => with_suspicion(hold, false),
        Event::ReleaseWanted | Event::RecoveryFailed if hold.phase == Phase::Keeping => {
            quiet(Hold {
                phase: Phase::Releasing,
                ..hold
            })
        }
        Event::GivenBack | Event::GiveBackFailed
            if hold.phase == Phase::Releasing && hold.is_quiet() =>
        {
            (
                State::Unowned,
                vec![Effect::CancelWork, Effect::WithdrawLease, Effect::DropCache],
            )
        }
        _ => (State::Held(hold), Vec::new()),
    }
}

/// After a write has ended, one way or another, or a release was asked for: give back what is to go.
fn quiet<B>(hold: Hold) -> Next<B> {
    let effects = if hold.phase == Phase::Releasing && hold.is_quiet() {
        vec![Effect::GiveBack(hold.at)]
    } else {
        Vec::new()
    };
    (State::Held(hold), effects)
}

fn with_suspicion<B>(hold: Hold, suspect: bool) -> Next<B> {
    (State::Held(Hold { suspect, ..hold }), Vec::new())
}

fn lose<B>() -> Next<B> {
    (
        State::Lost,
        vec![Effect::CancelWork, Effect::WithdrawLease, Effect::DropCache],
    )
}
