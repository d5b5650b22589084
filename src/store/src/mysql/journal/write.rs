//! Changes of operations, and the order in which a commit's changes are made.

use im_domain::{Epoch, InfId, OperationId};
use sqlx::{Error, MySqlConnection};

use super::intents;
use super::pending::Pending;
use crate::change::{Done, number, repeated};
use crate::columns::Columns;
use crate::mysql::errors;
use crate::mysql::lists::{places, query};
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

type Begun<'a> = (&'a InfId, Epoch, &'a NewOperation);

/// Makes the changes, those of a kind that come next together, of all infrastructures. Answers a refusal, if there is a
/// reason for one; then the transaction must be rolled back.
pub(in crate::mysql) async fn write(
    connection: &mut MySqlConnection,
    pending: &mut [Pending<'_>],
) -> Result<Option<Done>, Error> {
    while let Some(change) = Pending::next(pending) {
        let all_there = match change {
            JournalChange::Begin(_) => match begin(connection, pending).await? {
                Some(refusal) => return Ok(Some(refusal)),
                None => true,
            },
            JournalChange::Plan(..) => {
                intents::plan(connection, pending).await?;
                true
            }
            JournalChange::Mark { state, result, .. } => {
                intents::mark(connection, pending, *state, result.is_some()).await?
            }
            JournalChange::End(_, state, outcome) => {
                end(connection, pending, *state, outcome.as_deref()).await?
            }
            _ => one(connection, pending).await?,
        };
        if !all_there {
            tracing::error!(?change, "a change of the journal has nothing to change");
            return Err(Error::RowNotFound);
        }
    }
    Ok(None)
}

/// Refuses what a client asks for again, also if the other request is being committed at this moment: the server waits
/// for the end of that.
async fn begin(
    connection: &mut MySqlConnection,
    pending: &mut [Pending<'_>],
) -> Result<Option<Done>, Error> {
    let begun: Vec<Begun<'_>> = Pending::take(pending, |_, one, change| match change {
        JournalChange::Begin(operation) => Some((one.inf, one.epoch, operation)),
        _ => None,
    });
    let error = match insert(connection, &begun).await {
        Ok(()) => return Ok(None),
        Err(error) => error,
    };
    let given = match begun.as_slice() {
        [(_, _, operation)] if errors::is_duplicate(&error) => operation.idempotency.as_ref(),
        // Which of them it is will be found out when each is begun by itself.
        _ => None,
    };
    let Some(given) = given else {
        return Err(error);
    };
    let earlier = sqlx::query(SAME_KEY)
        .bind(given.user.as_str())
        .bind(given.key.as_str())
        .fetch_optional(connection)
        .await?;
    match earlier {
        Some(row) => Ok(Some(repeated(row.parsed("id")?))),
        // The id of the operation itself was used before.
        None => Err(error),
    }
}

async fn insert(connection: &mut MySqlConnection, begun: &[Begun<'_>]) -> Result<(), Error> {
    let text = format!("{BEGIN} {}", places(BEGUN, begun.len()));
    let mut insert = query(text, begun.len());
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
            .bind(given.map(|given| given.key.as_str()))
            .bind(given.map(|given| given.digest.as_str()));
    }
    insert.execute(connection).await.map(|_| ())
}

/// Ends those that are next and come to the same end. Answers whether all of them were open.
async fn end(
    connection: &mut MySqlConnection,
    pending: &mut [Pending<'_>],
    to: OperationState,
    with: Option<&str>,
) -> Result<bool, Error> {
    let ends = Pending::take(pending, |_, one, change| match change {
        JournalChange::End(id, state, outcome) if (*state, outcome.as_deref()) == (to, with) => {
            Some((*id, one.inf))
        }
        _ => None,
    });
    let which = vec![ENDED; ends.len()].join(" OR ");
    let mut update = query(format!("{END} ({which})"), ends.len())
        .bind(to.as_str())
        .bind(with);
    for (id, inf) in &ends {
        update = update.bind(id.to_string()).bind(inf.as_str());
    }
    let written = update.execute(connection).await?;
    Ok(written.rows_affected() == ends.len() as u64)
}

/// Makes the next change by itself. Answers whether there was something to change.
async fn one(connection: &mut MySqlConnection, pending: &mut [Pending<'_>]) -> Result<bool, Error> {
    let next = Pending::take(pending, |taken: &[_], one, change| {
        taken.is_empty().then_some((one.inf, one.epoch, change))
    });
    let Some((inf, epoch, change)) = next.into_iter().next() else {
        return Ok(true);
    };
    let (query, id): (_, &OperationId) = match change {
        JournalChange::TakeOver(id, boot) => (
            sqlx::query(TAKE_OVER)
                .bind(boot.to_string())
                .bind(number(epoch.0)),
            id,
        ),
        JournalChange::Set(id, state) => (sqlx::query(SET).bind(state.as_str()), id),
        JournalChange::Seal(id, sealed) => {
            let sealed = sealed.as_ref().map(|sealed| sealed.0.as_slice());
            (sqlx::query(SEAL).bind(sealed), id)
        }
        JournalChange::Answer(id, outcome) => (sqlx::query(ANSWER).bind(outcome.as_str()), id),
        // Those are made together.
        JournalChange::Begin(_)
        | JournalChange::End(..)
        | JournalChange::Plan(..)
        | JournalChange::Mark { .. } => return Ok(false),
    };
    let written = query
        .bind(id.to_string())
        .bind(inf.as_str())
        .execute(connection)
        .await?;
    Ok(written.rows_affected() == 1)
}
