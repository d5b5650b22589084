//! The index of owners: which infrastructures a user has.

use im_domain::UserKey;
use serde_json::Value;
use sqlx::{Error, SqliteConnection};

/// The keys of some users as a JSON list, the form in which a statement takes them.
pub(super) fn keys<'a>(users: impl IntoIterator<Item = &'a UserKey>) -> String {
    let keys: Vec<Value> = users.into_iter().map(|key| key.as_str().into()).collect();
    Value::from(keys).to_string()
}

/// Makes the index say that these, and nobody else, own an infrastructure.
pub(super) async fn replace(
    connection: &mut SqliteConnection,
    id: &str,
    keys: &str,
    deleted: bool,
) -> Result<(), Error> {
    sqlx::query("DELETE FROM inf_owner WHERE inf_id = ?1")
        .bind(id)
        .execute(&mut *connection)
        .await?;
    add(connection, id, keys, deleted).await
}

/// Makes the index say that these own an infrastructure that nobody owned.
pub(super) async fn add(
    connection: &mut SqliteConnection,
    id: &str,
    keys: &str,
    deleted: bool,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT OR IGNORE INTO inf_owner(user_key, inf_id, deleted) SELECT value, ?1, ?2 FROM json_each(?3)",
    )
    .bind(id)
    .bind(deleted)
    .bind(keys)
    .execute(connection)
    .await?;
    Ok(())
}
