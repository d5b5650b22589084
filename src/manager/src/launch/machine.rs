//! The launch of one machine in one cloud: attempts, and what is done when an answer is lost.

use std::sync::Arc;
use std::time::Duration;

use im_connectors::{ConnectorError, CreateIdempotency, LaunchRequest, Launched, Retry};
use im_domain::VmId;
use im_operations::boundary::{Boundary, pass};
use im_store::IntentAction;

use super::outcome::Outcome;
use super::run::Launching;
use super::{attempt, intents, request};
use crate::placement::Candidate;

/// What the one who wants to repeat a launch has found.
enum Check {
    /// The machine is there.
    Found(Launched),
    /// It is not, or the cloud would recognise the repeat: repeating does no harm.
    Repeat,
    /// Nobody can tell.
    Unclear,
}

impl Launching {
    /// Launches a machine, with at most `MAX_VM_FAILS` attempts in this cloud.
    pub(super) async fn machine(&self, id: VmId, candidate: &Candidate) -> Outcome {
        let settings = &self.manager.inner.settings;
        let mut repeats = 0;
        let mut checked = false;
        pass(Boundary::AfterIntentCommit, IntentAction::Launch).await;
        loop {
            if !self.manager.gate(&self.slot, IntentAction::Launch).await {
                return Outcome::NotBegun;
            }
            let snapshot = self.slot.snapshot();
            let Some(vm) = snapshot.vm(id).filter(|vm| attempt::is_open(vm)) else {
                return Outcome::NotBegun;
            };
            if vm.deleting || self.manager.inner.tasks.stop().is_cancelled() {
                return Outcome::NotBegun;
            }
            let attempt = attempt::current(vm);
            let names = &self.names;
            let request = request::request(&snapshot, vm, attempt, candidate, settings, names);
            let answer = candidate.connector.launch(&request).await;
            pass(Boundary::AfterCall, IntentAction::Launch).await;
            let error = match answer {
                Ok(launched) => return launched_as(launched, &request),
                Err(error) => error,
            };
            repeats += 1;
            let last = repeats >= settings.max_vm_fails.max(1);
            if error.retry == Retry::AfterCheck {
                match self.check(candidate, &request, &mut checked).await {
                    Check::Found(launched) => return launched_as(launched, &request),
                    Check::Repeat if !last => continue,
                    Check::Repeat | Check::Unclear => return Outcome::Unknown(error.message),
                }
            }
            if last || error.retry == Retry::Never {
                return Outcome::Failed(error.message);
            }
            if let Some(outcome) = self.next_attempt(id, &error).await {
                return outcome;
            }
        }
    }

    /// Records that another attempt will be made, and waits `DELAY_BETWEEN_VM_RETRIES`.
    async fn next_attempt(&self, id: VmId, error: &ConnectorError) -> Option<Outcome> {
        let recorded = self
            .commit(|entry| intents::next_attempt(entry, &self.names, &[id], &error.message))
            .await;
        let inner = &self.manager.inner;
        let delay = inner.settings.delay_between_vm_retries;
        match recorded {
            // Without the record the next attempt must not be made; this one has failed for certain.
            Err(_) => Some(Outcome::Failed(error.message.clone())),
            Ok(()) if inner.tasks.sleep(delay).await => None,
            Ok(()) => Some(Outcome::NotBegun),
        }
    }

    /// Looks for the machine of a launch whose answer was lost.
    async fn check(
        &self,
        candidate: &Candidate,
        request: &LaunchRequest,
        checked: &mut bool,
    ) -> Check {
        let inner = &self.manager.inner;
        let recognised =
            candidate.connector.capability().create_idempotency != CreateIdempotency::CheckOnly;
        let waits = match recognised || *checked {
            true => [inner.settings.delay_between_vm_retries, Duration::ZERO],
            false => [
                inner.settings.delay_between_vm_retries,
                inner.operations.visibility_horizon,
            ],
        };
        *checked = true;
        for wait in waits {
            match candidate.connector.find_by_token(&request.inf).await {
                Err(_) => return Check::Unclear,
                Ok(mut found) => {
                    if let Some(launched) = found.remove(&request.token) {
                        return Check::Found(launched);
                    }
                }
            }
            if !inner.tasks.sleep(wait).await {
                return Check::Unclear;
            }
            if recognised {
                return Check::Repeat;
            }
        }
        match candidate.connector.find_by_token(&request.inf).await {
            Err(_) => Check::Unclear,
            Ok(mut found) => match found.remove(&request.token) {
                Some(launched) => Check::Found(launched),
                None => Check::Repeat,
            },
        }
    }
}

fn launched_as(launched: Launched, request: &LaunchRequest) -> Outcome {
    Outcome::Launched {
        launched: Box::new(launched),
        sent: Arc::clone(&request.radl),
    }
}
