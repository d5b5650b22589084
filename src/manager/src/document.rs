//! Documents on their way into an infrastructure: read, checked, completed by what is known already.

use std::sync::Arc;

use im_radl::{Configure, Network, Radl, System};

use crate::Error;
use crate::tosca::Posted;

impl Posted {
    /// The document, checked, with every reference replaced by the definition in `known`, and with the networks that
    /// those definitions need.
    ///
    /// # Errors
    /// `Invalid`: the message of the check, or the reference that is unknown.
    pub(crate) fn complete(self, known: &Radl) -> Result<Radl, Error> {
        let mut radl = self.radl;
        radl.check()?;
        for network in radl.networks.values_mut().filter(|n| n.reference) {
            let definition = known.networks.get(&network.id);
            *network = Arc::clone(definition.ok_or_else(|| unknown("network", &network.id))?);
        }
        let mut needed: Vec<Arc<Network>> = Vec::new();
        for system in radl.systems.values_mut().filter(|s| s.reference) {
            let definition = known.systems.get(&system.id);
            *system = Arc::clone(definition.ok_or_else(|| unknown("system", &system.id))?);
            needed.extend(
                system
                    .connections()
                    .into_iter()
                    .filter_map(|id| known.networks.get(id).cloned()),
            );
        }
        for network in needed {
            if !radl.networks.contains_key(&network.id) {
                radl.put_network(network);
            }
        }
        Ok(radl)
    }

    /// The document as new recipes for machines that exist: it may speak of systems that it does not define.
    ///
    /// # Errors
    /// `Invalid`: what is wrong with a recipe.
    pub(crate) fn recipes(self) -> Result<Radl, Error> {
        let radl = self.radl;
        for configure in radl.configures.values() {
            check_recipe(configure)?;
        }
        Ok(radl)
    }
}

fn unknown(kind: &str, id: &str) -> Error {
    Error::invalid(format!(
        "Unknown reference in RADL to <class 'radl.radl.{kind}'> '{id}'"
    ))
}

fn check_recipe(configure: &Arc<Configure>) -> Result<(), Error> {
    let mut alone = Radl::default();
    alone.put_configure(Arc::clone(configure));
    alone.check().map_err(|error| {
        let reason = error.message.strip_prefix("Invalid YAML code: ");
        let reason = reason.unwrap_or(&error.message);
        Error::invalid(format!("Error parsing YAML: {reason}"))
    })
}

/// Adds what a completed document defines to the document of an infrastructure: what is defined again replaces the
/// former definition, `contextualize` blocks are merged, and the deploys are those of the last request that had some.
pub(crate) fn merge(target: &mut Radl, added: &Radl) {
    if target.description.is_none() {
        target.description.clone_from(&added.description);
    }
    for network in added.networks.values().filter(|n| !n.reference) {
        target.put_network(Arc::clone(network));
    }
    for system in added.systems.values().filter(|s| !s.reference) {
        target.put_system(Arc::clone(system));
    }
    for host in added.ansible_hosts.values() {
        target.put_ansible_host(Arc::clone(host));
    }
    merge_recipes(target, added);
    if !added.deploys.is_empty() {
        target.deploys.clone_from(&added.deploys);
    }
}

/// Adds the recipes and the `contextualize` block of a document.
pub(crate) fn merge_recipes(target: &mut Radl, added: &Radl) {
    for configure in added.configures.values().filter(|c| !c.reference) {
        target.put_configure(Arc::clone(configure));
    }
    match (&mut target.contextualize, &added.contextualize) {
        (_, None) => {}
        (Some(present), Some(block)) => {
            Arc::make_mut(present).merge(im_radl::Contextualize::clone(block));
        }
        (absent, Some(block)) => *absent = Some(Arc::clone(block)),
    }
}

/// The new credentials (`disk.0.os.credentials.new.*`) of a system of a document, given to another description of it.
pub(crate) fn take_new_credentials(target: &mut System, from: &System) {
    target.set_new_credentials(&from.new_credentials());
}

/// Whether a system of the document brings new credentials.
pub(crate) fn has_new_credentials(system: &System) -> bool {
    system
        .features
        .with_prefix("disk.0.os.credentials.new.")
        .next()
        .is_some()
}
