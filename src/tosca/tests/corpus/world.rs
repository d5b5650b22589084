//! What lies around a case: the corpus, the documents it imports, and machines.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use im_radl::{Credentials, Radl};
use im_tosca::{FetchError, Resolver};
use serde_json::Value;

/// Documents from the shared tree and from the case.
pub(crate) struct Documents {
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) repository: Option<String>,
}

impl Resolver for Documents {
    fn fetch(&self, url: &str) -> Result<Arc<str>, FetchError> {
        if let Some(text) = self.files.get(url) {
            return Ok(text.as_str().into());
        }
        let path = url.split_once("://").map_or("", |(_, path)| path);
        std::fs::read_to_string(shared().join("types").join(path))
            .map(Arc::from)
            .map_err(|_| FetchError {
                reason: "Not Found".into(),
                body: "404: Not Found".into(),
            })
    }

    fn template_repository(&self) -> Option<&str> {
        self.repository.as_deref()
    }
}

/// The text of a file of the corpus.
pub(crate) fn corpus(file: &str) -> Option<String> {
    let folder = if file == "own.jsonl" { own() } else { shared() };
    std::fs::read_to_string(folder.join(file)).ok()
}

/// Whether the documents that cases import are there.
pub(crate) fn has_types() -> bool {
    shared().join("types").is_dir()
}

/// The names of the cases that quote documents of other projects.
pub(crate) fn others() -> Vec<String> {
    let names = own().join("others.txt");
    let names = std::fs::read_to_string(names).expect("the names are in the repository");
    names.lines().map(str::to_owned).collect()
}

/// The document of a machine as a case describes it.
pub(crate) fn machine_radl(vm: &Value, radl: &Radl) -> Radl {
    let name = vm.get("system").and_then(Value::as_str).unwrap_or_default();
    let mut machine = radl.for_machine_of(name).unwrap_or_default();
    let text = |key: &str| vm.get(key).and_then(Value::as_str).map(str::to_owned);
    if let Some(system) = machine.system_mut(name) {
        let interfaces = vm.get("interfaces").and_then(Value::as_array);
        for interface in interfaces.into_iter().flatten() {
            let get = |key: &str| {
                interface
                    .get(key)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
            };
            for number in system.interfaces_of(get("connection")) {
                system.set_interface_ip(number, get("ip"));
            }
        }
        let present = system.credentials();
        system.set_credentials(&Credentials {
            username: present.username.or(text("user")),
            password: present.password.or(text("password").map(Into::into)),
            ..present
        });
    }
    machine
}

fn own() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance/tosca")
}

fn shared() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/tosca")
}
