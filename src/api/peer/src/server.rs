//! Answering other nodes.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use im_api_server::Handler;
use im_cluster::peers::HandOver;
use im_cluster::{Cluster, Elsewhere};
use im_telemetry::traces;
use im_telemetry::{LevelChange, LevelReport, LogControl};
use im_util::failpoint;
use tracing::{Instrument, Span};

use crate::PATH;
use crate::client::PeerSettings;
use crate::envelope::{OVERHEAD, Purpose, Sealer, mark};
use crate::message::{
    Answer, Ask, ClientApi, Head, What, headers_in, headers_out, join, owned, part,
};
use crate::replay::Seen;

/// The APIs as they serve the requests that other nodes forward: without [`forwarding`](crate::forwarding).
#[derive(Clone, Debug)]
pub struct ClientApis {
    /// The REST API.
    pub rest: Handler,
    /// The XML-RPC API.
    pub xmlrpc: Handler,
}

/// What the peer listener needs.
#[derive(Debug)]
struct Shared {
    cluster: Cluster,
    clients: ClientApis,
    logs: LogControl,
    sealer: Sealer,
    seen: Seen,
    message_bytes: usize,
}

/// The router of the peer listener, to be served on a port of its own. `clients` serves the requests that other nodes
/// forward; `logs` is what operators ask about.
pub fn router(
    cluster: Cluster,
    clients: ClientApis,
    logs: LogControl,
    settings: &PeerSettings,
) -> Router {
    let shared = Arc::new(Shared {
        cluster,
        clients,
        logs,
        sealer: Sealer::new(&settings.secrets),
        seen: Seen::default(),
        message_bytes: settings.message_bytes,
    });
    Router::new()
        .route(PATH, post(answer))
        .layer(DefaultBodyLimit::max(settings.message_bytes + OVERHEAD))
        .with_state(shared)
}

async fn answer(State(shared): State<Arc<Shared>>, sealed: Bytes) -> Response {
    match shared.answer(&sealed).await {
        Some(answer) => answer.into_response(),
        // Who has not the secret learns nothing.
        None => StatusCode::FORBIDDEN.into_response(),
    }
}

// === impl Shared ===

impl Shared {
    async fn answer(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        let opened = self.sealer.open(Purpose::Request, sealed).ok()?;
        let (ask, body): (Ask, Bytes) = part(opened)?;
        let meant = ask.to == self.cluster.life().boot();
        let (answer, body) = if meant && self.seen.is_new(ask.from, ask.number) {
            let span = span(&ask);
            self.perform(ask, body).instrument(span).await
        } else {
            (Answer::Refused, Bytes::new())
        };
        let message = join(&answer, &body)?;
        let purpose = Purpose::Answer(mark(sealed));
        self.sealer.seal(purpose, &message).ok()
    }

    async fn perform(&self, ask: Ask, body: Bytes) -> (Answer, Bytes) {
        let answer = match ask.what {
            What::HandOver { id } => Answer::HandedOver {
                released: self.cluster.hand_over(&id, ask.from).await == HandOver::Released,
            },
            What::Offer { id } => {
                self.cluster.offered(&id);
                Answer::Offered
            }
            What::Report => Answer::Report(self.cluster.report().into()),
            What::Levels(change) => Answer::Levels(levels(&self.logs, &change)),
            What::Forward(head) => return self.serve(ask.from, head, body).await,
        };
        (answer, Bytes::new())
    }

    async fn serve(&self, from: im_domain::BootId, head: Head, body: Bytes) -> (Answer, Bytes) {
        let bad = || (served(StatusCode::BAD_REQUEST), Bytes::new());
        let request = Request::builder()
            .method(head.method.as_str())
            .uri(&head.uri)
            .body(Body::from(body));
        let Ok(mut request) = request else {
            return bad();
        };
        *request.headers_mut() = headers_in(head.headers);
        if let Some(connection) = head.connection {
            request
                .extensions_mut()
                .insert(im_api_server::Peer::from(connection));
        }
        let clients = match head.api {
            ClientApi::Rest => &self.clients.rest,
            ClientApi::XmlRpc => &self.clients.xmlrpc,
        };
        failpoint!("peer.serve.before", return bad());
        let response = clients.answer(request).await;
        failpoint!("peer.serve.after");
        if response.extensions().get::<Elsewhere>().is_some() {
            return (Answer::NotMine, Bytes::new());
        }
        self.cluster.metrics().forwards.served();
        if let Some(id) = owned(response.headers()) {
            self.cluster.forwarded(&id, from);
        }
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, self.message_bytes).collect().await;
        let Ok(body) = body else {
            return (served(StatusCode::INTERNAL_SERVER_ERROR), Bytes::new());
        };
        let answer = Answer::Served {
            status: parts.status.as_u16(),
            headers: headers_out(&parts.headers),
        };
        (answer, body.to_bytes())
    }
}

/// The span of a question, in the trace of who asks. What nodes ask by themselves is in none; a request of a client may
/// bring one itself, where the node that forwards it sends no traces.
fn span(ask: &Ask) -> Span {
    let span = match (&ask.what, ask.trace.is_empty()) {
        (_, false) | (What::Forward(_), true) => traces::called(ask.what.name()),
        (_, true) => return Span::none(),
    };
    match &ask.what {
        What::Forward(head) if ask.trace.is_empty() => {
            traces::continue_from(&span, &headers_in(head.headers.clone()));
        }
        _ => traces::continue_with(&span, &ask.trace),
    }
    span
}

/// Performs a change of the levels of the log, and notes it there.
pub(crate) fn levels(logs: &LogControl, change: &LevelChange) -> Result<LevelReport, String> {
    let report = logs.change(change).map_err(|error| error.to_string())?;
    if *change != LevelChange::default() {
        let set: Vec<String> = change.set.iter().map(ToString::to_string).collect();
        tracing::warn!(
            reset = change.reset,
            "the levels of the log were changed: {}",
            set.join(" ")
        );
    }
    Ok(report)
}

fn served(status: StatusCode) -> Answer {
    Answer::Served {
        status: status.as_u16(),
        headers: Vec::new(),
    }
}
