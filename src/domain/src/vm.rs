//! A virtual machine of an infrastructure.

use std::sync::Arc;

use im_radl::Radl;
use serde_json::{Map, Value};

use crate::{CloudInfo, VmId, VmState};

/// A machine, from the moment it is asked for until long after its removal: removed ones stay for the record.
#[derive(Clone, Debug, PartialEq)]
pub struct Vm {
    /// Its number in the infrastructure.
    pub id: VmId,
    /// The number it was created with.
    pub creation_id: VmId,
    /// Its id in the cloud; `None` until the cloud has answered.
    pub cloud_vm_id: Option<String>,
    /// The last known state.
    pub state: VmState,
    /// Removed; `state` keeps its last value.
    pub destroyed: bool,
    /// Its removal has begun.
    pub deleting: bool,
    /// Its creation has begun and has not ended.
    pub creating: bool,
    /// When the cloud was last asked about it, in seconds of the epoch; 0 asks for it at the next chance.
    pub last_update: i64,
    /// Where it lives.
    pub cloud: CloudInfo,
    /// What is known of it: its networks, its system, and the rest of the document it came with.
    pub info: Arc<Radl>,
    /// What was asked for.
    pub requested: Arc<Radl>,
    /// The output of its contextualization.
    pub cont_out: String,
    /// Whether its contextualization ended well; `None` while it is under way.
    pub configured: Option<bool>,
    /// The number of the contextualization process that runs for it, as the stored form has it.
    pub ctxt_pid: Option<String>,
    /// Failed attempts to reach it over SSH in a row.
    pub ssh_connect_errors: u32,
    /// Why it failed.
    pub error_msg: Option<String>,
    /// When it was asked for, in seconds of the epoch; absent in old rows.
    pub creation_date: Option<i64>,
    /// Keys of the stored form that this release does not know, kept as data.
    pub unknown: Map<String, Value>,
}

// === impl Vm ===

impl Vm {
    /// Whether it is neither removed nor being created in vain: a machine that answers show.
    pub fn is_listed(&self) -> bool {
        !self.destroyed
    }
}
