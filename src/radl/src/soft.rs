//! Wishes: features that a cloud should have and need not.

use crate::{Features, Number};

/// A `soft` block.
#[derive(Clone, Debug, PartialEq)]
pub struct SoftFeatures {
    /// How much the wish counts among the others.
    pub weight: Number,
    /// What is wished.
    pub features: Features,
}
