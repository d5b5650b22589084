//! The repository of templates that others may build on.

/// A folder of templates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateRepository {
    base: String,
}

// === impl TemplateRepository ===

impl TemplateRepository {
    /// The templates at an address.
    pub fn new(address: &str) -> Self {
        Self {
            base: format!("{}/", address.trim_end_matches('/')),
        }
    }

    /// The address of the folder, with a slash at its end.
    pub fn base(&self) -> &str {
        &self.base
    }
}
