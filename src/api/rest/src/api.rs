//! What every handler needs.

use std::sync::Arc;

use im_manager::Manager;

use crate::RequestSettings;

/// The use cases and the settings. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Api(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    manager: Manager,
    settings: RequestSettings,
}

// === impl Api ===

impl Api {
    pub(crate) fn new(manager: Manager, settings: RequestSettings) -> Self {
        Self(Arc::new(Inner { manager, settings }))
    }

    pub(crate) fn manager(&self) -> &Manager {
        &self.0.manager
    }

    pub(crate) fn settings(&self) -> &RequestSettings {
        &self.0.settings
    }
}
