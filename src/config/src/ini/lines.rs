//! From lines to entries.

use std::path::PathBuf;

use super::{Entry, IniFile};
use crate::error::ConfigError;

/// The state between two lines.
struct Lines<'e> {
    file: IniFile,
    errors: &'e mut Vec<ConfigError>,
    /// The entry that an indented line would continue.
    open: Option<Open>,
    /// Whether the lines that follow belong to an option that was refused.
    skipping: bool,
}

/// An entry whose value may go on.
struct Open {
    entry: Entry,
    indent: usize,
}

/// Reads a whole text.
pub(super) fn parse(path: PathBuf, text: &str, errors: &mut Vec<ConfigError>) -> IniFile {
    let mut lines = Lines {
        file: IniFile {
            path,
            ..IniFile::default()
        },
        errors,
        open: None,
        skipping: false,
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (index, line) in text.lines().enumerate() {
        lines.take(index + 1, line);
    }
    lines.close();
    lines.file
}

// === impl Lines ===

impl Lines<'_> {
    /// Takes the next line.
    fn take(&mut self, number: usize, line: &str) {
        let trimmed = line.trim();
        if trimmed.starts_with(['#', ';']) {
            return;
        }
        let indent = line.len() - line.trim_start().len();
        if let Some(open) = &mut self.open
            && (trimmed.is_empty() || indent > open.indent)
        {
            open.entry.value.push('\n');
            open.entry.value.push_str(trimmed);
            return;
        }
        if trimmed.is_empty() || (self.skipping && indent > 0) {
            return;
        }
        self.close();
        if let Some(section) = header(trimmed) {
            self.file.sections.push((section.to_owned(), number));
        } else {
            self.option(number, indent, trimmed);
        }
    }

    /// Begins an option.
    fn option(&mut self, number: usize, indent: usize, line: &str) {
        let Some((section, _)) = self.file.sections.last() else {
            return self.refuse(
                number,
                "an option stands before the first section; a line [im] was expected above it.",
            );
        };
        let section = section.clone();
        let Some((name, value)) = line.split_once(['=', ':']) else {
            return self.refuse(
                number,
                "a comment, a section such as [im] or an option such as NAME = value was expected.",
            );
        };
        let name = name.trim_end().to_ascii_uppercase();
        if name.is_empty() {
            return self.refuse(
                number,
                "the name of an option was expected before the sign.",
            );
        }
        let earlier = |entry: &&Entry| entry.section == section && entry.name == name;
        if let Some(earlier) = self.file.entries.iter().find(earlier) {
            let message = format!(
                "{name} was already set in line {}; it may be set once in a section.",
                earlier.line
            );
            return self.refuse(number, &message);
        }
        self.open = Some(Open {
            entry: Entry {
                section,
                name,
                value: value.trim().to_owned(),
                line: number,
            },
            indent,
        });
    }

    /// Ends the option that is open.
    fn close(&mut self) {
        self.skipping = false;
        if let Some(Open { mut entry, .. }) = self.open.take() {
            entry.value.truncate(entry.value.trim_end().len());
            self.file.entries.push(entry);
        }
    }

    /// Reports a line, and leaves out those that continue it. Nothing of the line is shown, it may hold a secret.
    fn refuse(&mut self, line: usize, message: &str) {
        self.skipping = true;
        self.errors.push(ConfigError::Syntax {
            path: self.file.path.clone(),
            line,
            message: message.to_owned(),
        });
    }
}

/// The name of the section that a line opens.
fn header(line: &str) -> Option<&str> {
    let (name, _) = line.strip_prefix('[')?.rsplit_once(']')?;
    (!name.is_empty()).then_some(name)
}
