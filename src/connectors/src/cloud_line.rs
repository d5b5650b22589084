//! The credentials of one cloud, as connectors take them.

use std::collections::BTreeMap;
use std::fmt;

use im_auth::{AuthLine, AuthValue, Credentials};
use im_domain::CloudInfo;
use im_util::Secret;

use crate::host::{HostAddress, HostError};
use crate::{ConnectorError, Operation};

/// One line of credentials for a cloud.
///
/// Printing it shows the cloud and the names of the keys, never a value.
#[derive(Clone, PartialEq)]
pub struct CloudLine {
    cloud: CloudInfo,
    named: bool,
    unclear: Option<HostError>,
    values: BTreeMap<String, Secret>,
}

/// The keys that say which cloud it is; all others say how to get in.
const PLACE: [&str; 3] = ["id", "type", "host"];

// === impl CloudLine ===

impl CloudLine {
    /// A cloud of this type, without a host and without credentials.
    ///
    /// Without an `id` a cloud is called by its type, and by its host where it has one, so that the name does not
    /// depend on the place of the line.
    pub fn new(kind: &str, id: Option<&str>, host: Option<&str>) -> Self {
        let named = id.is_some();
        let (address, unclear) = match HostAddress::parse(host.unwrap_or_default()) {
            Ok(address) => (address, None),
            Err(error) => (HostAddress::default(), Some(error)),
        };
        let id = id.map_or_else(|| made_up_id(kind, &address), str::to_owned);
        let cloud = CloudInfo {
            server: address.server,
            port: address.port.map_or(CloudInfo::NO_PORT, i64::from),
            protocol: address.protocol,
            path: address.path,
            ..CloudInfo::new(id, kind)
        };
        Self {
            cloud,
            named,
            unclear,
            values: BTreeMap::new(),
        }
    }

    /// With the value of a further key: `username`, `password`, `token`, `tenant` ...
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Secret>) -> Self {
        self.values.insert(key.to_owned(), value.into());
        self
    }

    /// From a line of credentials; `None` if it is not for a cloud.
    pub fn from_auth(line: &AuthLine) -> Option<Self> {
        if !line.is_for_cloud() {
            return None;
        }
        let mut cloud = Self::new(line.kind()?, line.id(), line.text("host"));
        for (key, value) in line.fields().filter(|(key, _)| !PLACE.contains(key)) {
            let value = match value {
                AuthValue::Text(text) => Secret::new(text.clone()),
                AuthValue::Secret(secret) => secret.clone(),
                AuthValue::Other(other) => Secret::new(other.to_string()),
            };
            cloud = cloud.with(key, value);
        }
        Some(cloud)
    }

    /// The lines for clouds of somebody's credentials, in their order: the first is preferred where a document names
    /// none.
    pub fn all(credentials: &Credentials) -> Vec<Self> {
        credentials.clouds().filter_map(Self::from_auth).collect()
    }

    /// What it is called: its `id`, or the name it gets without one.
    pub fn id(&self) -> &str {
        &self.cloud.id
    }

    /// Whether the line has an `id`.
    pub fn is_named(&self) -> bool {
        self.named
    }

    /// The type of the cloud.
    pub fn kind(&self) -> &str {
        &self.cloud.kind
    }

    /// The cloud, as it is remembered with its machines.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if the line has a `host` that says nowhere.
    pub fn cloud(&self) -> Result<&CloudInfo, ConnectorError> {
        match self.unclear {
            None => Ok(&self.cloud),
            Some(error) => Err(ConnectorError::invalid(
                Operation::Connect,
                format!(
                    "The host of the cloud {} cannot be understood: {error}.",
                    self.cloud.id
                ),
            )),
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Secret> {
        self.values.get(key)
    }

    /// The value of `username`.
    pub fn username(&self) -> Option<&str> {
        self.get("username").map(Secret::expose)
    }

    /// The value of `password`.
    pub fn password(&self) -> Option<&Secret> {
        self.get("password")
    }

    /// The value of `token`.
    pub fn token(&self) -> Option<&Secret> {
        self.get("token")
    }

    /// Whether it leads to the same server as a cloud that is remembered.
    pub(crate) fn leads_to(&self, cloud: &CloudInfo) -> bool {
        self.unclear.is_none()
            && self.cloud.kind == cloud.kind
            && self.cloud.server == cloud.server
            && self.cloud.port == cloud.port
    }
}

impl fmt::Debug for CloudLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CloudLine")
            .field("cloud", &self.cloud)
            .field("keys", &self.values.keys())
            .finish()
    }
}

fn made_up_id(kind: &str, address: &HostAddress) -> String {
    if address.server.is_empty() {
        return kind.to_owned();
    }
    let server: String = address
        .server
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || c == '.' {
                c
            } else {
                '-'
            }
        })
        .collect();
    format!("{kind}-{server}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    fn lines(header: &str) -> Vec<CloudLine> {
        CloudLine::all(&Credentials::from_header(header.as_bytes(), None).unwrap())
    }

    #[test]
    fn only_lines_for_clouds_are_taken_in_their_order() {
        let found = lines(
            r"type = InfrastructureManager; username = u; password = p\nid = a; type = Dummy\ntype = OpenStack; host = https://Server.example:5000/v3; username = u; password = hunter2; tenant = t",
        );
        let ids: Vec<_> = found.iter().map(CloudLine::id).collect();
        assert_eq!(ids, ["a", "OpenStack-server.example"]);
        assert!(found[0].is_named() && !found[1].is_named());
        assert_eq!(found[1].username(), Some("u"));
        assert_eq!(found[1].get("tenant").map(Secret::expose), Some("t"));
        let cloud = found[1].cloud().unwrap();
        assert_eq!((cloud.port, cloud.path.as_str()), (5000, "/v3"));
    }

    #[test]
    fn no_value_is_printed() {
        let found =
            lines(r"id = a; type = Dummy; username = ann; password = hunter2; zone = secret-zone");
        let printed = format!("{found:?}");
        for value in ["ann", "hunter2", "secret-zone"] {
            assert!(!printed.contains(value), "{printed}");
        }
    }

    #[test]
    fn a_host_that_says_nowhere_is_told_of_when_the_cloud_is_needed() {
        let found = lines("id = a; type = Dummy; host = http://[::1");
        assert_eq!(found[0].cloud().unwrap_err().kind, ErrorKind::Invalid);
    }
}
