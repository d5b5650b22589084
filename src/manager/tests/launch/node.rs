//! Nodes over one SQLite file and one laboratory of clouds.

use std::sync::Arc;
use std::time::Duration;

use im_auth::{AuthSettings, Authenticator, Credentials};
use im_cluster::leases::NoLeases;
use im_cluster::peers::{NoPeers, Peers};
use im_cluster::{CacheSettings, Cluster, Parts, Recovery};
use im_connectors::layers::RetrySettings;
use im_connectors::{LayerSettings, Registry, RegistrySettings};
use im_domain::{Identity, InfId, Infrastructure, VmState};
use im_manager::{
    BootMode, Document, Error, Manager, ManagerSettings, NoDocuments, OperationSettings, Recoverer,
};
use im_operations::{Resume, Scanner, ScannerSettings, Sealer};
use im_store::Database;
use im_util::{Clock, Secret, SystemClock};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::cloud::Lab;
use crate::outage::Flaky;

/// What outlives a node.
pub(crate) struct Site {
    pub(crate) lab: Arc<Lab>,
    dir: TempDir,
}

/// One life of a node.
pub(crate) struct Node {
    pub(crate) manager: Manager,
    pub(crate) store: Arc<dyn Database>,
    pub(crate) cluster: Cluster,
    pub(crate) lab: Arc<Lab>,
}

/// A node that looks for what others left. It looks no more when it is dropped.
pub(crate) struct RecoveringNode {
    pub(crate) node: Node,
    _stop: DropGuard,
}

const CACHE: CacheSettings = CacheSettings {
    time_to_idle: None,
    max_bytes: 1 << 30,
};

pub(crate) fn settings() -> ManagerSettings {
    ManagerSettings {
        boot_mode: BootMode::Normal,
        max_simultaneous_launches: 1,
        max_vm_fails: 3,
        delay_between_vm_retries: Duration::ZERO,
        vm_info_update_frequency: Duration::from_secs(10),
        vm_info_update_error_grace_period: Duration::from_secs(120),
        wait_running_vm_timeout: Duration::from_secs(60),
        confmanager_check_state_interval: Duration::from_millis(10),
        default_vm_memory: 512,
        default_vm_memory_unit: "M".into(),
        default_vm_cpus: 1,
        default_vm_cpu_arch: "x86_64".into(),
        default_vm_name: "vnode-#N#".into(),
        default_domain: "localdomain".into(),
        private_net_masks: vec!["10.0.0.0/8".into()],
        vm_tag_username: None,
        vm_tag_inf_id: None,
        vm_tag_im_url: None,
        vm_tag_im: None,
        service_url: None,
        max_inf_vms: 2_000,
    }
}

// === impl Site ===

