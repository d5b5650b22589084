//! From the places where settings stand to the settings.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::checks;
use crate::codec::{DatabaseUrl, OptionalFile};
use crate::database::Database;
use crate::environment::Environment;
use crate::error::ConfigError;
use crate::ini::{DEFAULT_SECTION, IniFile};
use crate::option::{OptionSpec, RETIRED, nearest, options};
use crate::origin::{Effective, Origin};
use crate::settings::Settings;
use crate::traces::Traces;
use crate::values::Values;
use crate::warning::Warning;

/// Where to look for the configuration file.
#[derive(Debug, Clone)]
pub struct LoadOptions {
    /// The file that the user named; it must exist.
    pub file: Option<PathBuf>,
    /// The file of the machine, which is read where the user named none and `$IM_PATH/etc/im.cfg` does not exist.
    pub system_file: PathBuf,
}

/// The settings and how they were found.
#[derive(Debug)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// How traces are sent, if they are.
    pub traces: Option<Traces>,
    /// What deserves a look.
    pub warnings: Vec<Warning>,
    /// The configuration file, if there is one.
    pub file: Option<PathBuf>,
    /// Every option with its value and where it came from, in the order of the template; no secrets.
    pub effective: Vec<Effective>,
}

// === impl LoadOptions ===

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            file: None,
            system_file: PathBuf::from("/etc/im/im.cfg"),
        }
    }
}

impl LoadOptions {
    /// The files to look for, the first that exists is read; the flag tells whether it must exist.
    fn candidates(&self, environment: &dyn Environment) -> Vec<(PathBuf, bool)> {
        if let Some(file) = &self.file {
            return vec![(file.clone(), true)];
        }
        let beside_the_program = environment
            .get("IM_PATH")
            .filter(|path| !path.is_empty())
            .map(|path| Path::new(&path).join("etc/im.cfg"));
        beside_the_program
            .into_iter()
            .chain([self.system_file.clone()])
            .map(|path| (path, false))
            .collect()
    }
}

// === impl Settings ===

impl Settings {
    /// Reads the configuration file and the environment.
    ///
    /// # Errors
    /// Everything that is wrong, in the order in which it was found.
    pub fn load(
        options: &LoadOptions,
        environment: &dyn Environment,
    ) -> Result<Loaded, Vec<ConfigError>> {
        let mut syntax = Vec::new();
        let file = match read(&options.candidates(environment)) {
            Ok(Some((path, text))) => Some(IniFile::parse(path, &text, &mut syntax)),
            Ok(None) => None,
            Err(errors) => return Err(errors),
        };
        let base = match file {
            Some(_) => Self::documented(),
            None => Self::default(),
        };
        let nothing = IniFile::default();
        let mut values = Values::new(file.as_ref().unwrap_or(&nothing), environment);
        values.errors = syntax;
        let mut settings = Self::read(&mut values, base);
        if file.is_none() && !values.is_set("DATA_DB") {
            settings.basic.database = users_own(&mut values, environment);
        }
        settings.forget_absent_authorities(&mut values);
        settings.forget_absent_logging(&mut values);
        if let Some(file) = &file {
            unknown_in_file(file, &mut values.warnings);
        }
        unknown_in_environment(environment, &mut values.warnings);
        checks::check(&settings, &mut values);
        let traces = Traces::read(environment, &mut values.warnings);
        if values.errors.is_empty() {
            Ok(Loaded {
                settings,
                traces,
                warnings: values.warnings,
                effective: values.effective,
                file: file.map(|file| file.path),
            })
        } else {
            Err(values.errors)
        }
    }

    /// Takes the documented files of authorities as not given where nobody set them and they do not exist.
    fn forget_absent_authorities(&mut self, values: &mut Values<'_>) {
        for (name, file) in [
            ("REST_SSL_CA_CERTS", &mut self.rest.ssl_ca_certs),
            ("XMLRCP_SSL_CA_CERTS", &mut self.xmlrpc.ssl_ca_certs),
        ] {
            if !values.is_set(name) && file.as_ref().is_some_and(|file| !file.exists()) {
                *file = None;
                values.note::<OptionalFile>(name, file);
            }
        }
    }
}

impl Settings {
    /// The same for the documented file of the log; where it holds, other options of the log do not.
    fn forget_absent_logging(&mut self, values: &mut Values<'_>) {
        const NAME: &str = "LOGGING_CONF";
        let Some(file) = &self.log.conf else {
            return;
        };
        if !values.is_set(NAME) && !file.exists() {
            self.log.conf = None;
            values.note::<OptionalFile>(NAME, &None);
            return;
        }
        let unused: Vec<&str> = ["LOG_LEVEL", "LOG_FILE", "LOG_FILE_MAX_SIZE", "LOG_FORMAT"]
            .into_iter()
            .filter(|name| values.is_set(name))
            .collect();
        if !unused.is_empty() {
            values.warnings.push(Warning::Suspicious(format!(
                "{} describes the whole log (LOGGING_CONF), so that these options are not used: {}.",
                file.display(),
                unused.join(", ")
            )));
        }
    }

