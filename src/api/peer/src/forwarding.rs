//! Forwarding: a layer around the APIs of clients.
//!
//! The request is served here first. If the answer says [`Elsewhere`], nothing was done, and the request goes to that
//! node, once. If that node says 'not mine', what was believed is forgotten and the request is served here once more,
//! which takes the infrastructure or names another node; then it is 503.
//!
//! The answer of the owner is relayed without `InfID`, so that a proxy which learns from that header where an
//! infrastructure is does not learn this node.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use im_api_server::Handler;
use im_cluster::{Cluster, Elsewhere, Peer};
use im_telemetry::metrics::{Forwarded, RouteName};
use im_util::failpoint;

use crate::client::HttpPeers;
use crate::message::{Answer, ClientApi, Head, What, headers_in, headers_out, owned};
use crate::recorded::Record;
use crate::refusal::Refusal;

/// What forwarding needs.
#[derive(Debug)]
struct Forwarding {
    clients: Handler,
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

/// What is kept of a request while it is served here.
struct Kept {
    method: Method,
    uri: Uri,
    headers: Vec<(HeaderName, HeaderValue)>,
    connection: Option<im_api_server::Peer>,
    route: Option<RouteName>,
}

/// Puts forwarding around an API of clients.
pub fn forwarding(
    clients: impl Into<Handler>,
    api: ClientApi,
    cluster: Cluster,
    peers: HttpPeers,
) -> Handler {
    let forwarding = Arc::new(Forwarding {
        clients: clients.into(),
        api,
        cluster,
        peers,
    });
    Handler::new(move |request| Arc::clone(&forwarding).answer(request))
}

// === impl Kept ===

impl Kept {
    fn of(request: &Request) -> Self {
        let headers = request.headers().iter();
        Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            headers: headers
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            connection: request.extensions().get().copied(),
            route: request.extensions().get().cloned(),
        }
    }

    /// The head to send to another node.
    fn head(&self, api: ClientApi) -> Head {
        Head {
            api,
            method: self.method.as_str().to_owned(),
            uri: self.uri.path_and_query().map_or_else(
                || self.uri.path().to_owned(),
                |path_and_query| path_and_query.as_str().to_owned(),
            ),
            headers: headers_out(self.headers.iter().map(|(name, value)| (name, value))),
            connection: self.connection.map(Into::into),
        }
    }

    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::with_capacity(self.headers.len());
        for (name, value) in &self.headers {
            headers.append(name, value.clone());
        }
        headers
    }

    /// The request once more.
    fn again(&self, body: &Bytes) -> Request {
        let mut request = Request::new(Body::from(body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers();
        let extensions = request.extensions_mut();
        self.connection.map(|peer| extensions.insert(peer));
        self.route.clone().map(|route| extensions.insert(route));
        request
    }
}

// === impl Forwarding ===

impl Forwarding {
    async fn answer(self: Arc<Self>, request: Request) -> Response {
        let kept = Kept::of(&request);
        let (parts, body) = request.into_parts();
        let (body, record) = Record::of(body);
        let mut response = self.clients.answer(Request::from_parts(parts, body)).await;
        for attempt in 0..2 {
            let Some(elsewhere) = response.extensions_mut().remove::<Elsewhere>() else {
                self.cluster.came_directly(|| owned(response.headers()));
                return response;
            };
            let body = record.bytes();
            let (forward, outcome) = self.send(&elsewhere.peer, &kept, &body).await;
            self.cluster.metrics().forwards.sent(outcome);
            match forward {
                Forward::Answered(response) => return response,
                Forward::NotThere => self.cluster.not_at(&elsewhere.id, &elsewhere.peer),
            }
            if attempt == 0 {
                response = self.clients.answer(kept.again(&body)).await;
            }
        }
        Refusal::ChangingHands.answer(self.api, &kept.headers())
    }

    async fn send(&self, peer: &Peer, request: &Kept, body: &Bytes) -> (Forward, Forwarded) {
        let head = request.head(self.api);
        let limit = self.peers.forward_timeout();
        let me = self.cluster.life().boot();
        let not_there = || (Forward::NotThere, Forwarded::NotThere);
        let refused = |refusal: Refusal, outcome| {
            (
                Forward::Answered(refusal.answer(self.api, &request.headers())),
                outcome,
            )
        };
        let unknown = || refused(Refusal::OutcomeUnknown, Forwarded::Unknown);
        failpoint!("peer.forward.before", return not_there());
        let asked = self.peers.ask(peer, me, What::Forward(head), body, limit);
        // Who is declared dead answers no more, however long it might have taken.
        let asked = tokio::select! {
            asked = asked => asked,
            () = self.cluster.until_ended(peer.boot) => {
                return match request.method.is_safe() {
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
                match error.may_be_done && !request.method.is_safe() {
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
