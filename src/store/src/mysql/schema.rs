//! The tables, and how a database comes to them.
//!
//! A server commits each change of a table by itself, so a start that is killed may leave a step half done. Therefore
//! each statement of a step can be run again, or is left out if its work is found done, and the number of the schema is
//! written last. Nodes that start together wait for each other at a lock of the server. A Galera cluster has no such
//! lock; there, the order that the cluster gives to changes of tables makes the second one fail as done already, and
//! the step is begun again.
//!
//! `inf_list` keeps the columns of release 1.19, which can go on from it (and lists by `rowid`, in the order of
//! creation then). What is changed of them: they are compared exactly, byte by byte, so that `A` is not `a` and a user
//! `ann` is not `änn`.

use std::time::Duration;

use sqlx::{Error, MySqlConnection, Row as _};
use tokio::time::timeout;
use uuid::Uuid;

use super::{errors, foreign, tables};
use crate::{StoreError, StoreErrorKind};

/// The schema of this release.
const SCHEMA: usize = 1;

/// The columns of release 1.19.
const COLUMNS: [&str; 6] = ["rowid", "id", "deleted", "date", "data", "auth"];

/// The name of the lock has the database in it, since a server has one namespace of locks.
const LOCK: &str = "SELECT GET_LOCK(CONCAT('im.schema.', SHA1(DATABASE())), 60)";

const UNLOCK: &str = "SELECT RELEASE_LOCK(CONCAT('im.schema.', SHA1(DATABASE())))";

/// Longer than the wait for the lock.
const LOCK_LIMIT: Duration = Duration::from_secs(70);

/// Bringing over a large table takes its time.
const STEP_LIMIT: Duration = Duration::from_secs(3600);

/// A table, column or key is there already.
const DONE_ALREADY: [u16; 3] = [1050, 1060, 1061];

/// Other nodes that bring over the same database at the same time.
const RACES: usize = 20;

/// Brings the database to the schema of this release.
pub(super) async fn migrate(
    connection: &mut MySqlConnection,
    place: &str,
) -> Result<(), StoreError> {
    let locked = match timeout(LOCK_LIMIT, sqlx::query(LOCK).fetch_one(&mut *connection)).await {
        Ok(Ok(row)) => row.try_get::<Option<i64>, _>(0).ok().flatten() == Some(1),
        Ok(Err(error)) if errors::number(&error).is_some() => {
            tracing::info!(%error, "the server has no locks to lend; going on without");
            true
        }
        Ok(Err(error)) => return Err(failed(place, error)),
        Err(_) => false,
    };
    if !locked {
        return Err(errors::too_late(
            None,
            &format!("another node has been changing the tables of {place} for a minute"),
        ));
    }
    let mut outcome = Ok(());
    for _ in 0..RACES {
        outcome = match timeout(STEP_LIMIT, steps(connection, place)).await {
            Ok(Err(Failure::Server(error)))
                if errors::number(&error).is_some_and(|number| DONE_ALREADY.contains(&number)) =>
            {
                Err(failed(place, error))
            }
            Ok(Err(Failure::Server(error))) => return Err(failed(place, error)),
            Ok(Err(Failure::Refused(error))) => return Err(error),
            Ok(Ok(())) => Ok(()),
            Err(_) => return Err(errors::too_late(None, "changing the tables takes too long")),
        };
        if outcome.is_ok() {
            break;
        }
    }
    outcome?;
    // A server without locks has nothing to give back.
    let _ = sqlx::query(UNLOCK).execute(connection).await;
    Ok(())
}

enum Failure {
    Server(Error),
    Refused(StoreError),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Server(error)
    }
}

async fn steps(connection: &mut MySqlConnection, place: &str) -> Result<(), Failure> {
    sqlx::query(tables::META).execute(&mut *connection).await?;
    let text: Option<String> =
        sqlx::query_scalar("SELECT value FROM im_meta WHERE name = 'schema_version'")
            .fetch_optional(&mut *connection)
            .await?;
    let schema = known(text.as_deref(), place).map_err(Failure::Refused)?;
    if schema < 1 {
        first(connection, place).await?;
    }
    check_engine(connection, place).await?;
    if schema < SCHEMA {
        sqlx::query("REPLACE INTO im_meta(name, value) VALUES('schema_version', ?)")
            .bind(SCHEMA.to_string())
            .execute(connection)
            .await?;
        tracing::info!(
            place,
            from = schema,
            to = SCHEMA,
            "the database has the schema of this release now"
        );
    }
    Ok(())
}

