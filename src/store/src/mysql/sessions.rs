//! The sessions of the nodes: each change is one statement that commits by itself.

use std::time::Duration;

use sqlx::{Error, MySqlConnection};

use super::connections::Connections;
use super::{errors, read};
use crate::change::{Change, Done, entered, number};
use crate::columns::Columns;
use crate::sessions::read as rows;
use crate::{Node, NodeRow, NodeState, StoreError};

const ENTER: &str = "INSERT INTO im_node(boot_id, node_name, peer_addr, boot_mode, version, state, beat, started_at, seen_at) \
     VALUES(?, ?, ?, ?, ?, 'alive', 1, NOW(6), NOW(6))";

const BEAT: &str = "UPDATE im_node SET beat = beat + 1, seen_at = NOW(6) \
     WHERE boot_id = ? AND state IN ('alive', 'draining')";

const DECLARE_DEAD: &str = "UPDATE im_node SET state = 'dead' \
     WHERE boot_id = ? AND beat = ? AND state IN ('alive', 'draining')";

const DRAIN: &str = "UPDATE im_node SET state = 'draining' WHERE boot_id = ? AND state = 'alive'";

const GONE: &str =
    "UPDATE im_node SET state = 'gone' WHERE boot_id = ? AND state IN ('alive', 'draining')";

const DEAD: &str =
    "UPDATE im_node SET state = 'dead' WHERE boot_id = ? AND state IN ('alive', 'draining')";

const TIDY: &str = "DELETE FROM im_node WHERE state IN ('dead', 'gone') AND seen_at <= NOW(6) - INTERVAL ? MICROSECOND \
     AND NOT EXISTS (SELECT 1 FROM inf_list WHERE owner_boot = im_node.boot_id AND deleted = 0)";

const NODES: &str = "SELECT boot_id, node_name, peer_addr, boot_mode, version, state, beat, \
     TIMESTAMPDIFF(MICROSECOND, started_at, NOW(6)) AS entered_ago, \
     TIMESTAMPDIFF(MICROSECOND, seen_at, NOW(6)) AS seen_ago FROM im_node ORDER BY node_name, started_at, boot_id";

const CLUSTER_ID: &str = "SELECT value FROM im_meta WHERE name = 'cluster_id'";

/// Whether a change is about a session.
pub(super) fn is_about(change: &Change) -> bool {
    matches!(
        change,
        Change::Enter(_)
            | Change::Beat(_)
            | Change::DeclareDead(..)
            | Change::SetState(..)
            | Change::TidyNodes(_)
    )
}

/// Runs the statement of a change.
pub(super) async fn run(change: &Change, connection: &mut MySqlConnection) -> Result<Done, Error> {
    let query = match change {
        Change::Enter(node) => return enter(connection, node).await,
        Change::Beat(boot) => sqlx::query(BEAT).bind(boot.to_string()),
        Change::DeclareDead(boot, seen) => sqlx::query(DECLARE_DEAD)
            .bind(boot.to_string())
            .bind(number(*seen)),
        Change::SetState(boot, state) => {
            let statement = match state {
                NodeState::Alive => return Ok(Done::Count(0)),
                NodeState::Draining => DRAIN,
                NodeState::Gone => GONE,
                NodeState::Dead => DEAD,
            };
            sqlx::query(statement).bind(boot.to_string())
        }
        Change::TidyNodes(unseen_for) => sqlx::query(TIDY).bind(micros(*unseen_for)),
        // No other change comes here.
        _ => return Err(Error::RowNotFound),
    };
    let written = query.execute(connection).await?;
    Ok(Done::Count(written.rows_affected()))
}

async fn enter(connection: &mut MySqlConnection, node: &NodeRow) -> Result<Done, Error> {
    let written = sqlx::query(ENTER)
        .bind(node.boot.to_string())
        .bind(&node.name)
        .bind(&node.peer_addr)
        .bind(node.boot_mode)
        .bind(&node.version)
        .execute(connection)
        .await;
    match written {
        Ok(written) => Ok(Done::Count(written.rows_affected())),
        Err(error) if errors::is_duplicate(&error) => Ok(entered(&node.boot)),
        Err(error) => Err(error),
    }
}

/// At most some thousand years: what is longer is the same.
fn micros(duration: Duration) -> i64 {
    const LONGEST: i64 = 1 << 56;
    i64::try_from(duration.as_micros()).map_or(LONGEST, |micros| micros.min(LONGEST))
}

/// All sessions.
pub(super) async fn nodes(connections: &Connections) -> Result<Vec<Node>, StoreError> {
    let what = "reading the sessions of nodes";
    let found = read::rows(connections, None, what, || sqlx::query(NODES)).await?;
    found
        .iter()
        .map(rows::node)
        .collect::<Result<_, Error>>()
        .map_err(|error| errors::failed(None, "the session of a node cannot be read", error))
}

/// The name that the database has for life.
pub(super) async fn cluster_id(connections: &Connections) -> Result<String, StoreError> {
    let what = "reading the id of the cluster";
    let found = read::rows(connections, None, what, || sqlx::query(CLUSTER_ID)).await?;
    found
        .first()
        .ok_or(Error::RowNotFound)
        .and_then(|row| row.some_text("value"))
        .map_err(|error| errors::failed(None, "the id of the cluster cannot be read", error))
}
