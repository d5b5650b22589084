//! `im haproxy`, and the part of `im check-config` that is about HAProxy.

mod check;
mod render;
mod sync;

use std::process::ExitCode;

pub(crate) use check::check;

use crate::args::HaproxyCommand;

/// Writes a configuration, or keeps a running HAProxy in step.
pub(crate) fn run(command: &HaproxyCommand) -> ExitCode {
    match command {
        HaproxyCommand::Render(args) => render::run(args),
        HaproxyCommand::Sync(args) => sync::run(args),
    }
}
