//! The journal: its changes (`write`, `intents`) and its questions.

mod intents;
mod pending;
mod write;

use std::time::Duration;

use im_domain::{InfId, OperationId, UserKey};
use sqlx::{Error, MySqlConnection};

use super::connections::Connections;
use super::read::rows;
use crate::change::seconds;
use crate::journal::{corrupt, read};
use crate::{Intent, Operation, OperationsOf, StoreError};

pub(super) use pending::Pending;
pub(super) use write::{Step, next, write};

macro_rules! operations {
    ($rest:literal) => {
        concat!(
            "SELECT o.id, o.inf_id, o.kind, o.state, o.epoch, o.boot, o.sealed, o.digest, \
             CAST(FLOOR(UNIX_TIMESTAMP(o.created_at)) AS SIGNED) AS created, \
             CAST(FLOOR(UNIX_TIMESTAMP(o.updated_at)) AS SIGNED) AS updated, \
             CAST(FLOOR(UNIX_TIMESTAMP(o.ended_at)) AS SIGNED) AS ended, o.outcome FROM im_operation o ",
            $rest
        )
    };
}

const OF_ALL: &str = operations!("WHERE o.ended_at IS NULL ORDER BY o.created_at, o.id");

const OF_ONE: &str =
    operations!("WHERE o.inf_id = ? AND o.ended_at IS NULL ORDER BY o.created_at, o.id");

const OF_DEAD_BOOTS: &str = operations!(
    "LEFT JOIN im_node n ON n.boot_id = o.boot WHERE o.ended_at IS NULL \
     AND (n.boot_id IS NULL OR n.state IN ('dead', 'gone')) ORDER BY o.created_at, o.id"
);

const BY_ID: &str = operations!("WHERE o.id = ?");

const BY_KEY: &str = operations!("WHERE o.user_key = ? AND o.idem_key = ?");

const INTENTS: &str = "SELECT inf_id, seq, op, operation, vm, token, cloud, spec_digest, state, epoch, result, \
     CAST(FLOOR(UNIX_TIMESTAMP(created_at)) AS SIGNED) AS created, \
     CAST(FLOOR(UNIX_TIMESTAMP(updated_at)) AS SIGNED) AS updated, \
     CAST(FLOOR(UNIX_TIMESTAMP(resolved_at)) AS SIGNED) AS resolved FROM im_intent WHERE inf_id = ? ORDER BY seq";

const TIDY_INTENTS: &str = "DELETE i FROM im_intent i JOIN im_operation o ON o.id = i.operation \
     WHERE o.ended_at <= NOW(6) - INTERVAL ? SECOND";

const TIDY: &str = "DELETE FROM im_operation WHERE ended_at <= NOW(6) - INTERVAL ? SECOND";

/// Deletes operations that ended long ago, with their intents.
pub(super) async fn tidy(
    connection: &mut MySqlConnection,
    ended_for: Duration,
) -> Result<u64, Error> {
    let ended_for = seconds(ended_for);
    sqlx::query(TIDY_INTENTS)
        .bind(ended_for)
        .execute(&mut *connection)
        .await?;
    let deleted = sqlx::query(TIDY)
        .bind(ended_for)
        .execute(connection)
        .await?;
    Ok(deleted.rows_affected())
}

/// The operations that have not ended.
pub(super) async fn open_operations(
    connections: &Connections,
    of: OperationsOf<'_>,
) -> Result<Vec<Operation>, StoreError> {
    let what = "reading operations";
    let (inf, found) = match of {
        OperationsOf::All => (
            None,
            rows(connections, None, what, || sqlx::query(OF_ALL)).await?,
        ),
        OperationsOf::DeadBoots => (
            None,
            rows(connections, None, what, || sqlx::query(OF_DEAD_BOOTS)).await?,
        ),
        OperationsOf::Infrastructure(id) => {
            let question = || sqlx::query(OF_ONE).bind(id.as_str());
            (Some(id), rows(connections, Some(id), what, question).await?)
        }
    };
    read::operations(&found, inf.is_none()).map_err(|error| corrupt(inf, &error))
}

/// An operation.
pub(super) async fn operation(
    connections: &Connections,
    id: &OperationId,
) -> Result<Option<Operation>, StoreError> {
    let question = || sqlx::query(BY_ID).bind(id.to_string());
    let found = rows(connections, None, "reading an operation", question).await?;
    found
        .first()
        .map(read::operation)
        .transpose()
        .map_err(|error| corrupt(None, &error))
}

/// The operation that a user began under a key.
pub(super) async fn operation_by_key(
    connections: &Connections,
    user: &UserKey,
    key: &str,
) -> Result<Option<Operation>, StoreError> {
    let question = || sqlx::query(BY_KEY).bind(user.as_str()).bind(key);
    let found = rows(connections, None, "reading an operation", question).await?;
    found
        .first()
        .map(read::operation)
        .transpose()
        .map_err(|error| corrupt(None, &error))
}

/// The intents of an infrastructure.
pub(super) async fn intents(
    connections: &Connections,
    inf: &InfId,
) -> Result<Vec<Intent>, StoreError> {
    let question = || sqlx::query(INTENTS).bind(inf.as_str());
    let found = rows(connections, Some(inf), "reading intents", question).await?;
    found
        .iter()
        .map(read::intent)
        .collect::<Result<_, Error>>()
        .map_err(|error| corrupt(Some(inf), &error))
}
