//! The arguments of `im haproxy`.

#![allow(
    clippy::doc_markdown,
    reason = "these comments are the help on a terminal"
)]

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Subcommand;
use im_haproxy::{Peer, Server};

#[derive(Debug, Subcommand)]
pub(crate) enum HaproxyCommand {
    /// Write the configuration for a list of nodes, to standard output.
    ///
    /// haproxy/haproxy.cfg is what this writes for three nodes. Check it with `haproxy -c -f FILE`.
    Render(Box<RenderArgs>),
    /// Keep a running HAProxy in step with the nodes that live, without a reload.
    ///
    /// Reads from the database which nodes live, and tells HAProxy over its runtime socket: nodes that are new are added,
    /// those that drain get nothing new and lose their pins, those that are dead or gone are taken out, and what hangs in
    /// a dead one is cut. Run one beside each HAProxy. Every change is printed.
    Sync(SyncArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct RenderArgs {
    /// A node and where its REST API listens; `#ID` fixes the number of the server, else it is the lowest that is free.
    /// Without any, HAProxy knows no node until `im haproxy sync` tells it.
    #[arg(long = "node", value_name = "NAME=HOST:PORT[#ID]")]
    pub(crate) nodes: Vec<Server>,
    /// A HAProxy and where the others reach it. The file serves all of them: the second is started with `-L NAME`.
    #[arg(
        long = "lb",
        value_name = "NAME=HOST:PORT",
        default_value = "lb1=127.0.0.1:10000"
    )]
    pub(crate) peers: Vec<Peer>,
    /// Where clients are served without TLS; `none`: nowhere.
    #[arg(long, value_name = "[HOST]:PORT", default_value = ":8800")]
    pub(crate) bind: String,
    /// Where clients are served with TLS, if there is a certificate.
    #[arg(long, value_name = "[HOST]:PORT", default_value = ":8443")]
    pub(crate) tls_bind: String,
    /// The file with certificate, chain and key.
    #[arg(long, value_name = "FILE")]
    pub(crate) tls_cert: Option<String>,
    /// Where metrics are served.
    #[arg(long, value_name = "[HOST]:PORT", default_value = "127.0.0.1:8405")]
    pub(crate) metrics: String,
    /// The runtime socket.
    #[arg(long, value_name = "PATH", default_value = "/run/haproxy/admin.sock")]
    pub(crate) socket: String,
    /// Seconds that a pin stays without use: not less than INF_CACHE_TIME.
    #[arg(long, value_name = "SECONDS", default_value = "3600")]
    pub(crate) expire: u64,
    /// Requests that HAProxy has open at once.
    #[arg(long, value_name = "N", default_value = "2000")]
    pub(crate) maxconn: u64,
    /// The largest head that the nodes take, in bytes (MAX_REQUEST_HEAD).
    #[arg(long, value_name = "BYTES", default_value = "131072")]
    pub(crate) max_head: u64,
    /// The largest body that the nodes take, in bytes (MAX_REQUEST_BODY).
    #[arg(long, value_name = "BYTES", default_value = "16777216")]
    pub(crate) max_body: u64,
    /// Requests that one address may send in 10 seconds.
    #[arg(long, value_name = "N", default_value = "1000")]
    pub(crate) rate: u64,
    /// Requests that one address may have running.
    #[arg(long, value_name = "N", default_value = "200")]
    pub(crate) clients: u64,
    /// Milliseconds between two checks of a node.
    #[arg(long, value_name = "MS", default_value = "1000")]
    pub(crate) check_interval: u64,
    /// A network of proxies before this HAProxy (an ingress), which say in X-Forwarded-* who the client is and what it asked
    /// for. Only they must be able to send from there: others could claim any address.
    #[arg(long = "proxy", value_name = "ADDRESS[/BITS]", value_parser = network)]
    pub(crate) proxies: Vec<String>,
    /// For a HAProxy that an ordinary user starts: it keeps its user and its root.
    #[arg(long)]
    pub(crate) unprivileged: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct SyncArgs {
    /// The runtime socket of the HAProxy.
    #[arg(long, value_name = "PATH")]
    pub(crate) socket: PathBuf,
    /// The backends with the nodes; the first has the stick table.
    #[arg(long = "backend", value_name = "NAME", default_values = ["im", "im_any"])]
    pub(crate) backends: Vec<String>,
    /// Where the REST API of a node listens. The nodes that are not named are expected at --rest-port of the address by
    /// which the other nodes reach them (CLUSTER_ADDRESS).
    #[arg(long = "node", value_name = "NAME=HOST:PORT[#ID]")]
    pub(crate) nodes: Vec<Server>,
    /// The port of the REST API of nodes that are not named; without it that of the configuration (REST_PORT).
    #[arg(long, value_name = "PORT")]
    pub(crate) rest_port: Option<u16>,
    /// Do it once and end, with exit status 1 if HAProxy refused something.
    #[arg(long)]
    pub(crate) once: bool,
    /// Time between two rounds.
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = seconds)]
    pub(crate) interval: Duration,
    /// The configuration file (im.cfg), which names the database.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// An address or a network, as HAProxy reads it.
fn network(text: &str) -> Result<String, String> {
    let (address, bits) = text.split_once('/').unwrap_or((text, "0"));
    let most = match address.parse() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return Err("expected an address or a network, as 10.0.0.0/8".to_owned()),
    };
    match bits.parse::<u8>() {
        Ok(bits) if bits <= most => Ok(text.to_owned()),
        _ => Err(format!("expected at most {most} bits after the slash")),
    }
}

/// A time of at least a tenth of a second.
fn seconds(text: &str) -> Result<Duration, String> {
    let time = text
        .parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    time.filter(|time| *time >= Duration::from_millis(100))
        .ok_or_else(|| "expected seconds, at least 0.1".to_owned())
}
