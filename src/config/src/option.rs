//! The table of options.

use crate::codec::Codec;
use crate::settings::Settings;

/// A row of the table of options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionSpec {
    /// The section of im.cfg.
    pub section: &'static str,
    /// The concern, as a heading.
    pub concern: &'static str,
    /// The name, as it is spelled in im.cfg.
    pub name: &'static str,
    /// The documented default, as im.cfg would have it.
    pub default: String,
    /// The unit of the value, or nothing.
    pub unit: &'static str,
    /// What may stand there, as a noun with its article.
    pub kind: &'static str,
    /// Whether the value may be a secret: it is never shown, and a file may hold it.
    pub secret: bool,
    /// What it is for; one paragraph.
    pub help: String,
}

/// An option of earlier versions that nothing reads any more.
#[derive(Debug)]
pub(crate) struct Retired {
    /// Its name; all were in section `[im]`.
    pub(crate) name: &'static str,
    /// What to do, as the end of a sentence.
    pub(crate) advice: &'static str,
}

/// What to do, for those that have a successor and those that have none.
const INSTEAD_OF_DATA_FILE: &str = "set DATA_DB = sqlite:// followed by the path";
const NOT_NEEDED: &str = "remove the line";

/// The options that were taken away; their lines are still in many files.
pub(crate) const RETIRED: &[Retired] = &[
    Retired::new("DATA_FILE", INSTEAD_OF_DATA_FILE),
    Retired::new("CONTEXTUALIZATION_DIR", NOT_NEEDED),
    Retired::new("RECIPES_DIR", NOT_NEEDED),
    Retired::new("RECIPES_DB_FILE", NOT_NEEDED),
    Retired::new("GET_GANGLIA_INFO", NOT_NEEDED),
    Retired::new("GANGLIA_INFO_UPDATE_FREQUENCY", NOT_NEEDED),
    Retired::new("OIDC_USER_INFO_PATH", NOT_NEEDED),
    Retired::new("OIDC_INSTROSPECT_PATH", NOT_NEEDED),
];

/// Every option, in the order of the template.
pub fn options() -> Vec<OptionSpec> {
    Settings::options()
}

/// The known name nearest to an unknown one, if one is near enough to be meant.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let wanted = name.to_ascii_uppercase();
    known
        .map(|known| {
            let distance = strsim::damerau_levenshtein(&wanted, &known.to_ascii_uppercase());
            (distance, known)
        })
        .min()
        .filter(|(distance, known)| *distance <= 1 + known.len() / 4)
        .map(|(_, known)| known.to_owned())
}

// === impl OptionSpec ===

impl OptionSpec {
    /// The row of an option whose values have the form `C`.
    pub(crate) fn of<C: Codec>(
        section: &'static str,
        concern: &'static str,
        name: &'static str,
        help: &[&str],
        default: &C::Value,
    ) -> Self {
        let lines: Vec<&str> = help.iter().map(|line| line.trim()).collect();
        Self {
            section,
            concern,
            name,
            default: C::text(default),
            unit: C::UNIT,
            kind: C::EXPECTED,
            secret: C::SECRET,
            help: lines.join(" "),
        }
    }

    /// The variables of the environment that set it, the one that wins first.
    pub fn variables(&self) -> Vec<String> {
        variables(self.section, self.name)
    }
}

/// The variables of the environment that set an option, the one that wins first.
///
/// It is `IM_` and the name; the section comes between them where it is not `[im]`, though the short name is
/// understood too, and not a second time where the name begins with it.
pub(crate) fn variables(section: &str, name: &str) -> Vec<String> {
    let short = format!("IM_{name}");
    let section = section.to_ascii_uppercase();
    if section == "IM" || name.starts_with(&section) {
        vec![short]
    } else {
        vec![format!("IM_{section}_{name}"), short]
    }
}

// === impl Retired ===

impl Retired {
    const fn new(name: &'static str, advice: &'static str) -> Self {
        Self { name, advice }
    }
}
