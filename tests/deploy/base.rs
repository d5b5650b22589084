//! Root file systems of Debian, made once on this machine and kept with the other tools of the tests.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;

use crate::said;

/// A Debian with these packages and what they need, as a tar file.
pub(crate) fn debian(name: &str, packages: &[&str]) -> PathBuf {
    let directory = cache();
    fs::create_dir_all(&directory).expect("a directory for bases");
    // Tests beside this one wait instead of making it a second time.
    let lock = File::create(directory.join(format!("{name}.lock"))).expect("a lock");
    lock.lock().expect("the lock is had");
    let tar = directory.join(format!("{name}.tar"));
    if !tar.is_file() {
        let begun = directory.join(format!("{name}.new.tar"));
        let mut command = Command::new("mmdebstrap");
        command.args(["--quiet", "--variant=minbase"]);
        // What no service reads.
        for left_out in [
            "/usr/share/man/*",
            "/usr/share/doc/*",
            "/usr/share/locale/*",
        ] {
            command.arg(format!("--dpkgopt=path-exclude={left_out}"));
        }
        if !packages.is_empty() {
            command.arg(format!("--include={}", packages.join(",")));
        }
        said(command.arg("bookworm").arg(&begun));
        fs::rename(&begun, &tar).expect("it gets its name");
    }
    tar
}

fn cache() -> PathBuf {
    let home = || PathBuf::from(std::env::var_os("HOME").expect("a home")).join(".cache");
    std::env::var_os("XDG_CACHE_HOME")
        .map_or_else(home, PathBuf::from)
        .join("im/bases")
}
