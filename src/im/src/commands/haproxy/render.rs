//! `im haproxy render`

use std::process::ExitCode;

use im_haproxy::{Options, render, with_ids};

use crate::args::RenderArgs;
use crate::output::{complain, print};

/// Writes the configuration for a list of nodes.
pub(crate) fn run(args: &RenderArgs) -> ExitCode {
    let servers = match with_ids(args.nodes.clone()) {
        Ok(servers) => servers,
        Err(error) => return refuse(&error.to_string()),
    };
    let bind = (args.bind != "none").then(|| args.bind.clone());
    if bind.is_none() && args.tls_cert.is_none() {
        return refuse("Nobody could reach it: with '--bind none' it takes '--tls-cert FILE'.");
    }
    let options = Options {
        peers: args.peers.clone(),
        bind,
        tls_bind: args.tls_bind.clone(),
        tls_certificate: args.tls_cert.clone(),
        metrics: args.metrics.clone(),
        socket: args.socket.clone(),
        expire: args.expire,
        maxconn: args.maxconn,
        max_head: args.max_head,
        max_body: args.max_body,
        rate: args.rate,
        clients: args.clients,
        check_interval: args.check_interval,
        proxies: args.proxies.clone(),
        unprivileged: args.unprivileged,
        ..Options::default()
    };
    print(render(&servers, &options).trim_end());
    ExitCode::SUCCESS
}

fn refuse(error: &str) -> ExitCode {
    complain(format_args!("error: {error}"));
    ExitCode::from(2)
}
