//! Where machines go: from a document and somebody's credentials to the clouds that could take each deploy.
//!
//! Deploys whose systems share a private network form a [`Group`] and go to one cloud. The clouds of a group are
//! tried in the order of the credentials, unless a deploy names its cloud or one of the networks lies in a cloud
//! already. A cloud can take a group if it has an image for each of its systems; to find that out the cloud may be
//! asked, so nothing here holds a lock or has changed anything yet.

mod choice;
mod defaults;
mod groups;
mod limit;
mod names;
mod password;
mod plan;

use std::collections::BTreeMap;
use std::sync::Arc;

use im_connectors::Connector;
use im_radl::System;

pub(crate) use defaults::with_defaults;
pub(crate) use groups::private_connections;
pub(crate) use limit::requested_machines;
pub(crate) use names::{set_dns_names, vm_name};
pub(crate) use password::new_password;
pub(crate) use plan::{note_networks, plan};

/// Where the machines of one request could go.
#[derive(Clone, Debug, Default)]
pub(crate) struct Placement {
    /// The groups, in the order of their first deploys.
    pub(crate) groups: Vec<Group>,
}

/// Deploys that go to one cloud together.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// Positions among the deploys of the document, ascending.
    pub(crate) deploys: Vec<usize>,
    /// The clouds that can take all of them, the preferred one first; never empty.
    pub(crate) candidates: Vec<Candidate>,
}

/// A cloud that can take a group.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// The way to it.
    pub(crate) connector: Arc<dyn Connector>,
    /// The systems of the group as this cloud launches them, by id.
    pub(crate) systems: BTreeMap<Arc<str>, Arc<System>>,
}
