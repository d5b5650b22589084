//! Whether files changed.

use std::fs::metadata;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::TlsSettings;

/// What the file system says of the files: place, size and time of change of each, symbolic links followed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stamp(Vec<Option<[i128; 5]>>);

// === impl Stamp ===

impl Stamp {
    pub(super) fn of(settings: &TlsSettings) -> Self {
        let files = [&settings.key_file, &settings.cert_file];
        let files = files.into_iter().chain(&settings.client_ca_file);
        Self(files.map(|file| stamp(file)).collect())
    }
}

fn stamp(file: &Path) -> Option<[i128; 5]> {
    let data = metadata(file).ok()?;
    Some([
        data.dev().into(),
        data.ino().into(),
        data.size().into(),
        data.mtime().into(),
        data.mtime_nsec().into(),
    ])
}
