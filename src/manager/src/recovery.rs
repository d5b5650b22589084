//! Operations that a dead node left are taken over, without anybody's request.
//!
//! The way of it: the scanner (`im_operations::Scanner`) finds an open operation of a dead boot and opens its
//! infrastructure; or a request does. Acquiring it, the cluster calls [`Recoverer`] before the first change. That reads
//! the journal, takes the operations that this node may finish over in one commit, and hands the first turn of the
//! infrastructure to a task that finishes them (`launch/resume`): operations of users wait for the turn, readers and
//! single changes for nothing. What cannot go on, because its credentials were not sealed or this node lacks the key, is
//! marked as waiting, which `im status` shows, until an owner asks for the infrastructure.
//!
//! An operation that this node may not finish in its boot mode is left as it is, in the name of the dead boot; so the
//! scanner of another node finds it and asks for the infrastructure.

use std::sync::{Arc, OnceLock, Weak};

use async_trait::async_trait;
use im_auth::Caller;
use im_cluster::{ClusterError, Recovering, Recovery, Slot};
use im_operations::{Entry, Resume, TakeOver};
use im_store::{Operation, OperationKind, OperationState, OperationsOf};
use im_util::failpoint;

use crate::journal::commit;
use crate::launch::Resuming;
use crate::{Error, Inner, Manager};

/// What the cluster calls when it has acquired an infrastructure. The cluster is made before the manager; until the two
/// are [bound](Recoverer::bind) nothing is recovered at acquisitions, and the scanner comes back to it.
#[derive(Debug, Default)]
pub struct Recoverer {
    manager: OnceLock<Weak<Inner>>,
}

/// Operations, and what becomes of them.
struct TakenUp {
    handled: Vec<(Operation, TakeOver)>,
    /// With whose credentials it goes on.
    callers: Vec<Caller>,
}

// === impl Recoverer ===

impl Recoverer {
    /// From now on this manager does the work. It is not kept alive by that. Later bindings are ignored.
    pub fn bind(&self, manager: &Manager) {
        let _ = self.manager.set(Arc::downgrade(&manager.inner));
    }
}

#[async_trait]
impl Recovery for Recoverer {
    async fn recover(&self, recovering: &Recovering) -> Result<(), ClusterError> {
        let inner = self.manager.get().and_then(Weak::upgrade);
        match inner {
            Some(inner) => {
                Manager {
                    inner,
                    request: Arc::default(),
                }
                .recover(recovering)
                .await
            }
            None => Ok(()),
        }
    }
}

// === impl TakenUp ===

impl TakenUp {
    fn of(manager: &Manager, operations: &[Operation]) -> Self {
        let mut taken = Self {
            handled: Vec::new(),
            callers: Vec::new(),
        };
        let mut operations: Vec<&Operation> = operations
            .iter()
            .filter(|operation| manager.may_finish(operation.kind))
            .collect();
        // A destruction makes an end of everything else.
        operations.sort_by_key(|operation| operation.kind != OperationKind::Destroy);
        for operation in operations {
            match manager.caller_of(operation) {
                Some(caller) => {
                    let same = |other: &Caller| other.credentials() == caller.credentials();
                    if !taken.callers.iter().any(same) {
                        taken.callers.push(caller);
                    }
                    taken.handled.push((operation.clone(), TakeOver::GoOn));
                }
                None if operation.state == OperationState::Waiting => {}
                None => taken.handled.push((operation.clone(), TakeOver::Wait)),
            }
        }
        taken
    }

    fn write(&self, entry: &mut Entry<'_>, slot: &Slot) {
        for (operation, how) in &self.handled {
            if Entry::is_open(entry.infrastructure, operation.id) {
                entry.take_over(operation, slot.life().boot(), how.clone());
            }
        }
    }

    fn log(&self, slot: &Slot) {
        for (operation, how) in &self.handled {
            let goes_on = !matches!(how, TakeOver::Wait);
            tracing::info!(
                inf.id = %slot.id(),
                operation.id = %operation.id,
                operation.kind = operation.kind.as_str(),
                goes_on,
                "An operation of another life of a node was taken over."
            );
        }
    }
}

// === impl Manager ===

impl Manager {
    async fn recover(&self, recovering: &Recovering) -> Result<(), ClusterError> {
        let slot = recovering.slot();
        let store = self.inner.cluster.store();
        let unavailable =
            |error: im_store::StoreError| ClusterError::Unavailable(error.to_string());
        let inf = slot.id();
        let operations = store
            .open_operations(OperationsOf::Infrastructure(inf))
            .await;
        let operations = operations.map_err(unavailable)?;
        let listed = !Entry::open(&slot.snapshot(), None).is_empty();
        if operations.is_empty() && !listed {
            return Ok(());
        }
        let intents = store.intents(inf).await.map_err(unavailable)?;
        let taken = TakenUp::of(self, &operations);
        let written = recovering
            .change_with(|infrastructure, journal| {
                let mut entry = Entry::new(infrastructure, journal);
                let changed = entry.reconcile(&operations, &intents);
                taken.write(&mut entry, slot);
                // Nothing to be written is refused, so that it costs no commit.
                match changed || !journal.is_empty() {
                    true => Ok(()),
                    false => Err(NothingToWrite),
                }
            })
            .await;
        if let Err(im_cluster::ChangeError::Cluster(error)) = written {
            return Err(error);
        }
        taken.log(slot);
        failpoint!("recover.taken-over");
        if taken.callers.is_empty() {
            return Ok(());
        }
        if let (Some(right), Some(turn)) =
            (Resuming::try_begin(self, slot.id()), recovering.take_turn())
        {
            let (manager, slot) = (self.clone(), Arc::clone(slot));
            let work = async move {
                manager
                    .finish(&slot, taken.callers, Some(turn), right)
                    .await;
            };
            self.inner.tasks.spawn("recover", inf, work);
        }
        Ok(())
    }

