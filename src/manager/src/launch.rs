//! Launches: from machines that are recorded as `creating` to machines that exist or failed.
//!
//! # Why no machine is lost or made twice
//! * **Intent before effect.** A cloud is called only for a machine that a commit has recorded as `creating`, in the
//!   cloud that the record names, with a token computed from the infrastructure, the operation, the number of the
//!   machine and the number of the attempt; the same commit writes its intent into the journal. Before another attempt or another cloud is tried, a commit records that.
//! * **An attempt ends before the next begins.** A new attempt, which has another token, is made only after the former
//!   one has failed for certain. An attempt whose outcome is unknown is looked for by its token, and repeated with the
//!   same token where the cloud recognises a repeat, or once the cloud must have shown the machine if there were one.
//! * **Only the owner calls.** Before each call the database is asked whose the infrastructure is
//!   ([`Slot::confirm`](im_cluster::Slot::confirm)); work ends with the life of the node in whose name it is done.
//! * **What a dead node left is found.** A machine that is `creating` and has no id in its cloud is an open intent. Its
//!   token is looked for first (`resume`), with the credentials that the operation has sealed or else with those that
//!   the next owner who asks brings, and the operation holds the turn of the infrastructure meanwhile.
//! * **Results are committed together**, those of machines that answered within [`FLUSH_AFTER`] of each other: a
//!   thousand machines cost a bounded number of commits. A result that is lost before its commit is found by its token.

mod attempt;
mod cleanup;
mod info;
mod intents;
mod machine;
mod outcome;
mod request;
mod resume;
mod run;
mod tags;
mod unfinished;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use im_domain::{CloudInfo, VmId};

use crate::placement::Candidate;

pub(crate) use attempt::begin;
pub(crate) use cleanup::{Search, Unrecorded};
pub(crate) use intents::plan as plan_intents;
pub(crate) use resume::Resuming;
pub(crate) use run::{Launching, Summary};
pub(crate) use unfinished::Unfinished;

/// The longest time that a result waits for others before it is committed.
const FLUSH_AFTER: Duration = Duration::from_millis(200);

/// Machines that are to be launched in one cloud, and the clouds that are left if all of them fail.
#[derive(Clone, Debug)]
pub(crate) struct LaunchGroup {
    /// Their numbers.
    pub(crate) vms: Vec<VmId>,
    /// The clouds not yet tried, the present one first.
    candidates: VecDeque<Arc<Candidate>>,
}

// === impl LaunchGroup ===

impl LaunchGroup {
    /// No machines yet.
    pub(crate) fn new(candidates: Vec<Candidate>) -> Self {
        Self {
            vms: Vec::new(),
            candidates: candidates.into_iter().map(Arc::new).collect(),
        }
    }

    /// The machines of some groups.
    pub(crate) fn machines(groups: &[Self]) -> impl Iterator<Item = VmId> + '_ {
        groups.iter().flat_map(|group| group.vms.iter().copied())
    }

    /// The cloud that is tried now.
    fn candidate(&self) -> Option<&Arc<Candidate>> {
        self.candidates.front()
    }

    /// The same, as it is remembered.
    pub(crate) fn cloud(&self) -> Option<&CloudInfo> {
        self.candidate()
            .map(|candidate| candidate.connector.cloud())
    }

    /// Gives the present cloud up; answers whether there is another one.
    fn next_cloud(&mut self) -> bool {
        if self.candidates.len() < 2 {
            return false;
        }
        self.candidates.pop_front();
        true
    }
}
