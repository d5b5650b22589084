//! Every setting, by concern.

mod basic;
mod contextualization;
mod documents;
mod dummy;
mod ha;
mod launch;
mod limits;
mod logging;
mod metrics;
mod network;
mod oaipmh;
mod oidc;
mod opennebula;
mod rest;
mod single_site;
mod vault;
mod vm_defaults;
mod vm_tags;
mod xmlrpc;

pub use basic::{Basic, BootMode};
pub use contextualization::Contextualization;
pub use documents::Documents;
pub use dummy::Dummy;
pub use ha::{Ha, ReadMode};
pub use launch::Launch;
pub use limits::Limits;
pub use logging::{LogFormat, LogLevel, Logging};
pub use metrics::Metrics;
pub use network::Network;
pub use oaipmh::Oaipmh;
pub use oidc::Oidc;
pub use opennebula::OpenNebula;
pub use rest::Rest;
pub use single_site::SingleSite;
pub use vault::Vault;
pub use vm_defaults::{CpuArchitecture, MemoryUnit, VmDefaults};
pub use vm_tags::VmTags;
pub use xmlrpc::XmlRpc;

use crate::option::OptionSpec;
use crate::values::Values;

/// Declares the whole from its parts.
macro_rules! settings {
    ($($(#[doc = $about:literal])+ $field:ident: $concern:ident;)+) => {
        /// Every setting of the service.
        ///
        /// `Default` is what holds without a configuration file: both APIs are served, and the log goes to standard
        /// error. Only the place of the database is left as documented, since finding the user's own directory takes
        /// an environment; [`Settings::load`] does that.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Settings {
            $($(#[doc = $about])+ pub $field: $concern,)+
        }

        impl Settings {
            /// The documented defaults, which hold where a configuration file does not say otherwise.
            pub fn documented() -> Self {
                Self { $($field: $concern::default()),+ }
            }

            /// Every row of the table of options.
            pub(crate) fn options() -> Vec<OptionSpec> {
                [$($concern::options()),+].concat()
            }

            /// Reads every option; `base` has the values of those that are not set.
            pub(crate) fn read(values: &mut Values<'_>, base: Self) -> Self {
                Self { $($field: $concern::read(values, base.$field)),+ }
            }
        }
    };
}

settings! {
    /// Database, users and mode.
    basic: Basic;
    /// The REST API.
    rest: Rest;
    /// The XML-RPC API.
    xmlrpc: XmlRpc;
    /// What requests may cost.
    limits: Limits;
    /// How virtual machines are launched and watched.
    launch: Launch;
    /// What a virtual machine has unless its description says otherwise.
    vm_defaults: VmDefaults;
    /// How virtual machines are configured.
    contextualization: Contextualization;
    /// The log.
    log: Logging;
    /// What Prometheus reads.
    metrics: Metrics;
    /// OpenID Connect.
    oidc: Oidc;
    /// The Vault that keeps the users' credentials.
    vault: Vault;
    /// Networks and connections to clouds.
    network: Network;
    /// Several nodes as one service.
    ha: Ha;
    /// The tags of virtual machines.
    vm_tags: VmTags;
    /// The documents that TOSCA documents refer to.
    documents: Documents;
    /// The catalogue of templates.
    oaipmh: Oaipmh;
    /// The front of a single cloud.
    single_site: SingleSite;
    /// The `OpenNebula` connector.
    opennebula: OpenNebula;
    /// The Dummy connector.
    dummy: Dummy;
}

// === impl Settings ===

impl Default for Settings {
    fn default() -> Self {
        let mut settings = Self::documented();
        settings.rest.active = true;
        settings.log.file = None;
        settings.log.conf = None;
        settings
    }
}
