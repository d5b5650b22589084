//! Changes of intents, many in one statement: launching a hundred machines must not cost a hundred round trips.

use im_domain::{Epoch, InfId};

use super::pending::Pending;
use crate::change::number;
use crate::mysql::lists::places;
use crate::mysql::statement::Statement;
use crate::{IntentState, JournalChange, NewIntent};

const PLAN: &str = "INSERT INTO im_intent(inf_id, seq, op, operation, vm, token, cloud, spec_digest, state, epoch, \
     created_at, updated_at) VALUES";

const PLANNED: &str = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NOW(6), NOW(6))";

/// The moment at which the cloud's answer was known stays.
const MARK: &str = "UPDATE im_intent SET state = ?, updated_at = NOW(6), \
     resolved_at = CASE WHEN ? THEN NULL ELSE COALESCE(resolved_at, NOW(6)) END";

const MARKED: &str = "(inf_id = ? AND seq = ?)";

#[derive(Debug)]
struct Planned<'a> {
    inf: &'a InfId,
    epoch: Epoch,
    intent: &'a NewIntent,
    state: IntentState,
}

/// An intent, and the answer if there is one.
struct Marked<'a> {
    inf: &'a InfId,
    seq: u64,
    result: Option<&'a str>,
}

/// Plans the intents that are next.
pub(super) fn plan<'a>(pending: &mut [Pending<'a>]) -> Statement<'a> {
    let plans = Pending::take(pending, |_, one, change| match change {
        JournalChange::Plan(intent, state) => Some(Planned {
            inf: one.inf,
            epoch: one.epoch,
            intent,
            state: *state,
        }),
        _ => None,
    });
    let text = format!("{PLAN} {}", places(PLANNED, plans.len()));
    let mut insert = Statement::new(text, plans.len());
    for Planned {
        inf,
        epoch,
        intent,
        state,
    } in plans
    {
        insert = insert
            .bind(inf.as_str())
            .bind(number(intent.seq))
            .bind(intent.action.as_str())
            .bind(intent.operation.to_string())
            .bind(intent.vm.map(|vm| i64::from(vm.0)))
            .bind(intent.token.as_str())
            .bind(intent.cloud.as_str())
            .bind(intent.spec_digest.as_str())
            .bind(state.as_str())
            .bind(number(epoch.0));
    }
    insert
}

/// Brings the intents that are next to a state, all with an answer or all without, each once.
pub(super) fn mark<'a>(
    pending: &mut [Pending<'a>],
    to: IntentState,
    with_result: bool,
) -> Statement<'a> {
    let marks = Pending::take(pending, |taken: &[Marked<'a>], one, change| match change {
        JournalChange::Mark { seq, state, result }
            if (*state, result.is_some()) == (to, with_result)
                && !taken
                    .iter()
                    .any(|mark| mark.seq == *seq && mark.inf == one.inf) =>
        {
            Some(Marked {
                inf: one.inf,
                seq: *seq,
                result: result.as_deref(),
            })
        }
        _ => None,
    });
    let mut text = MARK.to_owned();
    if with_result {
        let cases = vec!["WHEN inf_id = ? AND seq = ? THEN ?"; marks.len()].join(" ");
        text.push_str(&format!(", result = CASE {cases} ELSE result END"));
    }
    let which = vec![MARKED; marks.len()].join(" OR ");
    text.push_str(&format!(" WHERE {which}"));
    let mut update = Statement::new(text, marks.len())
        .bind(to.as_str())
        .bind(to.is_open());
    if with_result {
        for mark in &marks {
            update = update
                .bind(mark.inf.as_str())
                .bind(number(mark.seq))
                .bind(mark.result);
        }
    }
    for mark in &marks {
        update = update.bind(mark.inf.as_str()).bind(number(mark.seq));
    }
    update
}
