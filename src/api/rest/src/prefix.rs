//! What stands before the messages of each end point, and which status its errors have: one table.
//!
//! Both are part of the interface and grew over years: credentials that do not suffice are 401 at some end points and
//! 400 at the others, and some prefixes change with the status.

use http::StatusCode;
use im_manager::{Error, ErrorKind};

use crate::error::ApiError;

/// The prefixes of an end point.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prefix {
    /// 400.
    pub(crate) invalid: &'static str,
    /// 401, or 400 where that is not answered.
    unauthorized: (StatusCode, &'static str),
    /// 403 because of the boot mode.
    disabled: (StatusCode, &'static str),
    /// 403 because of the owners.
    forbidden: &'static str,
    /// 404.
    not_found: &'static str,
    /// 404 because the machine was removed.
    vm_deleted: StatusCode,
}

pub(crate) const LIST: Prefix =
    Prefix::of("Error Getting Inf. List: ").with_401("Error Getting Inf. List: ");
pub(crate) const CREATE: Prefix = Prefix::of("Error Creating Inf.: ")
    .with_401("Error Creating Inf. info: ")
    .with_403("Error Creating Inf, info: ");
pub(crate) const IMPORT: Prefix = Prefix::of("Error Impporting Inf.: ")
    .with_401("Error Impporting Inf.: ")
    .with_403("Error Impporting Inf: ");
pub(crate) const INFO: Prefix = Prefix::of("Error Getting Inf. info: ");
pub(crate) const PROPERTY: Prefix = Prefix::of("Error Getting Inf. prop: ").with_disabled_400();
pub(crate) const ADD: Prefix = Prefix::of("Error Adding resources: ").with_vm_deleted_400();
pub(crate) const REMOVE: Prefix = Prefix::of("Error Removing resources: ");
pub(crate) const ALTER: Prefix = Prefix::of("Error modifying resources: ");
pub(crate) const RECONFIGURE: Prefix = Prefix::of("Error reconfiguring infrastructure: ");
pub(crate) const START: Prefix = Prefix::of("Error in start operation: ");
pub(crate) const STOP: Prefix = Prefix::of("Error in stop operation: ");
pub(crate) const VM_START: Prefix = Prefix::of("Error in start op in VM: ");
pub(crate) const VM_STOP: Prefix = Prefix::of("Error in stop op in VM: ");
pub(crate) const VM_REBOOT: Prefix = Prefix::of("Error in reboot op in VM: ");
pub(crate) const SNAPSHOT: Prefix = Prefix::of("Error creating snapshot: ");
pub(crate) const VM_INFO: Prefix =
    Prefix::of("Error Getting VM. info: ").with_400("Error Getting VM info: ");
pub(crate) const VM_PROPERTY: Prefix =
    Prefix::of("Error Getting VM. property: ").with_400("Error Getting VM property: ");
pub(crate) const OWNERS: Prefix = Prefix::of("Error modifying infrastructure owner: ")
    .with_404("Error modifying infrastructure owners: ");
pub(crate) const CLOUDS: Prefix =
    Prefix::of("Error getting cloud info: ").with_401("Error getting cloud info: ");
pub(crate) const STATS: Prefix = Prefix::of("Error getting stats: ");
pub(crate) const DESTROY: Prefix = Prefix::of("Error Destroying Inf: ");

/// Before an operation on an infrastructure that does not exist.
pub(crate) fn unknown_operation(name: &str) -> ApiError {
    ApiError::unknown_operation(&format!("Error in {name} operation: "))
}

/// Before an operation on a machine that does not exist.
pub(crate) fn unknown_vm_operation(name: &str) -> ApiError {
    ApiError::unknown_operation(&format!("Error in {name} op in VM: "))
}

// === impl Prefix ===

impl Prefix {
    /// One prefix for all; credentials that do not suffice are 400.
    const fn of(text: &'static str) -> Self {
        Self {
            invalid: text,
            unauthorized: (StatusCode::BAD_REQUEST, text),
            disabled: (StatusCode::FORBIDDEN, text),
            forbidden: text,
            not_found: text,
            vm_deleted: StatusCode::NOT_FOUND,
        }
    }

    const fn with_400(mut self, text: &'static str) -> Self {
        self.invalid = text;
        self.unauthorized = (StatusCode::BAD_REQUEST, text);
        self
    }

    const fn with_401(mut self, text: &'static str) -> Self {
        self.unauthorized = (StatusCode::UNAUTHORIZED, text);
        self
    }

    const fn with_403(mut self, text: &'static str) -> Self {
        self.disabled = (StatusCode::FORBIDDEN, text);
        self.forbidden = text;
        self
    }

    const fn with_404(mut self, text: &'static str) -> Self {
        self.not_found = text;
        self
    }

    const fn with_disabled_400(mut self) -> Self {
        self.disabled = (StatusCode::BAD_REQUEST, self.invalid);
        self
    }

    const fn with_vm_deleted_400(mut self) -> Self {
        self.vm_deleted = StatusCode::BAD_REQUEST;
        self
    }

    /// A request that cannot be served as it is.
    pub(crate) fn bad_request(&self, message: impl std::fmt::Display) -> ApiError {
        ApiError::bad_request(format!("{}{message}", self.invalid))
    }

    /// An infrastructure whose id is none.
    pub(crate) fn no_infrastructure(&self) -> ApiError {
        self.with(
            StatusCode::NOT_FOUND,
            self.not_found,
            "Invalid infrastructure ID or access not granted.",
        )
    }

    /// The answer to an error of a use case.
    pub(crate) fn error(&self, error: Error) -> ApiError {
        let message = error.message.as_str();
        match error.kind {
            ErrorKind::Unauthorized => self.with(self.unauthorized.0, self.unauthorized.1, message),
            ErrorKind::Disabled => self.with(self.disabled.0, self.disabled.1, message),
            ErrorKind::Forbidden => self.with(StatusCode::FORBIDDEN, self.forbidden, message),
            ErrorKind::NotFound | ErrorKind::VmNotFound => {
                self.with(StatusCode::NOT_FOUND, self.not_found, message)
            }
            ErrorKind::VmDeleted => self.with(self.vm_deleted, self.not_found, message),
            ErrorKind::PropertyNotFound => ApiError::not_found(message),
            ErrorKind::Invalid | ErrorKind::TooLarge => self.bad_request(message),
            ErrorKind::Stale => self.with(StatusCode::PRECONDITION_FAILED, self.invalid, message),
            ErrorKind::KeyReused => {
                self.with(StatusCode::UNPROCESSABLE_ENTITY, self.invalid, message)
            }
            ErrorKind::InProgress => self.with(StatusCode::CONFLICT, self.invalid, message),
            ErrorKind::Unavailable => {
                self.with(StatusCode::SERVICE_UNAVAILABLE, self.invalid, message)
            }
            ErrorKind::Elsewhere => self
                .with(StatusCode::SERVICE_UNAVAILABLE, self.invalid, message)
                .elsewhere(error.elsewhere),
            ErrorKind::OutcomeUnknown => {
                self.with(StatusCode::GATEWAY_TIMEOUT, self.invalid, message)
            }
            _ => ApiError::fault(&error),
        }
    }

    fn with(&self, status: StatusCode, prefix: &str, message: &str) -> ApiError {
        ApiError::new(status, format!("{prefix}{message}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(prefix: &Prefix, kind: ErrorKind) -> (u16, String) {
        let error = prefix.error(Error::new(kind, "why"));
        (error.status().as_u16(), error.message().to_owned())
    }

    #[test]
    fn the_prefix_and_the_status_depend_on_the_end_point() {
        for (prefix, kind, status, text) in [
            (
                LIST,
                ErrorKind::Unauthorized,
                401,
                "Error Getting Inf. List: why",
            ),
            (
                CREATE,
                ErrorKind::Unauthorized,
                401,
                "Error Creating Inf. info: why",
            ),
            (
                CREATE,
                ErrorKind::Disabled,
                403,
                "Error Creating Inf, info: why",
            ),
            (CREATE, ErrorKind::Invalid, 400, "Error Creating Inf.: why"),
            (
                IMPORT,
                ErrorKind::Disabled,
                403,
                "Error Impporting Inf: why",
            ),
            (
                PROPERTY,
                ErrorKind::Disabled,
                400,
                "Error Getting Inf. prop: why",
            ),
            (
                VM_INFO,
                ErrorKind::VmNotFound,
                404,
                "Error Getting VM. info: why",
            ),
            (
                VM_INFO,
                ErrorKind::Unauthorized,
                400,
                "Error Getting VM info: why",
            ),
            (
                OWNERS,
                ErrorKind::NotFound,
                404,
                "Error modifying infrastructure owners: why",
            ),
            (
                OWNERS,
                ErrorKind::Forbidden,
                403,
                "Error modifying infrastructure owner: why",
            ),
            (
                ADD,
                ErrorKind::VmDeleted,
                400,
                "Error Adding resources: why",
            ),
            (
                REMOVE,
                ErrorKind::VmDeleted,
                404,
                "Error Removing resources: why",
            ),
            (
                STATS,
                ErrorKind::Unavailable,
                503,
                "Error getting stats: why",
            ),
        ] {
            assert_eq!(answer(&prefix, kind), (status, text.to_owned()));
        }
    }

    #[test]
    fn a_fault_says_nothing_of_its_cause() {
        let (status, text) = answer(&INFO, ErrorKind::Internal);
        assert_eq!(status, 500);
        assert!(!text.contains("why"));
    }
}
