//! Programs of others that some tests drive the service with.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Where a program is.
#[derive(Debug)]
pub(crate) struct Tool {
    path: PathBuf,
}

/// Looks for a program on the PATH and in the environment that `tests/run` makes for tools of `PyPI`.
///
/// Without it the test is skipped: a line says so, which `tests/run` counts.
pub(crate) fn tool(name: &str, test: &str) -> Option<Tool> {
    let found = places(name).find(|path| path.is_file());
    if found.is_none() {
        println!("skipped: {test}: {name} is not installed");
    }
    found.map(|path| Tool { path })
}

/// Looks likewise for a Python that has a package.
pub(crate) fn python_with(package: &str, test: &str) -> Option<Tool> {
    let has = |path: &PathBuf| {
        let import = format!("import {package}");
        let tried = Command::new(path).args(["-c", &import]).output();
        tried.is_ok_and(|tried| tried.status.success())
    };
    let found = places("python3").find(has);
    if found.is_none() {
        println!("skipped: {test}: {package} of PyPI is not installed");
    }
    found.map(|path| Tool { path })
}

/// Where a program may be.
fn places(name: &str) -> impl Iterator<Item = PathBuf> {
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let mut directories: Vec<PathBuf> = std::env::split_paths(&on_path).collect();
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    directories.extend(cache.or(home).map(|cache| cache.join("im/tools/bin")));
    let name = name.to_owned();
    directories
        .into_iter()
        .map(move |directory| directory.join(&name))
}

// === impl Tool ===

impl Tool {
    /// A command that runs it, without the environment of the tests.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command
    }
}
