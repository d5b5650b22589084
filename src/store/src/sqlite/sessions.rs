//! The sessions of the nodes. With a file there is one node, and its earlier lives.

use std::time::Duration;

use sqlx::{Error, SqliteConnection, SqlitePool};

use super::errors;
use super::read::{USUAL, ask};
use crate::change::{Change, Done, entered, number};
use crate::columns::Columns;
use crate::sessions::read;
use crate::{Node, NodeRow, NodeState, StoreError};

const ENTER: &str = "INSERT INTO im_node(boot_id, node_name, peer_addr, boot_mode, version, state, beat, started_at, seen_at) \
     VALUES(?1, ?2, ?3, ?4, ?5, 'alive', 1, unixepoch('subsec'), unixepoch('subsec')) ON CONFLICT DO NOTHING";

const BEAT: &str = "UPDATE im_node SET beat = beat + 1, seen_at = unixepoch('subsec') \
     WHERE boot_id = ?1 AND state IN ('alive', 'draining')";

const DECLARE_DEAD: &str = "UPDATE im_node SET state = 'dead' \
     WHERE boot_id = ?1 AND beat = ?2 AND state IN ('alive', 'draining')";

const DRAIN: &str = "UPDATE im_node SET state = ?2 WHERE boot_id = ?1 AND state = 'alive'";

const END: &str =
    "UPDATE im_node SET state = ?2 WHERE boot_id = ?1 AND state IN ('alive', 'draining')";

const TIDY: &str = "DELETE FROM im_node WHERE state IN ('dead', 'gone') AND seen_at <= unixepoch('subsec') - ?1 \
     AND NOT EXISTS (SELECT 1 FROM inf_list WHERE owner_boot = im_node.boot_id AND deleted = 0)";

const NODES: &str = "SELECT boot_id, node_name, peer_addr, boot_mode, version, state, beat, \
     CAST((unixepoch('subsec') - started_at) * 1000000 AS INTEGER) AS entered_ago, \
     CAST((unixepoch('subsec') - seen_at) * 1000000 AS INTEGER) AS seen_ago \
     FROM im_node ORDER BY node_name, started_at, boot_id";

/// Runs the statement of a change.
pub(super) async fn run(change: &Change, connection: &mut SqliteConnection) -> Result<Done, Error> {
    let query = match change {
        Change::Enter(node) => return enter(connection, node).await,
        Change::Beat(boot) => sqlx::query(BEAT).bind(boot.to_string()),
        Change::DeclareDead(boot, seen) => sqlx::query(DECLARE_DEAD)
            .bind(boot.to_string())
            .bind(number(*seen)),
        Change::SetState(_, NodeState::Alive) => return Ok(Done::Count(0)),
        Change::SetState(boot, state) => {
            let statement = if state.is_over() { END } else { DRAIN };
            sqlx::query(statement)
                .bind(boot.to_string())
                .bind(state.as_str())
        }
        Change::TidyNodes(unseen_for) => sqlx::query(TIDY).bind(seconds(*unseen_for)),
        _ => return Err(Error::RowNotFound),
    };
    let written = query.execute(connection).await?;
    Ok(Done::Count(written.rows_affected()))
}

async fn enter(connection: &mut SqliteConnection, node: &NodeRow) -> Result<Done, Error> {
    let written = sqlx::query(ENTER)
        .bind(node.boot.to_string())
        .bind(&node.name)
        .bind(&node.peer_addr)
        .bind(node.boot_mode)
        .bind(&node.version)
        .execute(connection)
        .await?;
    match written.rows_affected() {
        0 => Ok(entered(&node.boot)),
        count => Ok(Done::Count(count)),
    }
}

fn seconds(duration: Duration) -> f64 {
    duration.as_secs_f64()
}

/// All sessions.
pub(super) async fn nodes(pool: &SqlitePool) -> Result<Vec<Node>, StoreError> {
    let rows = ask(
        None,
        "reading the sessions of nodes",
        USUAL,
        sqlx::query(NODES).fetch_all(pool),
    )
    .await?;
    rows.iter()
        .map(read::node)
        .collect::<Result<_, Error>>()
        .map_err(|error| errors::failed(None, "the session of a node cannot be read", error))
}

/// The name that the database has for life.
pub(super) async fn cluster_id(pool: &SqlitePool) -> Result<String, StoreError> {
    let question =
        sqlx::query("SELECT value FROM im_meta WHERE name = 'cluster_id'").fetch_one(pool);
    let row = ask(None, "reading the id of the cluster", USUAL, question).await?;
    row.some_text("value")
        .map_err(|error| errors::failed(None, "the id of the cluster cannot be read", error))
}
