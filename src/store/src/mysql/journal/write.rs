//! Changes of operations, and the order in which a commit's changes are made.

use im_domain::{Epoch, InfId, OperationId};
use sqlx::{Error, MySqlConnection};

use super::intents;
use crate::change::{Done, number, repeated};
use crate::columns::Columns;
use crate::mysql::errors;
use crate::{JournalChange, NewOperation};

const BEGIN: &str = "INSERT INTO im_operation(id, inf_id, kind, state, epoch, boot, sealed, user_key, idem_key, digest, \
     created_at, updated_at) VALUES(?, ?, ?, 'running', ?, ?, ?, ?, ?, ?, NOW(6), NOW(6))";

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
     updated_at = NOW(6), ended_at = NOW(6) WHERE id = ? AND inf_id = ? AND ended_at IS NULL";

/// Makes the changes, those of intents that stand side by side together. Answers a refusal, if there is a reason for
/// one; then the transaction must be rolled back.
pub(in crate::mysql) async fn write(
    connection: &mut MySqlConnection,
    inf: &InfId,
    epoch: Epoch,
    changes: &[JournalChange],
) -> Result<Option<Done>, Error> {
    let mut rest = changes;
    while let [change, after @ ..] = rest {
        let (written, asked) = match change {
            JournalChange::Begin(operation) => {
                if let Some(refusal) = begin(connection, inf, epoch, operation).await? {
                    return Ok(Some(refusal));
                }
                (1, 1)
            }
            JournalChange::Plan(..) => {
                let plans = intents::plans(rest);
                intents::plan(connection, inf, epoch, &plans).await?;
                (plans.len() as u64, plans.len())
            }
            JournalChange::Mark { state, .. } => {
                let marks = intents::marks(rest);
                let written = intents::mark(connection, inf, *state, &marks).await?;
                (written, marks.len())
            }
            other => (one(connection, inf, epoch, other).await?, 1),
        };
        if written != asked as u64 {
            tracing::error!(inf.id = %inf, ?change, "a change of the journal has nothing to change");
            return Err(Error::RowNotFound);
        }
        rest = rest.get(asked..).unwrap_or(after);
    }
    Ok(None)
}

/// Refuses what a client asks for again, also if the other request is being committed at this moment: the server waits
/// for the end of that.
async fn begin(
    connection: &mut MySqlConnection,
    inf: &InfId,
    epoch: Epoch,
    operation: &NewOperation,
) -> Result<Option<Done>, Error> {
    let given = operation.idempotency.as_ref();
    let begun = sqlx::query(BEGIN)
        .bind(operation.id.to_string())
        .bind(inf.as_str())
        .bind(operation.kind.as_str())
        .bind(number(epoch.0))
        .bind(operation.boot.to_string())
        .bind(operation.sealed.as_ref().map(|sealed| &sealed.0))
        .bind(given.map(|given| given.user.as_str()))
        .bind(given.map(|given| given.key.as_str()))
        .bind(given.map(|given| given.digest.as_str()))
        .execute(&mut *connection)
        .await;
    let (error, given) = match (begun, given) {
        (Ok(_), _) => return Ok(None),
        (Err(error), Some(given)) if errors::is_duplicate(&error) => (error, given),
        (Err(error), _) => return Err(error),
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

async fn one(
    connection: &mut MySqlConnection,
    inf: &InfId,
    epoch: Epoch,
    change: &JournalChange,
) -> Result<u64, Error> {
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
        JournalChange::End(id, state, outcome) => (
            sqlx::query(END)
                .bind(state.as_str())
                .bind(outcome.as_deref()),
            id,
        ),
        // Those are made in other ways.
        JournalChange::Begin(_) | JournalChange::Plan(..) | JournalChange::Mark { .. } => {
            return Ok(0);
        }
    };
    let written = query
        .bind(id.to_string())
        .bind(inf.as_str())
        .execute(connection)
        .await?;
    Ok(written.rows_affected())
}
