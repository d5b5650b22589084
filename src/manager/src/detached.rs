//! Work that a client cannot break off by going away.

use im_cluster::{OperationGuard, Slot};
use im_domain::Infrastructure;
use std::sync::Arc;
use tracing::Instrument;

use crate::Error;

/// Runs work to its end even if whoever waits for it is dropped in the middle: what a cloud has done is recorded.
pub(crate) async fn detached<T: Send + 'static>(
    work: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    tokio::spawn(work.in_current_span())
        .await
        .map_err(Error::aborted)?
}

/// Waits for the turn to be the only operation on an infrastructure, and looks at it as it is then.
///
/// # Errors
/// `NotFound` if it was deleted meanwhile.
pub(crate) async fn turn(
    slot: &Arc<Slot>,
    kind: &'static str,
) -> Result<(OperationGuard, Arc<Infrastructure>), Error> {
    let guard = slot.operation(kind).await;
    let infrastructure = slot.snapshot();
    if infrastructure.deleted {
        return Err(Error::not_found(slot.id()));
    }
    Ok((guard, infrastructure))
}
