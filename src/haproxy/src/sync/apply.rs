//! A look at HAProxy, and the commands of an action.

use super::{Action, Life, Live, View};
use crate::{Runtime, RuntimeError};

/// Asks a HAProxy for its servers in these backends, and for the pins in the table of the first that lead to servers whose
/// node does not live (the others may be many, and are right).
pub fn look(runtime: &Runtime, backends: &[String], nodes: &[Live]) -> Result<View, RuntimeError> {
    let mut view = View {
        backends: backends.to_vec(),
        ..View::default()
    };
    for backend in backends {
        view.servers.extend(runtime.servers(backend)?);
    }
    let lives = |name: &str| {
        nodes
            .iter()
            .any(|node| node.name == name && node.life == Life::Alive)
    };
    if let Some(table) = backends.first() {
        let leaving = view.servers.iter();
        let leaving = leaving.filter(|server| server.backend == *table && !lives(&server.name));
        for server in leaving {
            let pins = runtime.pins(table, server.id)?;
            view.pins.insert(server.id, pins.len());
        }
    }
    Ok(view)
}

/// Carries an action out. `false`: it is too early for it (a server with connections cannot be deleted); plan again.
pub fn carry_out(runtime: &Runtime, action: &Action) -> Result<bool, RuntimeError> {
    match action {
        Action::Add {
            backend,
            name,
            address,
            id,
        } => {
            // The same checks as `render` writes: a server that is added inherits nothing.
            let server = format!("{backend}/{name}");
            runtime.order(
                &format!(
                    "add server {server} {address} id {id} check inter 1s fastinter 333ms downinter 1s fall 2 rise 2 slowstart \
                     10s pool-purge-delay 1s"
                ),
                &["New server registered"],
            )?;
            runtime.order(&format!("enable health {server}"), &[])?;
            runtime.order(&format!("enable server {server}"), &[])?;
        }
        Action::Move {
            backend,
            name,
            address,
        } => {
            let Some((host, port)) = address.rsplit_once(':') else {
                return Ok(true);
            };
            let host = host.trim_start_matches('[').trim_end_matches(']');
            // A name cannot be set, only an address.
            let command = format!("set server {backend}/{name} addr {host} port {port}");
            runtime.order(
                &command,
                &["changed from", "no need to change", "nothing changed"],
            )?;
        }
        Action::State {
            backend,
            name,
            state,
        } => {
            runtime.order(&format!("set server {backend}/{name} state {state}"), &[])?;
        }
        Action::Cut { backend, name } => {
            runtime.order(&format!("shutdown sessions server {backend}/{name}"), &[])?;
        }
        Action::Unpin { table, id } => {
            runtime.order(&format!("clear table {table} data.server_id eq {id}"), &[])?;
        }
        Action::Delete { backend, name } => {
            let answer = runtime.ask(&format!("del server {backend}/{name}"))?;
            let waits = ["still has connections", "idle", "used", "maintenance"];
            if waits.iter().any(|reason| answer.contains(reason)) {
                return Ok(false);
            }
            if !answer.is_empty() && !answer.contains("Server deleted") {
                return Err(RuntimeError::Refused {
                    command: format!("del server {backend}/{name}"),
                    answer,
                });
            }
        }
    }
    Ok(true)
}
