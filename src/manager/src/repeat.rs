//! Creating calls that a client repeats under a key of its own, after an answer was lost.
//!
//! The key stands with the operation in the journal, written by the commit that begins it, and no user has two of one
//! key: so whatever node a repeat comes to, and whoever has died meanwhile, it finds the first one. What was refused
//! before anything began is not there, and may be tried again under the same key. Keys are forgotten with their
//! operations, a day or so after those have ended.

use im_auth::Caller;
use im_cluster::ClusterError;
use im_domain::{Identity, InfId, VmId};
use im_store::{
    Idempotency, Intent, IntentAction, IntentState, Operation, OperationKind, OperationState,
};

use crate::removal::NOT_REMOVED;
use crate::{Added, Error, Manager};

// === impl Manager ===

impl Manager {
    /// The key of the request, for the operation that it begins.
    pub(crate) fn idempotency(&self, caller: &Caller) -> Option<Idempotency> {
        let key = self.request.key.as_ref()?;
        let user = caller.identities().first().map(Identity::user_key)?;
        Some(Idempotency {
            user,
            key: key.key.clone(),
            digest: key.digest.clone(),
        })
    }

    /// The operation that the caller began under the key of this request.
    ///
    /// # Errors
    /// `KeyReused` if it was another request.
    pub(crate) async fn earlier(&self, caller: &Caller) -> Result<Option<Operation>, Error> {
        let Some(mine) = self.idempotency(caller) else {
            return Ok(None);
        };
        let store = self.inner.cluster.store();
        let Some(operation) = store.operation_by_key(&mine.user, &mine.key).await? else {
            return Ok(None);
        };
        if operation.digest.as_deref() != Some(&*mine.digest) {
            return Err(Error::key_reused());
        }
        self.repeats();
        Ok(Some(operation))
    }

    /// The operation of somebody who was faster with the same key.
    pub(crate) async fn faster(
        &self,
        caller: &Caller,
        error: ClusterError,
    ) -> Result<Operation, Error> {
        if !matches!(error, ClusterError::Repeated(_)) {
            return Err(error.into());
        }
        let earlier = self.earlier(caller).await?;
        earlier.ok_or_else(|| error.into())
    }

    /// What the first creation of this key was answered. `asynchronous`: it was answered before anything was launched.
    pub(crate) async fn created_before(
        &self,
        operation: Operation,
        asynchronous: bool,
    ) -> Result<InfId, Error> {
        if operation.kind != OperationKind::Create {
            return Err(Error::key_reused());
        }
        if asynchronous || operation.state == OperationState::Done {
            return Ok(operation.inf);
        }
        if !operation.state.is_over() {
            return Err(Error::in_progress());
        }
        let launches = self.launches_of(&operation).await?;
        match launches.iter().any(is_there) {
            true => Ok(operation.inf),
            false => Err(no_machine(&operation)),
        }
    }

    /// What the first addition of this key was answered.
    pub(crate) async fn added_before(&self, operation: Operation) -> Result<Added, Error> {
        let removes = operation.kind == OperationKind::Remove;
        if operation.kind != OperationKind::Add && !removes {
            return Err(Error::key_reused());
        }
        if !operation.state.is_over() {
            return Err(Error::in_progress());
        }
        if removes {
            return match operation.state {
                OperationState::Failed => Err(not_removed(&operation)),
                _ => Ok(Added::default()),
            };
        }
        let launches = self.launches_of(&operation).await?;
        if operation.state == OperationState::Failed && !launches.iter().any(is_there) {
            return Err(no_machine(&operation));
        }
        let mut vms: Vec<VmId> = launches
            .iter()
            .filter_map(|intent| intent.plan.vm)
            .collect();
        vms.sort_unstable();
        vms.dedup();
        Ok(Added { vms })
    }

    async fn launches_of(&self, operation: &Operation) -> Result<Vec<Intent>, Error> {
        let intents = self.inner.cluster.store().intents(&operation.inf).await?;
        let meant = |intent: &Intent| {
            intent.plan.operation == operation.id && intent.plan.action == IntentAction::Launch
        };
        Ok(intents.into_iter().filter(meant).collect())
    }
}

/// Whether a machine was made.
fn is_there(intent: &Intent) -> bool {
    matches!(intent.state, IntentState::Confirmed | IntentState::Applied)
}

fn no_machine(operation: &Operation) -> Error {
    let reasons = operation.outcome.as_deref().unwrap_or_default();
    match reasons.starts_with(NOT_REMOVED) {
        true => not_removed(operation),
        false => Error::invalid(format!("No machine could be launched: {reasons}")),
    }
}

fn not_removed(operation: &Operation) -> Error {
    let reasons = operation.outcome.as_deref().unwrap_or_default();
    let reasons = reasons.strip_prefix(NOT_REMOVED).unwrap_or(reasons);
    Error::invalid(format!("{NOT_REMOVED}{reasons}"))
}
