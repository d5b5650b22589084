//! `im validate FILE...`

use std::path::Path;
use std::process::ExitCode;

use crate::args::{InputForm, ValidateArgs};
use crate::output::{complain, print, read_document};

/// Parses and checks each file; errors name file, line and column.
pub(crate) fn run(args: &ValidateArgs) -> ExitCode {
    let mut status = 0;
    for file in &args.files {
        let verdict = match read_document(file) {
            Ok(text) => validate(&text, args.resolve.as_deref())
                .map_err(|error| (1, format!("{}:{error}", display_name(file)))),
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

fn validate(text: &str, directory: Option<&Path>) -> Result<(), String> {
    InputForm::guess(text)
        .read(text, directory)?
        .check()
        .map_err(|error| error.explain())
}

/// A name for messages about a document.
pub(crate) fn display_name(file: &Path) -> String {
    if file == Path::new("-") {
        "standard input".to_owned()
    } else {
        file.display().to_string()
    }
}
