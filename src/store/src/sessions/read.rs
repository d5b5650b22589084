//! Rows of `im_node`.

use std::time::Duration;

use sqlx::Error;

use super::{Node, NodeRow, NodeState};
use crate::columns::Columns;

/// A node, from the columns of its table; how long ago things were is in microseconds.
pub(crate) fn node(row: &impl Columns) -> Result<Node, Error> {
    let mode = u8::try_from(row.some_number("boot_mode")?);
    Ok(Node {
        row: NodeRow {
            boot: row.parsed("boot_id")?,
            name: row.some_text("node_name")?,
            peer_addr: row.some_text("peer_addr")?,
            boot_mode: mode.map_err(|error| Error::Decode(error.into()))?,
            version: row.some_text("version")?,
        },
        state: row.word("state", NodeState::read)?,
        beat: row.count("beat")?,
        entered_ago: ago(row.some_number("entered_ago")?),
        seen_ago: ago(row.some_number("seen_ago")?),
    })
}

/// Clocks may go back; then it was just now.
fn ago(micros: i64) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or_default())
}
