//! Questions. Each has a time limit, and a row that cannot be understood spoils no other.

use std::future::Future;
use std::time::Duration;

use futures::TryStreamExt;
use im_domain::{BootId, InfId, UserKey};
use sqlx::{Error, SqlitePool};
use tokio::time::timeout;

use super::{errors, owners};
use crate::raw::{self, RawRow};
use crate::{Standing, StoreError, Summary};

pub(super) const USUAL: Duration = Duration::from_secs(10);

/// Statistics read every document that they count.
const LONG: Duration = Duration::from_secs(120);

const ROW: &str = "SELECT data, deleted, epoch, version, owner_boot, saved_at IS NOT NULL AS is_own \
     FROM inf_list WHERE id = ?1";

const STANDING: &str = "SELECT deleted, epoch, version, owner_boot FROM inf_list WHERE id = ?1";

/// Those of dead boots are few.
const OWNED: &str = "SELECT id FROM inf_list WHERE owner_boot = ?1 AND deleted = 0";

pub(super) const LIST: &str = "SELECT i.id FROM inf_owner o CROSS JOIN inf_list i ON i.id = o.inf_id \
     WHERE o.user_key IN (SELECT value FROM json_each(?1)) AND o.deleted = 0 ORDER BY i.rowid DESC";

pub(super) const LIST_ALL: &str =
    "SELECT id FROM inf_list INDEXED BY inf_list_live WHERE deleted = 0 ORDER BY rowid DESC";

/// An index holds all that is counted.
pub(super) const COUNT: &str =
    "SELECT COUNT(*) FROM inf_list INDEXED BY inf_list_live WHERE deleted = 0";

const SUMMARIES: &str = "SELECT i.id, i.deleted, i.data, i.epoch, i.version, i.owner_boot, i.saved_at IS NOT NULL AS is_own, \
     coalesce(i.saved_at, CAST(strftime('%s', i.date) AS INTEGER)) AS last_saved \
     FROM (SELECT DISTINCT inf_id FROM inf_owner WHERE user_key IN (SELECT value FROM json_each(?1))) o \
     CROSS JOIN inf_list i ON i.id = o.inf_id ORDER BY i.rowid DESC";

const SUMMARIES_ALL: &str = "SELECT id, deleted, data, epoch, version, owner_boot, saved_at IS NOT NULL AS is_own, \
     coalesce(saved_at, CAST(strftime('%s', date) AS INTEGER)) AS last_saved \
     FROM inf_list ORDER BY rowid DESC";

/// The row of an infrastructure.
pub(super) async fn row(pool: &SqlitePool, id: &InfId) -> Result<Option<RawRow>, StoreError> {
    let question = sqlx::query(ROW).bind(id.as_str()).fetch_optional(pool);
    let row = ask(Some(id), "reading an infrastructure", USUAL, question).await?;
    row.map(|row| RawRow::of(&row))
        .transpose()
        .map_err(|error| errors::failed(Some(id), "the columns of a row cannot be read", error))
}

/// Where the row of an infrastructure stands.
pub(super) async fn standing(
    pool: &SqlitePool,
    id: &InfId,
) -> Result<Option<Standing>, StoreError> {
    let question = sqlx::query(STANDING).bind(id.as_str()).fetch_optional(pool);
    let row = ask(Some(id), "reading an infrastructure", USUAL, question).await?;
    row.map(|row| raw::standing(&row))
        .transpose()
        .map_err(|error| errors::failed(Some(id), "the columns of a row cannot be read", error))
}

/// The ids of the live infrastructures of a boot.
pub(super) async fn owned(pool: &SqlitePool, boot: &BootId) -> Result<Vec<InfId>, StoreError> {
    let question = sqlx::query(OWNED).bind(boot.to_string()).fetch_all(pool);
    let rows = ask(None, "listing what a boot owns", USUAL, question).await?;
    Ok(raw::ids(&rows))
}

/// The ids of the live infrastructures of these users, most recently saved first.
pub(super) async fn list(pool: &SqlitePool, users: &[UserKey]) -> Result<Vec<InfId>, StoreError> {
    let question = sqlx::query(LIST).bind(owners::keys(users)).fetch_all(pool);
    let rows = ask(None, "listing infrastructures", USUAL, question).await?;
    Ok(raw::ids(&rows))
}

/// The ids of all live infrastructures, most recently saved first.
pub(super) async fn list_all(pool: &SqlitePool) -> Result<Vec<InfId>, StoreError> {
    let question = sqlx::query(LIST_ALL).fetch_all(pool);
    let rows = ask(None, "listing all infrastructures", USUAL, question).await?;
    Ok(raw::ids(&rows))
}

/// How many live infrastructures there are.
pub(super) async fn count(pool: &SqlitePool) -> Result<u64, StoreError> {
    let question = sqlx::query_scalar::<_, i64>(COUNT).fetch_one(pool);
    let count = ask(None, "counting infrastructures", USUAL, question).await?;
    Ok(u64::try_from(count).unwrap_or_default())
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
            summaries.extend(raw::summary(&row));
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

/// How many tables there are: fails if the file is no database.
pub(super) async fn tables(pool: &SqlitePool) -> Result<i64, StoreError> {
    let question = sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table'");
    ask(
        None,
        "reading the database",
        USUAL,
        question.fetch_one(pool),
    )
    .await
}

/// Asks with a time limit.
pub(super) async fn ask<T>(
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

#[cfg(test)]
mod tests {
    use sqlx::Row as _;

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
