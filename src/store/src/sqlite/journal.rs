//! The journal: the statements of its changes, and its questions.

use std::time::Duration;

use im_domain::{Epoch, InfId, OperationId, UserKey};
use sqlx::sqlite::SqliteQueryResult;
use sqlx::{Error, SqliteConnection, SqlitePool};

use super::read::{USUAL, ask};
use crate::change::{Done, number, seconds};
use crate::columns::Columns;
use crate::journal::{corrupt, read};
use crate::{
    Intent, IntentState, JournalChange, NewIntent, NewOperation, Operation, OperationsOf,
    StoreError,
};

const BEGIN: &str = "INSERT INTO im_operation(id, inf_id, kind, state, epoch, boot, sealed, user_key, idem_key, digest, \
     created, updated) VALUES(?1, ?2, ?3, 'running', ?4, ?5, ?6, ?7, ?8, ?9, unixepoch(), unixepoch())";

const TAKE_OVER: &str = "UPDATE im_operation SET boot = ?3, epoch = ?4, updated = unixepoch() \
     WHERE id = ?1 AND inf_id = ?2 AND ended IS NULL";

const SET: &str = "UPDATE im_operation SET state = ?3, updated = unixepoch() \
     WHERE id = ?1 AND inf_id = ?2 AND ended IS NULL";

const SEAL: &str = "UPDATE im_operation SET sealed = ?3, updated = unixepoch() \
     WHERE id = ?1 AND inf_id = ?2 AND ended IS NULL";

const ANSWER: &str =
    "UPDATE im_operation SET outcome = ?3, updated = unixepoch() WHERE id = ?1 AND inf_id = ?2";

const END: &str = "UPDATE im_operation SET state = ?3, outcome = coalesce(?4, outcome), sealed = NULL, \
     updated = unixepoch(), ended = unixepoch() WHERE id = ?1 AND inf_id = ?2 AND ended IS NULL";

const PLAN: &str = "INSERT INTO im_intent(inf_id, seq, op, operation, vm, token, cloud, spec_digest, state, epoch, \
     created, updated) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?10, ?9, unixepoch(), unixepoch())";

/// The moment at which the cloud's answer was known stays.
const MARK: &str = "UPDATE im_intent SET state = ?3, result = coalesce(?4, result), updated = unixepoch(), \
     resolved = CASE WHEN ?5 THEN NULL ELSE coalesce(resolved, unixepoch()) END WHERE inf_id = ?1 AND seq = ?2";

const OPERATIONS: &str = "SELECT o.* FROM im_operation o LEFT JOIN im_node n ON n.boot_id = o.boot \
     WHERE o.ended IS NULL AND (?1 IS NULL OR o.inf_id = ?1) \
     AND (NOT ?2 OR n.boot_id IS NULL OR n.state IN ('dead', 'gone')) ORDER BY o.created, o.id";

/// Refuses what a client asks for again, before anything is written.
pub(super) async fn repeated(
    connection: &mut SqliteConnection,
    changes: &[JournalChange],
) -> Result<Option<Done>, Error> {
    for change in changes {
        let JournalChange::Begin(operation) = change else {
            continue;
        };
        let Some(idempotency) = &operation.idempotency else {
            continue;
        };
        let found =
            sqlx::query("SELECT id FROM im_operation WHERE user_key = ?1 AND idem_key = ?2")
                .bind(idempotency.user.as_str())
                .bind(&idempotency.key)
                .fetch_optional(&mut *connection)
                .await?;
        if let Some(row) = found {
            return Ok(Some(crate::change::repeated(row.parsed("id")?)));
        }
    }
    Ok(None)
}

/// Makes the changes.
pub(super) async fn write(
    connection: &mut SqliteConnection,
    inf: &InfId,
    epoch: Epoch,
    changes: &[JournalChange],
) -> Result<(), Error> {
    for change in changes {
        let written = one(connection, inf, epoch, change).await?;
        if written.rows_affected() != 1 {
            tracing::error!(inf.id = %inf, ?change, "a change of the journal has nothing to change");
            return Err(Error::RowNotFound);
        }
    }
    Ok(())
}

async fn one(
    connection: &mut SqliteConnection,
    inf: &InfId,
    epoch: Epoch,
    change: &JournalChange,
) -> Result<SqliteQueryResult, Error> {
    let about = |statement, id: &OperationId| {
        sqlx::query(statement)
            .bind(id.to_string())
            .bind(inf.as_str().to_owned())
    };
    let query = match change {
        JournalChange::Begin(operation) => {
            return begin(connection, inf, epoch, operation).await;
        }
        JournalChange::Plan(intent, state) => {
            return plan(connection, inf, epoch, intent, *state).await;
        }
        JournalChange::TakeOver(id, boot) => about(TAKE_OVER, id)
            .bind(boot.to_string())
            .bind(number(epoch.0)),
        JournalChange::Set(id, state) => about(SET, id).bind(state.as_str()),
        JournalChange::Seal(id, sealed) => {
            about(SEAL, id).bind(sealed.as_ref().map(|sealed| sealed.0.clone()))
        }
        JournalChange::Answer(id, outcome) => about(ANSWER, id).bind(outcome.clone()),
        JournalChange::End(id, state, outcome) => {
            about(END, id).bind(state.as_str()).bind(outcome.clone())
        }
        JournalChange::Mark { seq, state, result } => sqlx::query(MARK)
            .bind(inf.as_str())
            .bind(number(*seq))
            .bind(state.as_str())
            .bind(result.clone())
            .bind(state.is_open()),
    };
    query.execute(connection).await
}

