//! A node's connection to the database: calls take time, fail, lose their answers, or land late.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use im_domain::{BootId, Epoch, InfId, Infrastructure, OperationId, UserKey};
use im_store::{
    Intent, Journal, JournalChange, Loaded, Node, NodeRow, NodeState, Operation, OperationsOf,
    Position, Sessions, Standing, Store, StoreError, StoreErrorKind, Summary,
};

use crate::database::{Late, Rows};
use crate::history::History;
use crate::world::World;

#[derive(Debug)]
pub(crate) struct SimStore {
    pub(crate) world: Arc<World>,
    /// The lives of the process that uses this connection.
    pub(crate) boots: Mutex<Vec<BootId>>,
}

/// What happens to a call.
enum Fate {
    Answered,
    Refused,
    RequestLost,
    AnswerLost,
    Late(u64),
}

fn refused() -> StoreError {
    StoreError::new(StoreErrorKind::Unavailable, None, "not now")
}

fn unknown() -> StoreError {
    StoreError::new(StoreErrorKind::Unknown, None, "no answer")
}

// === impl SimStore ===

impl SimStore {
    fn fate(&self) -> Fate {
        let away = self.world.now() < self.world.rows().away_until;
        let mut chance = self.world.chance();
        if away {
            return match chance.below(3) {
                0 => Fate::Refused,
                1 => Fate::RequestLost,
                _ => Fate::Late(chance.between(500, 12_000)),
            };
        }
        match chance.below(150) {
            0 => Fate::Refused,
            1 => Fate::RequestLost,
            2 => Fate::AnswerLost,
            3 | 4 => Fate::Late(chance.between(20, 9_000)),
            _ => Fate::Answered,
        }
    }

    async fn write<T>(
        &self,
        late: Option<Late>,
        statement: impl FnOnce(&mut Rows, &mut History) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let fate = self.fate();
        self.world.latency().await;
        match fate {
            Fate::Refused => return Err(refused()),
            Fate::RequestLost => {
                self.give_up_waiting().await;
                return Err(unknown());
            }
            Fate::Late(delay) => {
                if let Some(late) = late {
                    let at = self.world.now() + delay;
                    self.world.rows().late.push((at, late));
                    self.give_up_waiting().await;
                    return Err(unknown());
                }
            }
            Fate::Answered | Fate::AnswerLost => {}
        }
        let answer = statement(&mut self.world.rows(), &mut self.world.history());
        self.world.latency().await;
        if matches!(fate, Fate::AnswerLost) {
            self.give_up_waiting().await;
            return Err(unknown());
        }
        answer
    }

    async fn read<T>(&self, statement: impl FnOnce(&Rows) -> T) -> Result<T, StoreError> {
        let fate = self.fate();
        self.world.latency().await;
        let answer = statement(&self.world.rows());
        match fate {
            Fate::Answered => {
                self.world.latency().await;
                Ok(answer)
            }
            Fate::Refused => Err(refused()),
            _ => {
                self.give_up_waiting().await;
                Err(refused())
            }
        }
    }

    async fn give_up_waiting(&self) {
        let millis = self.world.chance().between(5, 2_000);
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }

    fn boots(&self) -> Vec<BootId> {
        self.boots.lock().unwrap().clone()
    }
}

#[async_trait]
impl Store for SimStore {
    async fn insert_with(
        &self,
        infrastructure: &Infrastructure,
        me: &BootId,
        _journal: &[JournalChange],
    ) -> Result<Position, StoreError> {
        self.write(None, |rows, history| {
            Ok(rows.insert(history, infrastructure, *me))
        })
        .await
    }

    async fn load(&self, id: &InfId) -> Result<Option<Loaded>, StoreError> {
        self.read(|rows| rows.load(id)).await
    }

    async fn standing(&self, id: &InfId) -> Result<Option<Standing>, StoreError> {
        self.read(|rows| {
            rows.rows.get(id).map(|row| Standing {
                position: row.position,
                owner: row.owner,
                deleted: row.infrastructure.deleted,
            })
        })
        .await
    }

    async fn save_with(
        &self,
        infrastructure: &Infrastructure,
        at: Position,
        _journal: &[JournalChange],
    ) -> Result<Position, StoreError> {
        let by = self.boots();
        let late = Late::Save(Box::new(infrastructure.clone()), at, by.clone());
        self.write(Some(late), |rows, history| {
            rows.save(history, infrastructure, at, &by)
        })
        .await
    }

