//! Documents inside the stored form: equal texts become one shared document, and what different ones have in common is
//! shared too.
//!
//! The printer puts a line feed before and after each recipe, and the parser keeps them, so that a text which is read
//! and printed again and again grows. The reference lets it grow, and its clients see that. Texts of this service
//! lose those two line feeds when they are read: reading undoes writing.

use std::collections::HashMap;
use std::sync::Arc;

use im_radl::{Radl, Shared};

use super::{Origin, StoredError};

/// The documents of one infrastructure.
pub(super) struct Documents {
    origin: Origin,
    by_text: HashMap<String, Arc<Radl>>,
    shared: Shared,
}

// === impl Documents ===

impl Documents {
    pub(super) fn new(origin: Origin) -> Self {
        Self {
            origin,
            by_text: HashMap::new(),
            shared: Shared::new(),
        }
    }

    /// The document with this text; none at all is an empty one.
    pub(super) fn parse(
        &mut self,
        path: &str,
        text: Option<String>,
    ) -> Result<Arc<Radl>, StoredError> {
        let text = text.unwrap_or_default();
        if let Some(document) = self.by_text.get(&text) {
            return Ok(Arc::clone(document));
        }
        let mut document = if text.trim().is_empty() {
            Radl::default()
        } else {
            // The parser's message may quote the text, and the text has passwords: only the place is told.
            self.shared.parse(&text).map_err(|error| {
                let place = error
                    .position
                    .map(|at| format!(", at line {} and column {} of it", at.line, at.column))
                    .unwrap_or_default();
                StoredError::new(
                    path,
                    format!("a RADL text was expected, and this is none{place}"),
                )
            })?
        };
        if self.origin == Origin::Own {
            trim_recipes(&mut document);
        }
        self.shared.unite(&mut document);
        let document = Arc::new(document);
        self.by_text.insert(text, Arc::clone(&document));
        Ok(document)
    }
}

fn trim_recipes(document: &mut Radl) {
    for configure in document.configures.values_mut() {
        let trimmed = configure
            .recipe
            .as_deref()
            .and_then(|recipe| recipe.strip_prefix('\n')?.strip_suffix('\n'))
            .map(Arc::from);
        if let Some(recipe) = trimmed {
            Arc::make_mut(configure).recipe = Some(recipe);
        }
    }
}
