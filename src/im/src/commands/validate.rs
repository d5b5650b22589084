//! `im validate FILE...`

use std::path::Path;
use std::process::ExitCode;

use im_radl::Radl;

use crate::args::ValidateArgs;
use crate::output::{complain, print, read_document};

/// Parses and checks each file; errors name file, line and column.
pub(crate) fn run(args: &ValidateArgs) -> ExitCode {
    let mut status = 0;
    for file in &args.files {
        let verdict = match read_document(file) {
            Ok(text) => {
                validate(&text).map_err(|error| (1, format!("{}:{error}", display_name(file))))
            }
            Err(error) => Err((2, error)),
        };
        match verdict {
            Ok(()) if args.files.len() > 1 => print(format_args!("{}: ok", file.display())),
            Ok(()) => {}
            Err((code, message)) => {
                complain(message);
                status = status.max(code);
            }
        }
    }
    ExitCode::from(status)
}

fn validate(text: &str) -> Result<(), String> {
    parse(text, is_json(text))?
        .check()
        .map_err(|error| error.explain())
}

/// Reads a document in either form; the error begins with line and column where they are known.
pub(crate) fn parse(text: &str, json: bool) -> Result<Radl, String> {
    let parsed = if json {
        Radl::from_json(text)
    } else {
        Radl::parse(text)
    };
    parsed.map_err(|error| error.explain())
}

fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['[', '{'])
}

/// A name for messages about a document.
pub(crate) fn display_name(file: &Path) -> String {
    if file == Path::new("-") {
        "standard input".to_owned()
    } else {
        file.display().to_string()
    }
}
