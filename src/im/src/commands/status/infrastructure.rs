//! One infrastructure: who owns it, and what is open on it.

use im_cluster::Cluster;
use im_cluster::status::InfStatus;
use im_domain::InfId;
use im_store::Intent;
use serde_json::{Value, json};

use super::nodes::{ago, moment, operation_json, operations_text};
use super::table::Table;
use super::{Shown, failed};

pub(super) async fn look(observer: &Cluster, id: &InfId) -> Result<Shown, String> {
    let status = observer.status_of(id).await;
    let Some(status) = status.map_err(|error| failed(&error))? else {
        return Ok(Shown {
            text: format!("There never was an infrastructure {id}."),
            json: Value::Null,
            found: false,
        });
    };
    Ok(Shown {
        text: text(id, &status),
        json: json(id, &status),
        found: true,
    })
}

fn text(id: &InfId, status: &InfStatus) -> String {
    let deleted = if status.deleted { ", deleted" } else { "" };
    let mut text = format!(
        "Infrastructure {id}{deleted}\nEpoch {}, version {}\n{}\n\n",
        status.position.epoch,
        status.position.version,
        owner(status)
    );
    text.push_str(&operations_text(&status.open_operations));
    if status.open_intents.is_empty() {
        text.push_str("No intent is open: what its clouds have is known.\n");
        return text;
    }
    let mut table = Table::new(&[
        "INTENT",
        "ACTION",
        "VM",
        "STATE",
        "CLOUD",
        "TOKEN",
        "OPERATION",
        "CHANGED",
    ]);
    for intent in &status.open_intents {
        let plan = &intent.plan;
        table.row(vec![
            plan.seq.to_string(),
            plan.action.as_str().to_owned(),
            plan.vm.map(|vm| vm.to_string()).unwrap_or_default(),
            intent.state.as_str().to_owned(),
            plan.cloud.clone(),
            plan.token.clone(),
            plan.operation.to_string(),
            moment(intent.updated),
        ]);
    }
    text.push('\n');
    text.push_str(&table.text());
    text
}

fn owner(status: &InfStatus) -> String {
    let Some(boot) = status.owner else {
        return "No node owns it: the next that is asked for it takes it.".to_owned();
    };
    match &status.node {
        Some(node) => format!(
            "Owner: {} ({}), boot {boot}, {}, seen {} ago",
            node.row.name,
            node.row.peer_addr,
            node.state.as_str(),
            ago(node.seen_ago)
        ),
        None => format!("Owner: boot {boot}, of which no session is known"),
    }
}

fn json(id: &InfId, status: &InfStatus) -> Value {
    let operations: Vec<Value> = status.open_operations.iter().map(operation_json).collect();
    let intents: Vec<Value> = status.open_intents.iter().map(intent_json).collect();
    let node = status.node.as_ref().map(|node| {
        json!({
            "name": node.row.name,
            "address": node.row.peer_addr,
            "state": node.state.as_str(),
            "seen_seconds_ago": node.seen_ago.as_secs_f64(),
        })
    });
    json!({
        "id": id.as_str(),
        "deleted": status.deleted,
        "epoch": status.position.epoch.0,
        "version": status.position.version.0,
        "owner": status.owner.map(|boot| boot.to_string()),
        "node": node,
        "open_operations": operations,
        "open_intents": intents,
    })
}

fn intent_json(intent: &Intent) -> Value {
    let plan = &intent.plan;
    json!({
        "seq": plan.seq,
        "action": plan.action.as_str(),
        "vm": plan.vm.map(|vm| vm.0),
        "state": intent.state.as_str(),
        "cloud": plan.cloud,
        "token": plan.token,
        "operation": plan.operation.to_string(),
        "epoch": intent.epoch.0,
        "changed": moment(intent.updated),
        "result": intent.result,
    })
}
