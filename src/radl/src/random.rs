//! Random values for features written as `'random(N)'`.

use rand::RngExt;

/// Where random characters come from.
pub trait RandomText {
    /// `length` random ASCII letters and digits.
    fn text(&mut self, length: usize) -> String;
}

/// The generator of the thread.
#[derive(Debug, Default)]
pub(crate) struct Letters {}

// === impl Letters ===

impl RandomText for Letters {
    fn text(&mut self, length: usize) -> String {
        rand::rng()
            .sample_iter(rand::distr::Alphanumeric)
            .take(length)
            .map(char::from)
            .collect()
    }
}
