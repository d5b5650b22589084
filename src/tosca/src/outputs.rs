//! Outputs of a template, evaluated on a running infrastructure.

mod live;

use serde_json::{Map as JsonMap, Value as Json};

use crate::functions::{Evaluator, Scope};
use crate::translate::to_json;
use crate::yaml::Node;
use crate::{Template, ToscaError};

pub use live::{LiveInfrastructure, LiveMachine, ServiceAccess};

impl Template {
    /// The outputs by name, in the order of the document. One that has no value yet is null.
    pub fn outputs(
        &self,
        live: &LiveInfrastructure<'_>,
    ) -> Result<JsonMap<String, Json>, ToscaError> {
        let evaluator = Evaluator::new(self, live.token, live);
        let outputs = self.topology().and_then(|it| it.get_map("outputs"));
        let mut found = JsonMap::new();
        for (name, output) in outputs.into_iter().flatten() {
            let value = output.get("value").unwrap_or(&Node::NULL);
            let value = evaluator.evaluate(value, Scope::Outside)?;
            found.insert(name.as_str().to_owned(), to_json(&value));
        }
        Ok(found)
    }
}