    async fn take_up(&self, slot: &Arc<Slot>, right: Resuming) -> Result<(), Error> {
        let Some(turn) = slot.try_operation("recover") else {
            return Ok(());
        };
        let store = self.inner.cluster.store();
        let operations = store
            .open_operations(OperationsOf::Infrastructure(slot.id()))
            .await?;
        let taken = TakenUp::of(self, &operations);
        self.write(slot, &taken).await?;
        if !taken.callers.is_empty() {
            self.finish(slot, taken.callers, Some(turn), right).await;
        }
        Ok(())
    }

    async fn write(&self, slot: &Arc<Slot>, taken: &TakenUp) -> Result<(), Error> {
        let me = slot.life().boot();
        let news = taken.handled.iter().any(|(operation, how)| {
            let waits = operation.state == OperationState::Waiting;
            operation.boot != me || waits != matches!(how, TakeOver::Wait)
        });
        if news {
            commit(slot, |entry| {
                taken.write(entry, slot);
                Ok::<(), Error>(())
            })
            .await?;
            taken.log(slot);
        }
        Ok(())
    }

    /// Takes operations up with the credentials that a request brought. The caller has the turn. If it fails the work
    /// is done all the same; only that it is, is not written down.
    pub(crate) async fn claim(&self, slot: &Arc<Slot>, caller: &Caller) {
        if Entry::open(&slot.snapshot(), None).is_empty() {
            return;
        }
        let me = slot.life().boot();
        let store = self.inner.cluster.store();
        let of = OperationsOf::Infrastructure(slot.id());
        let Ok(operations) = store.open_operations(of).await else {
            return;
        };
        let theirs = operations.into_iter().filter(|operation| {
            let waits = operation.state == OperationState::Waiting;
            self.may_finish(operation.kind) && (waits || operation.boot != me)
        });
        let handled = theirs.map(|operation| {
            let sealed = self.seal(slot.id(), operation.id, caller);
            (operation, sealed.map_or(TakeOver::GoOn, TakeOver::GoOnWith))
        });
        let taken = TakenUp {
            handled: handled.collect(),
            callers: Vec::new(),
        };
        if let Err(error) = self.write(slot, &taken).await {
            tracing::warn!(inf.id = %slot.id(), %error, "Operations are taken up without a record of it.");
        }
    }

    /// Marks as waiting what nobody goes on with now.
    pub(crate) async fn give_up(&self, slot: &Arc<Slot>) {
        if slot.is_lost() || self.left(slot).is_none() {
            return;
        }
        let Some(_turn) = slot.try_operation("wait") else {
            return;
        };
        let me = slot.life().boot();
        let store = self.inner.cluster.store();
        let of = OperationsOf::Infrastructure(slot.id());
        let Ok(operations) = store.open_operations(of).await else {
            return;
        };
        let has_context = self.inner.tasks.has_context(slot.id());
        let mine = operations.into_iter().filter(|operation| {
            let runs = has_context && operation.kind == OperationKind::Reconfigure;
            operation.boot == me && operation.state == OperationState::Running && !runs
        });
        let taken = TakenUp {
            handled: mine.map(|operation| (operation, TakeOver::Wait)).collect(),
            callers: Vec::new(),
        };
        if let Err(error) = self.write(slot, &taken).await {
            tracing::warn!(inf.id = %slot.id(), %error, "Operations wait without a record of it.");
        }
    }
}

#[async_trait]
impl Resume for Manager {
    fn may(&self, operation: &Operation) -> bool {
        self.may_finish(operation.kind)
    }

    fn can(&self, operation: &Operation) -> bool {
        self.caller_of(operation).is_some()
    }

    async fn resume(&self, slot: &Arc<Slot>) {
        let Some(right) = Resuming::try_begin(self, slot.id()) else {
            return;
        };
        let (manager, slot) = (self.clone(), Arc::clone(slot));
        let inf = slot.id().clone();
        let work = async move {
            if let Err(error) = manager.take_up(&slot, right).await {
                tracing::warn!(inf.id = %slot.id(), %error, "An operation that was left open cannot be taken up now.");
            }
        };
        self.inner.tasks.spawn("recover", &inf, work);
    }
}

/// A change that would change nothing.
#[derive(Debug)]
struct NothingToWrite;

impl std::fmt::Display for NothingToWrite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("there is nothing to write")
    }
}
