//! The cloud `Dummy`: machines that run at once, have the address 10.0.0.1, and exist in words only.
//!
//! It needs no address and no credentials, and serves tests, exercises and first steps. It is also the pattern of the
//! folders of real clouds: `config` what can be set, `connector` the trait, `backend` the cloud itself (here: the
//! memory of machines), `machine` between the document and the cloud.
//!
//! Machines are remembered by the process that launched or changed them. One that this process does not know (from a
//! database of another life of the service, or from another node) is taken to be as its document says; see
//! `backend` for who is believed.

mod backend;
mod config;
mod connector;
mod machine;

use std::sync::Arc;

use im_util::Clock;

use crate::CloudType;

pub use config::DummySettings;

/// The name of the type in credentials.
pub const TYPE: &str = "Dummy";

/// The type of cloud, for the registry. All connectors made by it share one memory.
pub fn cloud_type(settings: DummySettings, clock: Arc<dyn Clock>) -> CloudType {
    let backend = Arc::new(backend::Backend::new(settings, clock));
    CloudType::new(TYPE, move |line| {
        let cloud = line.cloud()?.clone();
        Ok(Arc::new(connector::Dummy::new(cloud, backend.clone())))
    })
    .without_address()
}
