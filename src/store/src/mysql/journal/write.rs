//! Changes of operations, and the order in which a commit's changes are made.

use im_domain::{Epoch, InfId, OperationId};
use sqlx::{Error, MySqlConnection};

use super::intents;
use super::pending::Pending;
use crate::change::{Done, number, repeated};
use crate::columns::Columns;
use crate::mysql::errors;
use crate::mysql::lists::places;
use crate::mysql::statement::Statement;
use crate::{JournalChange, NewOperation, OperationState};

const BEGIN: &str = "INSERT INTO im_operation(id, inf_id, kind, state, epoch, boot, sealed, user_key, idem_key, digest, \
     created_at, updated_at) VALUES";

const BEGUN: &str = "(?, ?, ?, 'running', ?, ?, ?, ?, ?, ?, NOW(6), NOW(6))";

const SAME_KEY: &str = "SELECT id FROM im_operation WHERE user_key = ? AND idem_key = ?";

const TAKE_OVER: &str = "UPDATE im_operation SET boot = ?, epoch = ?, updated_at = NOW(6) \
     WHERE id = ? AND inf_id = ? AND ended_at IS NULL";

const SET: &str = "UPDATE im_operation SET state = ?, updated_at = NOW(6) \
     WHERE id = ? AND inf_id = ? AND ended_at IS NULL";

const SEAL: &str = "UPDATE im_operation SET sealed = ?, updated_at = NOW(6) \
     WHERE id = ? AND inf_id = ? AND ended_at IS NULL";

const ANSWER: &str =
    "UPDATE im_operation SET outcome = ?, updated_at = NOW(6) WHERE id = ? AND inf_id = ?";

const END: &str = "UPDATE im_operation SET state = ?, outcome = COALESCE(?, outcome), sealed = NULL, \
     updated_at = NOW(6), ended_at = NOW(6) WHERE ended_at IS NULL AND";

const ENDED: &str = "(id = ? AND inf_id = ?)";

/// What is to be done next.
#[derive(Debug)]
pub(in crate::mysql) struct Step<'a> {
    /// Does it.
    pub(in crate::mysql) statement: Statement<'a>,
    /// The operation that it begins, if it is only one.
    begins: Option<&'a NewOperation>,
}

/// Makes the changes. Answers a refusal, if there is a reason for one; then the transaction must be rolled back.
pub(in crate::mysql) async fn write(
    connection: &mut MySqlConnection,
    pending: &mut [Pending<'_>],
) -> Result<Option<Done>, Error> {
    while let Some(Step { statement, begins }) = next(pending) {
        let rows = statement.rows();
        match (statement.execute(&mut *connection).await, begins) {
            (Ok(written), _) if written.rows_affected() == rows => {}
            (Ok(_), _) => {
                tracing::error!("a change of the journal has nothing to change");
                return Err(Error::RowNotFound);
            }
            (Err(error), Some(operation)) if errors::is_duplicate(&error) => {
                return earlier(connection, operation, error).await.map(Some);
            }
            (Err(error), _) => return Err(error),
        }
    }
    Ok(None)
}

/// The next change that is to be made, with those of its kind that come next, of all infrastructures.
pub(in crate::mysql) fn next<'a>(pending: &mut [Pending<'a>]) -> Option<Step<'a>> {
    let mut begins = None;
    let statement = match Pending::next(pending)? {
        JournalChange::Begin(operation) => {
            begins = Some(operation);
            begin(pending)
        }
        JournalChange::Plan(..) => intents::plan(pending),
        JournalChange::Mark { state, result, .. } => {
            intents::mark(pending, *state, result.is_some())
        }
        JournalChange::End(_, state, outcome) => end(pending, *state, outcome.as_deref()),
        JournalChange::TakeOver(id, boot) => one(pending, id, |epoch| {
            Statement::new(TAKE_OVER, 1)
                .bind(boot.to_string())
                .bind(number(epoch.0))
        }),
        JournalChange::Set(id, state) => {
            one(pending, id, |_| Statement::new(SET, 1).bind(state.as_str()))
        }
        JournalChange::Seal(id, sealed) => one(pending, id, |_| {
            Statement::new(SEAL, 1).bind(sealed.as_ref().map(|sealed| sealed.0.as_slice()))
        }),
        JournalChange::Answer(id, outcome) => one(pending, id, |_| {
            Statement::new(ANSWER, 1).bind(outcome.as_str())
        }),
    };
    Some(Step {
        // Which of several it is that a client asks for again is found out when each is begun by itself.
        begins: begins.filter(|_| statement.rows() == 1),
        statement,
    })
}

/// Refuses what a client asks for again, also if the other request was being committed: the server has waited for the
/// end of that.
async fn earlier(
    connection: &mut MySqlConnection,
    operation: &NewOperation,
    error: Error,
) -> Result<Done, Error> {
    let Some(given) = &operation.idempotency else {
        return Err(error);
    };
    let earlier = sqlx::query(SAME_KEY)
        .bind(given.user.as_str())
        .bind(given.key.as_str())
        .fetch_optional(connection)
        .await?;
    match earlier {
        Some(row) => Ok(repeated(row.parsed("id")?)),
        // The id of the operation itself was used before.
        None => Err(error),
    }
}

fn begin<'a>(pending: &mut [Pending<'a>]) -> Statement<'a> {
    let begun = Pending::take(pending, |_, one, change| match change {
        JournalChange::Begin(operation) => Some((one.inf, one.epoch, operation)),
        _ => None,
    });
    let text = format!("{BEGIN} {}", places(BEGUN, begun.len()));
    let mut insert = Statement::new(text, begun.len());
    for (inf, epoch, operation) in begun {
        let given = operation.idempotency.as_ref();
        insert = insert
            .bind(operation.id.to_string())
            .bind(inf.as_str())
            .bind(operation.kind.as_str())
            .bind(number(epoch.0))
            .bind(operation.boot.to_string())
            .bind(operation.sealed.as_ref().map(|sealed| sealed.0.as_slice()))
            .bind(given.map(|given| given.user.as_str()))
            .bind(given.map(|given| given.key.as_bytes()))
            .bind(given.map(|given| given.digest.as_str()));
    }
    insert
}

/// Ends those that are next and come to the same end.
fn end<'a>(
    pending: &mut [Pending<'a>],
    to: OperationState,
    with: Option<&'a str>,
) -> Statement<'a> {
    let ends = Pending::take(pending, |_, one, change| match change {
        JournalChange::End(id, state, outcome) if (*state, outcome.as_deref()) == (to, with) => {
            Some((*id, one.inf))
        }
        _ => None,
    });
    let which = vec![ENDED; ends.len()].join(" OR ");
    let mut update = Statement::new(format!("{END} ({which})"), ends.len())
        .bind(to.as_str())
        .bind(with);
    for (id, inf) in ends {
        update = update.bind(id.to_string()).bind(inf.as_str());
    }
    update
}

/// Makes the next change by itself: a statement about an operation, with the values before those that say which.
fn one<'a>(
    pending: &mut [Pending<'a>],
    id: &OperationId,
    statement: impl FnOnce(Epoch) -> Statement<'a>,
) -> Statement<'a> {
    let next = Pending::take(pending, |taken: &[_], one, _| {
        taken.is_empty().then_some((one.inf, one.epoch))
    });
    let (inf, epoch) = next.into_iter().next().unzip();
    statement(epoch.unwrap_or(Epoch(0)))
        .bind(id.to_string())
        .bind(inf.map(InfId::as_str))
}
