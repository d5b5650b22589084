//! Work that a client cannot break off by going away.

use std::sync::Arc;

use im_cluster::{OperationGuard, Slot};
use im_domain::{InfId, Infrastructure};
use tracing::Instrument;

use crate::create::interrupted;
use crate::{Error, Manager};

impl Manager {
    /// Runs work on an infrastructure to its end even if whoever waits for it is dropped in the middle: what a cloud
    /// has done is recorded. The work has begun in the journal, so that it is finished, by this node or another one,
    /// also after it failed here for want of the database.
    pub(crate) async fn detached<T: Send + 'static>(
        &self,
        name: &'static str,
        id: &InfId,
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        let task = self.inner.tasks.spawn(name, id, work.in_current_span());
        task.await
            .map_err(|_| interrupted())?
            .map_err(|_| interrupted())?
            .map_err(Error::in_the_middle)
    }
}

/// Waits for the turn to be the only operation on an infrastructure, and looks at it as it is then: proved to be so, since
/// what is refused because of it is an answer.
///
/// # Errors
/// `NotFound` if it was deleted meanwhile; the cluster's, if nothing can be proved.
pub(crate) async fn turn(
    slot: &Arc<Slot>,
    kind: &'static str,
) -> Result<(OperationGuard, Arc<Infrastructure>), Error> {
    let guard = slot.operation(kind).await;
    let infrastructure = slot.read().await?;
    if infrastructure.deleted {
        return Err(Error::not_found(slot.id()));
    }
    Ok((guard, infrastructure))
}
