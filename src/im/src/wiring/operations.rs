//! Operations: keys for their credentials, and the search for those that nobody works on any more.

use std::sync::Arc;

use im_cluster::Cluster;
use im_config::Settings;
use im_manager::{Manager, OperationSettings};
use im_operations::{Resume, Scanner, ScannerSettings, Sealer};
use im_util::Clock;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The search as it runs.
#[derive(Debug)]
pub(crate) struct Scan {
    stop: CancellationToken,
    join: JoinHandle<()>,
}

/// What operations need of the configuration.
pub(crate) fn settings(settings: &Settings) -> Result<OperationSettings, String> {
    let sealer = Sealer::new(&settings.ha.cluster_key);
    Ok(OperationSettings {
        sealer: sealer.map_err(|error| format!("CLUSTER_KEY cannot be used: {error}."))?,
        visibility_horizon: settings.launch.launch_visibility_time,
    })
}

/// Begins the search. The manager must be bound to the recoverer of the cluster before.
pub(crate) fn scan(
    settings: &Settings,
    cluster: &Cluster,
    manager: &Manager,
    clock: &Arc<dyn Clock>,
) -> Scan {
    let every = ScannerSettings {
        interval: settings.ha.recovery_interval,
        ..ScannerSettings::default()
    };
    let resume: Arc<dyn Resume> = Arc::new(manager.clone());
    let scanner = Scanner::new(cluster.clone(), resume, Arc::clone(clock), every);
    let stop = CancellationToken::new();
    let join = tokio::spawn(scanner.run(stop.clone()));
    Scan { stop, join }
}

// === impl Scan ===

impl Scan {
    /// Ends the search. To be called before the node drains: what it would take, it would have to give back.
    pub(crate) async fn end(self) {
        self.stop.cancel();
        if self.join.await.is_err() {
            tracing::error!("the search for open operations ended in disorder");
        }
    }
}
