//! The commands, one file each. Each answers the exit status: 0 done, 1 refused, 2 could not be tried.

pub(crate) mod check_config;
pub(crate) mod convert;
pub(crate) mod haproxy;
pub(crate) mod health;
pub(crate) mod loglevel;
pub(crate) mod openapi;
pub(crate) mod purge;
pub(crate) mod serve;
pub(crate) mod status;
pub(crate) mod validate;
