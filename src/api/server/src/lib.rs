//! Accepts connections for the APIs and hands their requests to a [`Handler`].
//!
//! What is hostile about connections ends here, so that the rooms above see complete request heads of a bounded size
//! that arrive in a bounded time: caps on connections in all and for each client address ([`admission`]), time-outs
//! for the head of a request, for idle connections and for clients that do not read their answer ([`watched`]), TLS
//! with certificates that are read again when their files change ([`tls`]), and a stop that lets running requests
//! finish. Bodies are bounded by who reads them.
//!
//! Requests are counted and measured around an API too ([`measured`]), and get their span ([`traced`]).
//!
//! Nothing here knows what a request means.

pub mod admission;
mod connection;
mod deaf;
mod event_loops;
mod handler;
mod listener;
mod measured;
mod memory;
mod open_files;
pub mod probe;
mod settings;
mod timer;
pub mod tls;
mod traced;
pub mod watched;

pub use connection::Peer;
pub use event_loops::EventLoops;
pub use handler::{Answering, Handler};
pub use listener::{Bound, Listening, ServeError, listen, serve};
pub use measured::measured;
pub use memory::ConnectionMemory;
pub use settings::{ServerLimits, ServerSettings, TlsSettings};
pub use tls::TlsError;
pub use traced::traced;
