//! The configuration file, line by line.
//!
//! The rules are those of Python's configparser, for which existing files were written: names of options in any letter
//! case, `=` or `:` after them, whole lines beginning with `#` or `;` as comments (so a value may hold both), values
//! that go on in lines indented deeper than their option, `%(NAME)s` for the value of another option and `%%` for a
//! percent sign, a section `[DEFAULT]` whose options stand in for those that a section does not set.
//!
//! The reader is our own, since the crates for this format either lose the numbers of the lines, which every message
//! here needs, or do not know values over several lines and the substitution. Two things are less strict than there:
//! a percent sign that begins neither of these stands for itself, and a section may be opened twice.

mod interpolate;
mod lines;

use std::path::PathBuf;

use crate::error::ConfigError;

/// A configuration file that was read.
#[derive(Debug, Default)]
pub(crate) struct IniFile {
    /// The file.
    pub(crate) path: PathBuf,
    /// The options, in the order of the file.
    pub(crate) entries: Vec<Entry>,
    /// The sections and the lines in which they begin.
    pub(crate) sections: Vec<(String, usize)>,
}

/// An option with its value.
#[derive(Debug)]
pub(crate) struct Entry {
    /// The section.
    pub(crate) section: String,
    /// The name in capitals.
    pub(crate) name: String,
    /// The value as it is written, with line feeds where it goes on.
    pub(crate) value: String,
    /// The line in which it begins, counted from 1.
    pub(crate) line: usize,
}

/// The section whose options stand in for those of the others.
pub(crate) const DEFAULT_SECTION: &str = "DEFAULT";

// === impl IniFile ===

impl IniFile {
    /// Reads a text. Lines that are not understood are reported and left out.
    pub(crate) fn parse(path: PathBuf, text: &str, errors: &mut Vec<ConfigError>) -> Self {
        lines::parse(path, text, errors)
    }

    /// The entry that sets an option of a section.
    pub(crate) fn entry(&self, section: &str, name: &str) -> Option<&Entry> {
        self.entry_of(section, name)
            .or_else(|| self.entry_of(DEFAULT_SECTION, name))
    }

    /// The value of an entry with its references resolved.
    ///
    /// # Errors
    /// A clause that names the reference that leads nowhere.
    pub(crate) fn value(&self, entry: &Entry) -> Result<String, String> {
        interpolate::resolve(self, entry)
    }

    fn entry_of(&self, section: &str, name: &str) -> Option<&Entry> {
        self.entries
            .iter()
            .find(|entry| entry.section == section && entry.name == name)
    }
}
