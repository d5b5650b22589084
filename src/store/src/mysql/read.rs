//! Questions. Each has a time limit, and a row that cannot be understood spoils no other. A question whose connection
//! breaks is asked once more: reading changes nothing.

use std::cmp::Reverse;
use std::time::Duration;

use futures::TryStreamExt;
use im_domain::{BootId, InfId, UserKey};
use sqlx::mysql::{MySqlArguments, MySqlRow};
use sqlx::query::Query;
use sqlx::{Error, MySql, Row as _};
use tokio::time::{Instant, timeout_at};

use super::connections::Connections;
use super::errors::{self, Fate};
use super::lists::{places, query};
use crate::columns::Columns;
use crate::raw::{self, RawRow};
use crate::{Standing, StoreError, Summary};

const USUAL: Duration = Duration::from_secs(10);

/// Statistics read every document that they count.
const LONG: Duration = Duration::from_secs(120);

const ROW: &str = "SELECT data, deleted, epoch, version, owner_boot, saved_at IS NOT NULL AS is_own \
     FROM inf_list WHERE id = ?";

const STANDING: &str = "SELECT deleted, epoch, version, owner_boot FROM inf_list WHERE id = ?";

const OWNED: &str = "SELECT id FROM inf_list WHERE owner_boot = ? AND deleted = 0";

/// The order of rows that were saved in the same moment is that of their numbers.
const LIST_ALL: &str =
    "SELECT id FROM inf_list WHERE deleted = 0 ORDER BY COALESCE(saved_at, date) DESC, rowid DESC";

/// An index holds all that is counted.
const COUNT: &str = "SELECT COUNT(*) FROM inf_list WHERE deleted = 0";

const SUMMARY: &str = "SELECT i.id, i.rowid, i.deleted, i.data, i.epoch, i.version, i.owner_boot, \
     i.saved_at IS NOT NULL AS is_own, CAST(FLOOR(UNIX_TIMESTAMP(COALESCE(i.saved_at, i.date))) AS SIGNED) AS last_saved, \
     CAST(UNIX_TIMESTAMP(COALESCE(i.saved_at, i.date)) * 1000000 AS SIGNED) AS saved_micros FROM";

/// The row of an infrastructure.
pub(super) async fn row(
    connections: &Connections,
    id: &InfId,
) -> Result<Option<RawRow>, StoreError> {
    let what = "reading an infrastructure";
    let found = rows(connections, Some(id), what, || {
        sqlx::query(ROW).bind(id.as_str())
    })
    .await?;
    found
        .first()
        .map(RawRow::of)
        .transpose()
        .map_err(|error| unreadable(id, error))
}

/// Where the row of an infrastructure stands.
pub(super) async fn standing(
    connections: &Connections,
    id: &InfId,
) -> Result<Option<Standing>, StoreError> {
    let what = "reading an infrastructure";
    let found = rows(connections, Some(id), what, || {
        sqlx::query(STANDING).bind(id.as_str())
    })
    .await?;
    found
        .first()
        .map(raw::standing)
        .transpose()
        .map_err(|error| unreadable(id, error))
}

/// The ids of the live infrastructures of a boot.
pub(super) async fn owned(
    connections: &Connections,
    boot: &BootId,
) -> Result<Vec<InfId>, StoreError> {
    let what = "listing what a boot owns";
    let found = rows(connections, None, what, || {
        sqlx::query(OWNED).bind(boot.to_string())
    })
    .await?;
    Ok(raw::ids(&found))
}

/// The ids of the live infrastructures of these users, most recently saved first.
pub(super) async fn list(
    connections: &Connections,
    users: &[UserKey],
) -> Result<Vec<InfId>, StoreError> {
    if users.is_empty() {
        return Ok(Vec::new());
    }
    let text = format!(
        "SELECT i.id FROM inf_owner o JOIN inf_list i ON i.id = o.inf_id WHERE o.user_key IN ({}) AND o.deleted = 0 \
         ORDER BY COALESCE(i.saved_at, i.date) DESC, i.rowid DESC",
        places("?", users.len())
    );
    let what = "listing infrastructures";
    let found = rows(connections, None, what, || keyed(&text, users)).await?;
    Ok(raw::ids(&found))
}

