//! Documents inside the stored form: equal texts become one shared document.

use std::collections::HashMap;
use std::sync::Arc;

use im_radl::Radl;

use super::StoredError;

/// The documents of one infrastructure.
#[derive(Default)]
pub(super) struct Documents {
    by_text: HashMap<String, Arc<Radl>>,
}

// === impl Documents ===

impl Documents {
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
        let document = if text.trim().is_empty() {
            Radl::default()
        } else {
            // The parser's message may quote the text, and the text has passwords: only the place is told.
            Radl::parse(&text).map_err(|error| {
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
        let document = Arc::new(document);
        self.by_text.insert(text, Arc::clone(&document));
        Ok(document)
    }
}
