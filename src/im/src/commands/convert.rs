//! `im convert FILE --from FORM --to FORM`

use std::process::ExitCode;

use crate::args::{ConvertArgs, OutputForm};
use crate::commands::validate::display_name;
use crate::output::{complain, print, read_document};

/// Prints a document in another form.
pub(crate) fn run(args: &ConvertArgs) -> ExitCode {
    let text = match read_document(&args.file) {
        Ok(text) => text,
        Err(error) => {
            complain(error);
            return ExitCode::from(2);
        }
    };
    match args.from.read(&text, args.resolve.as_deref()) {
        Ok(radl) => {
            match args.to {
                OutputForm::Radl => print(radl.to_text()),
                OutputForm::Json => print(radl.to_json()),
                OutputForm::Simple => print(radl.to_simple_json()),
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            complain(format_args!("{}:{error}", display_name(&args.file)));
            ExitCode::FAILURE
        }
    }
}
