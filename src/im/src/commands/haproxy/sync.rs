//! `im haproxy sync`

use std::net::{SocketAddr, ToSocketAddrs};
use std::process::ExitCode;
use std::sync::Arc;

use im_haproxy::sync::{Life, Live, carry_out, look, plan};
use im_haproxy::{Runtime, with_ids};
use im_store::{Database, Node, NodeState};

use crate::args::SyncArgs;
use crate::output::{complain, print};
use crate::{app, settings};

/// Keeps a running HAProxy in step with the nodes that live.
pub(crate) fn run(args: &SyncArgs) -> ExitCode {
    if let Err(error) = with_ids(args.nodes.clone()) {
        complain(format_args!("error: {error}"));
        return ExitCode::from(2);
    }
    let loaded = match settings::load(args.config.as_deref()) {
        Ok(loaded) => loaded,
        Err(status) => return status,
    };
    let addresses = Addresses {
        args,
        port: args.rest_port.unwrap_or(loaded.settings.rest.port),
    };
    let runtime = Runtime::new(&args.socket);
    let done = app::block_on(async {
        let store = app::open_store(&loaded.settings).await?;
        if args.once {
            return round(&store, &runtime, &addresses).await;
        }
        let mut last = None;
        loop {
            // What cannot be reached now is reached in a later round; it is said once.
            let error = round(&store, &runtime, &addresses).await.err();
            if let Some(error) = error.as_ref().filter(|error| last.as_ref() != Some(*error)) {
                complain(format_args!("error: {error}"));
            }
            last = error;
            tokio::time::sleep(args.interval).await;
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(format_args!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Where the REST APIs of the nodes listen.
struct Addresses<'a> {
    args: &'a SyncArgs,
    port: u16,
}

async fn round(
    store: &Arc<dyn Database>,
    runtime: &Runtime,
    addresses: &Addresses<'_>,
) -> Result<(), String> {
    let nodes = store.nodes().await.map_err(|error| error.to_string())?;
    let nodes: Vec<Live> = nodes.iter().map(|node| addresses.live(node)).collect();
    let view =
        look(runtime, &addresses.args.backends, &nodes).map_err(|error| error.to_string())?;
    let mut failed = Vec::new();
    for action in plan(&nodes, &view) {
        match carry_out(runtime, &action) {
            Ok(true) => print(&action),
            Ok(false) => {}
            Err(error) => failed.push(error.to_string()),
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(failed.join(" "))
    }
}

// === impl Addresses ===

impl Addresses<'_> {
    fn live(&self, node: &Node) -> Live {
        let named = self
            .args
            .nodes
            .iter()
            .find(|named| named.name == node.row.name);
        let address = match named {
            Some(named) => named.address.clone(),
            None => {
                let host = node
                    .row
                    .peer_addr
                    .rsplit_once(':')
                    .map_or("127.0.0.1", |(host, _)| host);
                format!("{host}:{}", self.port)
            }
        };
        Live {
            name: node.row.name.clone(),
            address: resolved(address),
            id: named.map_or(0, |named| named.id),
            life: match node.state {
                NodeState::Alive => Life::Alive,
                NodeState::Draining => Life::Draining,
                NodeState::Gone => Life::Gone,
                NodeState::Dead => Life::Dead,
            },
        }
    }
}

/// The address of a name: HAProxy takes no names for servers at run time. A name that has none now stays as it is, and is
/// refused by HAProxy until it has.
fn resolved(address: String) -> String {
    let found = address
        .to_socket_addrs()
        .map(Iterator::collect::<Vec<_>>)
        .unwrap_or_default();
    let best = found.iter().find(|found| found.is_ipv4()).or(found.first());
    best.map_or(address, SocketAddr::to_string)
}