    async fn record(
        &self,
        id: &InfId,
        at: Position,
        _journal: &[JournalChange],
    ) -> Result<Position, StoreError> {
        let by = self.boots();
        self.write(None, |rows, history| {
            let kept = rows.load(id).map(|loaded| loaded.infrastructure);
            let kept = kept.ok_or_else(refused)?;
            rows.save(history, &kept, at, &by)
        })
        .await
    }

    async fn acquire(
        &self,
        id: &InfId,
        seen: Epoch,
        me: &BootId,
        from: Option<&BootId>,
    ) -> Result<Position, StoreError> {
        let late = Late::Acquire(id.clone(), seen, *me, from.copied());
        self.write(Some(late), |rows, history| {
            rows.acquire(history, id, seen, *me, from.copied())
        })
        .await
    }

    async fn release(&self, id: &InfId, at: Position, me: &BootId) -> Result<(), StoreError> {
        let late = Late::Release(id.clone(), at, *me);
        self.write(Some(late), |rows, _| rows.release(id, at, *me))
            .await
    }

    async fn owned(&self, boot: &BootId) -> Result<Vec<InfId>, StoreError> {
        self.read(|rows| {
            let owned = rows.rows.iter().filter(|(_, row)| row.owner == Some(*boot));
            owned.map(|(id, _)| id.clone()).collect()
        })
        .await
    }

    async fn list(&self, _users: &[UserKey]) -> Result<Vec<InfId>, StoreError> {
        self.list_all().await
    }

    async fn list_all(&self) -> Result<Vec<InfId>, StoreError> {
        self.read(|rows| rows.rows.keys().cloned().collect()).await
    }

    async fn summaries(&self, _users: Option<&[UserKey]>) -> Result<Vec<Summary>, StoreError> {
        Ok(Vec::new())
    }

    async fn purge(&self, _created_before: i64, _dry_run: bool) -> Result<u64, StoreError> {
        Ok(0)
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.read(|_| ()).await
    }
}

#[async_trait]
impl Sessions for SimStore {
    async fn enter(&self, node: &NodeRow) -> Result<(), StoreError> {
        self.boots.lock().unwrap().push(node.boot);
        self.write(None, |rows, _| {
            rows.enter(node);
            Ok(())
        })
        .await
    }

    async fn beat(&self, boot: &BootId) -> Result<bool, StoreError> {
        self.write(Some(Late::Beat(*boot)), |rows, _| Ok(rows.beat(*boot)))
            .await
    }

    async fn nodes(&self) -> Result<Vec<Node>, StoreError> {
        self.read(|rows| rows.nodes.values().cloned().collect())
            .await
    }

    async fn declare_dead(&self, boot: &BootId, seen_beat: u64) -> Result<bool, StoreError> {
        self.write(None, |rows, history| {
            let dead = rows.declare_dead(*boot, seen_beat);
            history.counts.deaths += u64::from(dead);
            Ok(dead)
        })
        .await
    }

    async fn set_state(&self, boot: &BootId, state: NodeState) -> Result<bool, StoreError> {
        self.write(None, |rows, _| Ok(rows.set_state(*boot, state)))
            .await
    }

    async fn tidy_nodes(&self, _unseen_for: Duration) -> Result<u64, StoreError> {
        Ok(0)
    }

    async fn cluster_id(&self) -> Result<String, StoreError> {
        Ok("simulated".to_owned())
    }
}

#[async_trait]
impl Journal for SimStore {
    async fn open_operations(&self, _of: OperationsOf<'_>) -> Result<Vec<Operation>, StoreError> {
        Ok(Vec::new())
    }

    async fn operation(&self, _id: &OperationId) -> Result<Option<Operation>, StoreError> {
        Ok(None)
    }

    async fn operation_by_key(
        &self,
        _user: &UserKey,
        _key: &str,
    ) -> Result<Option<Operation>, StoreError> {
        Ok(None)
    }

    async fn intents(&self, _inf: &InfId) -> Result<Vec<Intent>, StoreError> {
        Ok(Vec::new())
    }

    async fn tidy_journal(&self, _ended_for: Duration) -> Result<u64, StoreError> {
        Ok(0)
    }
}
