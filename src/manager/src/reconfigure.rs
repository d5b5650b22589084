//! Configure machines again.

use std::sync::Arc;

use im_auth::Credentials;
use im_domain::{InfId, Infrastructure, VmId};
use im_radl::Radl;
use im_store::OperationKind;

use crate::access::Verb;
use crate::add::checked;
use crate::detached::turn;
use crate::document::{has_new_credentials, merge_recipes, take_new_credentials};
use crate::journal::begin_context;
use crate::{Document, Error, Manager};

impl Manager {
    /// Configures the machines again (`vms`: only these; numbers that do not exist are ignored), with the recipes of
    /// a new document if one is given.
    ///
    /// Of the document the recipes, the `contextualize` block and new credentials of systems are taken, nothing else.
    pub async fn reconfigure(
        &self,
        credentials: &Credentials,
        id: &InfId,
        document: Option<Document>,
        vms: Option<&[VmId]>,
    ) -> Result<(), Error> {
        let caller = self.enter(Verb::Change, credentials)?;
        let slot = self.open(&caller, id).await?;
        let (_turn, _) = turn(&slot, "reconfigure").await?;
        let recipes = document.map(Document::read_recipes).transpose()?;
        let operation = self.operation(OperationKind::Reconfigure, id, &caller);
        let begun = self
            .commit_first(&slot, |entry| {
                if let Some(recipes) = &recipes {
                    take(entry.infrastructure, recipes, vms)?;
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
