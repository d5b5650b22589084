//! The nodes, and all operations that have not ended.

use std::time::Duration;

use im_cluster::Cluster;
use im_cluster::status::NodeStatus;
use im_store::{Operation, OperationsOf};
use serde_json::{Value, json};

use super::table::Table;
use super::{Shown, failed};

pub(super) async fn look(observer: &Cluster) -> Result<Shown, String> {
    let nodes = observer.status().await.map_err(|error| failed(&error))?;
    let open = observer.store().open_operations(OperationsOf::All).await;
    let open = open.map_err(|error| failed(&error))?;
    let json = json!({
        "nodes": nodes.iter().map(node_json).collect::<Vec<_>>(),
        "open_operations": open.iter().map(operation_json).collect::<Vec<_>>(),
    });
    let mut text = match nodes.is_empty() {
        true => "No node keeps a session here: a node with a database of its own needs none.\n"
            .to_owned(),
        false => nodes_text(&nodes),
    };
    text.push('\n');
    text.push_str(&operations_text(&open));
    Ok(Shown {
        text,
        json,
        found: true,
    })
}

fn nodes_text(nodes: &[NodeStatus]) -> String {
    let mut table = Table::new(&[
        "NODE", "BOOT", "STATE", "MODE", "VERSION", "ADDRESS", "UP", "SEEN", "HOLDS", "RUNS",
        "REDIS",
    ]);
    for status in nodes {
        let node = &status.node;
        let report = status.report.as_ref();
        let silent = match node.state.is_over() {
            true => "-",
            false => "?",
        };
        let told = |value: Option<String>| value.unwrap_or_else(|| silent.to_owned());
        table.row(vec![
            node.row.name.clone(),
            node.row.boot.to_string(),
            node.state.as_str().to_owned(),
            node.row.boot_mode.to_string(),
            node.row.version.clone(),
            node.row.peer_addr.clone(),
            ago(node.entered_ago),
            ago(node.seen_ago),
            told(report.map(|report| report.held.to_string())),
            told(report.map(|report| report.running.len().to_string())),
            told(report.map(|report| redis(report.leases_reachable).to_owned())),
        ]);
    }
    let mut text = table.text();
    for status in nodes {
        let running = status.report.iter().flat_map(|report| &report.running);
        for operation in running {
            text.push_str(&format!(
                "{} has been working on the operation {} of infrastructure {} for {}.\n",
                status.node.row.name,
                operation.kind,
                operation.id,
                ago(operation.age)
            ));
        }
    }
    text
}

/// Operations, the oldest first.
pub(super) fn operations_text(operations: &[Operation]) -> String {
    if operations.is_empty() {
        return "No operation is open.\n".to_owned();
    }
    let mut table = Table::new(&[
        "OPERATION",
        "INFRASTRUCTURE",
        "KIND",
        "STATE",
        "BOOT",
        "CREDENTIALS",
        "SINCE",
    ]);
    for operation in operations {
        table.row(vec![
            operation.id.to_string(),
            operation.inf.to_string(),
            operation.kind.as_str().to_owned(),
            operation.state.as_str().to_owned(),
            operation.boot.to_string(),
            credentials(operation).to_owned(),
            moment(operation.created),
        ]);
    }
    table.text()
}

fn credentials(operation: &Operation) -> &'static str {
    match operation.sealed {
        Some(_) => "sealed",
        None => "not kept",
    }
}

fn redis(reachable: Option<bool>) -> &'static str {
    match reachable {
        None => "none",
        Some(true) => "yes",
        Some(false) => "away",
    }
}

fn node_json(status: &NodeStatus) -> Value {
    let node = &status.node;
    let report = status.report.as_ref().map(|report| {
        let running = report.running.iter().map(|operation| {
            json!({
                "infrastructure": operation.id.as_str(),
                "kind": operation.kind,
                "seconds": operation.age.as_secs_f64(),
            })
        });
        json!({
            "holds": report.held,
            "running": running.collect::<Vec<_>>(),
            "draining": report.draining,
            "session": report.fresh,
            "redis": report.leases_reachable,
        })
    });
    json!({
        "name": node.row.name,
        "boot": node.row.boot.to_string(),
        "state": node.state.as_str(),
        "boot_mode": node.row.boot_mode,
        "version": node.row.version,
        "address": node.row.peer_addr,
        "up_seconds": node.entered_ago.as_secs_f64(),
        "seen_seconds_ago": node.seen_ago.as_secs_f64(),
        "says": report,
    })
}

pub(super) fn operation_json(operation: &Operation) -> Value {
    json!({
        "id": operation.id.to_string(),
        "infrastructure": operation.inf.as_str(),
        "kind": operation.kind.as_str(),
        "state": operation.state.as_str(),
        "boot": operation.boot.to_string(),
        "epoch": operation.epoch.0,
        "credentials_kept": operation.sealed.is_some(),
        "since": moment(operation.created),
        "outcome": operation.outcome,
    })
}

/// A moment of the database's clock.
pub(super) fn moment(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |at| at.to_string())
}

/// A length of time, in its largest unit.
pub(super) fn ago(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..60 => format!("{:.1} s", time.as_secs_f64()),
        60..3600 => format!("{} min", seconds / 60),
        3600..86_400 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}
