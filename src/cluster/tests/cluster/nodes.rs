//! Nodes over one store: hand-over, offers, drains, death, lapse.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use im_cluster::leases::NoLeases;
use im_cluster::peers::{HandOver, PeerError, Peers};
use im_cluster::status::NodeReport;
use im_cluster::{
    Cluster, ClusterError, ClusterSettings, NodeSettings, Opened, Parts, Peer, Recovering,
    Recovery, Slot,
};
use im_domain::{BootId, InfId, Infrastructure};
use im_store::JournalChange;
use im_util::Clock;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};

use crate::support::FaultyStore;

/// Nodes that reach each other by calling each other.
#[derive(Clone, Debug, Default)]
struct Lan(Arc<Mutex<HashMap<String, Cluster>>>);

#[derive(Debug)]
struct PausedClock(Instant);

/// Waits for a permit before it is done.
#[derive(Debug)]
struct SlowRecovery(Arc<Semaphore>);

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

    /// As if its process had stopped answering.
    fn cut(&self, name: &str) {
        self.0.lock().unwrap().remove(name);
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

impl Clock for PausedClock {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }

    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }
}

#[async_trait]
impl Recovery for SlowRecovery {
    async fn recover(&self, recovering: &Recovering) -> Result<(), ClusterError> {
        self.0.acquire().await.unwrap().forget();
        let settled = recovering
            .change_with(|infrastructure, _| {
                infrastructure.cont_out.push('r');
                Ok::<_, Infallible>(())
            })
            .await;
        settled.map_err(|_| ClusterError::NotFresh)
    }
}

async fn join(store: &Arc<FaultyStore>, lan: &Lan, name: &str) -> Cluster {
    let recovery = SlowRecovery(Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)));
    join_with(store, lan, name, recovery).await
}

async fn join_with(
    store: &Arc<FaultyStore>,
    lan: &Lan,
    name: &str,
    recovery: SlowRecovery,
) -> Cluster {
    let parts = Parts {
        store: Arc::clone(store) as Arc<dyn im_store::Database>,
        clock: Arc::new(PausedClock(Instant::now())),
        leases: Arc::new(NoLeases::default()),
        peers: Arc::new(lan.clone()),
        recovery: Arc::new(recovery),
        metrics: Arc::default(),
    };
    let node = NodeSettings {
        name: name.to_owned(),
        address: name.to_owned(),
        boot_mode: 0,
        version: "1".to_owned(),
    };
    let cluster = Cluster::join(parts, ClusterSettings::new(node))
        .await
        .unwrap();
    lan.0
        .lock()
        .unwrap()
        .insert(name.to_owned(), cluster.clone());
    // The watcher's first look.
    sleep(Duration::from_millis(10)).await;
    cluster
}

fn here(opened: Opened) -> Arc<Slot> {
    match opened {
        Opened::Here(slot) => slot,
        other => panic!("{other:?}"),
    }
}

async fn created(cluster: &Cluster) -> InfId {
    let infrastructure = Infrastructure::new(InfId::random(), Vec::new(), 0);
    cluster.create(infrastructure).await.unwrap().id().clone()
}

