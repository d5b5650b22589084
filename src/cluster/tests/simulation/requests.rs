//! What clients ask, as a handler on some node would serve it.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use im_cluster::{ChangeError, Cluster, ClusterError, Opened, Slot};
use im_domain::InfId;
use tokio::sync::oneshot;

use crate::history::Violation;
use crate::world::World;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Request {
    Write(u64),
    Read,
    Effect,
}

/// What the client is told.
#[derive(Debug)]
pub(crate) enum Told {
    Done(String),
    /// Nothing was done, for certain.
    Failed,
    /// It may have been done.
    Unknown,
}

/// Serves a request at the node that the client chose.
pub(crate) async fn serve(world: Arc<World>, cluster: Cluster, id: InfId, request: Request) {
    let expected = world.history().expected(&id);
    let told = at_entry(&world, &cluster, &id, request).await;
    let stored = world.rows().load(&id);
    let stored = stored.map(|loaded| loaded.infrastructure.cont_out);
    let mut history = world.history();
    match (request, told) {
        (Request::Write(token), Told::Done(_)) => history.acked(&id, token),
        (Request::Write(token), Told::Failed) => {
            history.failed(&id, token, &stored.unwrap_or_default());
        }
        (Request::Write(_), Told::Unknown) => history.counts.unknown += 1,
        (Request::Read, Told::Done(text)) => {
            let by = cluster.life().boot().to_string();
            history.read(&id, &expected, &text, &by);
        }
        (Request::Read, _) => history.counts.refused_reads += 1,
        (Request::Effect, _) => {}
    }
}

async fn at_entry(world: &Arc<World>, cluster: &Cluster, id: &InfId, request: Request) -> Told {
    for _ in 0..2 {
        let peer = match cluster.open(id).await {
            Ok(Opened::Here(slot)) => {
                cluster.came_directly(|| Some(id.clone()));
                return here(world, &slot, request).await;
            }
            Ok(Opened::At(peer)) => peer,
            Ok(Opened::Absent) | Err(_) => return Told::Failed,
        };
        let Some(owner) = world.reach(&peer.address) else {
            return Told::Failed;
        };
        world.history().counts.forwarded += 1;
        world.latency().await;
        let (answer, answered) = oneshot::channel();
        let (there, wanted) = (Arc::clone(world), id.clone());
        let (me, boot) = (cluster.life().boot(), peer.boot);
        owner.runtime.spawn(async move {
            let cluster = owner.cluster;
            let told = if cluster.life().boot() != boot {
                None
            } else {
                match cluster.open(&wanted).await {
                    Ok(Opened::Here(slot)) => {
                        cluster.forwarded(&wanted, me);
                        Some(here(&there, &slot, request).await)
                    }
                    // One hop at most.
                    Ok(Opened::At(_)) => None,
                    Ok(Opened::Absent) | Err(_) => Some(Told::Failed),
                }
            };
            let _ = answer.send(told);
        });
        let answer = tokio::time::timeout(Duration::from_secs(4), answered).await;
        // An answer is lost in the network now and then.
        let lost = world.chance().once_in(60);
        match answer {
            Ok(Ok(_)) if lost => return Told::Unknown,
            Ok(Ok(Some(told))) => return told,
            Ok(Ok(None)) => cluster.not_at(id, &peer),
            Ok(Err(_)) | Err(_) => return Told::Unknown,
        }
    }
    Told::Failed
}

async fn here(world: &Arc<World>, slot: &Arc<Slot>, request: Request) -> Told {
    match request {
        Request::Read => match slot.read().await {
            Ok(infrastructure) => Told::Done(infrastructure.cont_out.clone()),
            Err(_) => Told::Failed,
        },
        Request::Write(token) => {
            let _turn = if token.is_multiple_of(3) {
                Some(slot.operation("write").await)
            } else {
                None
            };
            let changed = slot
                .change(|infrastructure| {
                    if !world.history().is_recovered(slot) {
                        let what = format!("{} was changed first", slot.id());
                        world.history().violate(Violation::NotRecovered(what));
                    }
                    infrastructure.cont_out.push_str(&format!("{token},"));
                    Ok::<_, Infallible>(())
                })
                .await;
            match changed {
                Ok(()) => Told::Done(String::new()),
                Err(ChangeError::Cluster(ClusterError::OutcomeUnknown(_))) => Told::Unknown,
                Err(_) => Told::Failed,
            }
        }
        Request::Effect => {
            let _turn = slot.operation("effect").await;
            if slot.confirm().await.is_ok() {
                begin_effect(world, slot);
            }
            Told::Failed
        }
    }
}

/// From here on the cloud may be called: nobody else may own it.
fn begin_effect(world: &World, slot: &Slot) {
    let rows = world.rows();
    let boot = slot.life().boot();
    let alive = rows
        .nodes
        .get(&boot)
        .is_some_and(|node| !node.state.is_over());
    let owned = rows
        .rows
        .get(slot.id())
        .is_some_and(|row| row.owner == Some(boot));
    let mut history = world.history();
    history.counts.effects += 1;
    if !alive || !owned {
        let what = format!(
            "{boot} acts on {} (alive: {alive}, its own: {owned})",
            slot.id()
        );
        history.violate(Violation::EffectByDead(what));
    }
}
