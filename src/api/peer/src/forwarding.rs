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
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use http::request::Parts;
use im_cluster::{Cluster, Elsewhere, Peer};
use im_telemetry::metrics::Forwarded;
use im_util::failpoint;

use crate::client::HttpPeers;
use crate::message::{Answer, ClientApi, Head, What, headers_in, headers_out, owned};
use crate::recorded::Record;
use crate::refusal::Refusal;

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
        let (forward, outcome) = forwarding.send(&elsewhere.peer, &parts, &body).await;
        forwarding.cluster.metrics().forwards.sent(outcome);
        match forward {
            Forward::Answered(response) => return response,
            Forward::NotThere => forwarding.cluster.not_at(&elsewhere.id, &elsewhere.peer),
        }
        if attempt == 0 {
            response = next.clone().run(again(&parts, &body)).await;
        }
    }
    Refusal::ChangingHands.answer(forwarding.api, &parts)
}

fn again(parts: &Parts, body: &Bytes) -> Request {
    Request::from_parts(parts.clone(), Body::from(body.clone()))
}

// === impl Forwarding ===

impl Forwarding {
    async fn send(&self, peer: &Peer, parts: &Parts, body: &Bytes) -> (Forward, Forwarded) {
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
        let not_there = || (Forward::NotThere, Forwarded::NotThere);
        let refused = |refusal: Refusal, outcome| {
            (Forward::Answered(refusal.answer(self.api, parts)), outcome)
        };
        let unknown = || refused(Refusal::OutcomeUnknown, Forwarded::Unknown);
        failpoint!("peer.forward.before", return not_there());
        let asked = self.peers.ask(peer, me, What::Forward(head), body, limit);
        // Who is declared dead answers no more, however long it might have taken.
        let asked = tokio::select! {
            asked = asked => asked,
            () = self.cluster.until_ended(peer.boot) => {
                return match parts.method.is_safe() {
                    true => (Forward::NotThere, Forwarded::Silent),
                    false => unknown(),
                };
            }
        };
        failpoint!("peer.forward.after", return unknown());
        match asked {
            Ok((Answer::Served { status, headers }, body)) => {
                let response = relayed(status, headers, body);
                (Forward::Answered(response), Forwarded::Answered)
            }
            Ok((Answer::NotMine | Answer::Refused, _)) => not_there(),
            Ok(_) => unknown(),
            Err(error) => {
                tracing::warn!(%error, "a request could not be forwarded");
                match error.may_be_done && !parts.method.is_safe() {
                    true => unknown(),
                    false => refused(Refusal::OwnerSilent, Forwarded::Silent),
                }
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
