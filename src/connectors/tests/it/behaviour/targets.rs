//! Ways to clouds.

use std::sync::Arc;
use std::time::Duration;

use im_connectors::{
    CloudLine, Connector, DummySettings, LayerSettings, Registry, RegistrySettings, dummy as cloud,
};
use im_util::SystemClock;

/// A cloud under test.
pub(super) struct Target {
    /// For messages.
    pub(super) name: &'static str,
    /// The way to it.
    pub(super) connector: Arc<dyn Connector>,
    /// How long a machine may take to change its state.
    pub(super) patience: Duration,
    /// A document with one system `node` that the cloud can launch, and one machine of it.
    pub(super) document: &'static str,
    /// Two images that the cloud has.
    pub(super) images: [&'static str; 2],
    /// The cloud itself, if it is a process or a thread.
    #[cfg(feature = "simulated")]
    _cloud: Option<crate::simulated::Server>,
}

const DOCUMENT: &str = "network lan (outbound = 'no')
system node (
cpu.count >= 1 and
memory.size >= 256m and
net_interface.0.connection = 'lan' and
net_interface.0.dns_name = 'mine' and
disk.0.image.url = 'mock0://img/base'
)
deploy node 1
";

/// The cloud `Dummy`, with a connector of its own and no layers.
pub(super) fn dummy() -> Target {
    let cloud_type = cloud::cloud_type(DummySettings::default(), Arc::new(SystemClock::new()));
    let line = CloudLine::new(cloud::TYPE, Some("dummy"), None);
    target("Dummy", cloud_type.connect(&line).unwrap())
}

/// The cloud `Dummy`, as the service sees it.
pub(super) fn dummy_with_layers() -> Target {
    let settings = RegistrySettings {
        layers: LayerSettings::default(),
        dummy: DummySettings::default(),
    };
    let registry = Registry::new(settings, Arc::new(SystemClock::new()));
    let line = CloudLine::new(cloud::TYPE, Some("dummy"), None);
    target("Dummy with layers", registry.connector(&line).unwrap())
}

/// A simulated cloud that recognises tokens.
#[cfg(feature = "simulated")]
pub(super) fn simulated_with_tokens() -> Target {
    simulated("Simulated with tokens", "token")
}

/// A simulated cloud that recognises nothing.
#[cfg(feature = "simulated")]
pub(super) fn simulated_without_tokens() -> Target {
    simulated("Simulated without tokens", "none")
}

/// A cloud of this case alone, as the service sees it.
#[cfg(feature = "simulated")]
fn simulated(name: &'static str, idempotency: &str) -> Target {
    let server = crate::simulated::Server::start(im_simulated_cloud::Faults {
        boot_ms: 50,
        ..Default::default()
    });
    let registry = Registry::new(RegistrySettings::default(), Arc::new(SystemClock::new()));
    let connector = registry.connector(&server.line(idempotency)).unwrap();
    Target {
        _cloud: Some(server),
        ..target(name, connector)
    }
}

fn target(name: &'static str, connector: Arc<dyn Connector>) -> Target {
    Target {
        name,
        connector,
        patience: Duration::from_secs(10),
        document: DOCUMENT,
        images: ["mock0://img/one", "mock0://img/two"],
        #[cfg(feature = "simulated")]
        _cloud: None,
    }
}