async fn add(slot: &Arc<Slot>, text: &str) {
    slot.change(|infrastructure| {
        infrastructure.cont_out.push_str(text);
        Ok::<_, Infallible>(())
    })
    .await
    .unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_idle_infrastructure_is_handed_over_and_a_busy_one_is_not() {
    let (store, lan) = (FaultyStore::new(), Lan::default());
    let (one, two) = (join(&store, &lan, "1").await, join(&store, &lan, "2").await);
    let id = created(&one).await;
    let slot = here(one.open(&id).await.unwrap());
    let turn = slot.operation("add").await;
    match two.open(&id).await.unwrap() {
        Opened::At(peer) => assert_eq!(peer.boot, one.life().boot()),
        other => panic!("{other:?}"),
    }
    drop((turn, slot));
    sleep(Duration::from_secs(2)).await;
    let slot = here(two.open(&id).await.unwrap());
    assert_eq!(store.owner(&id), Some(two.life().boot()));
    add(&slot, "x").await;
    drop(slot);
    let back = here(one.open(&id).await.unwrap());
    assert_eq!(back.read().await.unwrap().cont_out, "rxr");
}

#[tokio::test(start_paused = true)]
async fn who_does_not_wait_for_a_hand_over_leaves_nothing_by_halves() {
    let (store, lan) = (FaultyStore::new(), Lan::default());
    let (one, two) = (join(&store, &lan, "1").await, join(&store, &lan, "2").await);
    let id = created(&one).await;
    sleep(Duration::from_secs(2)).await;
    let answers = store.releases.acquire_many(1_000).await.unwrap();
    let asked = one.hand_over(&id, two.life().boot());
    assert!(timeout(Duration::from_secs(1), asked).await.is_err());
    assert_eq!(store.owner(&id), None);
    drop(answers);
    let opened = timeout(Duration::from_secs(10), one.open(&id)).await;
    add(&here(opened.unwrap().unwrap()), "x").await;
}

#[tokio::test(start_paused = true)]
async fn a_silent_owner_is_waited_for_until_it_is_declared_dead() {
    let (store, lan) = (FaultyStore::new(), Lan::default());
    let (one, two) = (join(&store, &lan, "1").await, join(&store, &lan, "2").await);
    let id = created(&one).await;
    lan.cut("1");
    assert!(matches!(
        two.open(&id).await,
        Err(ClusterError::OwnerSilent(_))
    ));
    let stored = two.stored(&id).await.unwrap().unwrap();
    assert_eq!(stored.id, id);
    assert!(!two.has_ended(one.life().boot()).await.unwrap());
    store.kill(one.life().boot());
    sleep(Duration::from_secs(2)).await;
    here(two.open(&id).await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_node_that_was_declared_dead_drops_everything_and_begins_again() {
    let (store, lan) = (FaultyStore::new(), Lan::default());
    let one = join(&store, &lan, "1").await;
    let id = created(&one).await;
    let slot = here(one.open(&id).await.unwrap());
    let before = one.life();
    store.kill(before.boot());
    before.ended().cancelled().await;
    assert!(slot.is_lost());
    assert!(matches!(slot.read().await, Err(ClusterError::Lost(_))));
    while one.life().boot() == before.boot() {
        sleep(Duration::from_millis(10)).await;
    }
    let again = here(one.open(&id).await.unwrap());
    assert_eq!(store.owner(&id), Some(one.life().boot()));
    add(&again, "x").await;
}

#[tokio::test(start_paused = true)]
async fn changes_wait_for_the_recovery_and_readers_do_not() {
    let (store, lan) = (FaultyStore::new(), Lan::default());
    let one = join(&store, &lan, "1").await;
    let id = created(&one).await;
    one.close().await;
    let gate = Arc::new(Semaphore::new(0));
    let two = join_with(&store, &lan, "2", SlowRecovery(Arc::clone(&gate))).await;
    let slot = here(two.open(&id).await.unwrap());
    assert_eq!(slot.read().await.unwrap().cont_out, "");
    assert!(slot.try_operation("add").is_none());
    let changing = Arc::clone(&slot);
    let change = tokio::spawn(async move { add(&changing, "x").await });
    sleep(Duration::from_secs(1)).await;
    assert_eq!(slot.state_name(), "recovering");
    gate.add_permits(1);
    change.await.unwrap();
    assert_eq!(slot.read().await.unwrap().cont_out, "rx");
}

#[tokio::test(start_paused = true)]
async fn ownership_follows_the_traffic() {
    let (store, lan) = (FaultyStore::new(), Lan::default());
    let (one, two) = (join(&store, &lan, "1").await, join(&store, &lan, "2").await);
    let id = created(&one).await;
    // Until they know of each other.
    while one.status().await.unwrap().len() < 2 {
        sleep(Duration::from_millis(100)).await;
    }
    for _ in 0..5 {
        assert_eq!(store.owner(&id), Some(one.life().boot()));
        one.forwarded(&id, two.life().boot());
    }
    for _ in 0..100 {
        if store.owner(&id) == Some(two.life().boot()) {
            return;
        }
        sleep(Duration::from_millis(10)).await;
    }
    panic!("it was not offered");
}

#[tokio::test(start_paused = true)]
async fn a_node_that_drains_gives_back_what_is_idle_and_sends_others_on() {
    let (store, lan) = (FaultyStore::new(), Lan::default());
    let (one, two) = (join(&store, &lan, "1").await, join(&store, &lan, "2").await);
    let (idle, busy) = (created(&one).await, created(&one).await);
    let slot = here(one.open(&busy).await.unwrap());
    let turn = slot.operation("add").await;
    let working = Arc::clone(&slot);
    tokio::spawn(async move {
        sleep(Duration::from_secs(3)).await;
        add(&working, "done").await;
        drop((turn, working));
    });
    drop(slot);
    assert_eq!(one.drain(Duration::from_secs(60)).await, 0);
    assert_eq!((store.owner(&idle), store.owner(&busy)), (None, None));
    assert_eq!(store.row(&busy).0.cont_out, "done");
    match one.open(&idle).await.unwrap() {
        Opened::At(peer) => assert_eq!(peer.boot, two.life().boot()),
        other => panic!("{other:?}"),
    }
    one.close().await;
    here(two.open(&busy).await.unwrap());
    let nodes = two.status().await.unwrap();
    let own = nodes.iter().find(|node| node.node.row.name == "2").unwrap();
    assert_eq!(own.report.as_ref().map(|report| report.held), Some(1));
}

#[tokio::test(start_paused = true)]
async fn the_journal_is_committed_with_the_change() {
    let (store, lan) = (FaultyStore::new(), Lan::default());
    let one = join(&store, &lan, "1").await;
    let id = created(&one).await;
    let slot = here(one.open(&id).await.unwrap());
    let answer = || JournalChange::Answer(im_domain::OperationId::random(), "x".to_owned());
    slot.change_with(|infrastructure, journal| {
        infrastructure.cont_out.push('x');
        journal.push(answer());
        Ok::<_, Infallible>(())
    })
    .await
    .unwrap();
    slot.record(vec![answer()]).await.unwrap();
    assert_eq!(store.journal.lock().unwrap().len(), 2);
    assert_eq!(slot.position(), store.row(&id).1);
}

#[tokio::test(start_paused = true)]
async fn what_was_deleted_here_may_be_made_again_elsewhere() {
    let (store, lan) = (FaultyStore::new(), Lan::default());
    let (one, two) = (join(&store, &lan, "1").await, join(&store, &lan, "2").await);
    let id = created(&one).await;
    let slot = here(one.open(&id).await.unwrap());
    slot.change(|infrastructure| {
        infrastructure.deleted = true;
        Ok::<_, Infallible>(())
    })
    .await
    .unwrap();
    assert!(matches!(one.open(&id).await.unwrap(), Opened::Absent));
    let again = Infrastructure::new(id.clone(), Vec::new(), 0);
    drop(two.create(again).await.unwrap());
    // The first node has the old one in memory, and somebody holds it.
    match one.open(&id).await.unwrap() {
        Opened::At(peer) => assert_eq!(peer.boot, two.life().boot()),
        Opened::Here(slot) => assert!(!slot.snapshot().deleted),
        Opened::Absent => panic!("it was made again"),
    }
    drop(slot);
}
