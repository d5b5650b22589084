//! im.cfg and the environment as typed, validated settings.
//!
//! The one room that reads the configuration file and the environment; everybody else is handed a part of
//! [`Settings`]. A leaf: it knows no other room but `im-util`.
//!
//! Each concern is a file of `settings/` with one struct. Its declaration is the table of its options at the same
//! time: the name in im.cfg, the documented default, the form of the value and the help text. Reading, the template
//! `etc/im.cfg`, the table of the README and the answer to `im check-config` are all derived from it, so they cannot
//! disagree.
//!
//! A value is taken from the environment (`IM_<OPTION>`), else from the file, else it is the default. Everything that
//! is wrong is reported at once, each in a sentence that names the place, the option and what was expected, and never
//! shows a secret.

mod checks;
mod codec;
mod concern;
mod database;
mod document;
mod environment;
mod error;
mod identity;
mod ini;
mod load;
mod option;
mod origin;
mod other;
mod redis;
mod settings;
mod tls;
mod traces;
mod values;
mod warning;

pub use database::{Database, ServerUrl};
pub use document::{options_markdown, template};
pub use environment::{Environment, ProcessEnvironment};
pub use error::ConfigError;
pub use identity::{AdminGroup, AdminUser};
pub use load::{LoadOptions, Loaded};
pub use option::{OptionSpec, options};
pub use origin::{Effective, Origin};
pub use other::{OtherFile, OtherOption, OtherSection};
pub use redis::{Redis, RedisHost, RedisPlace};
pub use settings::{
    Basic, BootMode, Contextualization, CpuArchitecture, Documents, Dummy, Ha, Launch, Limits,
    LogFormat, LogLevel, Logging, MemoryUnit, Metrics, Network, Oaipmh, Oidc, OpenNebula, ReadMode,
    Rest, Settings, SingleSite, Vault, VmDefaults, VmTags, XmlRpc,
};
pub use tls::Tls;
pub use traces::{Traces, TracesProtocol};
pub use warning::Warning;
