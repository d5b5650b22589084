//! Documents as the commands read them: RADL in both forms, and TOSCA.

use std::path::Path;
use std::sync::Arc;

use im_documents::Directory;
use im_radl::Radl;
use im_tosca::{Context, FetchError, Limits, Resolver, Template};

use crate::args::InputForm;

/// Stands for the part of names that a service would take from the id of an infrastructure.
const UNIQUE: &str = "00000000";

/// No documents, since no directory was named.
#[derive(Debug)]
struct Nowhere;

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
            Self::Tosca => match directory {
                None => translate(text, &Nowhere),
                Some(directory) => {
                    let limits = Limits::default();
                    let directory = Directory::open(directory, limits.bytes);
                    let directory = directory.map_err(|error| format!(" {error}"))?;
                    translate(text, &directory)
                }
            },
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

// === impl Nowhere ===

impl Resolver for Nowhere {
    fn fetch(&self, _url: &str) -> Result<Arc<str>, FetchError> {
        Err(FetchError {
            reason: "there is no directory to read it from; expected --resolve DIR".to_owned(),
            body: String::new(),
        })
    }
}
