//! Questions. Each has a time limit, and a row that cannot be understood spoils no other.

use std::future::Future;
use std::time::Duration;

use futures::TryStreamExt;
use im_domain::stored::{self, Origin};
use im_domain::{InfId, UserKey};
use sqlx::sqlite::SqliteRow;
use sqlx::{Error, Row as _, SqlitePool};
use tokio::time::timeout;

use super::{errors, owners, write};
use crate::{Loaded, Position, StoreError, StoreErrorKind, Summary};

const USUAL: Duration = Duration::from_secs(10);

/// Statistics read every document that they count.
const LONG: Duration = Duration::from_secs(120);

/// Bytes of a stored form that are read in some milliseconds.
const LARGE: usize = 1 << 20;

pub(super) const LIST: &str = "SELECT i.id FROM inf_owner o CROSS JOIN inf_list i ON i.id = o.inf_id \
     WHERE o.user_key IN (SELECT value FROM json_each(?1)) AND o.deleted = 0 ORDER BY i.rowid DESC";

pub(super) const LIST_ALL: &str =
    "SELECT id FROM inf_list INDEXED BY inf_list_live WHERE deleted = 0 ORDER BY rowid DESC";

const SUMMARIES: &str = "SELECT i.id, i.deleted, i.data, i.epoch, i.version, i.saved_at, \
     coalesce(i.saved_at, CAST(strftime('%s', i.date) AS INTEGER)) AS last_saved \
     FROM (SELECT DISTINCT inf_id FROM inf_owner WHERE user_key IN (SELECT value FROM json_each(?1))) o \
     CROSS JOIN inf_list i ON i.id = o.inf_id ORDER BY i.rowid DESC";

const SUMMARIES_ALL: &str = "SELECT id, deleted, data, epoch, version, saved_at, \
     coalesce(saved_at, CAST(strftime('%s', date) AS INTEGER)) AS last_saved \
     FROM inf_list ORDER BY rowid DESC";

/// A row that has not been understood yet.
pub(super) struct RawRow {
    data: Result<String, Error>,
    deleted: bool,
    position: Position,
    origin: Origin,
}

/// The row of an infrastructure.
pub(super) async fn row(pool: &SqlitePool, id: &InfId) -> Result<Option<RawRow>, StoreError> {
    let question =
        sqlx::query("SELECT data, deleted, epoch, version, saved_at FROM inf_list WHERE id = ?1")
            .bind(id.as_str())
            .fetch_optional(pool);
    let row = ask(Some(id), "reading an infrastructure", USUAL, question).await?;
    row.map(|row| RawRow::of(&row))
        .transpose()
        .map_err(|error| errors::failed(Some(id), "the columns of a row cannot be read", error))
}

/// The ids of the live infrastructures of these users, most recently saved first.
pub(super) async fn list(pool: &SqlitePool, users: &[UserKey]) -> Result<Vec<InfId>, StoreError> {
    let question = sqlx::query(LIST).bind(owners::keys(users)).fetch_all(pool);
    let rows = ask(None, "listing infrastructures", USUAL, question).await?;
    Ok(ids(&rows))
}

/// The ids of all live infrastructures, most recently saved first.
pub(super) async fn list_all(pool: &SqlitePool) -> Result<Vec<InfId>, StoreError> {
    let question = sqlx::query(LIST_ALL).fetch_all(pool);
    let rows = ask(None, "listing all infrastructures", USUAL, question).await?;
    Ok(ids(&rows))
}

/// What statistics need.
pub(super) async fn summaries(
    pool: &SqlitePool,
    users: Option<&[UserKey]>,
) -> Result<Vec<Summary>, StoreError> {
    let question = async {
        let query = match users {
            Some(users) => sqlx::query(SUMMARIES).bind(owners::keys(users)),
            None => sqlx::query(SUMMARIES_ALL),
        };
        let mut rows = query.fetch(pool);
        let mut summaries = Vec::new();
        while let Some(row) = rows.try_next().await? {
            summaries.extend(summary(&row));
        }
        Ok(summaries)
    };
    ask(None, "reading statistics", LONG, question).await
}

/// Fails if the store cannot answer.
pub(super) async fn ping(pool: &SqlitePool) -> Result<(), StoreError> {
    let question =
        sqlx::query("SELECT 1 FROM im_meta WHERE name = 'schema_version'").fetch_one(pool);
    ask(
        None,
        "asking whether the database is there",
        USUAL,
        question,
    )
    .await
    .map(|_| ())
}

async fn ask<T>(
    id: Option<&InfId>,
    what: &str,
    limit: Duration,
    question: impl Future<Output = Result<T, Error>>,
) -> Result<T, StoreError> {
    match timeout(limit, question).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(errors::failed(id, &format!("{what} failed"), error)),
        Err(_) => Err(errors::too_late(id, what)),
    }
}

