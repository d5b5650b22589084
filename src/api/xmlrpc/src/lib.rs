//! The XML-RPC API.
//!
//! A call is a POST to any path. Its answer is `[true, value]`, or `[false, message]` with the message of the use case;
//! a fault says that there is no such call. The methods and their parameters stand in tables
//! (`methods`); each takes its parameters out of a `Call`, makes one call of the manager and shapes its outcome. No
//! decision about infrastructures is taken here.
//!
//! Connections and TLS are those of `im_api_server`, which serves the [`router`]; what is hostile about documents ends in [`xml`]. Errors that are
//! faults of the service are logged here, once, in the span of their call; parameters are never logged.

mod answer;
mod body;
mod budget;
mod call;
mod endpoint;
mod json;
mod methods;
mod settings;
pub mod xml;

use std::sync::Arc;

use axum::Router;
use im_manager::Manager;

use endpoint::Endpoint;
pub use settings::CallSettings;

/// The API as a service, for any listener. It takes limits of documents, and leaves those of connections to the listener.
pub fn router(manager: Manager, settings: CallSettings) -> Router {
    Router::new()
        .fallback(Endpoint::serve)
        .with_state(Arc::new(Endpoint::new(manager, settings)))
}
