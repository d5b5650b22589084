//! The rows, and the statements that a database would run on them, each at one moment.

use std::collections::HashMap;

use im_domain::{BootId, Epoch, InfId, Infrastructure, Version};
use im_store::{Loaded, Node, NodeRow, NodeState, Position, StoreError, StoreErrorKind};

use crate::history::{History, Violation};

#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) infrastructure: Infrastructure,
    pub(crate) position: Position,
    pub(crate) owner: Option<BootId>,
}

#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(crate) rows: HashMap<InfId, Row>,
    pub(crate) nodes: HashMap<BootId, Node>,
    /// Statements that are still under way: when they land.
    pub(crate) late: Vec<(u64, Late)>,
    /// Does not answer until then.
    pub(crate) away_until: u64,
}

/// A write that lands after whoever sent it has given up waiting.
#[derive(Clone, Debug)]
pub(crate) enum Late {
    Save(Box<Infrastructure>, Position, Vec<BootId>),
    Acquire(InfId, Epoch, BootId, Option<BootId>),
    Release(InfId, Position, BootId),
    Beat(BootId),
}

fn conflict(id: &InfId, at: Option<Position>) -> StoreError {
    StoreError::new(StoreErrorKind::Conflict(at), Some(id), "the row moved")
}

// === impl Rows ===

impl Rows {
    pub(crate) fn insert(
        &mut self,
        history: &mut History,
        infrastructure: &Infrastructure,
        me: BootId,
    ) -> Position {
        let position = Position {
            epoch: Epoch(1),
            version: Version(1),
        };
        history.issued(&infrastructure.id, 1, me);
        let row = Row {
            infrastructure: infrastructure.clone(),
            position,
            owner: Some(me),
        };
        self.rows.insert(infrastructure.id.clone(), row);
        position
    }

    pub(crate) fn load(&self, id: &InfId) -> Option<Loaded> {
        self.rows.get(id).map(|row| Loaded {
            infrastructure: row.infrastructure.clone(),
            position: row.position,
            owner: row.owner,
        })
    }

    pub(crate) fn save(
        &mut self,
        history: &mut History,
        infrastructure: &Infrastructure,
        at: Position,
        by: &[BootId],
    ) -> Result<Position, StoreError> {
        let id = &infrastructure.id;
        let row = self.rows.get_mut(id).ok_or_else(|| conflict(id, None))?;
        if row.position != at {
            return Err(conflict(id, Some(row.position)));
        }
        history.committed(id, at.epoch.0, by);
        history.written(id, &infrastructure.cont_out);
        row.infrastructure = infrastructure.clone();
        row.position.version.0 += 1;
        Ok(row.position)
    }

    pub(crate) fn acquire(
        &mut self,
        history: &mut History,
        id: &InfId,
        seen: Epoch,
        me: BootId,
        from: Option<BootId>,
    ) -> Result<Position, StoreError> {
        let row = self.rows.get_mut(id).ok_or_else(|| conflict(id, None))?;
        let free = row
            .owner
            .is_none_or(|owner| owner == me || Some(owner) == from);
        if row.position.epoch != seen || !free {
            return Err(conflict(id, Some(row.position)));
        }
        if let Some(owner) = row.owner.filter(|owner| *owner != me) {
            history.counts.takeovers += 1;
            if self
                .nodes
                .get(&owner)
                .is_some_and(|node| !node.state.is_over())
            {
                let what = format!("{me} took {id} from {owner}, who lives");
                history.violate(Violation::TakenFromLiving(what));
            }
        }
        row.position.epoch.0 += 1;
        row.owner = Some(me);
        history.issued(id, row.position.epoch.0, me);
        Ok(row.position)
    }

    pub(crate) fn release(
        &mut self,
        id: &InfId,
        at: Position,
        me: BootId,
    ) -> Result<(), StoreError> {
        let row = self.rows.get_mut(id).ok_or_else(|| conflict(id, None))?;
        if row.position.epoch != at.epoch || row.owner != Some(me) {
            return Err(conflict(id, Some(row.position)));
        }
        row.owner = None;
        Ok(())
    }

    pub(crate) fn enter(&mut self, row: &NodeRow) {
        let node = Node {
            row: row.clone(),
            state: NodeState::Alive,
            beat: 1,
            entered_ago: std::time::Duration::ZERO,
            seen_ago: std::time::Duration::ZERO,
        };
        self.nodes.insert(row.boot, node);
    }

    pub(crate) fn beat(&mut self, boot: BootId) -> bool {
        match self.nodes.get_mut(&boot) {
            Some(node) if !node.state.is_over() => {
                node.beat += 1;
                true
            }
            _ => false,
        }
    }

    pub(crate) fn declare_dead(&mut self, boot: BootId, seen: u64) -> bool {
        match self.nodes.get_mut(&boot) {
            Some(node) if !node.state.is_over() && node.beat == seen => {
                node.state = NodeState::Dead;
                true
            }
            _ => false,
        }
    }

    pub(crate) fn set_state(&mut self, boot: BootId, state: NodeState) -> bool {
        match self.nodes.get_mut(&boot) {
            Some(node) if !node.state.is_over() && node.state <= state => {
                node.state = state;
                true
            }
            _ => false,
        }
    }

    /// Lets land what is due.
    pub(crate) fn land(&mut self, history: &mut History, now: u64) {
        let (due, late) = std::mem::take(&mut self.late)
            .into_iter()
            .partition(|(at, _)| *at <= now);
        self.late = late;
        for (_, statement) in due {
            match statement {
                Late::Save(infrastructure, at, by) => {
                    let _ = self.save(history, &infrastructure, at, &by);
                }
                Late::Acquire(id, seen, me, from) => {
                    let _ = self.acquire(history, &id, seen, me, from);
                }
                Late::Release(id, at, me) => {
                    let _ = self.release(&id, at, me);
                }
                Late::Beat(boot) => {
                    self.beat(boot);
                }
            }
        }
    }
}
