//! The REST API.
//!
//! A request becomes one call of the manager, and its outcome an answer: handlers take their arguments from the request
//! (`extract`), call, and render (`render`). No decision about infrastructures is taken here. What the API is made of
//! stands in one table (`routes`), from which the router and the answers to `OPTIONS` and wrong methods derive, and
//! against which the OpenAPI document is tested. Media types are negotiated in one place (`negotiate`); errors get
//! their HTTP form in one file (`error`) and the prefixes of their messages from one table (`prefix`).
//!
//! Connections and TLS are those of `im_api_server`, which serves the [`router`]. The order of what happens to every request is in `middleware`.

mod api;
mod error;
mod extract;
mod handlers;
mod middleware;
mod negotiate;
mod openapi;
mod prefix;
mod render;
mod router;
mod routes;
mod settings;

use im_api_server::Handler;
use im_manager::Manager;

use api::Api;
pub use openapi::openapi_json;
pub use routes::{Documented, documented_routes};
pub use settings::{BodyLimits, RequestSettings};

/// The API as a handler, for any listener. It takes limits of bodies, and leaves those of connections to the listener.
pub fn router(manager: Manager, settings: RequestSettings) -> Handler {
    middleware::around(routes::router(), Api::new(manager, settings))
}
