//! What makes several nodes one service: the session, the leases, and the way to the other nodes.

use std::sync::Arc;

use im_api_peer::{ClientApi, ClientApis, HttpPeers, PeerSettings, forwarding, router};
use im_api_server::{Bound, Handler, Listening, ServerSettings, listen};
use im_cluster::leases::{Measured, NoLeases};
use im_cluster::peers::NoPeers;
use im_cluster::{
    CacheSettings, Cluster, ClusterSettings, NodeSettings, Parts, Recovery, SessionSettings,
};
use im_config::{Database, ReadMode, Settings};
use im_manager::Recoverer;
use im_telemetry::LogControl;
use im_telemetry::metrics::Metrics;
use im_util::Clock;
use tokio_util::sync::CancellationToken;

use super::{leases, servers};

/// The part of `SESSION_TTL` that is taken off for clocks that do not run at the same rate.
const MARGIN: u32 = 5;

/// The way to the other nodes, before this one listens for them.
#[derive(Debug)]
pub(crate) struct Way {
    peers: HttpPeers,
    settings: PeerSettings,
    listening: Listening,
    /// What the other nodes know this one by: `host:port`.
    address: String,
}

/// A node's place among the others.
#[derive(Debug)]
pub(crate) struct Joined {
    pub(crate) cluster: Cluster,
    /// `None`: it is alone.
    pub(crate) way: Option<Way>,
}

/// Enters the cluster, or makes a node that is alone with its file. The error is a full sentence.
pub(crate) async fn join(
    settings: &Settings,
    store: Arc<dyn im_store::Database>,
    clock: &Arc<dyn Clock>,
    recoverer: &Arc<Recoverer>,
    metrics: &Metrics,
) -> Result<Joined, String> {
    let ha = &settings.ha;
    let mut parts = Parts {
        store,
        clock: Arc::clone(clock),
        leases: Arc::new(NoLeases::default()),
        peers: Arc::new(NoPeers),
        recovery: Arc::clone(recoverer) as Arc<dyn Recovery>,
        metrics: Arc::clone(&metrics.cluster),
    };
    if !matches!(settings.basic.database, Database::Mysql(_)) {
        let cluster = Cluster::alone(parts, cache(settings));
        return Ok(Joined { cluster, way: None });
    }
    let way = match ha.cluster_secret.is_empty() {
        true => None,
        false => Some(Way::open(settings).await?),
    };
    if let Some(way) = &way {
        parts.peers = Arc::new(way.peers.clone());
    }
    if let Some(leases) = leases::leases(ha, clock)? {
        let counted = metrics.redis.clone();
        parts.leases = Arc::new(Measured::new(leases, counted, Arc::clone(clock)));
    }
    let address = way.as_ref().map(|way| way.address.clone());
    let cluster = Cluster::join(parts, cluster(settings, address.unwrap_or_default()));
    let cluster = cluster.await.map_err(|error| {
        format!("This node cannot enter the cluster: {error}. Are DATA_DB and the database right?")
    })?;
    Ok(Joined { cluster, way })
}

fn cache(settings: &Settings) -> CacheSettings {
    CacheSettings {
        time_to_idle: settings.ha.inf_cache_time,
        max_bytes: settings.ha.cache_max_bytes.get(),
    }
}

fn cluster(settings: &Settings, address: String) -> ClusterSettings {
    let ha = &settings.ha;
    let node = NodeSettings {
        name: node_name(settings),
        address,
        boot_mode: match settings.basic.boot_mode {
            im_config::BootMode::Normal => 0,
            im_config::BootMode::ReadOnly => 1,
            im_config::BootMode::ReadDelete => 2,
        },
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    ClusterSettings {
        session: SessionSettings {
            ttl: ha.session_ttl,
            beat: ha.beat,
            margin: ha.session_ttl / MARGIN,
        },
        read_mode: match ha.read_mode {
            ReadMode::Cached => im_cluster::ReadMode::Cached,
            ReadMode::Validated => im_cluster::ReadMode::Validated,
        },
        cache: cache(settings),
        ..ClusterSettings::new(node)
    }
}

/// The name of this node.
pub(crate) fn node_name(settings: &Settings) -> String {
    settings.ha.node_name.clone().unwrap_or_else(machine_name)
}

/// The name of the machine.
pub(crate) fn machine_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    name.trim().to_owned()
}

// === impl Way ===

impl Way {
    /// Takes the port of the peer listener. Other nodes that ask before this one serves wait.
    async fn open(settings: &Settings) -> Result<Self, String> {
        let ha = &settings.ha;
        let server = ServerSettings {
            name: "cluster",
            address: ha.cluster_address.clone(),
            port: ha.cluster_port,
            tls: None,
            limits: servers::limits(settings),
            drain: CancellationToken::new(),
            event_loops: None,
        };
        let listening = listen(server).await.map_err(|error| error.to_string())?;
        let host = &ha.cluster_address;
        let port = listening.addr.port();
        let address = match host.contains(':') {
            true => format!("[{host}]:{port}"),
            false => format!("{host}:{port}"),
        };
        let settings = PeerSettings::new(ha.cluster_secret.clone());
        Ok(Self {
            peers: HttpPeers::new(settings.clone()),
            settings,
            listening,
            address,
        })
    }

    /// Puts forwarding around an API.
    pub(crate) fn around(&self, clients: Handler, api: ClientApi, cluster: &Cluster) -> Handler {
        forwarding(clients, api, cluster.clone(), self.peers.clone())
    }

    /// Serves the other nodes until `shutdown`.
    pub(crate) fn serve(
        self,
        cluster: Cluster,
        apis: ClientApis,
        logs: LogControl,
        shutdown: CancellationToken,
    ) -> Bound {
        let router = router(cluster, apis, logs, &self.settings);
        self.listening.serve(router, shutdown)
    }
}
