//! What deserves a look although the service starts.

use std::fmt;

use crate::origin::Origin;

/// Something odd in the configuration. `Display` is a sentence that never shows a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// An option or variable that nothing reads.
    UnknownOption {
        /// Where it stands.
        origin: Origin,
        /// Its name.
        name: String,
        /// The section in which it stands.
        section: String,
        /// The known name that is nearest, if one is near.
        nearest: Option<String>,
    },
    /// A section that nothing reads.
    UnknownSection {
        /// Where it stands.
        origin: Origin,
        /// Its name.
        name: String,
        /// The known name that is nearest, if one is near.
        nearest: Option<String>,
    },
    /// An option that earlier versions had.
    Retired {
        /// Where it stands.
        origin: Origin,
        /// Its name.
        name: &'static str,
        /// What to do, as the end of a sentence.
        advice: &'static str,
    },
    /// Values that are possible but hardly meant.
    Suspicious(String),
}

// === impl Warning ===

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownOption {
                origin,
                name,
                section,
                nearest,
            } => {
                write!(f, "{origin}: unknown option {name}")?;
                if !section.is_empty() {
                    write!(f, " in section [{section}]")?;
                }
                f.write_str(" is ignored.")?;
                suggest(f, nearest.as_deref())
            }
            Self::UnknownSection {
                origin,
                name,
                nearest,
            } => {
                write!(f, "{origin}: unknown section [{name}] is ignored.")?;
                suggest(f, nearest.as_deref())
            }
            Self::Retired {
                origin,
                name,
                advice,
            } => write!(f, "{origin}: {name} has no effect any more; {advice}."),
            Self::Suspicious(sentence) => f.write_str(sentence),
        }
    }
}

/// Adds the known name that is nearest.
fn suggest(f: &mut fmt::Formatter<'_>, nearest: Option<&str>) -> fmt::Result {
    match nearest {
        Some(nearest) => write!(f, " The nearest known name is {nearest}."),
        None => Ok(()),
    }
}
