//! The one end point: a request with a call in, a response with its answer out.
//!
//! Whatever the call is, it is answered: what cannot be read, and what fails in a way that nobody foresaw, is a fault.
//! Only requests that are no calls at all are answered with another status than 200.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use dxr::MethodCall;
use futures::FutureExt;
use http::{HeaderValue, Method, StatusCode, header};
use im_manager::Manager;
use im_telemetry::metrics::RouteName;
use tracing::{Instrument, field};
use uuid::Uuid;

use crate::CallSettings;
use crate::answer::{Answer, Refusal};
use crate::body::{Document, read_body};
use crate::budget::Budget;
use crate::methods::{self, Lookup};
use crate::xml::{ReadError, read_call, write_answer, write_fault};

/// The code of every fault.
const FAULT: i32 = 1;

/// Documents from this length on are read in a thread that serves nobody else meanwhile.
const LONG: usize = 256 << 10;

/// What every call needs.
#[derive(Debug)]
pub(crate) struct Endpoint {
    manager: Manager,
    settings: CallSettings,
    budget: Budget,
}

// === impl Endpoint ===

impl Endpoint {
    pub(crate) fn new(manager: Manager, settings: CallSettings) -> Self {
        Self {
            manager,
            settings,
            budget: Budget::new(settings.documents.max(settings.max_body)),
        }
    }

    /// Serves one request, whatever its path.
    pub(crate) async fn serve(State(endpoint): State<Arc<Self>>, request: Request) -> Response {
        if request.method() != Method::POST {
            let allow = [(header::ALLOW, HeaderValue::from_static("POST"))];
            let text = "XML-RPC calls are made with POST.\n";
            return (StatusCode::METHOD_NOT_ALLOWED, allow, text).into_response();
        }
        let (head, body) = request.into_parts();
        match read_body(&head.headers, body, &endpoint.settings, &endpoint.budget).await {
            Ok(document) => {
                let route = head.extensions.get::<RouteName>();
                endpoint.answer(document, route).await
            }
            Err(error) => (error.status(), format!("{error}\n")).into_response(),
        }
    }

    async fn answer(&self, document: Document, route: Option<&RouteName>) -> Response {
        let id = Uuid::new_v4();
        let span = tracing::info_span!(
            "xmlrpc",
            request.id = %id,
            method = field::Empty,
            inf.id = field::Empty,
        );
        let work = AssertUnwindSafe(self.call(document, route)).catch_unwind();
        let outcome = work.instrument(span.clone()).await;
        let _entered = span.enter();
        let answer = outcome.unwrap_or_else(|_| {
            tracing::error!("A call ended in a panic.");
            Err(Refusal::Fault(format!(
                "The service failed. Its log says more about the request {id}."
            )))
        });
        respond(answer)
    }

    async fn call(&self, document: Document, route: Option<&RouteName>) -> Answer {
        let call = self
            .read(document)
            .await
            .map_err(|error| Refusal::Fault(error.to_string()))?;
        match methods::look_up(&call.name, call.params.len()) {
            Lookup::Found(method) => {
                tracing::Span::current().record("method", method.name);
                if let Some(route) = route {
                    route.set(method.name);
                }
                method
                    .call(&self.manager, self.settings.vminfo_json, call.params)
                    .await
            }
            Lookup::NotFound(reason) => Err(Refusal::Fault(reason)),
        }
    }

    async fn read(&self, document: Document) -> Result<MethodCall<'static>, ReadError> {
        let bounds = self.settings.bounds;
        let Document { bytes, share } = document;
        let length = bytes.len();
        let read = move || {
            let call = read_call(&bytes, bounds);
            drop((bytes, share));
            call
        };
        if length < LONG {
            return read();
        }
        match tokio::task::spawn_blocking(read).await {
            Ok(call) => call,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The service stops; nobody is there to be answered.
                Err(_) => std::future::pending().await,
            },
        }
    }
}

fn respond(answer: Answer) -> Response {
    let outcome = match &answer {
        Ok(_) => "done",
        Err(Refusal::Message(_)) => "refused",
        Err(Refusal::Elsewhere(..)) => "elsewhere",
        Err(Refusal::Fault(_)) => "fault",
    };
    tracing::info!(outcome, "A call was answered.");
    let mut elsewhere = None;
    let document = match answer {
        Ok(value) => write_answer(pair(true, value)),
        Err(Refusal::Message(text)) => write_answer(pair(false, dxr::Value::String(text))),
        Err(Refusal::Elsewhere(at, text)) => {
            elsewhere = Some(*at);
            write_answer(pair(false, dxr::Value::String(text)))
        }
        Err(Refusal::Fault(text)) => write_fault(FAULT, text),
    };
    let document = document.or_else(|error| {
        tracing::error!(%error, "An answer has no form in XML-RPC.");
        write_fault(FAULT, "The answer has no form in XML-RPC.".to_owned())
    });
    let mut response = match document {
        Ok(document) => {
            let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("text/xml"))];
            (kind, Body::from(document)).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    if let Some(elsewhere) = elsewhere {
        response.extensions_mut().insert(elsewhere);
    }
    response
}

fn pair(done: bool, value: dxr::Value) -> dxr::Value {
    dxr::Value::Array(vec![dxr::Value::Boolean(done), value])
}
