//! The service that deploys and configures virtual infrastructures on many clouds: arguments and composition.
//!
//! [`app`] is the composition root, the only file that sees every room. The commands are files of [`commands`].

mod app;
mod args;
mod commands;
mod documents;
#[cfg(feature = "failpoints")]
mod failpoints;
mod output;
mod settings;
mod supervisor;
mod wiring;

use std::process::ExitCode;

use args::Command;
use clap::Parser;
use mimalloc::MiMalloc;

/// Chosen by measurement: see `loadtest/README.md`.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let args = args::Args::parse();
    match args.command.unwrap_or_default() {
        Command::Serve(args) => commands::serve::run(&args),
        Command::Validate(args) => commands::validate::run(&args),
        Command::Convert(args) => commands::convert::run(&args),
        Command::CheckConfig(args) => commands::check_config::run(&args),
        Command::Purge(args) => commands::purge::run(&args),
        Command::Openapi => commands::openapi::run(),
        Command::Loglevel(args) => commands::loglevel::run(&args),
        Command::Status(args) => commands::status::run(&args),
        Command::Health(args) => commands::health::run(&args),
        Command::Haproxy(command) => commands::haproxy::run(&command),
    }
}
