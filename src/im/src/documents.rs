//! Documents as the commands read them: RADL in both forms, and TOSCA.

use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use im_radl::Radl;
use im_tosca::{Context, FetchError, Limits, Resolver, Template};

use crate::args::InputForm;

/// Stands for the part of names that a service would take from the id of an infrastructure.
const UNIQUE: &str = "00000000";

/// Documents by address, from a directory if there is one: `https://HOST/PATH` is the file `HOST/PATH` in it.
#[derive(Debug)]
struct Directory(Option<PathBuf>);

// === impl InputForm ===

impl InputForm {
    /// The form that a text seems to be in: JSON begins with a bracket, and TOSCA names its version.
    pub(crate) fn guess(text: &str) -> Self {
        let begins_tosca = |line: &str| line.trim_start().starts_with("tosca_definitions_version");
        if text.trim_start().starts_with(['[', '{']) {
            Self::Json
        } else if text.lines().any(begins_tosca) {
            Self::Tosca
        } else {
            Self::Radl
        }
    }

    /// Reads a document. Documents that a TOSCA document refers to are read from `directory`. The error begins with
    /// line and column where they are known.
    pub(crate) fn read(self, text: &str, directory: Option<&Path>) -> Result<Radl, String> {
        match self {
            Self::Radl => Radl::parse(text).map_err(|error| error.explain()),
            Self::Json => Radl::from_json(text).map_err(|error| error.explain()),
            Self::Tosca => translate(text, &Directory(directory.map(Path::to_owned))),
        }
    }
}

fn translate(text: &str, resolver: &dyn Resolver) -> Result<Radl, String> {
    let template = Template::parse(text, resolver, &Limits::default());
    let template = template.map_err(|error| format!(" {error}"))?;
    let context = Context {
        resolver,
        token: None,
        existing: &[],
        unique: UNIQUE,
    };
    let translation = template
        .translate(&context)
        .map_err(|error| format!(" {error}"))?;
    Ok(translation.radl)
}

// === impl Directory ===

impl Resolver for Directory {
    fn fetch(&self, url: &str) -> Result<Arc<str>, FetchError> {
        let refused = |reason: String| FetchError {
            reason,
            body: String::new(),
        };
        let Some(directory) = &self.0 else {
            return Err(refused(
                "there is no directory to read it from; expected --resolve DIR".to_owned(),
            ));
        };
        let path = url.split_once("://").map_or(url, |(_, path)| path);
        let path = Path::new(path);
        if path
            .components()
            .any(|part| !matches!(part, Component::Normal(_)))
        {
            return Err(refused(format!(
                "'{url}' does not name a file of the directory"
            )));
        }
        let file = directory.join(path);
        match fs::read_to_string(&file) {
            Ok(text) => Ok(text.into()),
            Err(error) => Err(refused(format!("{}: {error}", file.display()))),
        }
    }
}
