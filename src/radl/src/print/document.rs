//! Sentences and whole documents as text.

use std::fmt::{self, Display, Write};
use std::sync::Arc;

use super::feature::{Printer, Secrets};
use crate::{
    AnsibleHost, Configure, Contextualize, ContextualizeItem, Deploy, Description, Network, Radl,
    System, VmNumber,
};

/// Room that a text has from the beginning, in bytes: enough for what describes one machine.
const ROOM: usize = 1024;

/// The canonical text of a document.
pub(crate) fn text(radl: &Radl) -> String {
    let mut text = String::with_capacity(ROOM);
    // Writing to a text does not fail.
    let _ = Printer::new(&mut text, Secrets::Shown).document(radl);
    text
}

/// The canonical text of the networks and the first system.
pub(crate) fn machine_text(radl: &Radl) -> String {
    let mut text = String::with_capacity(ROOM);
    let mut printer = Printer::new(&mut text, Secrets::Shown);
    // Writing to a text does not fail.
    let _ = printer
        .networks(radl.networks.values())
        .and_then(|()| printer.systems(radl.first_system()));
    text
}

macro_rules! printed {
    ($($type:ty: $with:ident),*) => {
        $(impl Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                Printer::new(f, Secrets::Shown).$with(self)
            }
        })*
    };
}

printed!(
    Radl: document,
    Description: description,
    AnsibleHost: ansible_host,
    Network: network_sentence,
    System: system_sentence,
    Configure: configure,
    Contextualize: contextualize,
    ContextualizeItem: item,
    Deploy: deploy
);

impl<W: Write> Printer<'_, W> {
    /// Description, ansible hosts, networks, systems, configures, contextualize and deploys, separated by line ends; an
    /// absent contextualize leaves an empty line.
    fn document(&mut self, radl: &Radl) -> fmt::Result {
        if let Some(description) = &radl.description {
            self.description(description)?;
            self.pieces(["\n"])?;
        }
        for host in radl.ansible_hosts.values() {
            self.ansible_host(host)?;
            self.pieces(["\n"])?;
        }
        self.networks(radl.networks.values())?;
        self.systems(radl.systems.values().map(Arc::as_ref))?;
        for configure in radl.configures.values() {
            self.configure(configure)?;
            self.pieces(["\n"])?;
        }
        if let Some(contextualize) = &radl.contextualize {
            self.contextualize(contextualize)?;
        }
        for deploy in &radl.deploys {
            self.pieces(["\n"])?;
            self.deploy(deploy)?;
        }
        Ok(())
    }

    fn networks<'a>(&mut self, networks: impl Iterator<Item = &'a Arc<Network>>) -> fmt::Result {
        for network in networks {
            self.network_sentence(network)?;
            self.pieces(["\n"])?;
        }
        Ok(())
    }

    fn systems<'a>(&mut self, systems: impl IntoIterator<Item = &'a System>) -> fmt::Result {
        for system in systems {
            self.system_sentence(system)?;
            self.pieces(["\n"])?;
        }
        Ok(())
    }

    fn description(&mut self, description: &Description) -> fmt::Result {
        self.pieces(["description ", &description.id, " ("])?;
        self.features(&description.features)?;
        self.pieces([")"])
    }

    fn ansible_host(&mut self, host: &AnsibleHost) -> fmt::Result {
        self.pieces(["ansible ", &host.id, " ("])?;
        self.features(&host.features)?;
        self.pieces([")"])
    }

    fn network_sentence(&mut self, network: &Network) -> fmt::Result {
        match network.reference {
            true => self.pieces(["network ", &network.id, " "]),
            false => self.network(&network.id, &network.features),
        }
    }

    fn system_sentence(&mut self, system: &System) -> fmt::Result {
        match system.reference {
            true => self.pieces(["system ", &system.id, " "]),
            false => self.system(&system.id, &system.features),
        }
    }

    fn configure(&mut self, configure: &Configure) -> fmt::Result {
        let id = &configure.id;
        match &configure.recipe {
            _ if configure.reference => self.pieces(["configure ", id]),
            None => self.pieces(["configure ", id, " ()"]),
            Some(recipe) => self.pieces(["configure ", id, " (\n@begin\n", recipe, "\n@end\n)"]),
        }
    }

    fn contextualize(&mut self, contextualize: &Contextualize) -> fmt::Result {
        if contextualize.is_empty() {
            return self.pieces(["contextualize ()"]);
        }
        self.pieces(["contextualize "])?;
        if let Some(time) = &contextualize.max_time {
            write!(self.out, "{time}")?;
        }
        self.pieces([" (\n"])?;
        for (name, value) in &contextualize.options {
            self.pieces(["option "])?;
            self.feature(name, value)?;
            self.pieces(["\n"])?;
        }
        for (index, item) in contextualize.items.values().enumerate() {
            if index > 0 {
                self.pieces(["\n"])?;
            }
            self.item(item)?;
        }
        self.pieces(["\n)"])
    }

    fn item(&mut self, item: &ContextualizeItem) -> fmt::Result {
        self.pieces(["system ", &item.system, " configure ", &item.configure, " "])?;
        if let Some(step) = &item.step {
            write!(self.out, "step {step}")?;
        }
        self.pieces([" "])?;
        if let Some(tool) = &item.tool {
            write!(self.out, "with {tool}")?;
        }
        Ok(())
    }

    fn deploy(&mut self, deploy: &Deploy) -> fmt::Result {
        self.pieces(["deploy ", &deploy.system, " "])?;
        match &deploy.vm_number {
            VmNumber::Number(number) => write!(self.out, "{number}")?,
            VmNumber::Text(text) => self.pieces([text])?,
        }
        if let Some(cloud) = &deploy.cloud_id {
            self.pieces([" ", cloud])?;
        }
        Ok(())
    }
}
