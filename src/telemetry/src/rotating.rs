//! A file that does not outgrow its limit.
//!
//! `im.log` becomes `im.log.1`, that one `im.log.2`, and so on to the last, which is overwritten. A line is never cut in two
//! by it; a line longer than the limit has a file of its own.
//!
//! Somebody else may rotate the file as well: a file that was moved or removed is made anew, one that was truncated
//! is written from its present end on.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::settings::FileSettings;

/// Rights of a new file: it names users and hosts, and is not for everybody.
const FILE_MODE: u32 = 0o640;

/// A file of lines with its rotated ones.
#[derive(Debug)]
pub(crate) struct RotatingFile {
    path: PathBuf,
    /// `None`: it is not rotated.
    max_size: Option<u64>,
    kept: u32,
    file: File,
}

// === impl RotatingFile ===

impl RotatingFile {
    /// Opens the file to write at its end, and makes it and its folder if they are missing.
    pub(crate) fn open(settings: &FileSettings, truncate: bool) -> io::Result<Self> {
        let file = open(&settings.path)?;
        if truncate {
            file.set_len(0)?;
        }
        Ok(Self {
            path: settings.path.clone(),
            max_size: (settings.kept > 0 && settings.max_size > 0).then_some(settings.max_size),
            kept: settings.kept,
            file,
        })
    }

    /// Writes whole lines, each with its line feed.
    pub(crate) fn write_lines(&mut self, lines: &[u8]) -> io::Result<()> {
        if !self.is_in_place() {
            self.file = open(&self.path)?;
        }
        let Some(max_size) = self.max_size else {
            return self.file.write_all(lines);
        };
        let mut size = self.file.metadata()?.len();
        let mut rest = lines;
        while !rest.is_empty() {
            let fitting = whole_lines(rest, max_size.saturating_sub(size));
            let count = if fitting == 0 && size > 0 {
                self.rotate()?;
                size = 0;
                continue;
            } else if fitting == 0 {
                first_line(rest)
            } else {
                fitting
            };
            let (now, later) = rest.split_at(count);
            self.file.write_all(now)?;
            size = size.saturating_add(count as u64);
            rest = later;
        }
        Ok(())
    }

    /// Whether the path still leads to the file that is open.
    fn is_in_place(&self) -> bool {
        let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
        match (fs::metadata(&self.path), self.file.metadata()) {
            (Ok(named), Ok(opened)) => identity(named) == identity(opened),
            _ => false,
        }
    }

    fn rotate(&mut self) -> io::Result<()> {
        for number in (1..self.kept).rev() {
            rename_if_there(&self.rotated(number), &self.rotated(number + 1))?;
        }
        rename_if_there(&self.path, &self.rotated(1))?;
        self.file = open(&self.path)?;
        Ok(())
    }

    fn rotated(&self, number: u32) -> PathBuf {
        let mut name = OsString::from(&self.path);
        name.push(format!(".{number}"));
        PathBuf::from(name)
    }
}

fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(FILE_MODE)
        .open(path)
}

fn rename_if_there(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The length of the longest row of whole lines that takes no more than `room` bytes.
fn whole_lines(lines: &[u8], room: u64) -> usize {
    let room = usize::try_from(room).unwrap_or(usize::MAX).min(lines.len());
    lines
        .get(..room)
        .and_then(|fitting| fitting.iter().rposition(|byte| *byte == b'\n'))
        .map_or(0, |last| last + 1)
}

fn first_line(lines: &[u8]) -> usize {
    lines
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(lines.len(), |end| end + 1)
}
