//! Properties and operations that do not exist.
//!
//! Their paths exist, as `/infrastructures/{infId}/anything`: they ask for credentials, and say what is wrong before
//! anything is looked up.

use super::Answer;
use crate::error::ApiError;
use crate::extract::{Caller, LastSegment};
use crate::prefix;

pub(crate) async fn property(_: Caller) -> Answer {
    Err(ApiError::not_found("Incorrect infrastructure property"))
}

pub(crate) async fn operation(_: Caller, LastSegment(name): LastSegment) -> Answer {
    Err(prefix::unknown_operation(&name))
}

pub(crate) async fn vm_operation(_: Caller, LastSegment(name): LastSegment) -> Answer {
    Err(prefix::unknown_vm_operation(&name))
}

pub(crate) async fn cloud_property(_: Caller) -> Answer {
    Err(ApiError::not_found("Incorrect cloud property"))
}
