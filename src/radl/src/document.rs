//! A whole document.

use std::sync::Arc;

use crate::{
    AnsibleHost, CheckError, Configure, Contextualize, Deploy, Description, Named, Network,
    ParseError, RandomText, System,
};

/// A document of the language.
///
/// Its pieces are shared: a clone copies references, and documents of the machines of one infrastructure have their
/// networks, recipes and texts in common. Change a piece with [`Arc::make_mut`], or through [`Radl::system_mut`] and
/// [`Radl::network_mut`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Radl {
    /// What the document says about itself.
    pub description: Option<Arc<Description>>,
    /// Hosts that configure systems, by id.
    pub ansible_hosts: Named<Arc<AnsibleHost>>,
    /// Networks by id.
    pub networks: Named<Arc<Network>>,
    /// Systems by id.
    pub systems: Named<Arc<System>>,
    /// Recipes by id.
    pub configures: Named<Arc<Configure>>,
    /// Which recipes run where.
    pub contextualize: Option<Arc<Contextualize>>,
    /// Machines to create, in order.
    pub deploys: Vec<Deploy>,
}

// === impl Radl ===

impl Radl {
    /// Reads the text form. The result is not checked yet, see [`Radl::check`].
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        Self::parse_with(text, &mut crate::random::Letters::default())
    }

    /// Reads the text form, with the values of `'random(N)'` from a source of the caller's.
    pub fn parse_with(text: &str, random: &mut dyn RandomText) -> Result<Self, ParseError> {
        crate::text::parse(text, random, &mut crate::shared::Texts::default())
    }

    /// Reads the JSON form, a list of objects. Its recipes are checked to be YAML.
    pub fn from_json(text: &str) -> Result<Self, ParseError> {
        crate::json::read(text)
    }

    /// The semantic check: known features have the right types and values, what is referred to exists. The first
    /// error is returned.
    pub fn check(&self) -> Result<(), CheckError> {
        crate::check::document(self)
    }

    /// The canonical text.
    pub fn to_text(&self) -> String {
        crate::print::text(self)
    }

    /// The indented JSON form, with the keys sorted at every level. Units are multiplied out and upper ends of
    /// intervals with two ends are lost.
    pub fn to_json(&self) -> String {
        crate::json::write(self, crate::json::Style::SortedIndented)
    }

    /// The compact JSON form, with the keys in document order.
    pub fn to_simple_json(&self) -> String {
        crate::json::write(self, crate::json::Style::Compact)
    }

    /// A document of networks and one system: what is answered about a machine.
    pub fn of_machine(
        networks: impl IntoIterator<Item = Arc<Network>>,
        system: Arc<System>,
    ) -> Self {
        let mut radl = Self::default();
        radl.networks.extend(
            networks
                .into_iter()
                .map(|network| (network.id.clone(), network)),
        );
        radl.systems.insert(system.id.clone(), system);
        radl
    }

    /// The document without the other systems: what is stored about a machine of `system`. `None` if there is no
    /// such system.
    pub fn for_machine_of(&self, system: &str) -> Option<Self> {
        let (id, system) = self.systems.get_key_value(system)?;
        Some(Self {
            systems: Named::one(id.clone(), system.clone()),
            ..self.clone()
        })
    }

    /// The networks and the first system alone: see [`Radl::of_machine`].
    pub fn machine_view(&self) -> Self {
        Self {
            networks: self.networks.clone(),
            systems: self
                .systems
                .first()
                .map(|(id, system)| (id.clone(), system.clone()))
                .into_iter()
                .collect(),
            ..Self::default()
        }
    }

    /// The canonical text of the networks and the first system.
    pub fn machine_text(&self) -> String {
        crate::print::machine_text(self)
    }

    /// A system by id.
    pub fn system(&self, id: &str) -> Option<&System> {
        self.systems.get(id).map(Arc::as_ref)
    }

    /// A system by id, to be changed in this document only.
    pub fn system_mut(&mut self, id: &str) -> Option<&mut System> {
        self.systems.get_mut(id).map(Arc::make_mut)
    }

    /// The first system: the one of a machine.
    pub fn first_system(&self) -> Option<&System> {
        self.systems.first().map(|(_, system)| system.as_ref())
    }

    /// The first system, to be changed in this document only.
    pub fn first_system_mut(&mut self) -> Option<&mut System> {
        self.systems.first_mut().map(Arc::make_mut)
    }

    /// A network by id.
    pub fn network(&self, id: &str) -> Option<&Network> {
        self.networks.get(id).map(Arc::as_ref)
    }

    /// A network by id, to be changed in this document only.
    pub fn network_mut(&mut self, id: &str) -> Option<&mut Network> {
        self.networks.get_mut(id).map(Arc::make_mut)
    }

    /// A recipe by id.
    pub fn configure(&self, id: &str) -> Option<&Configure> {
        self.configures.get(id).map(Arc::as_ref)
    }

    /// Whether some interface of any system connects to a public network.
    pub fn has_public_network(&self) -> bool {
        self.networks.values().any(|network| network.is_public())
    }

    /// Adds a network or replaces the one with its id.
    pub fn put_network(&mut self, network: impl Into<Arc<Network>>) {
        let network = network.into();
        self.networks.insert(network.id.clone(), network);
    }

    /// Adds a system or replaces the one with its id.
    pub fn put_system(&mut self, system: impl Into<Arc<System>>) {
        let system = system.into();
        self.systems.insert(system.id.clone(), system);
    }

    /// Adds a recipe or replaces the one with its id.
    pub fn put_configure(&mut self, configure: impl Into<Arc<Configure>>) {
        let configure = configure.into();
        self.configures.insert(configure.id.clone(), configure);
    }

    /// Adds an ansible host or replaces the one with its id.
    pub fn put_ansible_host(&mut self, host: impl Into<Arc<AnsibleHost>>) {
        let host = host.into();
        self.ansible_hosts.insert(host.id.clone(), host);
    }
}
