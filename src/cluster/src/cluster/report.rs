//! What this node says of itself, and what the service looks like from here.

use futures::future::join_all;
use im_domain::InfId;
use im_store::{Node, OperationsOf};

use super::Cluster;
use crate::ClusterError;
use crate::peers::Peer;
use crate::status::{InfStatus, NodeReport, NodeStatus, RunningOperation};

// === impl Cluster ===

impl Cluster {
    /// What this node says of itself.
    pub fn report(&self) -> NodeReport {
        let slots = self.inner.table.all();
        let mut running: Vec<_> = slots
            .iter()
            .filter_map(|slot| {
                let (kind, age) = slot.running_operation()?;
                Some(RunningOperation {
                    id: slot.id().clone(),
                    kind: kind.to_owned(),
                    age,
                })
            })
            .collect();
        running.sort_by(|a, b| a.id.cmp(&b.id));
        NodeReport {
            held: u64::try_from(slots.len()).unwrap_or(u64::MAX),
            running,
            draining: self.is_draining(),
            fresh: self.life().is_fresh(),
            leases_reachable: self.leases_reachable(),
        }
    }

    /// Whether the leases can be reached, as far as is known; `None` if there are none.
    pub fn leases_reachable(&self) -> Option<bool> {
        self.inner.parts.leases.is_reachable()
    }

    /// All nodes: their sessions as stored, and what those that live say of themselves.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn status(&self) -> Result<Vec<NodeStatus>, ClusterError> {
        let nodes = self.inner.members.nodes_now().await;
        let nodes = nodes.map_err(|error| ClusterError::Unavailable(error.to_string()))?;
        Ok(join_all(nodes.iter().map(|node| self.ask(node))).await)
    }

    async fn ask(&self, node: &Node) -> NodeStatus {
        let me = self.life().boot();
        let report = if node.row.boot == me {
            Some(self.report())
        } else if node.state.is_over() {
            None
        } else {
            let peer = Peer {
                boot: node.row.boot,
                address: node.row.peer_addr.clone(),
            };
            self.inner.parts.peers.report(&peer, me).await.ok()
        };
        NodeStatus {
            node: node.clone(),
            report,
        }
    }

    /// An infrastructure, as the database and this node see it; `None` if there never was one.
    ///
    /// # Errors
    /// If the database does not answer, or its journal cannot be read.
    pub async fn status_of(&self, id: &InfId) -> Result<Option<InfStatus>, ClusterError> {
        let store = &self.inner.parts.store;
        let failed = |error| ClusterError::from_store(id, &error);
        let Some(standing) = store.standing(id).await.map_err(failed)? else {
            return Ok(None);
        };
        let of = OperationsOf::Infrastructure(id);
        let open_operations = store.open_operations(of).await.map_err(failed)?;
        let mut open_intents = store.intents(id).await.map_err(failed)?;
        open_intents.retain(|intent| intent.state.is_open());
        let nodes = self.inner.members.nodes_now().await.map_err(failed)?;
        let node = nodes
            .iter()
            .find(|node| Some(node.row.boot) == standing.owner);
        let here = self.inner.table.peek(id).map(|slot| slot.state_name());
        Ok(Some(InfStatus {
            position: standing.position,
            owner: standing.owner,
            deleted: standing.deleted,
            node: node.cloned(),
            open_operations,
            open_intents,
            here,
        }))
    }
}
