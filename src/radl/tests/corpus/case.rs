//! One line of the corpus.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::value::RawValue;

/// A document and what was observed of it.
#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) source: String,
    pub(crate) format: String,
    pub(crate) input: String,
    pub(crate) ok: bool,
    pub(crate) error: Option<String>,
    pub(crate) error_type: Option<String>,
    pub(crate) line: Option<u32>,
    pub(crate) radl: Option<String>,
    pub(crate) json: Option<Box<RawValue>>,
    pub(crate) simple: Option<Box<RawValue>>,
    #[serde(default)]
    pub(crate) outports: BTreeMap<String, Option<Outports>>,
    pub(crate) check_ok: Option<bool>,
    pub(crate) check_error: Option<String>,
    pub(crate) check_error_type: Option<String>,
    pub(crate) check_line: Option<u32>,
    #[serde(default)]
    pub(crate) not_fixed_point: bool,
    pub(crate) radl_reparsed: Option<String>,
    pub(crate) radl_reparse_error: Option<String>,
    pub(crate) radl_from_json: Option<String>,
    pub(crate) radl_from_json_error: Option<String>,
}

/// The parsed ports of one network.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Outports {
    Ports(Vec<Port>),
    Error { error: String },
}

/// One entry of them.
#[derive(Deserialize)]
pub(crate) struct Port {
    pub(crate) remote: u64,
    pub(crate) local: u64,
    pub(crate) protocol: String,
    pub(crate) range: bool,
    pub(crate) remote_cidr: Option<String>,
}

/// The cases of a file; `None` if it is absent.
pub(crate) fn read(path: &Path) -> Option<Vec<Case>> {
    let text = std::fs::read_to_string(path).ok()?;
    Some(
        text.lines()
            .map(|line| serde_json::from_str(line).expect("a line is a case"))
            .collect(),
    )
}
