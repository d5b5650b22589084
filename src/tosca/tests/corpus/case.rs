//! Cases as they are stored.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// What names of container systems end with in these tests; the corpus shows it as `<tosca-id>`.
pub(crate) const UNIQUE: &str = "0a1b2c3d";

/// One line of the corpus.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) fields: Map<String, Value>,
}

impl Case {
    pub(crate) fn read(line: &str) -> Self {
        let line = line.replace("<tosca-id>", UNIQUE);
        let Ok(Value::Object(fields)) = serde_json::from_str(&line) else {
            panic!("a line of the corpus is not a JSON object");
        };
        let name = fields
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        Self {
            name: name.to_owned(),
            fields,
        }
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name)?.as_str()
    }

    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.fields.get(name)?.as_bool()
    }

    pub(crate) fn list(&self, name: &str) -> &[Value] {
        self.fields
            .get(name)
            .and_then(Value::as_array)
            .map_or(&[], Vec::as_slice)
    }

    /// Documents that exist for this case only.
    pub(crate) fn files(&self) -> BTreeMap<String, String> {
        let files = self.fields.get("files").and_then(Value::as_object);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        files
            .into_iter()
            .flatten()
            .map(|(url, content)| (url.clone(), text(content)))
            .collect()
    }

    /// The token among the authorisation items.
    pub(crate) fn token(&self) -> Option<String> {
        self.list("auth")
            .iter()
            .find_map(|item| item.get("token")?.as_str())
            .map(str::to_owned)
    }
}
