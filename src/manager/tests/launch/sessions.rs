//! Nodes that live at the same time, with sessions: who is silent for long enough is dead, and others finish what it has
//! begun; who lives is asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use im_cluster::peers::{HandOver, PeerError, Peers};
use im_cluster::status::NodeReport;
use im_cluster::{Cluster, ClusterSettings, NodeSettings, Peer, SessionSettings};
use im_domain::{BootId, InfId, VmState};
use im_manager::{BootMode, ErrorKind, ManagerSettings};
use im_store::Database;

use crate::node::{
    RecoveringNode, Site, ann_in_lab, machines, parts, recovering, settings, states,
};
use crate::outage::Flaky;
use crate::takeover::{KEYS, assert_settled, until_open};

/// Nodes that reach each other by calling each other.
#[derive(Clone, Debug, Default)]
struct Lan(Arc<Mutex<HashMap<String, Cluster>>>);

// === impl Lan ===

impl Lan {
    fn at(&self, peer: &Peer) -> Result<Cluster, PeerError> {
        let nodes = self.0.lock().unwrap();
        let node = nodes.get(&peer.address).cloned();
        node.filter(|node| node.life().boot() == peer.boot)
            .ok_or_else(|| PeerError {
                address: peer.address.clone(),
                reason: "it is not there".to_owned(),
                may_be_done: false,
            })
    }

    async fn node(
        &self,
        site: &Site,
        store: Arc<dyn Database>,
        name: &str,
        settings: ManagerSettings,
    ) -> RecoveringNode {
        let (parts, recoverer) = parts(&store, Arc::new(self.clone()));
        let ours = ClusterSettings {
            session: SessionSettings {
                ttl: Duration::from_millis(1_500),
                beat: Duration::from_millis(150),
                margin: Duration::from_millis(300),
            },
            ..ClusterSettings::new(NodeSettings {
                name: name.to_owned(),
                address: name.to_owned(),
                boot_mode: match settings.boot_mode {
                    BootMode::Normal => 0,
                    BootMode::ReadOnly => 1,
                    BootMode::ReadDelete => 2,
                },
                version: "test".to_owned(),
            })
        };
        let cluster = Cluster::join(parts, ours).await.unwrap();
        let nodes = &self.0;
        nodes
            .lock()
            .unwrap()
            .insert(name.to_owned(), cluster.clone());
        let lab = Arc::clone(&site.lab);
        recovering(store, cluster, &recoverer, lab, settings, &KEYS)
    }
}

#[async_trait]
impl Peers for Lan {
    async fn hand_over(
        &self,
        owner: &Peer,
        from: BootId,
        id: &InfId,
    ) -> Result<HandOver, PeerError> {
        Ok(self.at(owner)?.hand_over(id, from).await)
    }

    async fn offer(&self, to: &Peer, _from: BootId, id: &InfId) -> Result<(), PeerError> {
        self.at(to)?.offered(id);
        Ok(())
    }

    async fn report(&self, peer: &Peer, _from: BootId) -> Result<NodeReport, PeerError> {
        Ok(self.at(peer)?.report())
    }
}

/// A node in whose hands a creation of three machines stops with its database.
async fn dying(lan: &Lan, site: &Site) -> (RecoveringNode, InfId) {
    let flaky = Flaky::over(site.store().await);
    let store = Arc::clone(&flaky) as Arc<dyn Database>;
    let dying = lan.node(site, store, "dying", settings()).await;
    flaky.halt(1, true);
    let credentials = ann_in_lab();
    let create = dying.node.manager.create(&credentials, machines(3), true);
    let id = create.await.unwrap();
    flaky.until_halted().await;
    (dying, id)
}

#[tokio::test]
async fn a_node_that_lives_finishes_what_a_dead_one_has_begun() {
    let site = Site::new();
    let lan = Lan::default();
    let (dead, id) = dying(&lan, &site).await;
    let mut living = Vec::new();
    for name in ["one", "other"] {
        let store = site.store().await;
        living.push(lan.node(&site, store, name, settings()).await);
    }
    let store = &living[0].node.store;
    until_open(store, <[_]>::is_empty).await;
    let stored = assert_settled(&site, store, &id).await;
    assert_eq!(states(&stored), [VmState::Configured; 3]);
    assert_eq!(
        site.lab.launches().len(),
        3,
        "only one of them worked on it"
    );
    drop(dead);
}

#[tokio::test]
async fn what_belongs_to_a_node_that_may_not_finish_it_is_asked_for() {
    let site = Site::new();
    let lan = Lan::default();
    let (_dead, id) = dying(&lan, &site).await;
    let mode = ManagerSettings {
        boot_mode: BootMode::ReadOnly,
        ..settings()
    };
    let reader = lan.node(&site, site.store().await, "reader", mode).await;
    let credentials = ann_in_lab();
    // It takes the infrastructure as soon as the other one was declared dead.
    let taken = async {
        loop {
            let seen = reader.node.manager.infrastructure(&credentials, &id).await;
            match seen.map_err(|error| error.kind) {
                Ok(seen) => return seen,
                Err(ErrorKind::Unavailable | ErrorKind::Elsewhere) => {}
                Err(kind) => panic!("{kind:?}"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    taken.await;
    let standing = reader.node.store.standing(&id).await.unwrap().unwrap();
    assert_eq!(standing.owner, Some(reader.node.cluster.life().boot()));
    assert!(site.lab.launches().is_empty());
    let next = lan
        .node(&site, site.store().await, "next", settings())
        .await;
    until_open(&next.node.store, <[_]>::is_empty).await;
    let stored = assert_settled(&site, &next.node.store, &id).await;
    assert_eq!(states(&stored), [VmState::Configured; 3]);
}
