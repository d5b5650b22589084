//! Changes of intents, many in one statement: launching a hundred machines must not cost a hundred round trips.

use im_domain::{Epoch, InfId};
use sqlx::{Error, MySqlConnection};

use crate::change::number;
use crate::mysql::lists::{MANY, fitting, places, query};
use crate::{IntentState, JournalChange, NewIntent};

const PLAN: &str = "INSERT INTO im_intent(inf_id, seq, op, operation, vm, token, cloud, spec_digest, state, epoch, \
     created_at, updated_at) VALUES";

const PLANNED: &str = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NOW(6), NOW(6))";

/// The moment at which the cloud's answer was known stays.
const MARK: &str = "UPDATE im_intent SET state = ?, updated_at = NOW(6), \
     resolved_at = CASE WHEN ? THEN NULL ELSE COALESCE(resolved_at, NOW(6)) END";

/// An intent's number, and the answer if there is one.
pub(super) type Marked<'a> = (u64, Option<&'a str>);

/// The plans at the beginning, as many as one statement takes.
pub(super) fn plans(changes: &[JournalChange]) -> Vec<(&NewIntent, IntentState)> {
    let mut plans: Vec<_> = changes
        .iter()
        .map_while(|change| match change {
            JournalChange::Plan(intent, state) => Some((intent, *state)),
            _ => None,
        })
        .take(MANY)
        .collect();
    plans.truncate(fitting(plans.len()));
    plans
}

/// The marks at the beginning that lead to the same state, all with an answer or all without, each intent once, as many as
/// one statement takes.
pub(super) fn marks(changes: &[JournalChange]) -> Vec<Marked<'_>> {
    let mut common = None;
    let mut marks: Vec<Marked<'_>> = Vec::new();
    for change in changes.iter().take(MANY) {
        let JournalChange::Mark { seq, state, result } = change else {
            break;
        };
        let kind = (*state, result.is_some());
        let is_other = *common.get_or_insert(kind) != kind;
        if is_other || marks.iter().any(|(marked, _)| marked == seq) {
            break;
        }
        marks.push((*seq, result.as_deref()));
    }
    marks.truncate(fitting(marks.len()));
    marks
}

/// Plans intents.
pub(super) async fn plan(
    connection: &mut MySqlConnection,
    inf: &InfId,
    epoch: Epoch,
    intents: &[(&NewIntent, IntentState)],
) -> Result<(), Error> {
    let text = format!("{PLAN} {}", places(PLANNED, intents.len()));
    let mut insert = query(text, intents.len());
    for (intent, state) in intents {
        insert = insert
            .bind(inf.as_str().to_owned())
            .bind(number(intent.seq))
            .bind(intent.action.as_str())
            .bind(intent.operation.to_string())
            .bind(intent.vm.map(|vm| i64::from(vm.0)))
            .bind(intent.token.clone())
            .bind(intent.cloud.clone())
            .bind(intent.spec_digest.clone())
            .bind(state.as_str())
            .bind(number(epoch.0));
    }
    insert.execute(connection).await.map(|_| ())
}

/// Brings intents to a state. Answers how many there were.
pub(super) async fn mark(
    connection: &mut MySqlConnection,
    inf: &InfId,
    state: IntentState,
    marks: &[Marked<'_>],
) -> Result<u64, Error> {
    let results: Vec<(u64, &str)> = marks
        .iter()
        .filter_map(|(seq, result)| Some((*seq, (*result)?)))
        .collect();
    let mut text = MARK.to_owned();
    if !results.is_empty() {
        let cases = vec!["WHEN ? THEN ?"; results.len()].join(" ");
        text.push_str(&format!(", result = CASE seq {cases} ELSE result END"));
    }
    text.push_str(&format!(
        " WHERE inf_id = ? AND seq IN ({})",
        places("?", marks.len())
    ));
    let mut update = query(text, marks.len())
        .bind(state.as_str())
        .bind(state.is_open());
    for (seq, result) in results {
        update = update.bind(number(seq)).bind(result.to_owned());
    }
    update = update.bind(inf.as_str().to_owned());
    for (seq, _) in marks {
        update = update.bind(number(*seq));
    }
    let written = update.execute(connection).await?;
    Ok(written.rows_affected())
}
