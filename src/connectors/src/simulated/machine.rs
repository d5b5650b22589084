//! A machine of a simulated cloud, and its document.

use std::collections::BTreeMap;
use std::sync::Arc;

use im_domain::VmState;
use im_radl::{Operator, Quantity, Radl, System};
use serde::{Deserialize, Serialize};

use super::TYPE;
use crate::estimate::rounded;
use crate::{ConnectorError, ErrorKind, LaunchRequest, Operation, Retry};

/// The labels by which a machine is found again.
pub(super) const INF: &str = "im-inf";
const VM: &str = "im-vm";
const TOKEN: &str = "im-token";

const MEGA: u64 = 1_000_000;

/// What is asked for.
#[derive(Debug, Serialize)]
pub(super) struct Spec {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    image: Option<String>,
    #[serde(flatten)]
    size: Size,
    interfaces: usize,
    /// The document, so that whoever finds the machine by its token alone has all of it.
    user_data: String,
    labels: BTreeMap<String, String>,
}

/// How big a machine is.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Size {
    cpu: u64,
    memory_mb: u64,
}

/// What the cloud says of a machine.
#[derive(Debug, Deserialize)]
pub(super) struct Machine {
    /// Its id.
    pub(super) id: String,
    state: String,
    addresses: Vec<String>,
    username: String,
    password: String,
    labels: BTreeMap<String, String>,
    user_data: String,
}

// === impl Spec ===

impl Spec {
    /// The machine of a request; the cloud gets the token only if it recognises it.
    pub(super) fn of(request: &LaunchRequest, recognised: bool) -> Result<Self, ConnectorError> {
        let system = request.radl.first_system().ok_or_else(|| {
            let message = "The document of the machine has no system.";
            ConnectorError::invalid(Operation::Launch, message)
        })?;
        let tags = request.tags.iter();
        let mut labels: BTreeMap<String, String> = tags
            .map(|tag| (tag.key.clone(), tag.value.clone()))
            .collect();
        labels.insert(INF.to_owned(), request.inf.to_string());
        labels.insert(VM.to_owned(), request.vm.to_string());
        labels.insert(TOKEN.to_owned(), request.token.clone());
        Ok(Self {
            name: request.name.clone(),
            token: recognised.then(|| request.token.clone()),
            image: system.disk_image_urls().first().map(|&url| url.to_owned()),
            size: Size {
                cpu: system.min_cpu().unwrap_or(1),
                memory_mb: rounded(system.min_memory_bytes().unwrap_or(0), MEGA),
            },
            interfaces: system.features.indices("net_interface").len(),
            user_data: request.radl.to_text(),
            labels,
        })
    }
}

// === impl Machine ===

impl Machine {
    pub(super) fn state(&self) -> VmState {
        match self.state.as_str() {
            "pending" => VmState::Pending,
            "running" => VmState::Running,
            "stopped" => VmState::Stopped,
            "removed" => VmState::Off,
            _ => VmState::Unknown,
        }
    }

    /// The token of its launch.
    pub(super) fn token(&self) -> Option<&str> {
        self.labels.get(TOKEN).map(String::as_str)
    }

    /// The document it was launched from.
    pub(super) fn document(&self) -> Result<Arc<Radl>, ConnectorError> {
        let read = Radl::parse(&self.user_data).map(Arc::new);
        read.map_err(|error| {
            let message = format!("The document of the machine {} cannot be read.", self.id);
            let operation = Operation::FindByToken;
            ConnectorError::new(ErrorKind::Other, Retry::Never, operation, message).caused_by(error)
        })
    }

    /// A document with what the cloud has decided laid over it. Credentials that were changed since stay.
    pub(super) fn laid_over(&self, document: &Arc<Radl>) -> Arc<Radl> {
        let Some(system) = document.first_system() else {
            return document.clone();
        };
        let news: Vec<_> = self
            .decided()
            .into_iter()
            .filter(|(name, _)| !system.features.has(name))
            .collect();
        if news.is_empty() {
            return document.clone();
        }
        let mut document = Radl::clone(document);
        if let Some(system) = document.first_system_mut() {
            for (name, value) in news {
                system.features.set_str(&name, value);
            }
        }
        Arc::new(document)
    }

    fn decided(&self) -> Vec<(String, &str)> {
        let addresses = self.addresses.iter().enumerate();
        let mut decided = vec![("provider.type".to_owned(), TYPE)];
        decided.extend(
            addresses.map(|(n, address)| (format!("net_interface.{n}.ip"), address.as_str())),
        );
        let login = [("username", &self.username), ("password", &self.password)];
        decided.extend(
            login.map(|(name, value)| (format!("disk.0.os.credentials.{name}"), value.as_str())),
        );
        decided
    }
}

/// The system with what is known before a launch.
pub(super) fn prepare(mut system: System) -> System {
    system.features.set_str("provider.type", TYPE);
    system
}

/// The size that a document asks for a machine, and the machine's document with it. Disks cannot be added.
pub(super) fn altered(
    remembered: &Arc<Radl>,
    wanted: &Radl,
) -> Result<(Size, Arc<Radl>), ConnectorError> {
    let mut document = Radl::clone(remembered);
    let system = document
        .first_system_mut()
        .ok_or_else(|| refusal("The machine has no system that could be altered."))?;
    let wanted = wanted.system(&system.id).ok_or_else(|| {
        refusal("The document has no system with the name of the machine's system.")
    })?;
    let cpu = wanted.min_cpu().or(system.min_cpu()).unwrap_or(1);
    let memory = wanted.min_memory_bytes().or(system.min_memory_bytes());
    let size = Size {
        cpu,
        memory_mb: rounded(memory.unwrap_or(0), MEGA),
    };
    let features = &mut system.features;
    features.set_number("cpu.count", Operator::Equal, Quantity::plain(cpu));
    let memory = Quantity::with_unit(size.memory_mb, "M");
    features.set_number("memory.size", Operator::Equal, memory);
    Ok((size, Arc::new(document)))
}

fn refusal(message: &str) -> ConnectorError {
    ConnectorError::invalid(Operation::Alter, message)
}
