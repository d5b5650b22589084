//! Commits, coalesced.
//!
//! A change is applied at once to a working copy, under a short lock that is never held across an await, and joins
//! the *batch* of changes that wait for the next commit. One task at a time commits: it takes the working copy and
//! its batch, saves it, swaps the snapshot, tells the batch, and looks whether another batch has gathered meanwhile.
//! So there is at most one write under way for an infrastructure, and a thousand machines that report at once cost a
//! handful of commits.
//!
//! # A commit that fails
//! The working copy holds changes of the failed batch and of those that came after it and saw it. All of them fail
//! and the working copy goes back to the snapshot: none of them was acknowledged, none of them is visible.

use std::sync::Arc;

use im_domain::{Infrastructure, Version};
use im_store::{JournalChange, Position, StoreError, StoreErrorKind};
use im_util::failpoint;
use tokio::sync::watch;
use tracing::Instrument;

use super::Slot;
use super::state::{Batch, Outcome};
use super::tally::tally;
use crate::machine::{Effect, Event};
use crate::{ChangeError, ClusterError};

/// Stands for the task that commits the batches of a slot.
struct CommitGuard<'a>(&'a Slot);

/// A batch on its way.
struct Attempt {
    next: Arc<Infrastructure>,
    batch: Batch,
    at: Position,
}

// === impl Slot ===

impl Slot {
    pub(crate) async fn commit<T, E>(
        self: &Arc<Self>,
        versions: Option<&[Version]>,
        change: impl FnOnce(&mut Infrastructure, &mut Vec<JournalChange>) -> Result<T, E>,
    ) -> Result<T, ChangeError<E>> {
        match self.apply(versions, change) {
            Ok((value, outcome)) => {
                self.settled(outcome).await?;
                Ok(value)
            }
            // A refusal is an answer from memory, and no commit proves it.
            Err(
                refusal @ (ChangeError::Refused(_) | ChangeError::Cluster(ClusterError::Stale(_))),
            ) => {
                self.read().await?;
                Err(refusal)
            }
            Err(error) => Err(error),
        }
    }

    pub(crate) async fn commit_journal(
        self: &Arc<Self>,
        journal: Vec<JournalChange>,
    ) -> Result<(), ClusterError> {
        let outcome = self.join_batch(journal)?;
        self.settled(outcome).await
    }

    async fn settled(&self, mut outcome: watch::Receiver<Outcome>) -> Result<(), ClusterError> {
        let settled = outcome
            .wait_for(Option::is_some)
            .await
            .map(|outcome| outcome.clone());
        match settled {
            Ok(Some(outcome)) => outcome,
            // The committing task died without a word.
            Ok(None) | Err(_) => Err(ClusterError::OutcomeUnknown(self.id.clone())),
        }
    }

    pub(super) fn apply<T, E>(
        self: &Arc<Self>,
        versions: Option<&[Version]>,
        change: impl FnOnce(&mut Infrastructure, &mut Vec<JournalChange>) -> Result<T, E>,
    ) -> Result<(T, watch::Receiver<Outcome>), ChangeError<E>> {
        let mut working = self.working();
        if self.is_lost() || !working.is_kept() {
            return Err(self.lost().into());
        }
        if let Some(versions) = versions
            && (working.is_ahead() || !versions.contains(&working.position().version))
        {
            return Err(ClusterError::Stale(self.id.clone()).into());
        }
        let mut copy = Infrastructure::clone(&working.infrastructure);
        let mut journal = Vec::new();
        let value = change(&mut copy, &mut journal).map_err(ChangeError::Refused)?;
        working.infrastructure = Arc::new(copy);
        let batch = working.batch.get_or_insert_with(Batch::new);
        batch.touched = true;
        batch.journal.append(&mut journal);
        let outcome = batch.outcome.subscribe();
        self.start_committing(&mut working.committing);
        Ok((value, outcome))
    }

    fn join_batch(
        self: &Arc<Self>,
        mut journal: Vec<JournalChange>,
    ) -> Result<watch::Receiver<Outcome>, ClusterError> {
        let mut working = self.working();
        if self.is_lost() || !working.is_kept() {
            return Err(self.lost());
        }
        let batch = working.batch.get_or_insert_with(Batch::new);
        batch.journal.append(&mut journal);
        let outcome = batch.outcome.subscribe();
        self.start_committing(&mut working.committing);
        Ok(outcome)
    }