/// The ids of all live infrastructures, most recently saved first.
pub(super) async fn list_all(connections: &Connections) -> Result<Vec<InfId>, StoreError> {
    let what = "listing all infrastructures";
    let found = rows(connections, None, what, || sqlx::query(LIST_ALL)).await?;
    Ok(raw::ids(&found))
}

/// How many live infrastructures there are.
pub(super) async fn count(connections: &Connections) -> Result<u64, StoreError> {
    let what = "counting infrastructures";
    let found = rows(connections, None, what, || sqlx::query(COUNT)).await?;
    let count = found
        .first()
        .ok_or(Error::RowNotFound)
        .and_then(|row| row.try_get::<i64, _>(0));
    count
        .map(|count| u64::try_from(count).unwrap_or_default())
        .map_err(|error| {
            errors::failed(None, "the number of infrastructures cannot be read", error)
        })
}

/// What statistics need. The server is not asked to sort documents.
pub(super) async fn summaries(
    connections: &Connections,
    users: Option<&[UserKey]>,
) -> Result<Vec<Summary>, StoreError> {
    let what = "reading statistics";
    if users.is_some_and(<[UserKey]>::is_empty) {
        return Ok(Vec::new());
    }
    let users = users.unwrap_or_default();
    let text = match users.len() {
        0 => format!("{SUMMARY} inf_list i"),
        count => format!(
            "{SUMMARY} (SELECT DISTINCT inf_id FROM inf_owner WHERE user_key IN ({})) o JOIN inf_list i ON i.id = o.inf_id",
            places("?", count)
        ),
    };
    let deadline = Instant::now() + LONG;
    let mut held = connections.take(deadline).await?;
    let question = async {
        let mut rows = keyed(&text, users).fetch(held.get());
        let mut found = Vec::new();
        while let Some(row) = rows.try_next().await? {
            let place = Reverse((row.number("saved_micros")?, row.number("rowid")?));
            found.extend(raw::summary(&row).map(|summary| (place, summary)));
        }
        Ok::<_, Error>(found)
    };
    let mut found = match timeout_at(deadline, question).await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => return Err(errors::failed(None, &format!("{what} failed"), error)),
        Err(_) => return Err(errors::too_late(None, what)),
    };
    held.give_back();
    found.sort_by_key(|(place, _)| *place);
    Ok(found.into_iter().map(|(_, summary)| summary).collect())
}

/// Fails if the store cannot answer.
pub(super) async fn ping(connections: &Connections) -> Result<(), StoreError> {
    let what = "asking whether the database is there";
    rows(connections, None, what, || {
        sqlx::query("SELECT 1 FROM im_meta WHERE name = 'schema_version'")
    })
    .await
    .map(|_| ())
}

/// Asks with a time limit.
pub(super) async fn rows<'q>(
    connections: &Connections,
    id: Option<&InfId>,
    what: &str,
    question: impl Fn() -> Query<'q, MySql, MySqlArguments>,
) -> Result<Vec<MySqlRow>, StoreError> {
    let deadline = Instant::now() + USUAL;
    let mut again = true;
    loop {
        let mut held = connections.take(deadline).await?;
        let query = question();
        match timeout_at(deadline, query.fetch_all(held.get())).await {
            Ok(Ok(rows)) => {
                held.give_back();
                return Ok(rows);
            }
            Ok(Err(error)) => {
                match errors::fate(&error) {
                    Fate::Doubtful => connections.distrust(),
                    Fate::Lost | Fate::Refused => held.give_back(),
                }
                if errors::fate(&error) == Fate::Refused || !again {
                    return Err(errors::failed(id, &format!("{what} failed"), error));
                }
                again = false;
            }
            Err(_) => return Err(errors::too_late(id, what)),
        }
    }
}

fn keyed(text: &str, users: &[UserKey]) -> Query<'static, MySql, MySqlArguments> {
    let mut question = query(text.to_owned(), users.len());
    for user in users {
        question = question.bind(user.as_str().to_owned());
    }
    question
}

fn unreadable(id: &InfId, error: Error) -> StoreError {
    errors::failed(Some(id), "the columns of a row cannot be read", error)
}