impl Site {
    pub(crate) fn new() -> Self {
        Self {
            lab: Lab::new(),
            dir: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) async fn node(&self, settings: ManagerSettings) -> Node {
        node_over(self.store().await, Arc::clone(&self.lab), settings)
    }

    /// A node whose database can be sent away.
    pub(crate) async fn flaky_node(&self, settings: ManagerSettings) -> (Node, Arc<Flaky>) {
        let flaky = Flaky::over(self.store().await);
        let store = Arc::clone(&flaky) as Arc<dyn Database>;
        (node_over(store, Arc::clone(&self.lab), settings), flaky)
    }

    /// A node that takes over what others left, without being asked, with these keys for credentials.
    pub(crate) async fn recovering_node(
        &self,
        settings: ManagerSettings,
        keys: &[&str],
    ) -> RecoveringNode {
        let store = self.store().await;
        recovering_over(store, Arc::clone(&self.lab), settings, keys)
    }

    /// The same, over a database that can stop answering.
    pub(crate) async fn halting_node(&self, keys: &[&str]) -> (RecoveringNode, Arc<Flaky>) {
        let flaky = Flaky::over(self.store().await);
        let store = Arc::clone(&flaky) as Arc<dyn Database>;
        let node = recovering_over(store, Arc::clone(&self.lab), settings(), keys);
        (node, flaky)
    }

    pub(crate) async fn store(&self) -> Arc<dyn Database> {
        let url = format!("sqlite://{}/inf.dat", self.dir.path().display());
        im_store::open(&url).await.unwrap()
    }
}

fn node_over(store: Arc<dyn Database>, lab: Arc<Lab>, settings: ManagerSettings) -> Node {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let cluster = Cluster::new(Arc::clone(&store), Arc::clone(&clock), CACHE);
    let operations = OperationSettings::default();
    assemble(store, cluster, lab, settings, clock, operations)
}

fn recovering_over(
    store: Arc<dyn Database>,
    lab: Arc<Lab>,
    settings: ManagerSettings,
    keys: &[&str],
) -> RecoveringNode {
    let (parts, recoverer) = parts(&store, Arc::new(NoPeers));
    let cluster = Cluster::alone(parts, CACHE);
    recovering(store, cluster, &recoverer, lab, settings, keys)
}

/// What a cluster is made of, with a recoverer to be bound.
pub(crate) fn parts(store: &Arc<dyn Database>, peers: Arc<dyn Peers>) -> (Parts, Arc<Recoverer>) {
    let recoverer = Arc::new(Recoverer::default());
    let parts = Parts {
        store: Arc::clone(store),
        clock: Arc::new(SystemClock::new()),
        leases: Arc::new(NoLeases::default()),
        peers,
        recovery: Arc::clone(&recoverer) as Arc<dyn Recovery>,
        metrics: Arc::default(),
    };
    (parts, recoverer)
}

/// A manager over a cluster, and the search for open operations.
pub(crate) fn recovering(
    store: Arc<dyn Database>,
    cluster: Cluster,
    recoverer: &Recoverer,
    lab: Arc<Lab>,
    settings: ManagerSettings,
    keys: &[&str],
) -> RecoveringNode {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let keys: Vec<Secret> = keys.iter().map(|key| Secret::new(*key)).collect();
    let operations = OperationSettings {
        sealer: Sealer::new(&keys).unwrap(),
        visibility_horizon: Duration::from_millis(300),
    };
    let clocks = Arc::clone(&clock);
    let node = assemble(store, cluster.clone(), lab, settings, clock, operations);
    recoverer.bind(&node.manager);
    let resume: Arc<dyn Resume> = Arc::new(node.manager.clone());
    let every = ScannerSettings {
        interval: Duration::from_millis(20),
        ..ScannerSettings::default()
    };
    let stop = CancellationToken::new();
    let scanner = Scanner::new(cluster, resume, clocks, every);
    tokio::spawn(scanner.run(stop.clone()));
    RecoveringNode {
        node,
        _stop: stop.drop_guard(),
    }
}

fn assemble(
    store: Arc<dyn Database>,
    cluster: Cluster,
    lab: Arc<Lab>,
    settings: ManagerSettings,
    clock: Arc<dyn Clock>,
    operations: OperationSettings,
) -> Node {
    let layers = LayerSettings {
        retry: RetrySettings {
            attempts: 1,
            ..RetrySettings::default()
        },
        ..LayerSettings::default()
    };
    let registry = RegistrySettings {
        layers,
        ..RegistrySettings::default()
    };
    let mut registry = Registry::new(registry, Arc::clone(&clock));
    for cloud_type in lab.cloud_types() {
        registry.add(cloud_type);
    }
    let auth = AuthSettings {
        admins: vec![Identity::new("root", "rootpass")],
        ..AuthSettings::default()
    };
    let authenticator = Authenticator::new(auth, Arc::clone(&clock));
    let manager = Manager::with_operations(
        settings,
        authenticator,
        cluster.clone(),
        registry,
        clock,
        operations,
        Arc::new(NoDocuments),
    );
    Node {
        manager,
        store,
        cluster,
        lab,
    }
}

/// A node with the usual settings, and what it needs.
pub(crate) async fn node() -> (Site, Node) {
    let site = Site::new();
    let node = site.node(settings()).await;
    (site, node)
}

/// Credentials of a user with clouds, as `(id, type)`.
pub(crate) fn user_with(name: &str, clouds: &[(&str, &str)]) -> Credentials {
    let password = format!("{name}pass");
    let mut lines =
        vec![json!({"type": "InfrastructureManager", "username": name, "password": password})];
    for (id, kind) in clouds {
        lines.push(json!({"id": id, "type": kind}));
    }
    Credentials::from_value(Value::Array(lines)).unwrap()
}

/// Ann with the cloud `Dummy`.
pub(crate) fn ann() -> Credentials {
    user_with("ann", &[("dummy", "Dummy")])
}

/// Ann with one cloud of the laboratory, `lab`.
pub(crate) fn ann_in_lab() -> Credentials {
    user_with("ann", &[("lab", "Lab")])
}

pub(crate) fn text(radl: &str) -> Document {
    Document::RadlText(radl.to_owned())
}

/// A private network, a system of any image, no contextualization, and so many machines.
pub(crate) fn machines(count: usize) -> Document {
    text(&format!("{NODE}contextualize ()\ndeploy node {count}\n"))
}

pub(crate) const NODE: &str = "network lan (outbound = 'no')\nsystem node (\ncpu.count = 1 and\nmemory.size = 256m and\n\
    net_interface.0.connection = 'lan' and\ndisk.0.image.url = 'any://img/base'\n)\n";

/// More machines of the system `node`.
pub(crate) fn more(count: usize) -> Document {
    text(&format!("network lan\nsystem node\ndeploy node {count}\n"))
}

// === impl Node ===

impl Node {
    /// The infrastructure as it is committed.
    pub(crate) async fn stored(&self, id: &InfId) -> Infrastructure {
        let loaded = self.store.load(id).await.unwrap().unwrap();
        loaded.infrastructure
    }

    /// How often the infrastructure was committed.
    pub(crate) async fn commits(&self, id: &InfId) -> u64 {
        let loaded = self.store.load(id).await.unwrap().unwrap();
        loaded.position.version.0
    }

    /// Waits until the infrastructure, as its owner sees it, is as wanted.
    pub(crate) async fn until(
        &self,
        credentials: &Credentials,
        id: &InfId,
        wanted: impl Fn(&Infrastructure) -> bool,
    ) -> Arc<Infrastructure> {
        let seen = async {
            loop {
                let seen = self.manager.infrastructure(credentials, id).await.unwrap();
                if wanted(&seen) {
                    return seen;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let seen = tokio::time::timeout(Duration::from_secs(20), seen).await;
        match seen {
            Ok(seen) => seen,
            Err(_) => panic!("it did not become as wanted: {:#?}", self.stored(id).await),
        }
    }

    pub(crate) async fn create(&self, credentials: &Credentials, document: Document) -> InfId {
        self.manager
            .create(credentials, document, false)
            .await
            .unwrap()
    }
}

/// The states of the machines that were not removed.
pub(crate) fn states(infrastructure: &Infrastructure) -> Vec<VmState> {
    infrastructure.live_vms().map(|vm| vm.state).collect()
}

/// A feature of a machine, as far as it is known.
pub(crate) fn feature<'a>(
    infrastructure: &'a Infrastructure,
    vm: usize,
    name: &str,
) -> Option<&'a str> {
    let system = infrastructure.vms.get(vm)?.info.first_system()?;
    system.features.get_str(name)
}

pub(crate) fn message<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    result.unwrap_err().message
}
