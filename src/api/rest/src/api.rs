//! What every handler needs.

use std::sync::Arc;

use im_manager::Manager;

use crate::{RequestSettings, routes};

/// The use cases and the settings. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Api(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    manager: Manager,
    settings: RequestSettings,
    /// The templates of all paths, sorted.
    templates: Vec<&'static str>,
}

// === impl Api ===

impl Api {
    pub(crate) fn new(manager: Manager, settings: RequestSettings) -> Self {
        Self(Arc::new(Inner {
            manager,
            settings,
            templates: routes::templates(),
        }))
    }

    pub(crate) fn manager(&self) -> &Manager {
        &self.0.manager
    }

    /// The template of this text.
    pub(crate) fn template(&self, text: &str) -> Option<&'static str> {
        let found = self.0.templates.binary_search(&text).ok()?;
        self.0.templates.get(found).copied()
    }

    pub(crate) fn settings(&self) -> &RequestSettings {
        &self.0.settings
    }
}
