//! Stored forms that users send: a stranger's text.

use std::sync::Arc;

use super::reader::Place;
use super::{Origin, StoredError, whole};
use crate::{InfId, Infrastructure};

/// What an imported text may not exceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportLimits {
    /// Size of the text in bytes.
    pub max_bytes: usize,
    /// Machines, removed ones included.
    pub max_vms: usize,
}

/// Reads an infrastructure that a user sends.
///
/// Beyond [`read()`](super::read()): the text and the number of machines are limited; the id follows the grammar of
/// [`InfId`], and a missing one is a new one; nothing is being launched, removed or configured by anybody, so marks of
/// that are dropped; it is alive, whatever the text says. The owners of the text are kept: the caller decides whose it
/// becomes.
pub fn import(text: &str, limits: &ImportLimits) -> Result<Infrastructure, StoredError> {
    if text.len() > limits.max_bytes {
        return Err(Place::Whole.error(format!(
            "at most {} bytes are allowed, and {} found",
            limits.max_bytes,
            text.len()
        )));
    }
    let reading = whole::document(InfId::random(), text, Origin::Own, limits.max_vms)?;
    let mut infrastructure = reading.infrastructure;
    if let Some(id) = reading.id {
        infrastructure.id = id
            .parse()
            .map_err(|error: crate::IdError| Place::Whole.key("id").error(error.to_string()))?;
    }
    infrastructure.deleted = false;
    let busy = |vm: &crate::Vm| vm.creating || vm.deleting || vm.ctxt_pid.is_some();
    for vm in infrastructure.vms.iter_mut().filter(|vm| busy(vm)) {
        let vm = Arc::make_mut(vm);
        vm.creating = false;
        vm.deleting = false;
        vm.ctxt_pid = None;
    }
    Ok(infrastructure)
}
