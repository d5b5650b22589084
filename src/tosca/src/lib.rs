//! TOSCA Simple Profile in YAML, versions 1.0 to 1.3: reader, translation to RADL, outputs.
//!
//! A document ([`Template`]) is read with the documents it imports, which come through a [`Resolver`], and is checked
//! against its types; the normative types are part of the room. It is translated for an infrastructure
//! ([`Template::translate`]), its outputs are evaluated on a running one ([`Template::outputs`]), and a changed
//! document is laid over the one that is stored ([`Template::over`]).
//!
//! The room is pure: nothing here opens a file or a connection, and any room may enter. What a document may cost is
//! bounded by [`Limits`]; no document, however it is nested and whatever it refers to, makes reading or translating
//! run on or run out of stack.

mod error;
mod functions;
mod limits;
mod outputs;
mod resolver;
mod template;
mod translate;
mod types;
mod validate;
pub mod yaml;

pub use error::{ErrorKind, ToscaError};
pub use limits::Limits;
pub use outputs::{LiveInfrastructure, LiveMachine, ServiceAccess};
pub use resolver::{FetchError, NoDocuments, Resolver};
pub use template::Template;
pub use translate::{Context, ExistingMachine, Translation};
