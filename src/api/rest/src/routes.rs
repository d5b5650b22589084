//! The table of the API: every path, its methods, and who answers them.
//!
//! The router, `OPTIONS` and the answers to wrong methods derive from it; the OpenAPI document is tested against it.

use axum::handler::Handler;
use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Method};
use im_api_server::Answering;
use serde_json::json;

use crate::api::Api;
use crate::error::ApiError;
use crate::handlers::{
    clouds, disks, files, health, index, infrastructures, oai, operations, owners, properties,
    resources, stats, transfer, unknown, version, vm_operations, vm_properties, vms,
};
use crate::render;
use crate::router::{Answers, Endpoint, Router};

/// A path with a method that the OpenAPI document has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Documented {
    /// The path, variable parts in braces.
    pub path: &'static str,
    /// The method, in lower case.
    pub method: String,
}

/// A path and all its methods.
struct Route {
    path: &'static str,
    methods: Vec<(Method, Endpoint)>,
    /// Those of them that only refuse: the document leaves them out.
    refused: Vec<Method>,
}

#[rustfmt::skip]
fn table() -> Vec<Route> {
    use Method as M;
    vec![
        at("/").get(index::index),
        at("/openapi.json").get(index::openapi),
        at("/version").get(version::version),
        at("/livez").get(health::livez),
        at("/readyz").get(health::readyz),
        at("/stats").get(stats::stats),
        at("/oai").get(oai::get).on(M::POST, oai::post),
        at("/static/{*path}").get(files::file),

        at("/infrastructures").get(infrastructures::list).on(M::POST, infrastructures::create).on(M::PUT, transfer::import),
        at("/infrastructures/{infId}").get(infrastructures::info).on(M::POST, resources::add).on(M::DELETE, infrastructures::destroy),
        property("/infrastructures/{infId}/contmsg").get(properties::contmsg),
        property("/infrastructures/{infId}/radl").get(properties::radl),
        property("/infrastructures/{infId}/state").get(properties::state),
        property("/infrastructures/{infId}/outputs").get(properties::outputs),
        property("/infrastructures/{infId}/tosca").get(properties::tosca),
        property("/infrastructures/{infId}/data").get(transfer::export),
        property("/infrastructures/{infId}/authorization").get(properties::authorization).on(M::POST, owners::change),
        operation("/infrastructures/{infId}/start").on(M::PUT, operations::start),
        operation("/infrastructures/{infId}/stop").on(M::PUT, operations::stop),
        operation("/infrastructures/{infId}/reconfigure").on(M::PUT, operations::reconfigure),
        at("/infrastructures/{infId}/{name}").refuse(M::GET, unknown::property).refuse(M::PUT, unknown::operation),

        at("/infrastructures/{infId}/vms/{vmId}").get(vms::info).on(M::PUT, vms::alter).on(M::DELETE, resources::remove),
        vm_property("/infrastructures/{infId}/vms/{vmId}/contmsg").get(vm_properties::contmsg),
        vm_property("/infrastructures/{infId}/vms/{vmId}/command").get(vm_properties::command),
        vm_operation("/infrastructures/{infId}/vms/{vmId}/start").on(M::PUT, vm_operations::start),
        vm_operation("/infrastructures/{infId}/vms/{vmId}/stop").on(M::PUT, vm_operations::stop),
        vm_operation("/infrastructures/{infId}/vms/{vmId}/reboot").on(M::PUT, vm_operations::reboot),
        vm_property("/infrastructures/{infId}/vms/{vmId}/{property}").get(vm_properties::property),
        at("/infrastructures/{infId}/vms/{vmId}/disks/{diskNum}/snapshot").on(M::PUT, disks::snapshot),

        at("/clouds/{cloudId}/images").get(clouds::images),
        at("/clouds/{cloudId}/quotas").get(clouds::quotas),
        at("/clouds/{cloudId}/{property}").refuse(M::GET, unknown::cloud_property),
    ]
}

fn at(path: &'static str) -> Route {
    Route {
        path,
        methods: Vec::new(),
        refused: Vec::new(),
    }
}

/// A property of an infrastructure, of whose name there is no operation.
fn property(path: &'static str) -> Route {
    at(path).refuse(Method::PUT, unknown::operation)
}

/// An operation on an infrastructure, of whose name there is no property.
fn operation(path: &'static str) -> Route {
    at(path).refuse(Method::GET, unknown::property)
}

/// A property of a machine, of whose name there is no operation.
fn vm_property(path: &'static str) -> Route {
    at(path).refuse(Method::PUT, unknown::vm_operation)
}

/// An operation on a machine; a property of its name may only be missing.
fn vm_operation(path: &'static str) -> Route {
    at(path).refuse(Method::GET, vm_properties::property)
}

/// The router of the table.
pub(crate) fn router() -> Router {
    let mut router = Router::new(Endpoint::new(unknown_path));
    for route in table() {
        let path = route.path;
        if let Err(error) = router.insert(route.finished()) {
            unreachable!("{path} of the table cannot be told from another path: {error}");
        }
    }
    router
}

/// The paths and methods that the OpenAPI document has.
pub fn documented_routes() -> Vec<Documented> {
    let routes = table().into_iter().flat_map(|route| {
        let path = if route.path == "/static/{*path}" {
            "/static/{path}"
        } else {
            route.path
        };
        let refused = route.refused;
        let methods = route.methods.into_iter().map(|(method, _)| method);
        methods
            .filter(move |method| !refused.contains(method))
            .map(move |method| Documented {
                path,
                method: method.as_str().to_ascii_lowercase(),
            })
    });
    routes.collect()
}

// === impl Route ===

impl Route {
    fn get<H, T>(self, handler: H) -> Self
    where
        H: Handler<T, Api, Future = Answering>,
    {
        self.on(Method::GET, handler)
    }

    fn on<H, T>(mut self, method: Method, handler: H) -> Self
    where
        H: Handler<T, Api, Future = Answering>,
    {
        self.methods.push((method, Endpoint::new(handler)));
        self
    }

    fn refuse<H, T>(mut self, method: Method, handler: H) -> Self
    where
        H: Handler<T, Api, Future = Answering>,
    {
        self.refused.push(method.clone());
        self.on(method, handler)
    }

    /// With the answers to `OPTIONS` and to methods that the path does not have.
    fn finished(self) -> Answers {
        let mut methods: Vec<&str> = self
            .methods
            .iter()
            .map(|(method, _)| method.as_str())
            .collect();
        if methods.contains(&"GET") {
            methods.push("HEAD");
        }
        methods.push("OPTIONS");
        let allow = HeaderValue::from_str(&methods.join(", "));
        let allow = allow.unwrap_or_else(|_| HeaderValue::from_static("OPTIONS"));
        let refused = allow.clone();
        let options = move || {
            let kind = HeaderValue::from_static("text/html; charset=utf-8");
            let answer = [(ALLOW, allow.clone()), (CONTENT_TYPE, kind)];
            async move { answer }
        };
        let not_allowed = move || {
            let answer = ([(ALLOW, refused.clone())], ApiError::method_not_allowed());
            async move { answer.into_response() }
        };
        let mut answered = self.methods;
        answered.push((Method::OPTIONS, Endpoint::new(options)));
        Answers {
            template: self.path,
            methods: answered,
            others: Endpoint::new(not_allowed),
        }
    }
}

/// Nothing is there, and as far as clients have ever been told it is the method's fault.
async fn unknown_path(method: Method) -> Result<Response, ApiError> {
    if method == Method::OPTIONS {
        return render::json(&json!({}));
    }
    Err(ApiError::method_not_allowed())
}
