//! OAI-PMH 2.0: the TOSCA templates of a repository as records that archives harvest.
//!
//! [`Oai`] answers a request, which is a list of arguments, with a document. A request is read (`request`), the records
//! come from the repository (`catalogue`), what is asked of them is chosen (`verbs`) and written (`xml`, `format`).
//! Nothing here knows HTTP.
//!
//! The catalogue is read from the repository when the first request needs it, and anew when a request finds it old. One
//! request does that and the others wait for it; what it finds is a whole that is not changed any more, so that a list is
//! never mixed of two. Of a repository that does not answer the last catalogue is given.

mod catalogue;
mod error;
mod format;
mod index;
mod oai;
mod record;
mod request;
mod token;
mod verbs;
mod xml;

pub use catalogue::Unavailable;
pub use oai::{Oai, OaiSettings};
