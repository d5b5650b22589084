//! `im loglevel`: the levels of the log of nodes that run.

use std::path::PathBuf;
use std::process::ExitCode;

use im_api_peer::{HttpPeers, PeerSettings, ask_local};
use im_cluster::Peer;
use im_config::Settings;
use im_domain::BootId;
use im_telemetry::{LevelChange, LevelReport};
use serde_json::{Value, json};

use super::status;
use super::status::table::Table;
use crate::app;
use crate::args::LoglevelArgs;
use crate::output::{complain, print};
use crate::settings;

/// What a node answers; the error is a sentence.
struct Answered {
    node: String,
    levels: Result<LevelReport, String>,
}

/// Shows the levels, after the change if there is one. 1: a node does not answer, or refuses.
pub(crate) fn run(args: &LoglevelArgs) -> ExitCode {
    let loaded = match settings::load(args.config.as_deref()) {
        Ok(loaded) => loaded,
        Err(status) => return status,
    };
    match app::block_on(ask(&loaded.settings, args)) {
        Ok(answers) => show(&answers, args.json),
        Err(error) => {
            complain(format_args!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn ask(settings: &Settings, args: &LoglevelArgs) -> Result<Vec<Answered>, String> {
    let change = LevelChange {
        reset: args.reset,
        set: args.levels.clone(),
    };
    if !settings.ha.cluster_secret.is_empty() {
        return ask_nodes(settings, args.node.as_deref(), change).await;
    }
    let Some(socket) = settings.control_socket() else {
        return Err(
            "The node cannot be asked: it has no CLUSTER_SECRET, and CONTROL_SOCKET names no socket. Set one of them, and start the node again."
                .to_owned(),
        );
    };
    if args.node.is_some() {
        return Err(
            "--node is for several nodes, which have a CLUSTER_SECRET; here is one.".to_owned(),
        );
    }
    ask_one(settings, socket, &change).await
}

async fn ask_one(
    settings: &Settings,
    socket: PathBuf,
    change: &LevelChange,
) -> Result<Vec<Answered>, String> {
    let levels = ask_local(&socket, change).await;
    Ok(vec![Answered {
        node: crate::wiring::cluster::node_name(settings),
        levels: levels.map_err(|error| error.to_string())?,
    }])
}

async fn ask_nodes(
    settings: &Settings,
    only: Option<&str>,
    change: LevelChange,
) -> Result<Vec<Answered>, String> {
    let observer = status::observer(settings).await?;
    let nodes = observer.status().await;
    let nodes = nodes.map_err(|error| status::failed(&error))?;
    let peers = HttpPeers::new(PeerSettings::new(settings.ha.cluster_secret.clone()));
    // A sender of its own: the observer has counted its questions, and a number is answered once.
    let me = BootId::random();
    let mut answers = Vec::new();
    for node in nodes.into_iter().map(|status| status.node) {
        if node.state.is_over() || only.is_some_and(|name| name != node.row.name) {
            continue;
        }
        let peer = Peer {
            boot: node.row.boot,
            address: node.row.peer_addr,
        };
        let levels = peers.levels(&peer, me, change.clone()).await;
        answers.push(Answered {
            node: node.row.name,
            levels: levels.unwrap_or_else(|error| {
                Err(format!(
                    "The node does not answer at {}: {}.",
                    error.address, error.reason
                ))
            }),
        });
    }
    match (answers.is_empty(), only) {
        (false, _) => Ok(answers),
        (true, None) => Err("No node lives.".to_owned()),
        (true, Some(name)) => Err(format!("No node with the name {name} lives.")),
    }
}

fn show(answers: &[Answered], as_json: bool) -> ExitCode {
    if as_json {
        let all: Vec<Value> = answers.iter().map(json).collect();
        print(format_args!("{:#}", Value::Array(all)));
    }
    for answer in answers {
        match &answer.levels {
            Ok(report) if !as_json => print(text(&answer.node, report).trim_end()),
            Ok(_) => {}
            Err(error) => complain(format_args!("error: {}: {error}", answer.node)),
        }
    }
    match answers.iter().all(|answer| answer.levels.is_ok()) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

fn json(answer: &Answered) -> Value {
    json!({
        "node": answer.node,
        "levels": answer.levels.as_ref().ok(),
        "error": answer.levels.as_ref().err(),
    })
}

fn text(node: &str, report: &LevelReport) -> String {
    let mut table = Table::new(&["NODE", "LOGGER", "LEVEL", "HANDLERS"]);
    for logger in &report.loggers {
        table.row(vec![
            node.to_owned(),
            logger.name.clone(),
            logger
                .level
                .map_or("NOTSET", |level| level.as_str())
                .to_owned(),
            logger.handlers.join(", "),
        ]);
    }
    let mut text = table.text();
    for handler in &report.handlers {
        let Some(least) = handler.level else {
            continue;
        };
        let more = report
            .loggers
            .iter()
            .filter(|logger| logger.handlers.contains(&handler.name))
            .filter_map(|logger| logger.level)
            .filter(|level| *level < least)
            .min();
        text.push_str(&format!(
            "The handler {} takes what is {least} or more severe.",
            handler.name
        ));
        if let Some(level) = more {
            text.push_str(&format!(
                " To have all that is logged: im loglevel handler_{}={level}",
                handler.name
            ));
        }
        text.push('\n');
    }
    text
}
