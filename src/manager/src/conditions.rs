//! What a request says beside its call: under which key it may be repeated, and at which version it is meant.
//!
//! [`Manager::for_request`] is a manager for one request. Its conditions hold for the *first* change that the use case
//! commits, which is checked and made in one step; what follows from it, and work in the background, has none.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use im_cluster::{ChangeError, Slot};
use im_domain::Version;
use im_operations::Entry;

use crate::journal::commit;
use crate::{Error, Manager};

/// What a request says beside its call.
#[derive(Clone, Debug, Default)]
pub struct Conditions {
    /// A repeat of the request under this key is answered as the first one was.
    pub key: Option<IdempotencyKey>,
    /// The change is made only if the infrastructure is at one of these versions; of none of them, it is never made.
    pub versions: Option<Vec<Version>>,
}

/// A key under which a creating request may be repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The client's key: at most 255 characters.
    pub key: String,
    /// A digest of the whole request, at most 64 characters.
    pub digest: String,
}

/// One request.
#[derive(Debug, Default)]
pub(crate) struct RequestScope {
    pub(crate) key: Option<IdempotencyKey>,
    versions: Mutex<Option<Vec<Version>>>,
    /// The version of what is answered, and one more; 0: none.
    seen: AtomicU64,
    repeated: AtomicBool,
}

// === impl Manager ===

impl Manager {
    /// A manager for one request.
    #[must_use]
    pub fn for_request(&self, conditions: Conditions) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            request: Arc::new(RequestScope {
                key: conditions.key,
                versions: Mutex::new(conditions.versions),
                ..RequestScope::default()
            }),
        }
    }

    /// The version of the infrastructure that was answered, of a manager for one request.
    pub fn version(&self) -> Option<Version> {
        let seen = self.request.seen.load(Ordering::Acquire);
        seen.checked_sub(1).map(Version)
    }

    /// Whether the answer is that of an earlier request under the same key.
    pub fn is_repeated(&self) -> bool {
        self.request.repeated.load(Ordering::Acquire)
    }

    /// The same without conditions, for work that is not the request's own.
    pub(crate) fn unconditioned(&self) -> Self {
        self.for_request(Conditions::default())
    }

    pub(crate) fn saw(&self, version: Version) {
        let seen = version.0.saturating_add(1);
        self.request.seen.store(seen, Ordering::Release);
    }

    pub(crate) fn repeats(&self) {
        self.request.repeated.store(true, Ordering::Release);
    }

    /// Commits the first change of a use case, if the request is meant for the version at which it is made.
    pub(crate) async fn commit_first<T, E>(
        &self,
        slot: &Arc<Slot>,
        change: impl FnOnce(&mut Entry<'_>) -> Result<T, E>,
    ) -> Result<T, ChangeError<E>> {
        let versions = {
            let versions = self.request.versions.lock();
            versions.unwrap_or_else(PoisonError::into_inner).take()
        };
        match versions {
            None => commit(slot, change).await,
            Some(versions) => {
                slot.change_at(&versions, |infrastructure, journal| {
                    change(&mut Entry::new(infrastructure, journal))
                })
                .await
            }
        }
    }

    /// For what changes nothing here: whether the request is meant for the present version.
    pub(crate) fn is_meant_for_now(&self, slot: &Slot) -> Result<(), Error> {
        let versions = self.request.versions.lock();
        let versions = versions.unwrap_or_else(PoisonError::into_inner);
        let present = slot.position().version;
        match &*versions {
            Some(versions) if !versions.contains(&present) => Err(Error::stale()),
            _ => Ok(()),
        }
    }

    /// Refuses early what cannot be meant for the present any more: versions only rise.
    pub(crate) fn is_not_too_late(&self, slot: &Slot) -> Result<(), Error> {
        let versions = self.request.versions.lock();
        let versions = versions.unwrap_or_else(PoisonError::into_inner);
        let Some(versions) = &*versions else {
            return Ok(());
        };
        let present = slot.position().version;
        match versions.iter().all(|version| *version < present) {
            true => Err(Error::stale()),
            false => Ok(()),
        }
    }
}
