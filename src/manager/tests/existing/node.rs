//! A manager over a SQLite file in a directory of its own.

use std::sync::Arc;
use std::time::Duration;

use im_auth::{AuthSettings, Authenticator, Credentials};
use im_cluster::{CacheSettings, Cluster};
use im_connectors::{Registry, RegistrySettings};
use im_domain::{Identity, InfId};
use im_manager::{BootMode, Manager, ManagerSettings};
use im_store::Database;
use im_util::{Clock, ManualClock};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::cloud::Script;

/// When the tests begin, in seconds of the epoch.
pub(crate) const START: i64 = 1_800_000_000;
pub(crate) const FREQUENCY: Duration = Duration::from_secs(10);
pub(crate) const GRACE: Duration = Duration::from_secs(120);

/// What a test works with.
pub(crate) struct Node {
    pub(crate) manager: Manager,
    pub(crate) store: Arc<dyn Database>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) script: Arc<Script>,
    pub(crate) cluster: Cluster,
    _dir: TempDir,
}

pub(crate) fn settings(boot_mode: BootMode) -> ManagerSettings {
    ManagerSettings {
        boot_mode,
        max_simultaneous_launches: 1,
        max_vm_fails: 3,
        delay_between_vm_retries: Duration::ZERO,
        vm_info_update_frequency: FREQUENCY,
        vm_info_update_error_grace_period: GRACE,
        wait_running_vm_timeout: Duration::from_secs(60),
        confmanager_check_state_interval: Duration::from_secs(1),
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
        max_inf_vms: 100,
        service_url: None,
    }
}

/// A node with an empty database.
pub(crate) async fn node() -> Node {
    node_in(tempfile::tempdir().unwrap(), BootMode::Normal).await
}

/// A node over the file `inf.dat` of a directory.
pub(crate) async fn node_in(dir: TempDir, boot_mode: BootMode) -> Node {
    let url = format!("sqlite://{}/inf.dat", dir.path().display());
    let store = im_store::open(&url).await.unwrap();
    let manual = Arc::new(ManualClock::at(START));
    manual.advance(Duration::from_millis(1));
    let clock: Arc<dyn Clock> = manual.clone();
    let cache = CacheSettings {
        time_to_idle: None,
        max_bytes: 1 << 30,
    };
    let cluster = Cluster::new(store.clone(), Arc::clone(&clock), cache);
    let script = Script::new();
    let mut registry = Registry::new(RegistrySettings::default(), Arc::clone(&clock));
    registry.add(script.cloud_type());
    let auth = AuthSettings {
        admins: vec![Identity::new("root", "rootpass")],
        ..AuthSettings::default()
    };
    Node {
        manager: Manager::new(
            settings(boot_mode),
            Authenticator::new(auth, Arc::clone(&clock)),
            cluster.clone(),
            registry,
            clock,
        ),
        store,
        clock: manual,
        script,
        cluster,
        _dir: dir,
    }
}

/// Credentials of a user with both clouds.
pub(crate) fn user(name: &str) -> Credentials {
    login(name, &format!("{name}pass"))
}

/// Credentials of a user with this password and both clouds.
pub(crate) fn login(name: &str, password: &str) -> Credentials {
    credentials(json!([
        {"type": "InfrastructureManager", "username": name, "password": password},
        {"id": "dummy", "type": "Dummy"},
        {"id": "scripted", "type": "Scripted"},
    ]))
}

/// Credentials of a user without clouds.
pub(crate) fn user_alone(name: &str) -> Credentials {
    let password = format!("{name}pass");
    credentials(json!([{"type": "InfrastructureManager", "username": name, "password": password}]))
}

pub(crate) fn credentials(lines: Value) -> Credentials {
    Credentials::from_value(lines).unwrap()
}

/// The stored form of an infrastructure with machines of one type of cloud, all running and configured.
pub(crate) fn stored(id: &str, cloud: &str, machines: u32) -> Value {
    let radl = "network lan ( outbound = 'no' )\nsystem node (\ncpu.count = 1 and\nmemory.size = 256m and\n\
                net_interface.0.connection = 'lan'\n)\n\ncontextualize ()\ndeploy node 2";
    let vms: Vec<_> = (0..machines)
        .map(|n| {
            let info = radl.replace("\n)\n", " and\nstate = 'configured'\n)\n");
            json!({
                "id": format!("{n}"), "im_id": n, "creation_im_id": n, "state": "configured", "destroy": false,
                "last_update": 0, "configured": true, "cont_out": "", "info": info, "requested_radl": radl,
                "cloud": {"id": cloud.to_lowercase(), "type": cloud},
            })
        })
        .collect();
    json!({
        "id": id, "vm_list": vms, "auth": [], "vm_master": null, "radl": radl, "configured": true,
        "creation_date": START,
    })
}

impl Node {
    /// Imports an infrastructure of `ann`.
    pub(crate) async fn import(&self, stored: &Value) -> InfId {
        self.manager
            .import(&user("ann"), &stored.to_string())
            .await
            .unwrap()
    }

    /// How often the infrastructure was committed.
    pub(crate) async fn version(&self, id: &InfId) -> u64 {
        let loaded = self.store.load(id).await.unwrap().unwrap();
        loaded.position.version.0
    }
}
