//! Calls of a simulated cloud, and what their failures mean.

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use im_telemetry::traces;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tracing::Span;

use super::config::Config;
use crate::{ConnectorError, CreateIdempotency, ErrorKind, Operation, Retry};

/// The longest answer that is read.
const LONGEST: usize = 64 << 20;

/// Connections to all clouds of the type.
pub(super) type Connections = legacy::Client<HttpConnector, Full<Bytes>>;

/// The way to one cloud.
#[derive(Debug)]
pub(super) struct Client {
    connections: Connections,
    config: Config,
}

pub(super) fn connections() -> Connections {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    legacy::Client::builder(TokioExecutor::new()).build(connector)
}

// === impl Client ===

impl Client {
    pub(super) fn new(connections: Connections, config: Config) -> Self {
        Self {
            connections,
            config,
        }
    }

    pub(super) fn idempotency(&self) -> CreateIdempotency {
        self.config.idempotency
    }

    pub(super) fn endpoint(&self) -> &str {
        &self.config.base
    }

    /// Makes a call whose answer has nothing in it.
    pub(super) async fn call(
        &self,
        operation: Operation,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<(), ConnectorError> {
        self.send(operation, method, path, body).await.map(|_| ())
    }

    /// Makes a call whose answer is a value.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        operation: Operation,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<T, ConnectorError> {
        let answer = self.send(operation, method, path, body).await?;
        serde_json::from_slice(&answer).map_err(|error| {
            let retry = Retry::after_lost_answer(operation);
            let message = "The answer of the simulated cloud cannot be read.";
            ConnectorError::new(ErrorKind::Other, retry, operation, message).caused_by(error)
        })
    }

    async fn send(
        &self,
        operation: Operation,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Bytes, ConnectorError> {
        let body = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.config.base))
            .header(AUTHORIZATION, self.config.authorization.expose())
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(body))
            .map_err(|error| {
                ConnectorError::invalid(operation, "The call cannot be written.").caused_by(error)
            })?;
        traces::put(&Span::current(), request.headers_mut());
        let response =
            self.connections
                .request(request)
                .await
                .map_err(|error| match error.is_connect() {
                    true => unavailable(operation, Retry::Safe).caused_by(error),
                    false => lost(operation).caused_by(error),
                })?;
        let status = response.status();
        let body = Limited::new(response.into_body(), LONGEST)
            .collect()
            .await
            .map_err(|error| lost(operation).caused_by(error))?
            .to_bytes();
        match status.is_success() {
            true => Ok(body),
            false => Err(refusal(operation, status)),
        }
    }
}

fn unavailable(operation: Operation, retry: Retry) -> ConnectorError {
    let message = "The simulated cloud cannot be reached.";
    ConnectorError::new(ErrorKind::Unavailable, retry, operation, message)
}

fn lost(operation: Operation) -> ConnectorError {
    let message = format!("The simulated cloud gave no answer to the call {operation}.");
    let retry = Retry::after_lost_answer(operation);
    ConnectorError::new(ErrorKind::Unavailable, retry, operation, message)
}

fn refusal(operation: Operation, status: StatusCode) -> ConnectorError {
    let (kind, retry) = match status {
        StatusCode::UNAUTHORIZED => (ErrorKind::Unauthorized, Retry::Never),
        StatusCode::NOT_FOUND => (ErrorKind::NotFound, Retry::Never),
        StatusCode::CONFLICT => (ErrorKind::Capacity, Retry::Never),
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => {
            (ErrorKind::Invalid, Retry::Never)
        }
        StatusCode::TOO_MANY_REQUESTS => (ErrorKind::RateLimited, Retry::Safe),
        broken if broken.is_server_error() => {
            (ErrorKind::Unavailable, Retry::after_lost_answer(operation))
        }
        _ => (ErrorKind::Other, Retry::Never),
    };
    let message = format!("The simulated cloud answered {status} to the call {operation}.");
    ConnectorError::new(kind, retry, operation, message)
}
