//! What an infrastructure takes in memory as long as it is cached, by the allocations that are alive.
//!
//! One test alone: others beside it would allocate too.
#![cfg(test)]

use std::alloc::System;
use std::sync::Arc;

use im_cluster::leases::NoLeases;
use im_cluster::peers::NoPeers;
use im_cluster::{CacheSettings, Cluster, NoRecovery, Opened, Parts};
use im_domain::stored::{self, Origin};
use im_domain::{BootId, InfId, Infrastructure};
use im_store::Database;
use im_telemetry::metrics::Metrics;
use im_util::SystemClock;
use serde_json::{Value, json};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Opened before it is measured, so that what is needed once is not counted.
const FIRST: usize = 20;

/// Opened while it is measured.
const MEASURED: usize = 100;

/// What an allocator adds to an allocation, on average: half a step between the sizes it has.
const STEP: usize = 8;

/// What an infrastructure of ten machines may take. The bar is 40 kB of resident memory, in which there are holes too.
const LIMIT: usize = 24_000;

/// A kind of infrastructure.
struct Kind {
    name: &'static str,
    machines: usize,
    /// Stands in the document of each machine, where `{}` is another text for each.
    features: &'static str,
    recipe: usize,
}

const KINDS: [Kind; 4] = [
    Kind {
        name: "ten machines",
        machines: 10,
        features: "",
        recipe: 0,
    },
    Kind {
        name: "one machine",
        machines: 1,
        features: "",
        recipe: 0,
    },
    Kind {
        name: "a hundred machines",
        machines: 100,
        features: "",
        recipe: 0,
    },
    Kind {
        name: "three machines with a recipe, and much of their own",
        machines: 3,
        features: " and\ndisk.0.os.credentials.private_key = '{}-----BEGIN RSA PRIVATE KEY-----\n\
                   MIICXQIBAAKBgQDCTmsbNKHCFYDzGdJsVKIOtPCOnCJPvNYFU5eGSVFjMTGjGHbx' and\n\
                   disk.1.size = 1g and\ndisk.1.device = 'hdb{}' and\ndisk.1.mount_path = '/mnt/{}' and\n\
                   disk.0.applications contains (\nname = 'app-{}' and\npreinstalled = 'yes'\n)",
        recipe: 20_000,
    },
];

/// Bytes that are allocated now, and in how many pieces.
fn alive() -> (usize, usize) {
    let stats = ALLOCATOR.stats();
    let pieces = stats.allocations - stats.deallocations;
    // What was made larger or smaller is in the counts of bytes already.
    (stats.bytes_allocated - stats.bytes_deallocated, pieces)
}

// === impl Kind ===

impl Kind {
    /// The document that the machines are asked for with, or that of one of them.
    fn document(&self, further: &str) -> String {
        let recipe = match self.recipe {
            0 => String::new(),
            length => format!(
                "configure front (\n@begin\n---\n- tasks: # {}\n@end\n)\n\n",
                "x".repeat(length)
            ),
        };
        format!(
            "network lan ( outbound = 'yes' )\nsystem node (\ncpu.count >= 1 and\nmemory.size >= 512m and\n\
             net_interface.0.connection = 'lan' and\ndisk.0.os.name = 'linux' and\n\
             disk.0.image.url = 'mock0://linux'{further}\n)\n\n{recipe}contextualize ()\ndeploy node {}",
            self.machines
        )
    }

    /// What the cloud `Dummy` makes of a machine.
    fn machine(&self, id: &InfId, number: usize) -> Value {
        let further = format!(
            " and\nnet_interface.0.dns_name = 'vnode-{number}' and\nstate = 'configured' and\n\
             provider.type = 'Dummy' and\nnet_interface.0.ip = '10.0.0.1' and\n\
             disk.0.os.credentials.username = 'username' and\ndisk.0.os.credentials.password = 'password' and\n\
             disk.0.os.credentials.new.password = '{}{number}'{}",
            &id.as_str()[..8],
            self.features.replace("{}", &number.to_string()),
        );
        json!({
            "last_update": 1_795_765_444, "destroy": false, "state": "configured", "id": "558187610364",
            "im_id": number, "creation_im_id": number,
            "cloud": {
                "id": "dummy", "type": "Dummy", "server": "", "port": -1, "protocol": "", "path": "", "extra": {}
            },
            "info": self.document(&further), "requested_radl": self.document(""), "cont_out": "",
            "configured": true, "ctxt_pid": null, "ssh_connect_errors": 0, "creating": false, "error_msg": null,
            "deleting": false, "creation_date": 1_795_765_444,
        })
    }

