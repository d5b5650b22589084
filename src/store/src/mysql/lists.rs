//! Statements with as many places for values as there are values.
//!
//! What the server has prepared is kept, or closed after its use. Nobody answers a closing, so that the next statement on the
//! connection is held back by the algorithm of Nagle, which sqlx leaves on, until the server acknowledges what has no answer: 40 ms.
//! So changes that must be quick have as many values as one of a [few sizes](fitting), of which the server keeps each.

use sqlx::AssertSqlSafe;
use sqlx::mysql::MySqlArguments;
use sqlx::query::Query;
use sqlx::{MySql, SqlSafeStr};

/// Values of one statement that takes many.
pub(super) const MANY: usize = 200;

/// Numbers of values for which the server's preparation of a statement is kept.
const SIZES: [usize; 10] = [MANY, 128, 64, 32, 16, 8, 4, 3, 2, 1];

/// The largest size of a statement that is kept, of so many values; the rest is for the next one.
pub(super) fn fitting(count: usize) -> usize {
    let fits = SIZES.iter().find(|size| **size <= count);
    fits.copied().unwrap_or(0)
}

/// All of them, in pieces of which each fits.
pub(super) fn pieces<T>(mut all: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let (piece, rest) = all.split_at_checked(fitting(all.len()))?;
        all = rest;
        (!piece.is_empty()).then_some(piece)
    })
}

/// `group`, as often as there are values, between commas: only places, never values.
pub(super) fn places(group: &str, count: usize) -> String {
    vec![group; count].join(", ")
}

/// A statement that was put together from constant texts and places.
pub(super) fn query(text: String, values: usize) -> Query<'static, MySql, MySqlArguments> {
    sqlx::query(AssertSqlSafe(text).into_sql_str())
        .persistent(values == 0 || SIZES.contains(&values))
}
