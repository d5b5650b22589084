//! Documents by their address: the only room that reads what a request names by a URL.
//!
//! [`Documents`] is one for the process; the work of a request that needs some is done on a thread of its own with a
//! [`RequestDocuments`], which counts what this request has had and is the resolver that the TOSCA room is given. What a document may cost is bounded: its size, the time for
//! it and for all of a request, their number, redirects, and how many are fetched at the same time.
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
mod request;
mod settings;
mod target;
mod tls;

pub use directory::Directory;
pub use documents::Documents;
pub use error::{DocumentError, SettingsError};
pub use lookup::{Lookup, SystemLookup};
pub use repository::TemplateRepository;
pub use request::RequestDocuments;
pub use settings::DocumentSettings;
