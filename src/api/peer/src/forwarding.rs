//! Forwarding: a layer around the APIs of clients.
//!
//! The request is served here first. If the answer says [`Elsewhere`], nothing was done, and the request goes to that
//! node, once. If that node says 'not mine', what was believed is forgotten and the request is served here once more,
//! which takes the infrastructure or names another node; then it is 503.
//!
//! The answer of the owner is relayed without `InfID`, so that a proxy which learns from that header where an
//! infrastructure is does not learn this node.

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, StatusCode, header};
use im_cluster::{Cluster, Elsewhere, Peer};
use im_util::failpoint;

use crate::client::HttpPeers;
use crate::message::{Answer, ClientApi, Head, What, headers_in, headers_out, owned};
use crate::recorded::Record;

/// What forwarding needs.
#[derive(Clone, Debug)]
struct Forwarding {
    api: ClientApi,
    cluster: Cluster,
    peers: HttpPeers,
}

/// What came of a forward.
enum Forward {
    Answered(Response),
    /// Nothing was done there.
    NotThere,
}

/// Puts forwarding around an API of clients.
pub fn forwarding(clients: Router, api: ClientApi, cluster: Cluster, peers: HttpPeers) -> Router {
    let forwarding = Forwarding {
        api,
        cluster,
        peers,
    };
    clients.layer(from_fn_with_state(forwarding, forward))
}

async fn forward(State(forwarding): State<Forwarding>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let (body, record) = Record::of(body);
    let request = Request::from_parts(parts.clone(), body);
    let mut response = next.clone().run(request).await;
    for attempt in 0..2 {
        let Some(elsewhere) = response.extensions_mut().remove::<Elsewhere>() else {
            if let Some(id) = owned(response.headers()) {
                forwarding.cluster.came_directly(&id);
            }
            return response;
        };
        let body = record.bytes();
        match forwarding.send(&elsewhere.peer, &parts, &body).await {
            Forward::Answered(response) => return response,
            Forward::NotThere => forwarding.cluster.not_at(&elsewhere.id, &elsewhere.peer),
        }
        if attempt == 0 {
            response = next.clone().run(again(&parts, &body)).await;
        }
    }
    unavailable(
        &parts,
        "The infrastructure is changing hands. Nothing was done; try again.",
    )
}

fn again(parts: &Parts, body: &Bytes) -> Request {
    Request::from_parts(parts.clone(), Body::from(body.clone()))
}

// === impl Forwarding ===

impl Forwarding {
    async fn send(&self, peer: &Peer, parts: &Parts, body: &Bytes) -> Forward {
        let connection = parts.extensions.get::<im_api_server::Peer>();
        let head = Head {
            api: self.api,
            method: parts.method.as_str().to_owned(),
            uri: parts.uri.path_and_query().map_or_else(
                || parts.uri.path().to_owned(),
                |path_and_query| path_and_query.as_str().to_owned(),
            ),
            headers: headers_out(&parts.headers),
            connection: connection.map(|peer| (*peer).into()),
        };
        let limit = self.peers.forward_timeout();
        let me = self.cluster.life().boot();
        failpoint!("peer.forward.before", return Forward::NotThere);
        let asked = self
            .peers
            .ask(peer, me, What::Forward(head), body, limit)
            .await;
        failpoint!(
            "peer.forward.after",
            return Forward::Answered(unavailable(parts, "A failpoint has lost the answer."))
        );
        match asked {
            Ok((Answer::Served { status, headers }, body)) => {
                Forward::Answered(relayed(status, headers, body))
            }
            Ok((Answer::NotMine | Answer::Refused, _)) => Forward::NotThere,
            Ok(_) => Forward::Answered(outcome_unknown(parts)),
            Err(error) => {
                tracing::warn!(%error, "a request could not be forwarded");
                if error.may_be_done && !parts.method.is_safe() {
                    return Forward::Answered(outcome_unknown(parts));
                }
                let text =
                    "The owner of the infrastructure does not answer. Nothing was done; try again.";
                Forward::Answered(unavailable(parts, text))
            }
        }
    }
}

fn relayed(status: u16, headers: Vec<(String, Vec<u8>)>, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    *response.headers_mut() = headers_in(headers);
    response
}

/// Not to be tried again without a look: no `Retry-After`.
fn outcome_unknown(parts: &Parts) -> Response {
    let text = "The owner of the infrastructure does not answer: it is not known whether this was done. Look before trying again.";
    refused(parts, StatusCode::GATEWAY_TIMEOUT, text)
}

fn unavailable(parts: &Parts, text: &'static str) -> Response {
    let mut response = refused(parts, StatusCode::SERVICE_UNAVAILABLE, text);
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
    response
}

/// In the form that the API gives its errors: text, or JSON for who accepts it.
fn refused(parts: &Parts, status: StatusCode, text: &'static str) -> Response {
    let accepts = parts.headers.get(header::ACCEPT);
    let accepts = accepts.and_then(|accepts| accepts.to_str().ok());
    if accepts.is_some_and(|accepts| accepts.contains("application/json")) {
        let form = serde_json::json!({"message": text, "code": status.as_u16()});
        let kind = [(header::CONTENT_TYPE, "application/json")];
        return (status, kind, form.to_string()).into_response();
    }
    (status, text).into_response()
}