    fn infrastructure(&self) -> Infrastructure {
        let id = InfId::random();
        let machines = 0..self.machines;
        let text = json!({
            "id": id.as_str(),
            "vm_list": machines.map(|number| self.machine(&id, number)).collect::<Vec<_>>(),
            "auth": [
                {"type": "InfrastructureManager", "username": "owner", "password": "pass-owner", "admin": false}
            ],
            "radl": self.document(""), "private_networks": {}, "system_counter": 0, "deleted": false,
            "vm_master": null, "vm_id": 0, "cont_out": "", "ansible_configured": null, "configured": true,
            "extra_info": {}, "snapshots": [], "creation_date": 1_795_765_444, "cloud_connector": null,
        });
        stored::read(&id, &text.to_string(), Origin::Own).unwrap()
    }

    /// Infrastructures in a database, that nobody owns.
    async fn stored(&self, store: &dyn Database) -> Vec<InfId> {
        let other = BootId::random();
        let mut ids = Vec::new();
        for _ in 0..FIRST + MEASURED {
            let infrastructure = self.infrastructure();
            let id = infrastructure.id.clone();
            let inserted = store.insert_with(&infrastructure, &other, &[]).await;
            store.release(&id, inserted.unwrap(), &other).await.unwrap();
            ids.push(id);
        }
        ids
    }

    /// What one takes in memory, and what the cache believes that it takes.
    async fn measured(&self) -> (usize, usize) {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/im.db", directory.path().display());
        let store = im_store::open(&url).await.unwrap();
        let ids = self.stored(&*store).await;
        let metrics = Metrics::new("test", ["Dummy"]);
        let parts = Parts {
            store,
            clock: Arc::new(SystemClock::new()),
            leases: Arc::new(NoLeases::default()),
            peers: Arc::new(NoPeers),
            recovery: Arc::new(NoRecovery),
            metrics: Arc::clone(&metrics.cluster),
        };
        let settings = CacheSettings {
            time_to_idle: None,
            max_bytes: 1 << 30,
        };
        let cluster = Cluster::alone(parts, settings);
        open(&cluster, &ids[..FIRST]).await;
        let (before, believed_before) = (alive(), believed(&metrics));
        open(&cluster, &ids[FIRST..]).await;
        let (after, believed_after) = (alive(), believed(&metrics));
        let taken = after.0 - before.0 + STEP * (after.1 - before.1);
        (
            taken / MEASURED,
            (believed_after - believed_before) / MEASURED,
        )
    }
}

async fn open(cluster: &Cluster, ids: &[InfId]) {
    for id in ids {
        match cluster.open(id).await.unwrap() {
            Opened::Here(slot) => drop(slot.read().await.unwrap()),
            other => panic!("{other:?}"),
        }
    }
    // What is recovered is so in a task of its own.
    tokio::task::yield_now().await;
    cluster.look().await;
}

/// What the cache says that it keeps, in bytes.
fn believed(metrics: &Metrics) -> usize {
    let text = String::from_utf8(metrics.render().unwrap()).unwrap();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("im_cache_bytes "));
    line.unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_cached_infrastructure_is_small_and_weighed_well() {
    for kind in KINDS {
        let (taken, believed) = kind.measured().await;
        println!("{}: {taken} bytes, {believed} believed", kind.name);
        let ratio = believed as f64 / taken as f64;
        assert!((0.85..1.15).contains(&ratio), "{}: {ratio}", kind.name);
        if kind.machines == 10 {
            assert!(taken <= LIMIT, "{}: {taken} bytes", kind.name);
        }
    }
}
