//! What a request brings to show who asks and to enter clouds.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::error::{AuthError, CredentialsError};
use crate::line::{AuthLine, SERVICE};
use crate::single_site::SingleSite;
use crate::{header, json_form};

/// The longest header or list of credentials that is read, in bytes of its text.
pub const MAX_BYTES: usize = 256 * 1024;

/// The most lines that one header or list may have.
pub const MAX_LINES: usize = 256;

/// Ordered lines of credentials. Clones share them.
///
/// They are not kept beyond the request, except for the next one of the same connection ([`LastCredentials`]), and where an
/// unfinished operation needs them; then they are written by `Serialize`, in clear, to be sealed by whoever stores them,
/// and read again by [`Credentials::from_value`].
///
/// [`LastCredentials`]: crate::LastCredentials
#[derive(Clone, Default, PartialEq)]
pub struct Credentials {
    lines: Arc<[AuthLine]>,
    /// What is wrong with the shape of what was read. It is reported when somebody is to be authenticated.
    malformed: Option<&'static str>,
}

// === impl Credentials ===

impl Credentials {
    /// Reads the value of an `Authorization` header: the line form, a JSON list, `Basic` or `Bearer`.
    ///
    /// # Errors
    /// [`CredentialsError`] if it cannot be read. What can be read but says nothing gives credentials without lines.
    pub fn from_header(
        header: &[u8],
        single_site: Option<&SingleSite>,
    ) -> Result<Self, CredentialsError> {
        header::read(header, single_site)
    }

    /// Reads a list of structures, as XML-RPC brings it and as [`Serialize`] writes it.
    ///
    /// A text gives credentials without lines; any other shape is reported by [`Authenticator::authenticate`] as
    /// malformed.
    ///
    /// [`Authenticator::authenticate`]: crate::Authenticator::authenticate
    ///
    /// # Errors
    /// [`CredentialsError::BadId`], and [`CredentialsError::TooLarge`].
    pub fn from_value(value: Value) -> Result<Self, CredentialsError> {
        json_form::read(value)
    }

    /// Reads the object that names a new owner of an infrastructure, which need not say its `type`.
    ///
    /// # Errors
    /// [`CredentialsError::BadId`] as the other forms; [`CredentialsError::Unreadable`] if it is no object.
    pub fn from_new_owner(value: Value) -> Result<Self, CredentialsError> {
        let Value::Object(mut object) = value else {
            return Err(CredentialsError::Unreadable(
                "a new owner is an object with username and password.",
            ));
        };
        object
            .entry("type")
            .or_insert_with(|| Value::String(SERVICE.to_owned()));
        Ok(Self::new(vec![AuthLine::from_object(object)?]))
    }

    pub(crate) fn new(lines: Vec<AuthLine>) -> Self {
        Self {
            lines: lines.into(),
            malformed: None,
        }
    }

    pub(crate) fn malformed(reason: &'static str) -> Self {
        Self {
            lines: Arc::default(),
            malformed: Some(reason),
        }
    }

    /// Whether it has the shape of credentials.
    pub(crate) fn well_formed(&self) -> Result<(), AuthError> {
        self.malformed
            .map_or(Ok(()), |reason| Err(AuthError::Malformed(reason)))
    }

    /// All lines, in order.
    pub fn lines(&self) -> &[AuthLine] {
        &self.lines
    }

    /// The lines for this service, in order.
    pub fn service_lines(&self) -> impl Iterator<Item = &AuthLine> {
        self.lines.iter().filter(|line| line.is_for_service())
    }

    /// The lines for clouds, in order: the first is preferred where a document names none.
    pub fn clouds(&self) -> impl Iterator<Item = &AuthLine> {
        self.lines.iter().filter(|line| line.is_for_cloud())
    }

    /// The first line for a cloud with this `id`.
    pub fn cloud(&self, id: &str) -> Option<&AuthLine> {
        self.clouds().find(|line| line.id() == Some(id))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.lines.iter()).finish()
    }
}

/// In clear, for what is stored.
impl Serialize for Credentials {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.lines.iter())
    }
}
