//! Documents by their address: the only room that reads what a request names by a URL.
//!
//! [`Documents`] is one for the process. What a document may cost is bounded: its size, the time for it, redirects, and how
//! many are fetched at the same time. How many documents a request may have, and how long it waits for all of them, is the
//! business of who serves the request.
//!
//! A document is asked for over the network only at addresses that everybody can reach ([`address`]), unless an option
//! allows more. A name is resolved once for each connection, and the connection goes to the very address that was checked,
//! on every redirect anew: a name that changes its address in between gains nothing. There is no connection that is kept
//! and no proxy in the way, so there is no other way to an address. With a directory of documents there is no network at
//! all.
//!
//! What was fetched is kept for a while in a cache that is bounded by bytes, and afterwards asked for with its validator, so
//! that a document that has not changed is not sent again. Of many that want the same document at the same time, one
//! fetches it and the others wait for it, each no longer than its own time.

pub mod address;
mod cache;
mod connect;
mod directory;
mod documents;
mod error;
mod exchange;
mod fetch;
mod lookup;
mod repository;
mod settings;
mod target;
mod tls;

pub use directory::Directory;
pub use documents::Documents;
pub use error::{DocumentError, SettingsError};
pub use lookup::{Lookup, SystemLookup};
pub use repository::TemplateRepository;
pub use settings::DocumentSettings;
