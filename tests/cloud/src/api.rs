//! The interface: routes, credentials, and the way of every call.
//!
//! A call is carried out in a task of its own, which goes on if the client goes away: it takes its time, perhaps fails
//! before its effect, has its effect under the lock of the ledger, and perhaps loses its answer.

mod control;
mod images;
mod machines;

use std::io;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::faults::{Kind, Operation};
use crate::ledger::{Event, Ledger};
use crate::server::{HangUp, Shared};

/// What a call answers.
type Answer = (StatusCode, Value);

/// What a call sees while it has its effect.
struct Scene<'a> {
    shared: &'a Shared,
    ledger: &'a mut Ledger,
    account: &'a str,
    /// Milliseconds of the epoch.
    now: u64,
    boot: u64,
    late: u64,
    capacity: Option<usize>,
}

/// Why a call has no effect.
#[derive(Debug)]
enum Refusal {
    Status(StatusCode, &'static str),
    File(io::Error),
}

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/machines", post(machines::launch).get(machines::list))
        .route(
            "/machines/{id}",
            get(machines::show)
                .delete(machines::remove)
                .put(machines::alter),
        )
        .route("/machines/{id}/start", post(machines::start))
        .route("/machines/{id}/stop", post(machines::stop))
        .route("/machines/{id}/reboot", post(machines::reboot))
        .route("/machines/{id}/images", post(images::snapshot))
        .route("/images", get(images::list))
        .route("/images/{id}", delete(images::remove))
        .route("/quotas", get(machines::quotas))
        .route("/control/audit", get(control::audit))
        .route("/control/faults", put(control::faults))
        .with_state(shared)
}

/// Carries a call out.
async fn perform(
    shared: Arc<Shared>,
    headers: HeaderMap,
    operation: Operation,
    effect: impl FnOnce(&mut Scene<'_>) -> Result<Answer, Refusal> + Send + 'static,
) -> Response {
    let Some(account) = account(&shared, &headers) else {
        let challenge = [(WWW_AUTHENTICATE, "Basic realm=\"simulated\"")];
        let body = said("The credentials are missing or wrong.");
        return (StatusCode::UNAUTHORIZED, challenge, body).into_response();
    };
    let call = async move {
        let throw = shared.dice().throw(operation);
        tokio::time::sleep(throw.delay).await;
        match throw.failure {
            Some(kind) if !kind.has_effect() => failure(kind),
            failed => {
                let answered = have(&shared, &account, effect);
                failed.map_or(answered, failure)
            }
        }
    };
    tokio::spawn(call)
        .await
        .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

fn have(
    shared: &Shared,
    account: &str,
    effect: impl FnOnce(&mut Scene<'_>) -> Result<Answer, Refusal>,
) -> Response {
    let faults = shared.dice().faults().clone();
    let mut ledger = shared.ledger();
    let mut scene = Scene {
        shared,
        ledger: &mut ledger,
        account,
        now: now(),
        boot: faults.boot_ms,
        late: faults.visibility_ms,
        capacity: faults.capacity,
    };
    match effect(&mut scene) {
        Ok((status, body)) => answer(status, &body),
        Err(Refusal::Status(status, text)) => answer(status, &json!({ "error": text })),
        Err(Refusal::File(error)) => {
            eprintln!("the file of the simulated cloud cannot be written: {error}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn failure(kind: Kind) -> Response {
    match kind {
        Kind::Refused => (StatusCode::TOO_MANY_REQUESTS, said("Come later.")).into_response(),
        Kind::Broken | Kind::BrokenAfter => {
            (StatusCode::INTERNAL_SERVER_ERROR, said("It is broken.")).into_response()
        }
        Kind::Dropped | Kind::Lost => {
            let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
            response.extensions_mut().insert(HangUp);
            response
        }
    }
}

fn answer(status: StatusCode, body: &Value) -> Response {
    if status == StatusCode::NO_CONTENT {
        return status.into_response();
    }
    let kind = [(CONTENT_TYPE, "application/json")];
    (status, kind, body.to_string()).into_response()
}

fn said(text: &str) -> String {
    json!({ "error": text }).to_string()
}

/// Whose credentials these are.
fn account(shared: &Shared, headers: &HeaderMap) -> Option<String> {
    let (scheme, encoded) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(BASE64_STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (name, password) = decoded.split_once(':')?;
    let known = shared.settings.accounts.get(name)?;
    (known == password).then(|| name.to_owned())
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |past| {
            u64::try_from(past.as_millis()).unwrap_or(u64::MAX)
        })
}

// === impl Scene ===

impl Scene<'_> {
    fn record(&mut self, event: Event) -> Result<(), Refusal> {
        self.ledger.record(event).map_err(Refusal::File)
    }
}

// === impl Refusal ===

impl Refusal {
    fn no_machine() -> Self {
        Self::Status(StatusCode::NOT_FOUND, "There is no such machine.")
    }

    fn unclear() -> Self {
        Self::Status(StatusCode::BAD_REQUEST, "The request cannot be understood.")
    }
}
