//! The cloud `Simulated`: a process of its own that is slow, late and loses answers, for tests of what must survive
//! that. It is in test builds alone; the cloud itself, with its interface, is in `tests/cloud`.
//!
//! `config` reads the line of credentials, `client` makes calls and tells what their failures mean, `machine` stands
//! between the document and the cloud, `connector` is the trait.
//!
//! With `idempotency = token` a launch carries its token, and the cloud recognises a repeat. With `idempotency = none`
//! the token is but a label, by which the list finds a machine, perhaps late.

mod client;
mod config;
mod connector;
mod machine;

use std::sync::Arc;

use crate::CloudType;

/// The name of the type in credentials.
pub const TYPE: &str = "Simulated";

/// The type of cloud, for the registry. All connectors made by it share their connections.
pub fn cloud_type() -> CloudType {
    let connections = client::connections();
    CloudType::new(TYPE, move |line| {
        let cloud = line.cloud()?.clone();
        let config = config::Config::of(line)?;
        let client = client::Client::new(connections.clone(), config);
        Ok(Arc::new(connector::Simulated::new(cloud, client)))
    })
}