    fn start_committing(self: &Arc<Self>, committing: &mut bool) {
        if !*committing {
            *committing = true;
            self.surroundings
                .tasks
                .spawn(Arc::clone(self).commit_batches());
        }
    }

    /// Commits until no batch is left. There is at most one such task for a slot.
    async fn commit_batches(self: Arc<Self>) {
        let _guard = CommitGuard(&self);
        while let Some(attempt) = self.next_attempt() {
            let save = self.save(&attempt, attempt.at);
            let saved = save.instrument(attempt.batch.span.clone()).await;
            let outcome = match saved {
                Ok(position) => {
                    self.committed(&attempt.next, Event::Committed(position));
                    Ok(())
                }
                Err(error) if error.kind.is_definite() => Err(self.refused(&error)),
                Err(error) => self.resolve(&attempt.next, attempt.at, &error).await,
            };
            attempt.batch.settle(outcome);
        }
    }

    fn next_attempt(&self) -> Option<Attempt> {
        let mut working = self.working();
        while let Some(batch) = working.batch.take() {
            let effects = self.feed(&mut working, Event::WriteWanted);
            if let [Effect::Write(at)] = effects.as_slice() {
                return Some(Attempt {
                    next: Arc::clone(&working.infrastructure),
                    batch,
                    at: *at,
                });
            }
            // It was lost before this batch was sent.
            working.infrastructure = self.snapshot();
            batch.settle(Err(self.lost()));
        }
        working.committing = false;
        self.stepped.send_replace(());
        None
    }

    async fn save(&self, attempt: &Attempt, at: Position) -> Result<Position, StoreError> {
        let store = &self.surroundings.store;
        let Attempt { next, batch, .. } = attempt;
        failpoint!(
            "cluster.commit.before",
            return Err(StoreError::new(
                StoreErrorKind::Unavailable,
                None,
                "a failpoint"
            ))
        );
        let sent = self.surroundings.clock.monotonic();
        let saved = if batch.touched {
            store.save_with(next, at, &batch.journal).await
        } else {
            store.record(&self.id, at, &batch.journal).await
        };
        if saved.is_ok() {
            self.confirmed(sent);
        }
        failpoint!(
            "cluster.commit.after",
            return Err(StoreError::new(
                StoreErrorKind::Unknown,
                None,
                "a failpoint"
            ))
        );
        match saved {
            Err(StoreError {
                kind: StoreErrorKind::Conflict(Some(found)),
                ..
            }) if cfg!(feature = "bug-no-fence") => {
                store.save_with(next, found, &batch.journal).await
            }
            saved => saved,
        }
    }

    /// The state and its position are swapped together, so that a reader who proves a snapshot by its position does
    /// not get the one with the other.
    pub(super) fn committed(&self, next: &Arc<Infrastructure>, event: Event<im_domain::BootId>) {
        let tally = tally(&self.surroundings.metrics.infrastructures, next);
        let mut working = self.working();
        self.feed(&mut working, event);
        self.snapshot.store(Arc::clone(next));
        if !self.is_over() {
            self.count_as(&mut working, tally);
        }
    }

    /// Nothing was written: the working copy goes back to the snapshot, and what was built upon it fails too.
    fn refused(&self, error: &StoreError) -> ClusterError {
        match &error.kind {
            StoreErrorKind::Conflict(found) => self.fenced(*found),
            _ => {
                self.note(Event::WriteFailed);
            }
        }
        tracing::warn!(inf.id = %self.id, %error, "a commit was refused");
        let refusal = ClusterError::from_store(&self.id, error);
        self.roll_back(refusal.clone());
        refusal
    }

    /// The working copy goes back to the snapshot. What was built upon it was never sent and fails for certain.
    pub(super) fn roll_back(&self, refusal: ClusterError) {
        let later = {
            let mut working = self.working();
            working.infrastructure = self.snapshot();
            working.batch.take()
        };
        if let Some(later) = later {
            later.settle(Err(refusal));
        }
    }
}

// === impl CommitGuard ===

impl Drop for CommitGuard<'_> {
    /// Ends the slot if its committing task is torn down in the middle: nobody waits for ever, and the next opening
    /// loads the truth.
    fn drop(&mut self) {
        let mut working = self.0.working();
        if !working.committing {
            return;
        }
        working.committing = false;
        self.0.feed(&mut working, Event::ResolveSilent);
        if let Some(batch) = working.batch.take() {
            batch.settle(Err(self.0.lost()));
        }
    }
}