async fn begin(
    connection: &mut SqliteConnection,
    inf: &InfId,
    epoch: Epoch,
    operation: &NewOperation,
) -> Result<SqliteQueryResult, Error> {
    let idempotency = operation.idempotency.as_ref();
    sqlx::query(BEGIN)
        .bind(operation.id.to_string())
        .bind(inf.as_str())
        .bind(operation.kind.as_str())
        .bind(number(epoch.0))
        .bind(operation.boot.to_string())
        .bind(operation.sealed.as_ref().map(|sealed| &sealed.0))
        .bind(idempotency.map(|given| given.user.as_str()))
        .bind(idempotency.map(|given| &given.key))
        .bind(idempotency.map(|given| &given.digest))
        .execute(connection)
        .await
}

async fn plan(
    connection: &mut SqliteConnection,
    inf: &InfId,
    epoch: Epoch,
    intent: &NewIntent,
    state: IntentState,
) -> Result<SqliteQueryResult, Error> {
    sqlx::query(PLAN)
        .bind(inf.as_str())
        .bind(number(intent.seq))
        .bind(intent.action.as_str())
        .bind(intent.operation.to_string())
        .bind(intent.vm.map(|vm| vm.0))
        .bind(&intent.token)
        .bind(&intent.cloud)
        .bind(&intent.spec_digest)
        .bind(number(epoch.0))
        .bind(state.as_str())
        .execute(connection)
        .await
}

/// Deletes operations that ended long ago, with their intents.
pub(super) async fn tidy(
    connection: &mut SqliteConnection,
    ended_for: Duration,
) -> Result<u64, Error> {
    const OLD: &str = "DELETE FROM im_intent WHERE operation IN \
         (SELECT id FROM im_operation WHERE ended <= unixepoch() - ?1)";
    let ended_for = seconds(ended_for);
    sqlx::query(OLD)
        .bind(ended_for)
        .execute(&mut *connection)
        .await?;
    let deleted = sqlx::query("DELETE FROM im_operation WHERE ended <= unixepoch() - ?1")
        .bind(ended_for)
        .execute(connection)
        .await?;
    Ok(deleted.rows_affected())
}

/// The operations that have not ended.
pub(super) async fn open_operations(
    pool: &SqlitePool,
    of: OperationsOf<'_>,
) -> Result<Vec<Operation>, StoreError> {
    let (inf, dead) = match of {
        OperationsOf::All => (None, false),
        OperationsOf::DeadBoots => (None, true),
        OperationsOf::Infrastructure(id) => (Some(id), false),
    };
    let question = sqlx::query(OPERATIONS)
        .bind(inf.map(InfId::as_str))
        .bind(dead)
        .fetch_all(pool);
    let rows = ask(inf, "reading operations", USUAL, question).await?;
    read::operations(&rows, inf.is_none()).map_err(|error| corrupt(inf, &error))
}

/// An operation.
pub(super) async fn operation(
    pool: &SqlitePool,
    id: &OperationId,
) -> Result<Option<Operation>, StoreError> {
    let question = sqlx::query("SELECT * FROM im_operation WHERE id = ?1")
        .bind(id.to_string())
        .fetch_optional(pool);
    let row = ask(None, "reading an operation", USUAL, question).await?;
    row.map(|row| read::operation(&row))
        .transpose()
        .map_err(|error| corrupt(None, &error))
}

/// The operation that a user began under a key.
pub(super) async fn operation_by_key(
    pool: &SqlitePool,
    user: &UserKey,
    key: &str,
) -> Result<Option<Operation>, StoreError> {
    let question = sqlx::query("SELECT * FROM im_operation WHERE user_key = ?1 AND idem_key = ?2")
        .bind(user.as_str())
        .bind(key)
        .fetch_optional(pool);
    let row = ask(None, "reading an operation", USUAL, question).await?;
    row.map(|row| read::operation(&row))
        .transpose()
        .map_err(|error| corrupt(None, &error))
}

/// The intents of an infrastructure.
pub(super) async fn intents(pool: &SqlitePool, inf: &InfId) -> Result<Vec<Intent>, StoreError> {
    let question = sqlx::query("SELECT * FROM im_intent WHERE inf_id = ?1 ORDER BY seq")
        .bind(inf.as_str())
        .fetch_all(pool);
    let rows = ask(Some(inf), "reading intents", USUAL, question).await?;
    rows.iter()
        .map(read::intent)
        .collect::<Result<_, Error>>()
        .map_err(|error| corrupt(Some(inf), &error))
}
