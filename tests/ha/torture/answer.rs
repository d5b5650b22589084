//! What an answer says about what was asked.

use std::io;

use im_test_support::Answer;

use crate::checker::{Vm, Vms};

/// What became of a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Told {
    /// It was done; the body.
    Done(String),
    /// The infrastructure is not there.
    NoInfrastructure,
    /// The machine is not there.
    NoVm,
    /// Nothing was done.
    Refused(String),
    /// Some of it was done: the cloud failed in between.
    Partly(String),
    /// Nobody knows.
    Unknown(String),
}

/// What is answered if the cloud refused a part.
const CLOUD_FAILED: [&str; 2] = [
    "Error destroying the infrastructure",
    "Error removing machines",
];

// === impl Told ===

impl Told {
    pub(crate) fn of(answer: &io::Result<Answer>) -> Self {
        let answer = match answer {
            Ok(answer) => answer,
            // Nothing was sent.
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                return Self::Refused(error.to_string());
            }
            Err(error) => return Self::Unknown(error.to_string()),
        };
        let body = &answer.body;
        let said = || format!("{} {}", answer.status, body.trim());
        match answer.status {
            200..300 => Self::Done(body.clone()),
            404 if body.contains("VM") => Self::NoVm,
            404 if body.contains("Invalid infrastructure ID") => Self::NoInfrastructure,
            400 if CLOUD_FAILED.iter().any(|words| body.contains(words)) => Self::Partly(said()),
            400..500 => Self::Refused(said()),
            503 if body.contains("Nothing was") => Self::Refused(said()),
            _ => Self::Unknown(said()),
        }
    }
}

/// The last parts of the URIs in a list.
pub(crate) fn last_parts(list: &str) -> Vec<String> {
    let lines = list.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .filter_map(|line| line.rsplit('/').next())
        .map(str::to_owned)
        .collect()
}

/// The machines in a list of URIs.
pub(crate) fn machines(list: &str) -> Option<Vms> {
    let numbers = last_parts(list);
    numbers
        .iter()
        .map(|number| number.parse().ok())
        .collect::<Option<Vms>>()
}

/// The machines in the state of an infrastructure.
pub(crate) fn machines_of_state(body: &str) -> Option<Vms> {
    let state: serde_json::Value = serde_json::from_str(body).ok()?;
    let machines = state["state"]["vm_states"].as_object()?;
    machines
        .keys()
        .map(|number| number.parse::<Vm>().ok())
        .collect()
}
