//! Giving an infrastructure back.

use std::sync::Arc;

use im_domain::BootId;
use im_store::{StoreError, StoreErrorKind};
use im_util::failpoint;

use super::Slot;
use crate::machine::{Effect, Event};

// === impl Slot ===

impl Slot {
    /// Whether nothing happens on it: no operation, no commit, no question to a cloud, and nobody holds it but the
    /// `holders` who are known.
    pub(crate) fn is_idle(self: &Arc<Self>, holders: usize) -> bool {
        let working = self.working();
        self.turn.running().is_none()
            && !working.committing
            && working.batch.is_none()
            && self.refresh.try_lock().is_ok()
            && Arc::strong_count(self) <= holders
    }

    /// Gives it back, after the write that is under way. Nothing new begins from the first moment on. Answers whether
    /// the row names nobody, or somebody else, now.
    ///
    /// The row may go on naming this boot if the store does not answer; then the next opening here takes it again, and
    /// others are told that it is there to be taken when they ask.
    pub(crate) async fn give_back(&self) -> bool {
        self.until(|working| !working.committing && working.batch.is_none())
            .await;
        let effects = self.note(Event::ReleaseWanted);
        let mut at = given_back_at(&effects);
        if at.is_none() {
            // A change came between: it is committed first, and the machine then says when.
            self.until(|working| !working.committing).await;
            let working = self.working();
            let hold = working
                .hold()
                .filter(|hold| !hold.writing && !hold.poisoned);
            at = hold.map(|hold| hold.at);
        }
        let Some(at) = at.filter(|_| !self.is_lost()) else {
            return self.is_lost();
        };
        let me = self.surroundings.life.boot();
        failpoint!("cluster.release.before");
        let released = self.surroundings.store.release(&self.id, at, &me).await;
        failpoint!("cluster.release.after");
        let given_back = match released {
            Ok(()) => true,
            Err(StoreError {
                kind: StoreErrorKind::Conflict(_),
                ..
            }) => true,
            Err(error) => {
                tracing::warn!(inf.id = %self.id, %error, "an infrastructure could not be given back");
                false
            }
        };
        self.note(if given_back {
            Event::GivenBack
        } else {
            Event::GiveBackFailed
        });
        given_back
    }

    /// Waits until it is over, if it is on its way out. Answers whether it was.
    pub(crate) async fn gone_if_going(&self) -> bool {
        if self.working().is_kept() && !self.is_lost() {
            return false;
        }
        self.until(|_| false).await;
        true
    }
}

fn given_back_at(effects: &[Effect<BootId>]) -> Option<im_store::Position> {
    effects.iter().find_map(|effect| match effect {
        Effect::GiveBack(at) => Some(*at),
        _ => None,
    })
}
