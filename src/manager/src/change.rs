//! What a document that is posted to an infrastructure changes: found out once, for those who do it ([`add`](crate::add))
//! and for those who only look ([`preview`](crate::preview)).
//!
//! A document asks for machines by its deploys; TOSCA, which says how many there are to be, may also have some removed.
//! [`Manager::change`] looks at the infrastructure as it is and at its clouds, and changes nothing; [`Change::apply`]
//! makes the infrastructure what it is to be, as far as it can be said before any cloud is called. Whoever commits it
//! holds the turn from before the look until after the commit, so that it is applied to what was looked at.

use std::collections::BTreeSet;
use std::sync::Arc;

use im_auth::Caller;
use im_domain::{Infrastructure, VmId};
use im_radl::Radl;

use crate::access::live_vm;
use crate::document::merge;
use crate::launch::LaunchGroup;
use crate::placement::{Placement, plan, requested_machines};
use crate::removal::mark;
use crate::tosca::Posted;
use crate::{Error, Manager, ManagerSettings, tosca};

/// A change of an infrastructure.
#[derive(Debug)]
pub(crate) struct Change {
    /// What was asked for, with its deploys.
    document: Radl,
    /// The document of the infrastructure afterwards.
    merged: Arc<Radl>,
    /// The TOSCA document afterwards, if one was posted.
    tosca: Option<String>,
    /// Where the new machines go.
    placement: Placement,
    /// The machines to be removed, ascending.
    pub(crate) removal: Vec<VmId>,
}

/// A change that cannot be made.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// Why.
    pub(crate) error: Error,
    /// What is written down all the same.
    pub(crate) remains: Remains,
}

/// What is left of a change that was refused.
#[derive(Debug)]
pub(crate) enum Remains {
    /// Nothing.
    Nothing,
    /// A line of the message: no cloud can take the machines.
    Note,
    /// The TOSCA document: it was right, but machines that it wants to be removed are not there. A list in a later
    /// document takes the place of its list.
    Document(String),
}

// === impl Manager ===

impl Manager {
    /// What a document changes.
    ///
    /// # Errors
    /// `Invalid`, `TooLarge` or `VmDeleted` if it cannot be.
    pub(crate) async fn change(
        &self,
        caller: &Caller,
        before: &Infrastructure,
        posted: Posted,
    ) -> Result<Change, Refusal> {
        let removal = match chosen(before, &posted.removal) {
            Ok(removal) => removal,
            Err(error) => {
                let remains = posted.tosca.map_or(Remains::Nothing, Remains::Document);
                return Err(Refusal { error, remains });
            }
        };
        let tosca = posted.tosca.clone();
        let document = posted.complete(&before.radl)?;
        let present = before.live_vms().count().saturating_sub(removal.len());
        let most = self.inner.settings.max_inf_vms;
        let wanted = requested_machines(&document, present, most)?;
        let mut merged = merged(&before.radl, &document)?;
        if tosca.is_some() && merged.deploys != document.deploys {
            // It says how many machines there are to be: the deploys are those of the last request, of nothing too.
            Arc::make_mut(&mut merged)
                .deploys
                .clone_from(&document.deploys);
        }
        let placement = match wanted {
            0 => Placement::default(),
            _ => self
                .place(caller, &document, &before.private_networks)
                .await
                .map_err(|error| Refusal {
                    error,
                    remains: Remains::Note,
                })?,
        };
        Ok(Change {
            document,
            merged,
            tosca,
            placement,
            removal,
        })
    }
}

// === impl Change ===

impl Change {
    /// Whether machines come or go.
    pub(crate) fn is_of_machines(&self) -> bool {
        !self.placement.groups.is_empty() || !self.removal.is_empty()
    }

    /// Makes the infrastructure what it is to be: its document, the new machines as `creating`, those that go as
    /// `deleting`. Answers the new ones.
    pub(crate) fn apply(
        self,
        infrastructure: &mut Infrastructure,
        settings: &ManagerSettings,
        now: i64,
    ) -> Vec<LaunchGroup> {
        infrastructure.radl = self.merged;
        if let Some(text) = self.tosca {
            tosca::store(infrastructure, text);
        }
        mark(infrastructure, &self.removal);
        plan(
            infrastructure,
            &self.document,
            self.placement,
            settings,
            now,
        )
    }
}

// === impl Refusal ===

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self {
            error,
            remains: Remains::Nothing,
        }
    }
}

/// The machines of a list, each once, if all of them are there.
fn chosen(infrastructure: &Infrastructure, list: &[VmId]) -> Result<Vec<VmId>, Error> {
    let mut vms = BTreeSet::new();
    for id in list {
        let found = live_vm(infrastructure, &id.to_string());
        let vm = found.map_err(|error| match infrastructure.vm(*id) {
            Some(_) => error,
            None => Error::invalid(format!("Invalid VM ID: removal_list names {id}.")),
        });
        vms.insert(vm?.id);
    }
    Ok(vms.into_iter().collect())
}

/// The document of an infrastructure with an addition. Fails if it was right before and is not right with it.
fn merged(radl: &Arc<Radl>, added: &Radl) -> Result<Arc<Radl>, Error> {
    if *added == Radl::default() {
        return Ok(Arc::clone(radl));
    }
    let mut merged = Radl::clone(radl);
    merge(&mut merged, added);
    checked(radl, merged)
}

/// A changed document, if it passes the check, or if the former one did not either.
pub(crate) fn checked(before: &Radl, after: Radl) -> Result<Arc<Radl>, Error> {
    match after.check() {
        Err(error) if before.check().is_ok() => Err(error.into()),
        _ => Ok(Arc::new(after)),
    }
}
