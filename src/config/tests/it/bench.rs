//! A machine of one's own: a directory with a configuration file, and an environment.

use std::collections::BTreeMap;
use std::path::PathBuf;

use im_config::{ConfigError, LoadOptions, Loaded, Settings};
use tempfile::TempDir;

/// What the settings are loaded from.
pub(crate) struct Bench {
    pub(crate) directory: TempDir,
    pub(crate) options: LoadOptions,
    pub(crate) variables: BTreeMap<String, String>,
}

// === impl Bench ===

impl Bench {
    /// Neither a file nor a variable but `HOME`.
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let home = directory.path().display().to_string();
        Self {
            options: LoadOptions {
                file: None,
                system_file: directory.path().join("machine/im.cfg"),
            },
            variables: BTreeMap::from([("HOME".to_owned(), home)]),
            directory,
        }
    }

    /// With a configuration file, which the user names.
    pub(crate) fn file(mut self, text: &str) -> Self {
        self.options.file = Some(self.write("im.cfg", text));
        self
    }

    /// With lines in the section `[im]` of a configuration file.
    pub(crate) fn im(self, lines: &str) -> Self {
        self.file(&format!("[im]\n{lines}\n"))
    }

    /// With a variable.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Writes a file into the directory.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn result(&self) -> Result<Loaded, Vec<ConfigError>> {
        Settings::load(&self.options, &self.variables)
    }

    /// Loads settings that must be right.
    pub(crate) fn load(&self) -> Loaded {
        self.result().unwrap_or_else(|errors| panic!("{errors:#?}"))
    }

    /// The settings, which must be right.
    pub(crate) fn settings(&self) -> Settings {
        self.load().settings
    }

    /// The sentences about what is wrong, with the directory taken out.
    pub(crate) fn errors(&self) -> Vec<String> {
        match self.result() {
            Ok(loaded) => panic!("no error, but {:#?}", loaded.warnings),
            Err(errors) => errors.iter().map(|error| self.shown(error)).collect(),
        }
    }

    /// The sentences about what is odd, with the directory taken out.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let loaded = self.load();
        loaded.warnings.iter().map(|odd| self.shown(odd)).collect()
    }

    fn shown(&self, message: &impl ToString) -> String {
        let directory = format!("{}/", self.directory.path().display());
        message.to_string().replace(&directory, "")
    }
}
