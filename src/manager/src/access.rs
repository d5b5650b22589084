//! The steps before the work: boot mode, who is asking, whose infrastructure.
//!
//! Every use case begins with [`Manager::enter`], and with [`Manager::open`] if it is about one infrastructure; in
//! this order, so that a node tells nobody without a name whether an infrastructure exists, and nothing at all about
//! a verb that its boot mode forbids.

use std::sync::Arc;

use im_auth::{Caller, Credentials};
use im_cluster::{ClusterError, Opened, Slot};
use im_domain::{InfId, Infrastructure, Vm, VmId};

use crate::{BootMode, Error, Manager};

/// What a use case does, as far as the boot mode cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// Look, estimate, count.
    Read,
    /// Change who owns an infrastructure, which every mode allows.
    ChangeOwners,
    /// Make or change infrastructures or machines.
    Change,
    /// Destroy an infrastructure or give it up.
    Delete,
}

/// How often an infrastructure that changes hands while it is read is opened again.
const READ_ATTEMPTS: usize = 3;

// === impl Verb ===

impl Verb {
    fn is_allowed_in(self, mode: BootMode) -> bool {
        match self {
            Self::Read | Self::ChangeOwners => true,
            Self::Delete => mode != BootMode::ReadOnly,
            Self::Change => mode == BootMode::Normal,
        }
    }
}

// === impl Manager ===

impl Manager {
    /// Whether this node does this at all, then who is asking.
    ///
    /// # Errors
    /// `Disabled`, whatever the credentials are; then `Unauthorized` or `Invalid`, if they do not suffice.
    pub(crate) fn enter(&self, verb: Verb, credentials: &Credentials) -> Result<Caller, Error> {
        if !verb.is_allowed_in(self.inner.settings.boot_mode) {
            return Err(Error::disabled());
        }
        Ok(self.inner.authenticator.authenticate(credentials)?)
    }

    /// A live infrastructure that the caller owns or administers. If work on it was left unfinished by an earlier
    /// life of a node, and the caller brings what it takes, it is taken up again before this answers.
    ///
    /// # Errors
    /// `Elsewhere` if another node owns it; `NotFound` if there never was one or it was deleted; `Forbidden` if it belongs to others; what the database
    /// says otherwise.
    pub(crate) async fn open(&self, caller: &Caller, id: &InfId) -> Result<Arc<Slot>, Error> {
        let slot = match self.inner.cluster.open(id).await? {
            Opened::Here(slot) => slot,
            Opened::At(peer) => return Err(Error::elsewhere(id, peer)),
            Opened::Absent => return Err(Error::not_found(id)),
        };
        // Who owns it may have changed elsewhere: only what is proved is refused.
        if !caller.may_manage(&slot.snapshot().owners)
            && !caller.may_manage(&slot.read().await?.owners)
        {
            return Err(Error::forbidden());
        }
        self.is_not_too_late(&slot)?;
        self.resume_launches(&slot, caller);
        Ok(slot)
    }

    /// As [`Manager::open`], with the infrastructure as it is: what is answered to a client comes from here or from
    /// [`Manager::proved`].
    ///
    /// # Errors
    /// As those of [`Manager::open`]; `Unavailable` if it cannot be proved that what is known is current.
    pub(crate) async fn current(
        &self,
        caller: &Caller,
        id: &InfId,
    ) -> Result<(Arc<Slot>, Arc<Infrastructure>), Error> {
        let mut last = ClusterError::Lost(id.clone());
        for _ in 0..READ_ATTEMPTS {
            let slot = self.open(caller, id).await?;
            match self.proved(&slot, caller).await {
                Ok(infrastructure) => return Ok((slot, infrastructure?)),
                // It went to another node between the two steps.
                Err(error @ ClusterError::Lost(_)) => last = error,
                Err(error) => return Err(error.into()),
            }
        }
        Err(last.into())
    }

    /// The infrastructure as it is, if it still is there and the caller's.
    ///
    /// # Errors
    /// The cluster's, if nothing can be proved; within, `NotFound` or `Forbidden`.
    pub(crate) async fn proved(
        &self,
        slot: &Arc<Slot>,
        caller: &Caller,
    ) -> Result<Result<Arc<Infrastructure>, Error>, ClusterError> {
        let (infrastructure, at) = slot.read_at().await?;
        if infrastructure.deleted {
            return Ok(Err(Error::not_found(slot.id())));
        }
        if !caller.may_manage(&infrastructure.owners) {
            return Ok(Err(Error::forbidden()));
        }
        self.saw(at.version);
        Ok(Ok(infrastructure))
    }
}

/// The machine that a client means by `text`, in the infrastructure as it is proved to be: that there is none is an answer.
///
/// # Errors
/// Those of [`live_vm`], and the cluster's, if nothing can be proved.
pub(crate) async fn proved_vm(slot: &Slot, text: &str) -> Result<VmId, Error> {
    live_vm(&*slot.read().await?, text).map(|vm| vm.id)
}

/// The machine that a client means by `text`.
///
/// # Errors
/// `VmNotFound` if there never was one or the text is no number, `VmDeleted` if it was removed.
pub(crate) fn live_vm<'a>(
    infrastructure: &'a Infrastructure,
    text: &str,
) -> Result<&'a Arc<Vm>, Error> {
    let id: VmId = text.parse().map_err(|_| Error::vm_not_found())?;
    match infrastructure.vm(id) {
        None => Err(Error::vm_not_found()),
        Some(vm) if vm.destroyed => Err(Error::vm_deleted()),
        Some(vm) => Ok(vm),
    }
}
