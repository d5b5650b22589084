//! `im status`: the nodes of the service, or one infrastructure, as the database and the nodes say.
//!
//! It takes no part in the cluster: it reads the database, and asks the nodes that live over their own listener.

mod infrastructure;
mod nodes;
pub(super) mod table;

use std::process::ExitCode;
use std::sync::Arc;

use im_api_peer::{HttpPeers, PeerSettings};
use im_cluster::leases::NoLeases;
use im_cluster::peers::{NoPeers, Peers};
use im_cluster::{CacheSettings, Cluster, NoRecovery, Parts};
use im_config::Settings;
use im_domain::InfId;
use im_util::{Clock, SystemClock};
use serde_json::Value;

use crate::app;
use crate::args::StatusArgs;
use crate::output::{complain, print};
use crate::settings;

/// What is shown.
struct Shown {
    text: String,
    json: Value,
    /// There is such an infrastructure, or it is about nodes.
    found: bool,
}

/// Shows it. 1: there is no such infrastructure, or the database does not answer.
pub(crate) fn run(args: &StatusArgs) -> ExitCode {
    let loaded = match settings::load(args.config.as_deref()) {
        Ok(loaded) => loaded,
        Err(status) => return status,
    };
    match app::block_on(look(&loaded.settings, args.infrastructure.as_deref())) {
        Ok(shown) => {
            match args.json {
                true => print(format_args!("{:#}", shown.json)),
                false => print(shown.text.trim_end()),
            }
            match shown.found {
                true => ExitCode::SUCCESS,
                false => ExitCode::FAILURE,
            }
        }
        Err(error) => {
            complain(format_args!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn look(settings: &Settings, infrastructure: Option<&str>) -> Result<Shown, String> {
    let id: Option<InfId> = match infrastructure {
        Some(text) => Some(text.parse().map_err(|error| {
            format!("'{text}' cannot be the id of an infrastructure: {error}.")
        })?),
        None => None,
    };
    let observer = observer(settings).await?;
    match id {
        Some(id) => infrastructure::look(&observer, &id).await,
        None => nodes::look(&observer).await,
    }
}

/// A cluster of nobody else, which reads and asks and owns nothing.
pub(super) async fn observer(settings: &Settings) -> Result<Cluster, String> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let secrets = settings.ha.cluster_secret.clone();
    let peers: Arc<dyn Peers> = match secrets.is_empty() {
        true => Arc::new(NoPeers),
        false => Arc::new(HttpPeers::new(PeerSettings::new(secrets))),
    };
    let parts = Parts {
        store: app::open_store(settings).await?,
        clock,
        leases: Arc::new(NoLeases::default()),
        peers,
        recovery: Arc::new(NoRecovery),
        metrics: Arc::default(),
    };
    let cache = CacheSettings {
        time_to_idle: None,
        max_bytes: 0,
    };
    Ok(Cluster::alone(parts, cache))
}

pub(super) fn failed(error: &dyn std::fmt::Display) -> String {
    format!("The database cannot be asked: {error}.")
}
