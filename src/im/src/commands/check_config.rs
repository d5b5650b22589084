//! `im check-config`

mod online;

use std::process::ExitCode;

use im_config::Origin;

use crate::args::CheckConfigArgs;
use crate::commands::haproxy;
use crate::output::{complain, print};
use crate::{settings, wiring};

/// Says what holds, and where it was set.
pub(crate) fn run(args: &CheckConfigArgs) -> ExitCode {
    let loaded = match settings::load(args.config.as_deref()) {
        Ok(loaded) => loaded,
        Err(status) => return status,
    };
    match &loaded.file {
        Some(file) => print(format_args!("configuration file: {}", file.display())),
        None => print("configuration file: none"),
    }
    for effective in &loaded.effective {
        if effective.origin != Origin::Default {
            print(format_args!(
                "[{}] {} = {} ({})",
                effective.section, effective.name, effective.value, effective.origin
            ));
        }
    }
    if let Err(errors) = wiring::logs::settings(&loaded.settings) {
        for error in &errors {
            complain(format_args!("error: {error}"));
        }
        return ExitCode::FAILURE;
    }
    print(match loaded.warnings.len() {
        0 => "The configuration is right.".to_owned(),
        1 => "The configuration is right, with 1 warning.".to_owned(),
        n => format!("The configuration is right, with {n} warnings."),
    });
    let haproxy = match &args.haproxy {
        Some(file) => haproxy::check(file, &loaded.settings),
        None => ExitCode::SUCCESS,
    };
    if args.online && !online::check(&loaded.settings) {
        return ExitCode::FAILURE;
    }
    haproxy
}
