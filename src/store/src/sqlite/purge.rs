//! Deleting for good what was deleted long ago.

use serde_json::Value;
use sqlx::{Error, SqliteConnection};

/// A text that is no JSON has no moment of creation; then the day of the last save counts.
const OLD: &str = "SELECT id FROM inf_list WHERE deleted <> 0 AND coalesce( \
     CASE WHEN json_valid(data) THEN json_extract(data, '$.creation_date') END, \
     saved_at, CAST(strftime('%s', date) AS INTEGER)) < ?1";

/// Deletes, or only counts, the rows of deleted infrastructures that were created before a moment.
pub(super) async fn run(
    connection: &mut SqliteConnection,
    created_before: i64,
    dry_run: bool,
) -> Result<u64, Error> {
    let ids: Vec<String> = sqlx::query_scalar(OLD)
        .bind(created_before)
        .fetch_all(&mut *connection)
        .await?;
    let count = u64::try_from(ids.len()).unwrap_or(u64::MAX);
    if !dry_run && count > 0 {
        let ids = Value::from(ids).to_string();
        for statement in [
            "DELETE FROM im_intent WHERE inf_id IN (SELECT value FROM json_each(?1))",
            "DELETE FROM im_operation WHERE inf_id IN (SELECT value FROM json_each(?1))",
            "DELETE FROM inf_owner WHERE inf_id IN (SELECT value FROM json_each(?1))",
            "DELETE FROM inf_list WHERE id IN (SELECT value FROM json_each(?1))",
        ] {
            sqlx::query(statement)
                .bind(&ids)
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(count)
}
