//! Settling what an earlier owner left open, before the first change of a new one (I6).

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use im_domain::Infrastructure;
use im_store::JournalChange;

use crate::{ChangeError, ClusterError, OperationGuard, Slot};

/// Settles open intents. Readers are let in meanwhile; changes and operations of users wait.
#[async_trait]
pub trait Recovery: Send + Sync + fmt::Debug {
    /// Settles what can be settled now: an intent of which the cloud cannot tell stays open and marked, and does not
    /// hold up the rest.
    ///
    /// # Errors
    /// If nothing can be said of the journal (the database does not answer): the infrastructure is given back.
    async fn recover(&self, recovering: &Recovering) -> Result<(), ClusterError>;
}

/// An infrastructure that was just taken, and the only way to change it until what was open is settled.
#[derive(Debug)]
pub struct Recovering {
    slot: Arc<Slot>,
    turn: Mutex<Option<OperationGuard>>,
}

/// For a service that leaves nothing open, or settles it elsewhere.
#[derive(Debug)]
pub struct NoRecovery;

// === impl Recovering ===

impl Recovering {
    pub(crate) fn new(slot: Arc<Slot>, turn: OperationGuard) -> Self {
        Self {
            slot,
            turn: Mutex::new(Some(turn)),
        }
    }

    /// The infrastructure. Its changes and operations wait for the end of the recovery: do not wait for them in it.
    pub fn slot(&self) -> &Arc<Slot> {
        &self.slot
    }

    /// The first turn of the infrastructure, for work that goes on after the recovery has answered: operations of users
    /// wait for its end, single changes do not. `None` if it was given before.
    pub fn take_turn(&self) -> Option<OperationGuard> {
        self.turn
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// As [`Slot::change_with`], without waiting.
    pub async fn change_with<T, E>(
        &self,
        change: impl FnOnce(&mut Infrastructure, &mut Vec<JournalChange>) -> Result<T, E>,
    ) -> Result<T, ChangeError<E>> {
        self.slot.commit(None, change).await
    }

    /// As [`Slot::record`], without waiting.
    ///
    /// # Errors
    /// As those of a change.
    pub async fn record(&self, journal: Vec<JournalChange>) -> Result<(), ClusterError> {
        self.slot.commit_journal(journal).await
    }
}

#[async_trait]
impl Recovery for NoRecovery {
    async fn recover(&self, _recovering: &Recovering) -> Result<(), ClusterError> {
        Ok(())
    }
}
