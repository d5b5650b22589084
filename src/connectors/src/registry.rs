//! Which types of cloud there are, and the way from credentials to a connector.

mod cloud_type;
mod limits;

use std::collections::BTreeMap;
use std::sync::Arc;

use im_domain::CloudInfo;
use im_telemetry::metrics::CloudMetrics;
use im_util::Clock;

use crate::layers::{self, Chaos, LayerSettings, Shared};
use crate::{
    CloudLine, Connector, ConnectorError, DummySettings, ErrorKind, Operation, Retry, dummy,
};

pub use cloud_type::CloudType;
use limits::Limits;

/// The types of cloud by name, and the layers that each connector gets.
///
/// One registry is made when the service starts and serves all requests: what connectors to one cloud share (the
/// limit of calls at a time) lives here.
#[derive(Debug)]
pub struct Registry {
    types: BTreeMap<&'static str, CloudType>,
    layers: LayerSettings,
    limits: Limits,
    chaos: Option<Chaos>,
    metrics: CloudMetrics,
    clock: Arc<dyn Clock>,
}

/// What can be set of the clouds.
#[derive(Clone, Debug, Default)]
pub struct RegistrySettings {
    /// The layers around every connector.
    pub layers: LayerSettings,
    /// The cloud `Dummy`.
    pub dummy: DummySettings,
}

// === impl Registry ===

impl Registry {
    /// A registry of all types of cloud that this service knows.
    pub fn new(settings: RegistrySettings, clock: Arc<dyn Clock>) -> Self {
        let mut registry = Self::empty(settings.layers, clock.clone());
        registry.add(dummy::cloud_type(settings.dummy, clock));
        #[cfg(feature = "simulated")]
        registry.add(crate::simulated::cloud_type());
        registry
    }

    /// A registry of no types.
    pub fn empty(layers: LayerSettings, clock: Arc<dyn Clock>) -> Self {
        Self {
            types: BTreeMap::new(),
            limits: Limits::new(layers.calls_per_cloud),
            chaos: (!layers.chaos.is_none()).then(|| Chaos::new(layers.chaos.clone())),
            layers,
            metrics: CloudMetrics::default(),
            clock,
        }
    }

    /// With calls counted here.
    #[must_use]
    pub fn counted(mut self, metrics: CloudMetrics) -> Self {
        self.metrics = metrics;
        self
    }

    /// Adds a type of cloud, or replaces the one of this name.
    pub fn add(&mut self, cloud_type: CloudType) {
        self.types.insert(cloud_type.name(), cloud_type);
    }

    /// The names of the types, as credentials write them: case counts.
    pub fn types(&self) -> impl Iterator<Item = &'static str> {
        self.types.keys().copied()
    }

    /// A connector to the cloud of a line, with all layers around it.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] if there is no such type, [`ErrorKind::Invalid`] and
    /// [`ErrorKind::Unauthorized`] if the line lacks something that the type needs. No cloud is called.
    pub fn connector(&self, line: &CloudLine) -> Result<Arc<dyn Connector>, ConnectorError> {
        let cloud_type = self
            .types
            .get(line.kind())
            .ok_or_else(|| self.unknown_type(line.kind()))?;
        let limit = self.limits.of(line.cloud()?);
        let connector = cloud_type.connect(line)?;
        let shared = Shared {
            limit,
            chaos: self.chaos.clone(),
            metrics: self.metrics.clone(),
            clock: self.clock.clone(),
        };
        let kind = cloud_type.name();
        Ok(layers::stack(connector, kind, &self.layers, shared))
    }

    /// A connector to the cloud of a machine: with the line that has the cloud's id and type, else with the first of
    /// its type that leads to the same server, else, for types whose clouds have no address, with the first of its
    /// type.
    ///
    /// The address is always that of the line. A remembered address never decides where credentials are sent, and a
    /// line for another server is never used by its type alone: a machine that was not found there would count as
    /// removed.
    ///
    /// # Errors
    /// [`ErrorKind::Unauthorized`] if no line fits, and the errors of [`Registry::connector`].
    pub fn for_vm(
        &self,
        cloud: &CloudInfo,
        lines: &[CloudLine],
    ) -> Result<Arc<dyn Connector>, ConnectorError> {
        self.connector(self.line_for(cloud, lines)?)
    }

    /// The line that [`Registry::for_vm`] uses.
    ///
    /// # Errors
    /// [`ErrorKind::Unauthorized`] if no line fits.
    pub fn line_for<'a>(
        &self,
        cloud: &CloudInfo,
        lines: &'a [CloudLine],
    ) -> Result<&'a CloudLine, ConnectorError> {
        let placeless = self
            .types
            .get(cloud.kind.as_str())
            .is_some_and(|found| !found.has_address());
        let of_type = || lines.iter().filter(|line| line.kind() == cloud.kind);
        of_type()
            .find(|line| line.id() == cloud.id)
            .or_else(|| of_type().find(|line| line.leads_to(cloud)))
            .or_else(|| of_type().find(|_| placeless))
            .ok_or_else(|| {
                ConnectorError::new(
                    ErrorKind::Unauthorized,
                    Retry::Never,
                    Operation::Connect,
                    format!("No auth data for cloud with ID: {}", cloud.id),
                )
            })
    }

    fn unknown_type(&self, kind: &str) -> ConnectorError {
        let known: Vec<_> = self.types().collect();
        let message = format!(
            "Cloud provider not supported: {kind} (error: the known types are {})",
            known.join(", ")
        );
        ConnectorError::new(
            ErrorKind::Unsupported,
            Retry::Never,
            Operation::Connect,
            message,
        )
    }
}
