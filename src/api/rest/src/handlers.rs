//! The handlers, one file a noun: each takes its arguments from the request, makes one call of the manager, and renders
//! the outcome.
//!
//! What a client cannot get is refused before a change is made, and after a mere look: then the more important thing is
//! whether there is anything to be seen.

pub(crate) mod clouds;
pub(crate) mod disks;
pub(crate) mod files;
pub(crate) mod health;
pub(crate) mod index;
pub(crate) mod infrastructures;
pub(crate) mod oai;
pub(crate) mod operations;
pub(crate) mod owners;
pub(crate) mod properties;
pub(crate) mod resources;
pub(crate) mod stats;
pub(crate) mod transfer;
pub(crate) mod unknown;
pub(crate) mod version;
pub(crate) mod vm_operations;
pub(crate) mod vm_properties;
pub(crate) mod vms;

use axum::response::Response;

use crate::error::ApiError;

/// What a handler answers.
pub(crate) type Answer = Result<Response, ApiError>;
