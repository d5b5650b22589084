//! What a method answers.

use dxr::Value;
use im_manager::{Elsewhere, Error, ErrorKind};

/// What a method answers when it is done, or why it is not done.
pub(crate) type Answer = Result<Value, Refusal>;

/// Why a method is not done.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Reported as `[false, message]`: clients show the message to their user.
    Message(String),
    /// Reported as a fault, as clients know it from a few places.
    Fault(String),
    /// Another node owns the infrastructure: what forwards calls is told so; without it, it is a message.
    Elsewhere(Box<Elsewhere>, String),
}

// === impl Refusal ===

impl Refusal {
    /// A text that cannot be the id of any infrastructure.
    pub(crate) fn no_such_infrastructure() -> Self {
        Self::Message("Invalid infrastructure ID or access not granted.".to_owned())
    }
}

/// Errors of the service are told in the log here, and nowhere else.
impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let cause = error.source.as_deref().map(tracing::field::display);
        match error.kind {
            ErrorKind::Internal => tracing::error!(%error, cause, "A call failed."),
            ErrorKind::Unavailable | ErrorKind::OutcomeUnknown => {
                tracing::warn!(%error, cause, "A call could not be done.");
            }
            _ => {}
        }
        match error.elsewhere {
            Some(elsewhere) => Self::Elsewhere(elsewhere, error.message),
            None => Self::Message(error.message),
        }
    }
}
