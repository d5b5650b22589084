//! Infrastructures and their virtual machines: pure data and rules.
//!
//! Everything here is a value. Nothing does input or output, nothing waits, nothing looks at a clock: moments come in
//! as arguments. Every room above (`store`, `cluster`, `manager`, the APIs) speaks of infrastructures in these types.
//!
//! The stored form of release 1.19 is read and written by [`stored`]; what a field means stands at the field of
//! [`Infrastructure`] and [`Vm`].

pub mod cloud;
pub mod dates;
mod footprint;
pub mod ids;
pub mod infrastructure;
pub mod owner;
pub mod state;
pub mod stored;
pub mod vm;

pub use cloud::CloudInfo;
pub use ids::{BootId, Epoch, IdError, InfId, OperationId, Version, VmId};
pub use infrastructure::Infrastructure;
pub use owner::{Identity, Owner, UserKey};
pub use state::VmState;
pub use stored::StoredError;
pub use vm::Vm;
