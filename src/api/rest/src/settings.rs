//! What the REST API needs to know to begin.

use std::path::PathBuf;
use std::time::Duration;

use im_auth::SingleSite;
use im_oaipmh::Oai;

/// How requests are taken and answered.
#[derive(Clone, Debug, Default)]
pub struct RequestSettings {
    /// What the body of a request may take.
    pub body: BodyLimits,
    /// `ENABLE_CORS` and `CORS_ORIGIN`: the origins whose pages may call the API from a browser, `*` for all. None of
    /// them gets any header without this.
    pub cors: Option<Vec<String>>,
    /// `STATIC_FILES_DIR`: the directory whose files are served under `/static`.
    pub static_files: Option<PathBuf>,
    /// `SINGLE_SITE`: the one cloud whose users log in with `Basic` or `Bearer`.
    pub single_site: Option<SingleSite>,
    /// The catalogue of templates that `/oai` serves, if it serves one.
    pub oai: Option<Oai>,
}

/// What the body of a request may take.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimits {
    /// The longest body, in bytes. A longer one is answered 413.
    pub bytes: u64,
    /// How long a body may take to arrive. A slower one is answered 408.
    pub timeout: Duration,
}

// === impl BodyLimits ===

impl Default for BodyLimits {
    fn default() -> Self {
        Self {
            bytes: 16 << 20,
            timeout: Duration::from_secs(60),
        }
    }
}
