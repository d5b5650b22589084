//! Recipes.

use std::sync::Arc;

use crate::Line;

/// A `configure` sentence: a recipe for the configuration of systems.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Configure {
    /// Its id, unique among the configures of a document.
    pub id: Arc<str>,
    /// The YAML text as written, with the line ends at both sides; absent with an empty body and for a reference.
    pub recipe: Option<Arc<str>>,
    /// Whether it was named without a body.
    pub reference: bool,
    /// Where it was written.
    pub line: Line,
}
