//! What every handler needs.

use std::sync::Arc;

use im_manager::Manager;

use crate::RequestSettings;

/// The use cases and the settings. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    manager: Manager,
    settings: Arc<RequestSettings>,
}

// === impl Api ===

impl Api {
    pub(crate) fn new(manager: Manager, settings: RequestSettings) -> Self {
        Self {
            manager,
            settings: Arc::new(settings),
        }
    }

    pub(crate) fn manager(&self) -> &Manager {
        &self.manager
    }

    pub(crate) fn settings(&self) -> &RequestSettings {
        &self.settings
    }
}
