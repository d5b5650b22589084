//! The journal, as the use cases of this room write it.
//!
//! An operation begins with the commit that marks the infrastructure for it (machines as `creating` or `deleting`, a
//! creation or destruction as under way), its intents are planned by that commit or the next, what came of them is
//! marked by the commit that records it, and the last of those ends the operation. So the journal costs no commit of its
//! own, except before the power of machines changes, which the infrastructure says nothing of.
//!
//! [`Manager::operation`] is where every operation begins: a key by which a client repeats a request belongs there.

use std::sync::Arc;
use std::time::Duration;

use im_auth::{Caller, Credentials};
use im_cluster::{ChangeError, ClusterError, Slot};
use im_domain::{InfId, OperationId, VmId};
use im_operations::boundary::{Boundary, pass};
use im_operations::{Entry, Names, Sealer};
use im_store::{IntentAction, NewOperation, Operation, OperationKind, OperationState, Sealed};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{BootMode, Error, Manager, context};

/// What operations need of the configuration.
#[derive(Debug)]
pub struct OperationSettings {
    /// The keys of `CLUSTER_KEY`.
    pub sealer: Sealer,
    /// A machine that a cloud without tokens does not show so long after it was asked for was not made.
    pub visibility_horizon: Duration,
}

/// Waits between attempts to see whose the infrastructure is.
const GATE_PAUSES: [Duration; 4] = [
    Duration::from_millis(100),
    Duration::from_millis(500),
    Duration::from_secs(2),
    Duration::from_secs(5),
];

// === impl OperationSettings ===

impl Default for OperationSettings {
    fn default() -> Self {
        Self {
            sealer: Sealer::default(),
            visibility_horizon: Duration::from_secs(60),
        }
    }
}

/// Commits a change of an infrastructure and of its journal.
pub(crate) async fn commit<T, E>(
    slot: &Arc<Slot>,
    change: impl FnOnce(&mut Entry<'_>) -> Result<T, E>,
) -> Result<T, ChangeError<E>> {
    slot.change_with(|infrastructure, journal| change(&mut Entry::new(infrastructure, journal)))
        .await
}

/// Begins a contextualization, as [`context::begin`], and its operation if something is left to be done. A former one is
/// over.
pub(crate) fn begin_context(
    entry: &mut Entry<'_>,
    selected: Option<&[VmId]>,
    operation: &NewOperation,
) -> Option<OperationId> {
    let begun = context::begin(entry.infrastructure, selected);
    let former = "Another configuration has begun.";
    let kinds = [OperationKind::Reconfigure];
    entry.end_kinds(&kinds, OperationState::Failed, Some(former));
    if !begun {
        return None;
    }
    entry.begin(operation);
    Some(operation.id)
}

/// A digest of what a machine is asked for with.
pub(crate) fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let bytes = hash.finalize();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

// === impl Manager ===

impl Manager {
    /// A new operation of this node on an infrastructure, with the caller's credentials, sealed if there is a key.
    pub(crate) fn operation(
        &self,
        kind: OperationKind,
        inf: &InfId,
        caller: &Caller,
    ) -> NewOperation {
        let id = OperationId::random();
        NewOperation {
            id,
            kind,
            boot: self.inner.cluster.life().boot(),
            sealed: self.seal(inf, id, caller),
            idempotency: None,
        }
    }

    /// The caller's credentials, for an operation.
    pub(crate) fn seal(
        &self,
        inf: &InfId,
        operation: OperationId,
        caller: &Caller,
    ) -> Option<Sealed> {
        let sealer = &self.inner.operations.sealer;
        if !sealer.has_key() {
            return None;
        }
        let text = Zeroizing::new(serde_json::to_vec(caller.credentials()).ok()?);
        match sealer.seal(inf, operation, &text) {
            Ok(sealed) => sealed,
            Err(error) => {
                tracing::error!(inf.id = %inf, %error, "An operation is begun without its credentials.");
                None
            }
        }
    }

    /// Who began an operation, if that can be told here. They must still be let in.
    pub(crate) fn caller_of(&self, operation: &Operation) -> Option<Caller> {
        let sealed = operation.sealed.as_ref()?;
        let sealer = &self.inner.operations.sealer;
        let opened = match sealer.open(&operation.inf, operation.id, sealed) {
            Ok(opened) => opened,
            Err(error) => {
                tracing::debug!(inf.id = %operation.inf, operation.id = %operation.id, %error, "sealed credentials cannot be opened");
                return None;
            }
        };
        let lines = serde_json::from_slice(&opened).ok()?;
        let credentials = Credentials::from_value(lines).ok()?;
        match self.inner.authenticator.authenticate(&credentials) {
            Ok(caller) => Some(caller),
            Err(error) => {
                tracing::debug!(inf.id = %operation.inf, operation.id = %operation.id, %error, "who began an operation is not let in any more");
                None
            }
        }
    }

    /// Whether this node's boot mode lets it finish an operation: what it may do, it may finish.
    pub(crate) fn may_finish(&self, kind: OperationKind) -> bool {
        match self.inner.settings.boot_mode {
            BootMode::Normal => true,
            BootMode::ReadDelete => kind == OperationKind::Destroy,
            BootMode::ReadOnly => false,
        }
    }

    /// The names that this database gives.
    pub(crate) async fn names(&self) -> Result<Names, Error> {
        let inner = &self.inner;
        let names = inner.names.get_or_try_init(|| async {
            let cluster = inner.cluster.store().cluster_id().await?;
            Ok::<_, Error>(Names::new(&cluster))
        });
        names.await.cloned()
    }

    /// The last look before a cloud is called: whether the infrastructure is this node's, and will be for the time that
    /// a call takes to be sent. Waits while the database does not say. The call is to be made at once: the session is
    /// looked at once more when the answer has come, for a process that was paused meanwhile.
    pub(crate) async fn gate(&self, slot: &Slot, action: IntentAction) -> bool {
        let mut pauses = GATE_PAUSES.iter();
        let mut pause = GATE_PAUSES[0];
        loop {
            match slot.confirm().await {
                Ok(()) => {
                    pass(Boundary::BeforeCall, action).await;
                    if slot.life().is_fresh() {
                        return true;
                    }
                }
                Err(ClusterError::NotFresh | ClusterError::Unavailable(_)) => {}
                Err(error) => {
                    tracing::warn!(inf.id = %slot.id(), %error, "A cloud is not called.");
                    return false;
                }
            }
            pause = pauses.next().copied().unwrap_or(pause);
            let ended = slot.life().ended();
            let slept = ended.run_until_cancelled(self.inner.tasks.sleep(pause));
            if slept.await != Some(true) {
                return false;
            }
        }
    }
}
