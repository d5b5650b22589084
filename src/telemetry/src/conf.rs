//! `logging.conf`: a log as Python's `logging.config.fileConfig` describes it, which IM reads.
//!
//! The file is in the format of im.cfg and comes here in sections, so that this room need not know that format. A
//! section `[loggers]`, `[handlers]` and `[formatters]` names the others: `[logger_...]`, `[handler_...]` and
//! `[formatter_...]`. What Python would evaluate is read as what it may sensibly be here, and nothing is evaluated.
//! All that is wrong is told at once, with line and section and what was expected.

mod formatter;
mod handler;
mod literal;
mod logger;

use std::fmt;
use std::path::PathBuf;

use crate::settings::{LineForm, LogSettings};

/// A file in sections.
#[derive(Clone, Debug, Default)]
pub struct Conf {
    /// Where it is.
    pub path: PathBuf,
    /// Its sections, in order.
    pub sections: Vec<ConfSection>,
}

/// A section.
#[derive(Clone, Debug)]
pub struct ConfSection {
    /// What stands in brackets.
    pub name: String,
    /// Where it begins, counted from 1.
    pub line: usize,
    /// Its options.
    pub entries: Vec<ConfEntry>,
}

/// An option of a section.
#[derive(Clone, Debug)]
pub struct ConfEntry {
    /// Its name, in small letters.
    pub name: String,
    /// Where it begins, counted from 1.
    pub line: usize,
    /// The value as it is written.
    pub raw: String,
    /// The value with its references to other options resolved, or what is wrong with them.
    pub value: Result<String, String>,
}

/// What is wrong in the file. `Display` is a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfError {
    /// The file.
    pub path: PathBuf,
    /// The line, counted from 1; `None` if something is not there at all.
    pub line: Option<usize>,
    /// The section.
    pub section: String,
    /// What is wrong and what was expected.
    pub message: String,
}

/// Reads a file, and gathers what is wrong.
struct Reader<'a> {
    conf: &'a Conf,
    errors: Vec<ConfError>,
}

// === impl Conf ===

impl Conf {
    /// What the file describes; `hostname` is for `%(hostname)s`.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the file's parts.
    pub fn settings(&self, hostname: &str) -> Result<LogSettings, Vec<ConfError>> {
        let mut reader = Reader {
            conf: self,
            errors: Vec::new(),
        };
        let mut forms: Vec<(String, LineForm)> = Vec::new();
        for (name, section) in reader.listed("formatters", "formatter_") {
            if let Some(form) = formatter::read(&mut reader, section) {
                forms.push((name, form));
            }
        }
        let known = reader.keys("formatters");
        let listed = reader.listed("handlers", "handler_");
        let handlers = listed
            .into_iter()
            .filter_map(|(name, section)| handler::read(&mut reader, name, section, &known, &forms))
            .collect();
        let known = reader.keys("handlers");
        let listed = reader.listed("loggers", "logger_");
        let loggers = listed
            .into_iter()
            .filter_map(|(name, section)| logger::read(&mut reader, &name, section, &known))
            .collect();
        reader.has_root();
        match reader.errors.is_empty() {
            true => Ok(LogSettings {
                loggers,
                handlers,
                hostname: hostname.to_owned(),
            }),
            false => Err(reader.errors),
        }
    }

    fn section(&self, name: &str) -> Option<&ConfSection> {
        self.sections.iter().find(|section| section.name == name)
    }
}

// === impl ConfSection ===

impl ConfSection {
    fn entry(&self, name: &str) -> Option<&ConfEntry> {
        self.entries.iter().find(|entry| entry.name == name)
    }
}

// === impl Reader ===

impl<'a> Reader<'a> {
    /// Notes what is wrong in an entry; without one, in the section.
    fn refuse(&mut self, section: &ConfSection, entry: Option<&ConfEntry>, message: String) {
        self.errors.push(ConfError {
            path: self.conf.path.clone(),
            line: Some(entry.map_or(section.line, |entry| entry.line)),
            section: section.name.clone(),
            message,
        });
    }

    /// The value of an option with its references resolved.
    fn value(&mut self, section: &ConfSection, name: &str) -> Option<String> {
        let entry = section.entry(name)?;
        match &entry.value {
            Ok(value) => Some(value.trim().to_owned()),
            Err(reason) => {
                let message = format!("the value of {name} cannot be put together: {reason}.");
                self.refuse(section, Some(entry), message);
                None
            }
        }
    }

    /// The names in an option, which are separated by commas.
    fn names(&mut self, section: &ConfSection, option: &str) -> Vec<String> {
        let value = self.value(section, option).unwrap_or_default();
        value
            .split(',')
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty())
            .collect()
    }

    /// The keys of a list, without a word of what is wrong.
    fn keys(&self, list: &str) -> Vec<String> {
        let mut silent = Reader {
            conf: self.conf,
            errors: Vec::new(),
        };
        self.conf
            .section(list)
            .map(|section| silent.names(section, "keys"))
            .unwrap_or_default()
    }

    /// The sections that a list names, with the names they have in it.
    fn listed(&mut self, list: &str, prefix: &str) -> Vec<(String, &'a ConfSection)> {
        let conf = self.conf;
        let Some(section) = conf.section(list) else {
            self.errors.push(ConfError {
                path: conf.path.clone(),
                line: None,
                section: list.to_owned(),
                message: format!(
                    "the section is missing; it was expected to have an option keys, with the names of the {list} separated by commas."
                ),
            });
            return Vec::new();
        };
        let Some(keys) = section.entry("keys") else {
            let message = format!(
                "the option keys is missing; the names of the {list}, separated by commas, were expected."
            );
            self.refuse(section, None, message);
            return Vec::new();
        };
        let mut found = Vec::new();
        for name in self.names(section, "keys") {
            let wanted = format!("{prefix}{name}");
            match conf.section(&wanted) {
                Some(section) => found.push((name, section)),
                None => {
                    let message = format!(
                        "keys names '{name}', so a section [{wanted}] was expected, but there is none."
                    );
                    self.refuse(section, Some(keys), message);
                }
            }
        }
        found
    }

    fn has_root(&mut self) {
        if let Some(section) = self.conf.section("loggers")
            && let Some(keys) = section.entry("keys")
            && !self.keys("loggers").iter().any(|name| name == "root")
        {
            let message =
                "keys does not name root, but the logger root was expected among the others.";
            self.refuse(section, Some(keys), message.to_owned());
        }
    }
}

// === impl ConfError ===

impl fmt::Display for ConfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        write!(f, ", section [{}]: {}", self.section, self.message)
    }
}

impl std::error::Error for ConfError {}
