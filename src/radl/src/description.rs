//! What a document says about itself.

use std::sync::Arc;

use crate::{Features, Line};

/// The `description` sentence.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Description {
    /// Its id.
    pub id: Arc<str>,
    /// Its features, `name` among them.
    pub features: Features,
    /// Whether it was written without a body. It is printed with an empty one.
    pub reference: bool,
    /// Where it was written.
    pub line: Line,
}