/// The ids in the rows, each once. Rows of one infrastructure stand side by side, since they have its place in the order.
fn ids(rows: &[SqliteRow]) -> Vec<InfId> {
    let mut ids: Vec<InfId> = rows.iter().filter_map(id).collect();
    ids.dedup();
    ids
}

fn id(row: &SqliteRow) -> Option<InfId> {
    let text: String = row
        .try_get("id")
        .inspect_err(|error| tracing::error!(%error, "the id of a row cannot be read"))
        .ok()?;
    text.parse()
        .inspect_err(|error| tracing::error!(id = text, %error, "a row has an id that is none"))
        .ok()
}

fn summary(row: &SqliteRow) -> Option<Summary> {
    let id = id(row)?;
    let loaded = RawRow::of(row)
        .map_err(|error| errors::failed(Some(&id), "the columns of a row cannot be read", error))
        .and_then(|row| row.understand(&id))
        .inspect_err(|error| tracing::error!(inf.id = %id, %error, "an infrastructure is left out of statistics"))
        .ok()?;
    Some(Summary {
        id,
        infrastructure: loaded.infrastructure,
        last_saved: row.try_get("last_saved").ok().flatten(),
    })
}

// === impl RawRow ===

impl RawRow {
    fn of(row: &SqliteRow) -> Result<Self, Error> {
        Ok(Self {
            data: row.try_get("data"),
            deleted: row
                .try_get::<Option<i64>, _>("deleted")?
                .unwrap_or_default()
                != 0,
            position: write::position(row)?,
            // Only this service knows that column.
            origin: match row.try_get::<Option<i64>, _>("saved_at")? {
                Some(_) => Origin::Own,
                None => Origin::Reference,
            },
        })
    }

    /// Whether another program wrote it.
    pub(super) fn is_foreign(&self) -> bool {
        self.position.version.0 == 0
    }

    /// The infrastructure in it. A large one is read where it holds nobody up.
    pub(super) async fn understand_apart(self, id: &InfId) -> Result<Loaded, StoreError> {
        if self.data.as_ref().is_ok_and(|data| data.len() <= LARGE) {
            return self.understand(id);
        }
        let own = id.clone();
        tokio::task::spawn_blocking(move || self.understand(&own))
            .await
            .unwrap_or_else(|error| {
                let context = format!("the stored form of infrastructure {id} could not be read");
                Err(StoreError::new(StoreErrorKind::Corrupt, Some(id), context).caused_by(error))
            })
    }

    /// The infrastructure in it. Whether it is deleted is what the column says.
    pub(super) fn understand(self, id: &InfId) -> Result<Loaded, StoreError> {
        let data = self.data.map_err(|error| {
            StoreError::new(
                StoreErrorKind::Corrupt,
                Some(id),
                format!("the stored form of infrastructure {id} is no text"),
            )
            .caused_by(error)
        })?;
        let mut infrastructure =
            stored::read(id, &data, self.origin).map_err(|error| StoreError::corrupt(id, error))?;
        infrastructure.deleted = self.deleted;
        Ok(Loaded {
            infrastructure,
            position: self.position,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::SqliteStore;

    /// The steps that SQLite takes for a statement.
    async fn plan(pool: &SqlitePool, statement: &str) -> Vec<String> {
        let statement = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
        let rows = sqlx::query(statement)
            .bind("[]")
            .fetch_all(pool)
            .await
            .unwrap();
        rows.iter().map(|row| row.get("detail")).collect()
    }

    #[tokio::test]
    async fn lists_read_indexes_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("inf.dat");
        let store = SqliteStore::open(path.to_str().unwrap()).await.unwrap();

        let mine = plan(&store.readers, LIST).await.join("\n");
        assert!(
            mine.contains(
                "SEARCH o USING COVERING INDEX inf_owner_user (user_key=? AND deleted=?)"
            ),
            "{mine}"
        );
        assert!(mine.contains("SEARCH i USING COVERING INDEX"), "{mine}");
        assert!(
            !mine.contains("SCAN i") && !mine.contains("SCAN o"),
            "{mine}"
        );

        let all = plan(&store.readers, LIST_ALL).await.join("\n");
        assert!(
            all.contains("SCAN inf_list USING COVERING INDEX inf_list_live"),
            "{all}"
        );

        let statistics = plan(&store.readers, SUMMARIES).await.join("\n");
        assert!(
            statistics.contains("USING COVERING INDEX inf_owner_user (user_key=?)"),
            "{statistics}"
        );
        assert!(!statistics.contains("SCAN i"), "{statistics}");
    }
}
