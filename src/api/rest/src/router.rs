//! Who answers a request: the table as it is asked for each of them.

use axum::extract::Request;
use axum::handler::Handler;
use http::Method;
use im_api_server::Answering;

use crate::api::Api;

/// Answers the requests for one path with one method.
pub(crate) struct Endpoint(Box<dyn Fn(Request, Api) -> Answering + Send + Sync>);

/// A path with everything that answers there.
pub(crate) struct Answers {
    /// The path, variable parts in braces.
    pub(crate) template: &'static str,
    /// By method; `GET` answers `HEAD` too.
    pub(crate) methods: Vec<(Method, Endpoint)>,
    /// Answers every other method.
    pub(crate) others: Endpoint,
}

/// All paths.
pub(crate) struct Router {
    paths: matchit::Router<Answers>,
    /// Answers every other path.
    unknown: Endpoint,
}

// === impl Endpoint ===

impl Endpoint {
    pub(crate) fn new<H, T>(handler: H) -> Self
    where
        H: Handler<T, Api, Future = Answering>,
    {
        Self(Box::new(move |request, api| {
            handler.clone().call(request, api)
        }))
    }

    pub(crate) fn answer(&self, request: Request, api: Api) -> Answering {
        (self.0)(request, api)
    }
}

// === impl Answers ===

impl Answers {
    fn endpoint(&self, method: &Method) -> &Endpoint {
        let asked = match *method {
            Method::HEAD => &Method::GET,
            _ => method,
        };
        let mut methods = self.methods.iter();
        methods
            .find(|(known, _)| known == asked)
            .map_or(&self.others, |(_, endpoint)| endpoint)
    }
}

// === impl Router ===

impl Router {
    pub(crate) fn new(unknown: Endpoint) -> Self {
        Self {
            paths: matchit::Router::new(),
            unknown,
        }
    }

    /// Adds a path.
    ///
    /// # Errors
    /// If no request could tell it from another one.
    pub(crate) fn insert(&mut self, answers: Answers) -> Result<(), matchit::InsertError> {
        self.paths.insert(answers.template, answers)
    }

    /// Who answers, and by which template that was found.
    pub(crate) fn find(&self, method: &Method, path: &str) -> (&Endpoint, Option<&'static str>) {
        match self.paths.at(path) {
            Ok(found) => (found.value.endpoint(method), Some(found.value.template)),
            Err(_) => (&self.unknown, None),
        }
    }
}
