//! The cloud of a machine, as it is remembered with the machine: where it is, never how to get in.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Which cloud a machine lives in. Credentials come with each request and are found by `id` and `kind`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloudInfo {
    /// The `id` of the line of credentials, or a name made from type and host where the line had none.
    pub id: String,
    /// The type of cloud: `Dummy`, `OpenStack`, `EC2`, ...
    #[serde(rename = "type")]
    pub kind: String,
    /// Host name or address, empty where the type needs none.
    #[serde(default)]
    pub server: String,
    /// Port, [`CloudInfo::NO_PORT`] for the type's own.
    #[serde(default = "no_port")]
    pub port: i64,
    /// `http`, `https` or empty.
    #[serde(default)]
    pub protocol: String,
    /// Path of the service's address, or empty.
    #[serde(default)]
    pub path: String,
    /// Further keys that a type needs to find its cloud again.
    #[serde(default)]
    pub extra: Map<String, Value>,
}

fn no_port() -> i64 {
    CloudInfo::NO_PORT
}

// === impl CloudInfo ===

impl CloudInfo {
    /// The port of a cloud that has its type's own.
    pub const NO_PORT: i64 = -1;

    /// A cloud without an address.
    pub fn new(id: impl Into<String>, kind: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            kind: kind.into(),
            server: String::new(),
            port: Self::NO_PORT,
            protocol: String::new(),
            path: String::new(),
            extra: Map::new(),
        }
    }
}
