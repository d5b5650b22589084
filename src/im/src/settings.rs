//! The configuration as the commands need it.

use std::path::Path;
use std::process::ExitCode;

use im_config::{LoadOptions, Loaded, ProcessEnvironment, Settings};

use crate::output::complain;

/// Reads the configuration as every command does. Warnings go to standard error; errors too, and end the command.
pub(crate) fn load(file: Option<&Path>) -> Result<Loaded, ExitCode> {
    let options = LoadOptions {
        file: file.map(Path::to_owned),
        ..LoadOptions::default()
    };
    match Settings::load(&options, &ProcessEnvironment) {
        Ok(loaded) => {
            for warning in &loaded.warnings {
                complain(format_args!("warning: {warning}"));
            }
            Ok(loaded)
        }
        Err(errors) => {
            for error in &errors {
                complain(format_args!("error: {error}"));
            }
            Err(ExitCode::FAILURE)
        }
    }
}
