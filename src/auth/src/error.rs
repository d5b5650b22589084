//! Credentials that cannot be read, and credentials that do not suffice.

use thiserror::Error;

use crate::credentials::{MAX_BYTES, MAX_LINES};

/// Credentials that cannot be read at all.
///
/// The REST API answers 401 `No authentication data provided` to each of them; the XML-RPC API, and a change of
/// owners, show the text.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CredentialsError {
    /// Not the form that was expected: bad base64, a number, bytes that are not UTF-8.
    #[error("The credentials cannot be read: {0}")]
    Unreadable(&'static str),
    /// An `id` outside the grammar `[a-zA-Z_.][\w.-]*`.
    #[error("Incorrect value in auth item id: {0}")]
    BadId(String),
    /// More bytes or lines than the limits allow.
    #[error("The credentials exceed the limit of {MAX_BYTES} bytes or {MAX_LINES} lines.")]
    TooLarge,
}

/// Credentials that were read and do not suffice. The texts are part of the interface; prefixes are added by the APIs.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AuthError {
    /// No line is for this service.
    #[error("No credentials provided for the InfrastructureManager.")]
    NoCredentials,
    /// A line for this service names nobody.
    #[error("No username nor token for the InfrastructureManager.")]
    NoUsername,
    /// A user name that is kept for users who come with a token.
    #[error("Invalid username used for the InfrastructureManager.")]
    ReservedUsername,
    /// A user or password that `USER_DB` does not have.
    #[error("Invalid InfrastructureManager credentials")]
    UnknownUser,
    /// User and password where only tokens are accepted.
    #[error("No token provided for the InfrastructureManager.")]
    NoToken,
    /// A token whose issuer is not among the accepted ones.
    #[error("Invalid InfrastructureManager credentials. Issuer not accepted.")]
    IssuerNotAccepted,
    /// A token that is not a JWT.
    #[error("Error trying to decode OIDC auth token: {0}")]
    UndecodableToken(&'static str),
    /// Credentials that could be read but are not a list of objects.
    #[error("The credentials must be a list of objects: {0}")]
    Malformed(&'static str),
}

/// What the caller of this crate, and its client, can do about an [`AuthError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthErrorKind {
    /// Come with other credentials: 401 where an end point distinguishes it, else 400. As the credentials of a new
    /// owner they are reported as invalid data.
    Refused,
    /// Write the credentials in another way: 400 everywhere.
    Malformed,
}

// === impl AuthError ===

impl AuthError {
    /// What can be done about it.
    pub fn kind(&self) -> AuthErrorKind {
        match self {
            Self::NoCredentials
            | Self::NoUsername
            | Self::ReservedUsername
            | Self::UnknownUser
            | Self::NoToken
            | Self::IssuerNotAccepted => AuthErrorKind::Refused,
            Self::UndecodableToken(_) | Self::Malformed(_) => AuthErrorKind::Malformed,
        }
    }
}
