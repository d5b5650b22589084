//! Other files in the format of im.cfg.

use std::path::{Path, PathBuf};

use crate::error::ConfigError;
use crate::ini::{DEFAULT_SECTION, Entry, IniFile};

/// A file in the format of im.cfg that has a meaning of its own, such as `logging.conf`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OtherFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its sections, in order, each once.
    pub sections: Vec<OtherSection>,
}

/// A section, with the options of `[DEFAULT]` that it does not set itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherSection {
    /// What stands in brackets.
    pub name: String,
    /// Where it begins, counted from 1.
    pub line: usize,
    /// Its options.
    pub options: Vec<OtherOption>,
}

/// An option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherOption {
    /// Its name, in small letters.
    pub name: String,
    /// Where it begins, counted from 1.
    pub line: usize,
    /// The value as it is written.
    pub raw: String,
    /// The value with its references resolved, or a clause that says what is wrong with them.
    pub value: Result<String, String>,
}

// === impl OtherFile ===

impl OtherFile {
    /// Reads a file; `wanted` says who asked for it, as the end of a sentence.
    ///
    /// # Errors
    /// That it cannot be read, or all lines that are not understood.
    pub fn read(path: &Path, wanted: &str) -> Result<Self, Vec<ConfigError>> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            vec![ConfigError::Unreadable {
                path: path.to_owned(),
                reason: error.to_string(),
                wanted: wanted.to_owned(),
            }]
        })?;
        Self::parse(path, &text)
    }

    /// Reads a text.
    ///
    /// # Errors
    /// All lines that are not understood.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Vec<ConfigError>> {
        let mut errors = Vec::new();
        let file = IniFile::parse(path.to_owned(), text, &mut errors);
        if !errors.is_empty() {
            return Err(errors);
        }
        let mut sections: Vec<OtherSection> = Vec::new();
        for (name, line) in &file.sections {
            let is_known = sections.iter().any(|section| section.name == *name);
            if !is_known && name != DEFAULT_SECTION {
                sections.push(section(&file, name, *line));
            }
        }
        Ok(Self {
            path: file.path,
            sections,
        })
    }
}

fn section(file: &IniFile, name: &str, line: usize) -> OtherSection {
    let of = |section: &str| {
        let entries: Vec<&Entry> = file
            .entries
            .iter()
            .filter(|entry| entry.section == section)
            .collect();
        entries
    };
    let mut entries = of(name);
    for entry in of(DEFAULT_SECTION) {
        if entries.iter().all(|own| own.name != entry.name) {
            entries.push(entry);
        }
    }
    let options = entries.into_iter().map(|entry| OtherOption {
        name: entry.name.to_ascii_lowercase(),
        line: entry.line,
        raw: entry.value.clone(),
        value: file.value(entry),
    });
    OtherSection {
        name: name.to_owned(),
        line,
        options: options.collect(),
    }
}
