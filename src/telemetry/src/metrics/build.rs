//! The release.

use super::declare::metrics;

metrics! {
    /// The release.
    pub struct BuildMetrics, "Release" {
        /// The release that runs; the value is always 1.
        info: IntGaugeVec = "im_build_info" ["version"];
    }
}

// === impl BuildMetrics ===

impl BuildMetrics {
    fn begin(&self) {}

    /// This release runs.
    pub fn runs(&self, version: &'static str) {
        self.info.with_label_values(&[version]).set(1);
    }
}
