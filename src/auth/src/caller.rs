//! Somebody who was let in.

use im_domain::{Identity, Owner};
use serde_json::{Map, Value};

use crate::credentials::Credentials;

/// Who is asking, as far as this service was convinced. Only an [`Authenticator`](crate::Authenticator) makes one.
#[derive(Clone, Debug)]
pub struct Caller {
    identities: Vec<Identity>,
    is_admin: bool,
    credentials: Credentials,
}

// === impl Caller ===

impl Caller {
    pub(crate) fn new(identities: Vec<Identity>, is_admin: bool, credentials: Credentials) -> Self {
        Self {
            identities,
            is_admin,
            credentials,
        }
    }

    /// Everybody that the caller is: one for each line for this service, in order, at least one.
    pub fn identities(&self) -> &[Identity] {
        &self.identities
    }

    /// Whether one of the identities is an administrator, who may see and manage every infrastructure.
    pub fn is_admin(&self) -> bool {
        self.is_admin
    }

    /// What the caller brought, with the lines for clouds.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Whether one of the identities is one of these owners. Administrators own what they own and no more.
    pub fn owns(&self, owners: &[Owner]) -> bool {
        owners.iter().fold(false, |found, owner| {
            self.identities
                .iter()
                .fold(found, |found, identity| found | owner.is(identity))
        })
    }

    /// Whether the caller may see and manage what these owners have.
    pub fn may_manage(&self, owners: &[Owner]) -> bool {
        self.is_admin | self.owns(owners)
    }

    /// The caller as owners of an infrastructure: the lines for this service with all their keys in order of arrival,
    /// and `admin`, which is always false: who administers is decided by the configuration, at each request.
    pub fn owners(&self) -> Vec<Owner> {
        self.credentials
            .service_lines()
            .filter_map(|line| {
                let mut fields: Map<String, Value> = line.to_object();
                fields.insert("admin".to_owned(), Value::Bool(false));
                Owner::from_fields(fields)
            })
            .collect()
    }
}
