//! Machines that may exist although nobody recorded them.

use std::collections::BTreeMap;

use im_connectors::{Connector, ConnectorError, CreateIdempotency, Launched};
use im_domain::{InfId, Vm};

use super::machine::VISIBILITY_HORIZON;
use super::{attempt, token};

/// What is known of a machine that was asked for and whose cloud has not answered.
#[derive(Clone, Debug)]
pub(crate) enum Unrecorded {
    /// It exists.
    Found(Box<Launched>),
    /// It does not.
    Absent,
    /// It is too early to tell: the cloud may show it later.
    Unclear,
}

/// Looks for a machine that is recorded as `creating`, among those of its infrastructure that its cloud knows by
/// token. `now` is in seconds of the epoch.
///
/// # Errors
/// The cloud's.
pub(crate) async fn find_unrecorded(
    connector: &dyn Connector,
    inf: &InfId,
    vm: &Vm,
    now: i64,
) -> Result<Unrecorded, ConnectorError> {
    let known = connector.find_by_token(inf).await?;
    Ok(among(&known, connector, inf, vm, now))
}

/// The same, among those that the cloud has named already.
pub(super) fn among(
    known: &BTreeMap<String, Launched>,
    connector: &dyn Connector,
    inf: &InfId,
    vm: &Vm,
    now: i64,
) -> Unrecorded {
    let found = (0..=attempt::current(vm))
        .rev()
        .find_map(|attempt| known.get(&token::token(inf, vm.id, attempt)));
    if let Some(found) = found {
        return Unrecorded::Found(Box::new(found.clone()));
    }
    let age = now.saturating_sub(vm.creation_date.unwrap_or_default());
    let horizon = i64::try_from(VISIBILITY_HORIZON.as_secs()).unwrap_or(i64::MAX);
    match connector.capability().create_idempotency {
        CreateIdempotency::CheckOnly if age < horizon => Unrecorded::Unclear,
        _ => Unrecorded::Absent,
    }
}