    /// The socket of `im loglevel`: the one that is set, or that beside the database file.
    pub fn control_socket(&self) -> Option<PathBuf> {
        let beside = || match &self.basic.database {
            Database::Sqlite(file) => {
                let mut name = file.clone().into_os_string();
                name.push(".sock");
                Some(PathBuf::from(name))
            }
            Database::Mysql(_) | Database::Mongo(_) => None,
        };
        self.log.control_socket.clone().or_else(beside)
    }
}

/// The first file that exists, and its text.
fn read(candidates: &[(PathBuf, bool)]) -> Result<Option<(PathBuf, String)>, Vec<ConfigError>> {
    for (path, must_exist) in candidates {
        match std::fs::read_to_string(path) {
            Ok(text) => return Ok(Some((path.clone(), text))),
            Err(error) if error.kind() == ErrorKind::NotFound && !must_exist => {}
            Err(error) => {
                return Err(vec![ConfigError::Unreadable {
                    path: path.clone(),
                    reason: error.to_string(),
                    wanted: "it was expected to be the configuration, as UTF-8 text".to_owned(),
                }]);
            }
        }
    }
    Ok(None)
}

/// The database in the user's own data directory.
fn users_own(values: &mut Values<'_>, environment: &dyn Environment) -> Database {
    let directory = |variable: &str| {
        environment
            .get(variable)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let data = directory("XDG_DATA_HOME")
        .or_else(|| directory("HOME").map(|home| home.join(".local/share")));
    if let Some(data) = data {
        let database = Database::Sqlite(data.join("im/inf.dat"));
        values.note::<DatabaseUrl>("DATA_DB", &database);
        return database;
    }
    values.refuse(
        "DATA_DB",
        ConfigError::Contradiction(
            "There is no configuration file, DATA_DB is not set, and neither XDG_DATA_HOME nor HOME is the path of a directory for the database; one of them was expected.".to_owned(),
        ),
    );
    Settings::documented().basic.database
}

/// Warns about what the file sets and nobody reads.
fn unknown_in_file(file: &IniFile, warnings: &mut Vec<Warning>) {
    let known = options();
    let at = |line| Origin::File {
        path: file.path.clone(),
        line,
    };
    for (name, line) in &file.sections {
        if name != DEFAULT_SECTION && !known.iter().any(|option| option.section == name) {
            warnings.push(Warning::UnknownSection {
                origin: at(*line),
                name: name.clone(),
                nearest: nearest(name, known.iter().map(|option| option.section)),
            });
        }
    }
    for entry in &file.entries {
        let everywhere = entry.section == DEFAULT_SECTION;
        let here = |option: &&OptionSpec| everywhere || option.section == entry.section;
        let mut candidates = known
            .iter()
            .filter(here)
            .map(|option| option.name)
            .peekable();
        let unknown_section = candidates.peek().is_none();
        if unknown_section || candidates.any(|name| name == entry.name) {
            continue;
        }
        if let Some(retired) = RETIRED.iter().find(|retired| retired.name == entry.name) {
            warnings.push(Warning::Retired {
                origin: at(entry.line),
                name: retired.name,
                advice: retired.advice,
            });
            continue;
        }
        let referred = format!("%({})S", entry.name);
        let is_referred =
            |other: &crate::ini::Entry| other.value.to_ascii_uppercase().contains(&referred);
        if everywhere && file.entries.iter().any(is_referred) {
            continue;
        }
        warnings.push(Warning::UnknownOption {
            origin: at(entry.line),
            name: entry.name.clone(),
            section: entry.section.clone(),
            nearest: nearest(
                &entry.name,
                known.iter().filter(here).map(|option| option.name),
            ),
        });
    }
}

/// Warns about variables that are nearly, but not quite, those of an option.
///
/// Others that begin with `IM_` are left alone: Kubernetes sets many for a service with the name `im`.
fn unknown_in_environment(environment: &dyn Environment, warnings: &mut Vec<Warning>) {
    let mut known = vec!["IM_PATH".to_owned()];
    for option in options() {
        for variable in option.variables() {
            if option.secret {
                known.push(format!("{variable}_FILE"));
            }
            known.push(variable);
        }
    }
    let mut names = environment.names();
    names.sort();
    for name in names {
        if !name.starts_with("IM_") || known.contains(&name) {
            continue;
        }
        let typo = |known: &&String| strsim::damerau_levenshtein(known, &name) <= 2;
        if let Some(meant) = known.iter().find(typo) {
            warnings.push(Warning::UnknownOption {
                origin: Origin::Variable(name.clone()),
                name: name.clone(),
                section: String::new(),
                nearest: Some(meant.clone()),
            });
        }
    }
}
