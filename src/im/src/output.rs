//! Standard output and standard error of the commands: the only file that prints.
//!
//! A reader that goes away (`im convert ... | head`) ends a command quietly instead of with a panic.

use std::fmt::Display;
use std::io::{self, Read, Write};
use std::path::Path;

/// Writes to standard output, with a line end.
pub(crate) fn print(text: impl Display) {
    let _reader_gone = writeln!(io::stdout().lock(), "{text}");
}

/// Writes to standard error, with a line end.
pub(crate) fn complain(text: impl Display) {
    let _reader_gone = writeln!(io::stderr().lock(), "{text}");
}

/// Reads a whole document; `-` is standard input. The error is a full sentence.
pub(crate) fn read_document(path: &Path) -> Result<String, String> {
    let bytes = if path == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    let bytes = bytes.map_err(|error| format!("{} cannot be read: {error}.", path.display()))?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        format!(
            "{} is not UTF-8: the byte at offset {at} is not part of a character.",
            path.display()
        )
    })
}
