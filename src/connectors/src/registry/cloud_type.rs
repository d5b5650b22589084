//! One type of cloud, as the registry knows it.

use std::fmt;
use std::sync::Arc;

use crate::{CloudLine, Connector, ConnectorError};

type Factory =
    dyn Fn(&CloudLine) -> Result<Arc<dyn Connector>, ConnectorError> + Send + Sync + 'static;

/// A type of cloud: its name, and how a connector is made.
pub struct CloudType {
    name: &'static str,
    has_address: bool,
    factory: Box<Factory>,
}

// === impl CloudType ===

impl CloudType {
    /// A type whose clouds are told apart by their addresses.
    ///
    /// `factory` looks at the line alone and calls no cloud.
    pub fn new(
        name: &'static str,
        factory: impl Fn(&CloudLine) -> Result<Arc<dyn Connector>, ConnectorError>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        Self {
            name,
            has_address: true,
            factory: Box::new(factory),
        }
    }

    /// A type of which there is but one cloud, wherever its lines say it is.
    #[must_use]
    pub fn without_address(mut self) -> Self {
        self.has_address = false;
        self
    }

    /// The name, as credentials write it.
    pub fn name(&self) -> &'static str {
        self.name
    }

    pub(super) fn has_address(&self) -> bool {
        self.has_address
    }

    /// Makes a connector without any layer.
    ///
    /// # Errors
    /// Those of the factory, for a line that lacks something.
    pub fn connect(&self, line: &CloudLine) -> Result<Arc<dyn Connector>, ConnectorError> {
        (self.factory)(line)
    }
}

impl fmt::Debug for CloudType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CloudType").field(&self.name).finish()
    }
}
