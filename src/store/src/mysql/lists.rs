//! Statements with as many places for values as there are values.

use sqlx::AssertSqlSafe;
use sqlx::mysql::MySqlArguments;
use sqlx::query::Query;
use sqlx::{MySql, SqlSafeStr};

/// Values of one statement that takes many.
pub(super) const MANY: usize = 200;

/// Numbers of values for which the server's preparation of a statement is worth keeping.
const KEPT: usize = 4;

/// `group`, as often as there are values, between commas: only places, never values.
pub(super) fn places(group: &str, count: usize) -> String {
    vec![group; count].join(", ")
}

/// A statement that was put together from constant texts and places.
pub(super) fn query(text: String, values: usize) -> Query<'static, MySql, MySqlArguments> {
    sqlx::query(AssertSqlSafe(text).into_sql_str()).persistent(values <= KEPT)
}
