//! The values that are set, and what was found wrong with them.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::codec::Codec;
use crate::environment::Environment;
use crate::error::ConfigError;
use crate::ini::IniFile;
use crate::option::variables;
use crate::origin::{Effective, Origin};
use crate::warning::Warning;

/// Looks options up in the environment and the file, and remembers what it found.
pub(crate) struct Values<'a> {
    file: &'a IniFile,
    environment: &'a dyn Environment,
    /// What is wrong.
    pub(crate) errors: Vec<ConfigError>,
    /// What is odd.
    pub(crate) warnings: Vec<Warning>,
    /// The values of the options that were read.
    pub(crate) effective: Vec<Effective>,
    /// The options whose value was refused.
    refused: BTreeSet<&'static str>,
}

/// A value as it is written.
struct Found {
    text: String,
    origin: Origin,
}

// === impl Values ===

impl<'a> Values<'a> {
    /// Nothing was read yet.
    pub(crate) fn new(file: &'a IniFile, environment: &'a dyn Environment) -> Self {
        Self {
            file,
            environment,
            errors: Vec::new(),
            warnings: Vec::new(),
            effective: Vec::new(),
            refused: BTreeSet::new(),
        }
    }

    /// The value of an option; the base where it is not set or, after an error, not understood.
    pub(crate) fn read<C: Codec>(
        &mut self,
        section: &'static str,
        name: &'static str,
        base: C::Value,
    ) -> C::Value {
        let found = self
            .find::<C>(section, name)
            .filter(|found| !(C::BLANK_IS_DEFAULT && found.text.trim().is_empty()));
        let (value, origin) = match found {
            Some(found) => match C::parse(found.text.trim()) {
                Ok(value) => (value, found.origin),
                Err(refusal) => {
                    let shown = if C::SECRET {
                        "set to a value that is not shown here".to_owned()
                    } else {
                        format!("'{}'", shortened(found.text.trim()))
                    };
                    let detail = refusal.detail.map(|detail| format!(" ({detail})"));
                    self.refuse(
                        name,
                        ConfigError::BadValue {
                            origin: found.origin,
                            option: name,
                            shown,
                            expected: C::EXPECTED,
                            detail: detail.unwrap_or_default(),
                        },
                    );
                    return base;
                }
            },
            None => (base, Origin::Default),
        };
        self.effective.push(Effective {
            section,
            name,
            value: C::text(&value),
            origin,
        });
        value
    }

    /// Where the value of an option came from.
    pub(crate) fn origin(&self, name: &str) -> Option<&Origin> {
        self.effective
            .iter()
            .find(|effective| effective.name == name)
            .map(|effective| &effective.origin)
    }

    /// Whether an option was set by anybody.
    pub(crate) fn is_set(&self, name: &str) -> bool {
        self.origin(name)
            .is_some_and(|origin| *origin != Origin::Default)
    }

    /// Whether all these options were understood, so that it makes sense to compare them.
    pub(crate) fn understood(&self, names: &[&str]) -> bool {
        !names.iter().any(|name| self.refused.contains(name))
    }

    /// Notes an option whose value changed after it was read.
    pub(crate) fn note<C: Codec>(&mut self, name: &str, value: &C::Value) {
        for effective in &mut self.effective {
            if effective.name == name {
                effective.value = C::text(value);
            }
        }
    }

    /// Records that the value of an option cannot be had.
    pub(crate) fn refuse(&mut self, name: &'static str, error: ConfigError) {
        self.refused.insert(name);
        self.errors.push(error);
    }

    /// The text of an option: from the environment, from a file that it names if it is a secret, else from im.cfg.
    fn find<C: Codec>(&mut self, section: &str, name: &'static str) -> Option<Found> {
        for variable in variables(section, name) {
            let given = self.variable::<C>(&variable, name);
            let file = if C::SECRET {
                self.secret_file::<C>(&variable, name)
            } else {
                None
            };
            match (given, file) {
                (Some(_), Some(_)) => {
                    let message = format!(
                        "The environment variables {variable} and {variable}_FILE are both set, but only one of them was expected."
                    );
                    self.refuse(name, ConfigError::Contradiction(message));
                    return None;
                }
                (None, None) => {}
                (given, file) => return given.or(file),
            }
        }
        self.in_file(section, name)
    }

    /// The text of a variable, unless it is not meant for this service.
    ///
    /// Kubernetes sets `X_PORT=tcp://address:port` for each service named `x`; those names can be ours.
    fn variable<C: Codec>(&mut self, variable: &str, name: &'static str) -> Option<Found> {
        let text = self.unicode::<C>(variable, name)?;
        if variable.ends_with("_PORT") && text.starts_with("tcp://") {
            self.warnings.push(Warning::Suspicious(format!(
                "The environment variable {variable} has the form that Kubernetes gives to the address of a service; it is ignored."
            )));
            return None;
        }
        Some(Found {
            text,
            origin: Origin::Variable(variable.to_owned()),
        })
    }

    /// The text of the file that the variable of a secret names.
    fn secret_file<C: Codec>(&mut self, variable: &str, name: &'static str) -> Option<Found> {
        let variable = format!("{variable}_FILE");
        let path = self
            .unicode::<C>(&variable, name)
            .filter(|path| !path.is_empty())
            .map(PathBuf::from)?;
        match std::fs::read_to_string(&path) {
            Ok(text) => Some(Found {
                text,
                origin: Origin::SecretFile { variable, path },
            }),
            Err(error) => {
                let wanted = format!("it was expected to hold {name}, since {variable} names it");
                self.refuse(
                    name,
                    ConfigError::Unreadable {
                        path,
                        reason: error.to_string(),
                        wanted,
                    },
                );
                None
            }
        }
    }

    /// The value of a variable, which must be Unicode.
    fn unicode<C: Codec>(&mut self, variable: &str, name: &'static str) -> Option<String> {
        match self.environment.get(variable)?.into_string() {
            Ok(text) => Some(text),
            Err(_) => {
                let error = ConfigError::BadValue {
                    origin: Origin::Variable(variable.to_owned()),
                    option: name,
                    shown: "set to something that is not Unicode".to_owned(),
                    expected: C::EXPECTED,
                    detail: String::new(),
                };
                self.refuse(name, error);
                None
            }
        }
    }

    /// The text of an option in im.cfg.
    fn in_file(&mut self, section: &str, name: &'static str) -> Option<Found> {
        let entry = self.file.entry(section, name)?;
        let path = self.file.path.clone();
        match self.file.value(entry) {
            Ok(text) => Some(Found {
                text,
                origin: Origin::File {
                    path,
                    line: entry.line,
                },
            }),
            Err(reason) => {
                let error = ConfigError::Syntax {
                    path,
                    line: entry.line,
                    message: format!("the value of {name} cannot be put together: {reason}."),
                };
                self.refuse(name, error);
                None
            }
        }
    }
}

/// The beginning of a value, for a message.
fn shortened(text: &str) -> String {
    const MOST: usize = 120;
    let mut short: String = text.chars().take(MOST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short.replace(char::is_control, " ")
}
