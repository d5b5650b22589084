//! What became of a write whose answer was lost.
//!
//! The epoch is raised first: a write that was under way at the old one has landed by then, or never will. The version
//! then tells which, because this slot alone wrote at its epochs and had one write under way. If the row has another
//! owner by now, that owner raised the epoch: a version that has not moved proves that nothing landed; one that has
//! moved proves nothing, and the outcome stays unknown.

use std::sync::Arc;
use std::time::Duration;

use im_domain::Infrastructure;
use im_store::{Position, StoreError, StoreErrorKind};
use im_util::failpoint;

use super::Slot;
use crate::ClusterError;
use crate::machine::Event;

/// How often the store is asked what became of a write whose answer was lost, and how long to wait between.
const RESOLVE_PAUSES: [Duration; 4] = [
    Duration::from_millis(50),
    Duration::from_millis(250),
    Duration::from_secs(1),
    Duration::from_secs(3),
];

/// What became of a write.
enum Fate {
    /// It landed; the row is ours at this position.
    Landed(Position),
    /// It did not and never will; the row is ours at this position.
    Never(Position),
    /// It did not and never will; the row has another owner.
    NeverElsewhere,
    /// The row has another owner, and does not tell.
    Elsewhere,
}

// === impl Slot ===

impl Slot {
    /// Finds out, and answers those who wait for the write.
    pub(super) async fn resolve(
        &self,
        attempted: &Arc<Infrastructure>,
        at: Position,
        error: &StoreError,
    ) -> Result<(), ClusterError> {
        tracing::warn!(inf.id = %self.id, %error, "the outcome of a commit is unknown; asking");
        if cfg!(feature = "bug-unknown-is-failed") {
            self.note(Event::WriteFailed);
            let refusal = ClusterError::Unavailable(error.to_string());
            self.roll_back(refusal.clone());
            return Err(refusal);
        }
        self.note(Event::Unknown);
        for pause in RESOLVE_PAUSES {
            tokio::time::sleep(pause).await;
            match self.ask_fate(at).await {
                Ok(fate) => return self.decided(attempted, fate),
                Err(error) => {
                    tracing::warn!(inf.id = %self.id, %error, "the database does not say what became of a write");
                }
            }
        }
        self.note(Event::ResolveSilent);
        self.roll_back(self.lost());
        Err(ClusterError::OutcomeUnknown(self.id.clone()))
    }

    fn decided(&self, attempted: &Arc<Infrastructure>, fate: Fate) -> Result<(), ClusterError> {
        match fate {
            Fate::Landed(at) => {
                self.committed(attempted, Event::Resolved(at));
                Ok(())
            }
            Fate::Never(at) => {
                self.note(Event::Resolved(at));
                let refusal =
                    ClusterError::Unavailable("the write did not reach the database".to_owned());
                self.roll_back(refusal.clone());
                Err(refusal)
            }
            Fate::NeverElsewhere => {
                self.note(Event::ResolvedElsewhere);
                self.roll_back(self.lost());
                Err(self.lost())
            }
            Fate::Elsewhere => {
                self.note(Event::ResolvedElsewhere);
                self.roll_back(self.lost());
                Err(ClusterError::OutcomeUnknown(self.id.clone()))
            }
        }
    }

    async fn ask_fate(&self, before: Position) -> Result<Fate, StoreError> {
        let store = &self.surroundings.store;
        let me = self.surroundings.life.boot();
        failpoint!(
            "cluster.resolve.before",
            return Err(StoreError::new(
                StoreErrorKind::Unavailable,
                None,
                "a failpoint"
            ))
        );
        let Some(seen) = store.standing(&self.id).await? else {
            return Ok(Fate::Elsewhere);
        };
        // Only this slot raises the epoch in the name of this boot while it is there, so what is still this boot's
        // was never anybody else's, even if an earlier question raised it and its answer was lost.
        if seen.owner != Some(me) || seen.position.epoch < before.epoch {
            return Ok(elsewhere(before, seen.position));
        }
        match store
            .acquire(&self.id, seen.position.epoch, &me, Some(&me))
            .await
        {
            Ok(at) if at.version > before.version => Ok(Fate::Landed(at)),
            Ok(at) => Ok(Fate::Never(at)),
            Err(StoreError {
                kind: StoreErrorKind::Conflict(Some(found)),
                ..
            }) => Ok(elsewhere(before, found)),
            Err(StoreError {
                kind: StoreErrorKind::Conflict(None),
                ..
            }) => Ok(Fate::Elsewhere),
            Err(error) => Err(error),
        }
    }
}

fn elsewhere(before: Position, found: Position) -> Fate {
    if found.epoch > before.epoch && found.version == before.version {
        Fate::NeverElsewhere
    } else {
        Fate::Elsewhere
    }
}
