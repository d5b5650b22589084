//! Work on a whole infrastructure that was acknowledged and has not ended, remembered with the infrastructure.
//!
//! Like the attempt of a launch it stands among the keys of the stored form that release 1.19 does not know and leaves
//! alone, and only while the work goes on. So a row that such a release left in the middle of its own work is not
//! taken for work of this one.

use im_domain::Infrastructure;
use serde_json::Value;

const KEY: &str = "unfinished";

/// What is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfinished {
    /// It was created, and its machines have not been placed.
    Creation,
    /// It is being destroyed.
    Destruction {
        /// Even if a cloud keeps a machine.
        force: bool,
    },
}

// === impl Unfinished ===

impl Unfinished {
    /// What is under way, if anything is.
    pub(crate) fn of(infrastructure: &Infrastructure) -> Option<Self> {
        match infrastructure.unknown.get(KEY)?.as_str()? {
            "creation" => Some(Self::Creation),
            "destruction" => Some(Self::Destruction { force: false }),
            "forced destruction" => Some(Self::Destruction { force: true }),
            _ => None,
        }
    }

    /// Notes that this is under way, in place of anything else.
    pub(crate) fn note(self, infrastructure: &mut Infrastructure) {
        let word = match self {
            Self::Creation => "creation",
            Self::Destruction { force: false } => "destruction",
            Self::Destruction { force: true } => "forced destruction",
        };
        let word = Value::String(word.to_owned());
        infrastructure.unknown.insert(KEY.to_owned(), word);
    }

    /// Notes that nothing is under way any more.
    pub(crate) fn end(infrastructure: &mut Infrastructure) {
        infrastructure.unknown.shift_remove(KEY);
    }
}
