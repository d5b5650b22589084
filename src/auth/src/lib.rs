//! Who is asking, and with which cloud credentials.
//!
//! A request brings [`Credentials`]: ordered lines of keys and values, some for this service, the others for clouds.
//! The [`Authenticator`] decides from the former who is asking, and answers a [`Caller`]; the latter are handed on, by
//! [`Credentials::clouds`], to the connectors. Errors are those of [`CredentialsError`], where there is nothing to be
//! read, and [`AuthError`], where what was read is not enough.
//!
//! Nothing here does anything on behalf of a request but compare: no file that a request names is opened, no address
//! is called. The one file that is read is the operator's own, `USER_DB`.
//!
//! Who somebody is ([`Identity`](im_domain::Identity)) and who owns ([`Owner`](im_domain::Owner)) are data of
//! infrastructures and live in `im_domain`.

pub mod authenticator;
pub mod caller;
pub mod credentials;
pub mod error;
mod header;
mod json_form;
mod last;
pub mod line;
mod line_form;
pub mod single_site;
mod token;
mod user_db;

pub use authenticator::{AuthSettings, Authenticator};
pub use caller::Caller;
pub use credentials::{Credentials, MAX_BYTES, MAX_LINES};
pub use error::{AuthError, AuthErrorKind, CredentialsError};
pub use last::LastCredentials;
pub use line::{AuthLine, AuthValue};
pub use single_site::SingleSite;
