//! What an infrastructure that was made from TOSCA answers about it: the document, and its outputs.

use std::sync::Arc;

use im_auth::Credentials;
use im_domain::{InfId, Infrastructure};
use im_tosca::{Limits, LiveInfrastructure, LiveMachine, Resolver, Template};
use im_util::Secret;
use serde_json::{Map, Value};

use super::posted::token;
use super::stored_text;
use crate::access::Verb;
use crate::refresh::Scope;
use crate::{Error, ErrorKind, Manager};

impl Manager {
    /// The TOSCA document as it is stored.
    ///
    /// # Errors
    /// `PropertyNotFound` if the infrastructure was not made from TOSCA.
    #[tracing::instrument(target = "im_trace", name = "manager.tosca", skip_all, fields(inf.id = %id))]
    pub async fn tosca(&self, credentials: &Credentials, id: &InfId) -> Result<String, Error> {
        let infrastructure = self.infrastructure(credentials, id).await?;
        let text = stored_text(&infrastructure).ok_or_else(|| no_tosca("tosca"))?;
        Ok(text.to_owned())
    }

    /// The outputs of the TOSCA document by name, evaluated on the machines as they are, after asking the clouds about
    /// those that were not asked about for `VM_INFO_UPDATE_FREQUENCY`. An output that has no value yet is null.
    ///
    /// # Errors
    /// `PropertyNotFound` if the infrastructure was not made from TOSCA; `Invalid` if its document cannot be evaluated.
    #[tracing::instrument(target = "im_trace", name = "manager.outputs", skip_all, fields(inf.id = %id))]
    pub async fn outputs(
        &self,
        credentials: &Credentials,
        id: &InfId,
    ) -> Result<Map<String, Value>, Error> {
        let caller = self.enter(Verb::Read, credentials)?;
        let slot = self.open(&caller, id).await?;
        if stored_text(&*slot.read().await?).is_none() {
            return Err(no_tosca("outputs"));
        }
        self.refresh(&slot, &caller, Scope::All).await;
        let infrastructure = self.proved(&slot, &caller).await??;
        let token = token(&caller);
        let work = move |resolver: &dyn Resolver, limits: &Limits| {
            let text = stored_text(&infrastructure).unwrap_or_default();
            let template = Template::parse(text, resolver, limits)?;
            template.outputs(&LiveInfrastructure {
                machines: &machines(&infrastructure),
                token: token.as_ref().map(Secret::expose),
            })
        };
        self.inner.desk.work(work).await
    }
}

fn machines(infrastructure: &Arc<Infrastructure>) -> Vec<LiveMachine<'_>> {
    let live = infrastructure.live_vms();
    live.map(|vm| LiveMachine {
        cloud_vm_id: vm.cloud_vm_id.as_deref(),
        radl: &vm.info,
        log: Some(&*vm.cont_out).filter(|log| !log.is_empty()),
        ansible_output: None,
        service: None,
    })
    .collect()
}

/// An infrastructure that was not made from TOSCA.
fn no_tosca(property: &str) -> Error {
    let message =
        format!("'{property}' infrastructure property is not valid in this infrastructure");
    Error::new(ErrorKind::PropertyNotFound, message)
}
