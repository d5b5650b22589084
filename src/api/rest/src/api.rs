//! What every handler needs.

use std::sync::Arc;

use im_manager::Manager;

use crate::{RequestSettings, routes};

/// The use cases and the settings. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    manager: Manager,
    settings: Arc<RequestSettings>,
    /// The templates of all paths, sorted.
    templates: Arc<[&'static str]>,
}

// === impl Api ===

impl Api {
    pub(crate) fn new(manager: Manager, settings: RequestSettings) -> Self {
        Self {
            manager,
            settings: Arc::new(settings),
            templates: routes::templates().into(),
        }
    }

    pub(crate) fn manager(&self) -> &Manager {
        &self.manager
    }

    /// The template of this text.
    pub(crate) fn template(&self, text: &str) -> Option<&'static str> {
        let found = self.templates.binary_search(&text).ok()?;
        self.templates.get(found).copied()
    }

    pub(crate) fn settings(&self) -> &RequestSettings {
        &self.settings
    }
}
