//! Documents from files instead of the network.

use std::ffi::OsString;
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use im_tosca::{FetchError, Resolver};
use percent_encoding::percent_decode_str;

use crate::error::{DocumentError, SettingsError};
use crate::target::Target;

/// Documents below a directory: `https://HOST/PATH` is the file `HOST/PATH` in it, `http` likewise. A port belongs to the
/// host and a query to the path. No address leads out of the directory, by its path or by a link.
#[derive(Clone, Debug)]
pub struct Directory {
    root: PathBuf,
    max_bytes: usize,
}

// === impl Directory ===

impl Directory {
    /// The documents below a directory, none longer than a number of bytes.
    pub fn open(directory: &Path, max_bytes: usize) -> Result<Self, SettingsError> {
        let error = |reason: String| SettingsError::Directory {
            directory: directory.to_owned(),
            reason,
        };
        let root = directory.canonicalize();
        let root = root.map_err(|reason| error(reason.kind().to_string()))?;
        if !root.is_dir() {
            return Err(error("it is not a directory".to_owned()));
        }
        Ok(Self { root, max_bytes })
    }

    /// The document at an address.
    pub fn read(&self, url: &str) -> Result<Arc<str>, DocumentError> {
        let file = self.root.join(file_of(&Target::parse(url)?)?);
        let missing = |_| DocumentError::not_found();
        let file = file.canonicalize().map_err(missing)?;
        let is_below = file.strip_prefix(&self.root).is_ok();
        if !is_below || !file.is_file() {
            return Err(DocumentError::not_found());
        }
        let mut bytes = Vec::new();
        let most = u64::try_from(self.max_bytes).unwrap_or(u64::MAX);
        std::fs::File::open(&file)
            .and_then(|file| file.take(most.saturating_add(1)).read_to_end(&mut bytes))
            .map_err(|error| DocumentError::Broken(error.kind().to_string()))?;
        if bytes.len() > self.max_bytes {
            return Err(DocumentError::TooLong(self.max_bytes));
        }
        let text = String::from_utf8(bytes).map_err(|_| DocumentError::NotText)?;
        Ok(text.into())
    }
}

impl Resolver for Directory {
    fn fetch(&self, url: &str) -> Result<Arc<str>, FetchError> {
        self.read(url).map_err(FetchError::from)
    }
}

/// The file of an address, relative to the directory.
fn file_of(target: &Target) -> Result<PathBuf, DocumentError> {
    let mut path = PathBuf::from(target.authority());
    let query = target.url().query().map(|query| format!("?{query}"));
    let decoded = percent_decode_str(target.url().path()).decode_utf8();
    let decoded = decoded.map_err(|_| outside(target))?;
    let mut name = OsString::from(decoded.trim_start_matches('/'));
    name.push(query.unwrap_or_default());
    path.push(name);
    let is_plain = |part| matches!(part, Component::Normal(_));
    let text = path.as_os_str().as_encoded_bytes();
    if !path.components().all(is_plain) || text.contains(&0) || text.contains(&b'\\') {
        return Err(outside(target));
    }
    Ok(path)
}

fn outside(target: &Target) -> DocumentError {
    DocumentError::Address(format!(
        "'{}' does not name a file of the directory of documents",
        target.as_str()
    ))
}
