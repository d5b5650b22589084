//! Configure machines again.

use std::sync::Arc;

use im_auth::Credentials;
use im_domain::{InfId, Infrastructure, VmId};
use im_radl::Radl;
use im_store::OperationKind;

use crate::access::Verb;
use crate::change::checked;
use crate::detached::turn;
use crate::document::{has_new_credentials, merge_recipes, take_new_credentials};
use crate::journal::begin_context;
use crate::tosca::{Posted, Purpose, stored_text};
use crate::{Document, Error, Manager, tosca};

impl Manager {
    /// Configures the machines again (`vms`: only these; numbers that do not exist are ignored), with the recipes of
    /// a new document if one is given.
    ///
    /// Of the document the recipes, the `contextualize` block and new credentials of systems are taken, nothing else. A
    /// TOSCA document is laid over the one that the infrastructure was made from, if it was, and is stored: the next update
    /// keeps the recipes, and asks for what machines the document has more or fewer than there are.
    #[tracing::instrument(target = "im_trace", name = "manager.reconfigure", skip_all, fields(inf.id = %id))]
    pub async fn reconfigure(
        &self,
        credentials: &Credentials,
        id: &InfId,
        document: Option<Document>,
        vms: Option<&[VmId]>,
    ) -> Result<(), Error> {
        let caller = self.enter(Verb::Change, credentials)?;
        let slot = self.open(&caller, id).await?;
        let seen = slot.snapshot();
        let ahead = match &document {
            None => None,
            Some(document) => {
                let purpose = Purpose::Describe(&seen);
                self.posted_ahead(&caller, document, purpose).await
            }
        };
        let (_turn, before) = turn(&slot, "reconfigure").await?;
        let recipes = match document {
            None => None,
            Some(document) => {
                let (ahead, purpose) = ((&*seen, ahead), Purpose::Describe(&before));
                let posted = self.posted_in_turn(&caller, document, ahead, purpose);
                Some(posted.await?)
            }
        };
        let tosca = recipes.as_ref().and_then(|posted| posted.tosca.clone());
        let recipes = recipes.map(Posted::recipes).transpose()?;
        let operation = self.operation(OperationKind::Reconfigure, id, &caller);
        let begun = self
            .commit_first(&slot, |entry| {
                if let Some(recipes) = &recipes {
                    take(entry.infrastructure, recipes, vms)?;
                }
                if let Some(text) = tosca
                    && stored_text(entry.infrastructure).is_some()
                {
                    tosca::store(entry.infrastructure, text);
                }
                Ok::<_, Error>(begin_context(entry, vms, &operation))
            })
            .await?;
        if let Some(operation) = begun {
            self.spawn_context(&slot, &caller, vms.map(<[VmId]>::to_vec), operation);
        }
        Ok(())
    }
}

/// Takes from a document what a new configuration may change. The check is for the recipes: new credentials are taken as
/// they are.
fn take(
    infrastructure: &mut Infrastructure,
    recipes: &Radl,
    vms: Option<&[VmId]>,
) -> Result<(), Error> {
    let mut radl = Radl::clone(&infrastructure.radl);
    merge_recipes(&mut radl, recipes);
    let mut checked = checked(&infrastructure.radl, radl)?;
    let radl = Arc::make_mut(&mut checked);
    for system in recipes.systems.values().filter(|s| has_new_credentials(s)) {
        if let Some(target) = radl.system_mut(&system.id) {
            take_new_credentials(target, system);
        }
        for vm in infrastructure.vms.iter_mut().filter(|vm| !vm.destroyed) {
            let meant = vms.is_none_or(|vms| vms.contains(&vm.id));
            let shown = vm.info.first_system().map(|found| Arc::clone(&found.id));
            if meant && shown.is_some_and(|id| id == system.id) {
                let vm = Arc::make_mut(vm);
                if let Some(target) = Arc::make_mut(&mut vm.info).first_system_mut() {
                    take_new_credentials(target, system);
                }
            }
        }
    }
    infrastructure.radl = checked;
    Ok(())
}
