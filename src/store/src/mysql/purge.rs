//! Deleting for good what was deleted long ago.

use sqlx::{Error, MySqlConnection};

use super::lists::{MANY, places, query};
use crate::columns::Columns;

/// A text that is no JSON has no moment of creation; then the moment of the last save counts. The rows are locked, so
/// that none of them is taken for a new infrastructure meanwhile.
const OLD: &str = "SELECT id FROM inf_list WHERE deleted <> 0 AND COALESCE( \
     CASE WHEN JSON_VALID(data) THEN \
     CAST(NULLIF(JSON_UNQUOTE(JSON_EXTRACT(data, '$.creation_date')), 'null') AS SIGNED) END, \
     UNIX_TIMESTAMP(COALESCE(saved_at, date))) < ? FOR UPDATE";

/// Deletes, or only counts, the rows of deleted infrastructures that were created before a moment.
pub(super) async fn run(
    connection: &mut MySqlConnection,
    created_before: i64,
    dry_run: bool,
) -> Result<u64, Error> {
    let rows = sqlx::query(OLD)
        .bind(created_before)
        .fetch_all(&mut *connection)
        .await?;
    let ids: Vec<String> = rows
        .iter()
        .map(|row| row.some_text("id"))
        .collect::<Result<_, _>>()?;
    if !dry_run {
        for ids in ids.chunks(MANY) {
            for statement in [
                "DELETE FROM im_intent WHERE inf_id IN",
                "DELETE FROM im_operation WHERE inf_id IN",
                "DELETE FROM inf_owner WHERE inf_id IN",
                "DELETE FROM inf_list WHERE id IN",
            ] {
                let mut delete = query(
                    format!("{statement} ({})", places("?", ids.len())),
                    ids.len(),
                );
                for id in ids {
                    delete = delete.bind(id.clone());
                }
                delete.execute(&mut *connection).await?;
            }
        }
    }
    Ok(u64::try_from(ids.len()).unwrap_or(u64::MAX))
}
