//! From the configuration to what each room needs of it: one file a room, each a plain translation.

pub(crate) mod auth;
pub(crate) mod clouds;
pub(crate) mod cluster;
pub(crate) mod documents;
pub(crate) mod leases;
pub(crate) mod logs;
pub(crate) mod manager;
pub(crate) mod metrics;
pub(crate) mod oai;
pub(crate) mod operations;
pub(crate) mod servers;
pub(crate) mod traces;