/// The release of the server and the number of the schema, without a change: 0 for a database of release 1.19 or a new
/// one. Fails if this release cannot open it.
pub(super) async fn look(
    connection: &mut MySqlConnection,
    place: &str,
) -> Result<(String, usize), StoreError> {
    let asked = async {
        let version: String = sqlx::query_scalar("SELECT CONVERT(VERSION() USING utf8mb4)")
            .fetch_one(&mut *connection)
            .await?;
        let columns = columns(connection).await?;
        let made: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM information_schema.tables \
             WHERE table_schema = DATABASE() AND table_name = 'im_meta'",
        )
        .fetch_one(&mut *connection)
        .await?;
        let schema: Option<String> = match made {
            0 => None,
            _ => {
                sqlx::query_scalar("SELECT value FROM im_meta WHERE name = 'schema_version'")
                    .fetch_optional(&mut *connection)
                    .await?
            }
        };
        Ok::<_, Error>((version, columns, schema))
    };
    let (version, columns, schema) = asked.await.map_err(|error| {
        let what = format!("the tables of the database {place} cannot be looked at");
        errors::failed(None, &what, error)
    })?;
    if !columns.is_empty() {
        check(&columns, place)?;
        check_engine(connection, place)
            .await
            .map_err(|failure| match failure {
                Failure::Refused(error) => error,
                Failure::Server(error) => failed(place, error),
            })?;
    }
    Ok((version, known(schema.as_deref(), place)?))
}

/// From a database of release 1.19, or an empty one, to the first schema.
async fn first(connection: &mut MySqlConnection, place: &str) -> Result<(), Failure> {
    sqlx::query(tables::INF_LIST)
        .execute(&mut *connection)
        .await?;
    check_engine(connection, place).await?;
    let columns = columns(connection).await?;
    check(&columns, place).map_err(Failure::Refused)?;
    if !columns.iter().any(|column| column == "epoch") {
        // One statement, which is done or not.
        sqlx::query(tables::FENCE).execute(&mut *connection).await?;
    }
    for table in tables::OTHERS {
        sqlx::query(table).execute(&mut *connection).await?;
    }
    for (name, value) in [
        ("cluster_id", Uuid::new_v4().to_string()),
        (
            "marker",
            "Fenced by epoch and version: IM 1.19 must not write here.".to_owned(),
        ),
        ("foreign_writes", "0".to_owned()),
    ] {
        sqlx::query("INSERT IGNORE INTO im_meta(name, value) VALUES(?, ?)")
            .bind(name)
            .bind(value)
            .execute(&mut *connection)
            .await?;
    }
    foreign::adopt_first(connection).await?;
    Ok(())
}

async fn columns(connection: &mut MySqlConnection) -> Result<Vec<String>, Error> {
    sqlx::query_scalar(
        "SELECT CONVERT(LOWER(column_name) USING utf8mb4) FROM information_schema.columns \
         WHERE table_schema = DATABASE() AND table_name = 'inf_list'",
    )
    .fetch_all(connection)
    .await
}

/// Refuses tables that know no transactions.
async fn check_engine(connection: &mut MySqlConnection, place: &str) -> Result<(), Failure> {
    let rows = sqlx::query(
        "SELECT CONVERT(table_name USING utf8mb4), CONVERT(COALESCE(engine, 'none') USING utf8mb4) \
         FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name IN \
         ('inf_list', 'im_meta', 'inf_owner', 'im_node', 'im_operation', 'im_intent')",
    )
    .fetch_all(connection)
    .await?;
    for row in rows {
        let (table, engine): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        if !engine.eq_ignore_ascii_case("InnoDB") {
            return Err(Failure::Refused(other(format!(
                "the table {table} of the database {place} has the engine {engine}, and only InnoDB keeps a promise \
                 through a crash; change it with 'ALTER TABLE {table} ENGINE = InnoDB' and start again"
            ))));
        }
    }
    Ok(())
}

/// The number of the schema, 0 for a database of release 1.19 or a new one.
fn known(schema: Option<&str>, place: &str) -> Result<usize, StoreError> {
    let Some(text) = schema else { return Ok(0) };
    match text.parse() {
        Ok(schema) if schema <= SCHEMA => Ok(schema),
        _ => Err(other(format!(
            "the database {place} has the schema {text}, and this release knows those up to {SCHEMA}: a newer release \
             wrote it, and only that one or a later one can open it"
        ))),
    }
}

/// A table of the same name that is none of release 1.19 is left alone.
fn check(columns: &[String], place: &str) -> Result<(), StoreError> {
    match COLUMNS
        .iter()
        .find(|column| !columns.iter().any(|found| found == *column))
    {
        None => Ok(()),
        Some(column) => Err(other(format!(
            "the table inf_list of the database {place} has no column '{column}', so it is not one of release 1.19; \
             convert it with that release first, or name another database in DATA_DB"
        ))),
    }
}

fn other(context: String) -> StoreError {
    StoreError::new(StoreErrorKind::Other, None, context)
}

fn failed(place: &str, error: Error) -> StoreError {
    errors::failed(
        None,
        &format!("the tables of the database {place} cannot be made"),
        error,
    )
}
