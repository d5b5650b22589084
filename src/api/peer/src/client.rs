//! Asking other nodes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use im_cluster::Peer;
use im_cluster::peers::{HandOver, PeerError, Peers};
use im_cluster::status::NodeReport;
use im_domain::{BootId, InfId};
use im_telemetry::traces;
use im_telemetry::{LevelChange, LevelReport};
use im_util::Secret;
use tracing::Instrument;

use crate::PATH;
use crate::envelope::{OVERHEAD, Purpose, Sealer, mark};
use crate::message::{Answer, Ask, What, join, part};

/// How nodes talk to each other.
#[derive(Clone, Debug)]
pub struct PeerSettings {
    /// `CLUSTER_SECRET`: the first seals, each opens.
    pub secrets: Vec<Secret>,
    /// How long a short question may take.
    pub call_timeout: Duration,
    /// How long the owner, as long as it lives, has to serve a request of a client: launches that the client waits for
    /// take minutes.
    pub forward_timeout: Duration,
    /// The longest message, in bytes.
    pub message_bytes: usize,
}

/// The way to the other nodes, over HTTP. Cheap to clone; every clone is the same.
#[derive(Clone, Debug)]
pub struct HttpPeers {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    client: Client<HttpConnector, Full<Bytes>>,
    sealer: Sealer,
    settings: PeerSettings,
    number: AtomicU64,
}

// === impl PeerSettings ===

impl PeerSettings {
    /// The suggested ones.
    pub fn new(secrets: Vec<Secret>) -> Self {
        Self {
            secrets,
            call_timeout: Duration::from_secs(1),
            forward_timeout: Duration::from_secs(600),
            message_bytes: 64 << 20,
        }
    }
}

// === impl HttpPeers ===

impl HttpPeers {
    /// A client without connections; they are made when they are needed, and kept.
    pub fn new(settings: PeerSettings) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(settings.call_timeout));
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(30))
            // A request that may have been sent is not sent again by itself.
            .retry_canceled_requests(false)
            .build(connector);
        Self {
            inner: Arc::new(Inner {
                client,
                sealer: Sealer::new(&settings.secrets),
                settings,
                number: AtomicU64::new(1),
            }),
        }
    }

    pub(crate) fn forward_timeout(&self) -> Duration {
        self.inner.settings.forward_timeout
    }

    /// Asks a peer. An error says that nothing is known of what it did.
    pub(crate) async fn ask(
        &self,
        peer: &Peer,
        from: BootId,
        what: What,
        body: &[u8],
        limit: Duration,
    ) -> Result<(Answer, Bytes), PeerError> {
        let error = |reason: String, may_be_done: bool| PeerError {
            address: peer.address.clone(),
            reason,
            may_be_done,
        };
        let unsent = |reason: String| error(reason, false);
        let failed = |reason: String| error(reason, true);
        let Inner {
            client,
            sealer,
            settings,
            number,
        } = &*self.inner;
        let span = traces::call(what.name(), &peer.address);
        let ask = Ask {
            to: peer.boot,
            from,
            number: number.fetch_add(1, Ordering::Relaxed),
            trace: traces::carried(&span),
            what,
        };
        let message = join(&ask, body).ok_or_else(|| unsent("it cannot be written".to_owned()))?;
        let sealed = sealer
            .seal(Purpose::Request, &message)
            .map_err(|error| unsent(error.to_string()))?;
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("http://{}{PATH}", peer.address))
            .body(Full::new(Bytes::from(sealed.clone())))
            .map_err(|error| unsent(error.to_string()))?;
        let asked = async {
            let response = client.request(request).await;
            let response = response.map_err(|lost| error(lost.to_string(), !lost.is_connect()))?;
            if response.status() != StatusCode::OK {
                return Err(failed(format!("it answers {}", response.status())));
            }
            let body = Limited::new(response.into_body(), settings.message_bytes + OVERHEAD);
            let body = body
                .collect()
                .await
                .map_err(|error| failed(error.to_string()))?;
            let opened = sealer.open(Purpose::Answer(mark(&sealed)), &body.to_bytes());
            let opened = opened.map_err(|error| failed(error.to_string()))?;
            part(opened).ok_or_else(|| failed("its answer cannot be read".to_owned()))
        };
        let asked = tokio::time::timeout(limit, asked)
            .instrument(span.clone())
            .await
            .unwrap_or_else(|_| Err(failed(format!("no answer in {limit:?}"))));
        if asked.is_err() {
            traces::failed(&span, "unavailable");
        }
        asked
    }

    /// Asks a node about the levels of its log, or changes them; the inner error is why it changed nothing.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn levels(
        &self,
        peer: &Peer,
        from: BootId,
        change: LevelChange,
    ) -> Result<Result<LevelReport, String>, PeerError> {
        match self.call(peer, from, What::Levels(change)).await? {
            Answer::Levels(levels) => Ok(levels),
            _ => Err(unexpected(peer)),
        }
    }

    async fn call(&self, peer: &Peer, from: BootId, what: What) -> Result<Answer, PeerError> {
        let limit = self.inner.settings.call_timeout;
        let (answer, _) = self.ask(peer, from, what, &[], limit).await?;
        Ok(answer)
    }
}

fn unexpected(peer: &Peer) -> PeerError {
    PeerError {
        address: peer.address.clone(),
        reason: "it is not the life that was meant, or answers something else".to_owned(),
        may_be_done: true,
    }
}

#[async_trait]
impl Peers for HttpPeers {
    async fn hand_over(
        &self,
        owner: &Peer,
        from: BootId,
        id: &InfId,
    ) -> Result<HandOver, PeerError> {
        let what = What::HandOver { id: id.clone() };
        match self.call(owner, from, what).await? {
            Answer::HandedOver { released: true } => Ok(HandOver::Released),
            Answer::HandedOver { released: false } => Ok(HandOver::Busy),
            _ => Err(unexpected(owner)),
        }
    }

    async fn offer(&self, to: &Peer, from: BootId, id: &InfId) -> Result<(), PeerError> {
        match self.call(to, from, What::Offer { id: id.clone() }).await? {
            Answer::Offered => Ok(()),
            _ => Err(unexpected(to)),
        }
    }

    async fn report(&self, peer: &Peer, from: BootId) -> Result<NodeReport, PeerError> {
        match self.call(peer, from, What::Report).await? {
            Answer::Report(reported) => Ok(reported.into()),
            _ => Err(unexpected(peer)),
        }
    }
}
