//! The composition root: the only file that sees every room. It puts them together in order, runs them, and takes
//! them down in the reverse order.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use im_api_peer::{ClientApi, ClientApis, Local};
use im_api_rest::{BodyLimits, RequestSettings};
use im_api_server::{Bound, EventLoops, Handler};
use im_api_xmlrpc::CallSettings;
use im_auth::Authenticator;
use im_cluster::Cluster;
use im_config::{Database, Settings};
use im_connectors::Registry;
use im_manager::{Manager, Recoverer};
use im_oaipmh::Oai;
use im_store::Measured;
use im_telemetry::LogControl;
use im_telemetry::metrics::{Api, Metrics};
use im_util::{Clock, SystemClock};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::wiring;
use crate::wiring::cluster::{Joined, Way};
use crate::wiring::metrics::Watched;
use crate::wiring::operations::Scan;

/// How long the work behind requests may go on after the last request has ended.
const WORK_GRACE: Duration = Duration::from_secs(20);

/// How long a node that is told to end goes on as before, but for saying so: `/readyz` answers 404, and every answer is
/// the last one of its connection. It is the time that load balancers take to look at `/readyz` once more and to let
/// go their idle connections; with less, some of their requests would meet a closed listener.
const NOTICE: Duration = Duration::from_secs(3);

/// The service as it runs.
#[derive(Debug)]
pub(crate) struct App {
    manager: Manager,
    cluster: Cluster,
    scanner: Scan,
    watched: Watched,
    clock: Arc<dyn Clock>,
    /// The REST API, if it is active.
    pub(crate) rest: Option<Bound>,
    /// The XML-RPC API, if it is active.
    pub(crate) xmlrpc: Option<Bound>,
    /// The listener for the other nodes, if there can be others.
    pub(crate) peers: Option<Bound>,
    /// The metrics, if they are served.
    pub(crate) metrics: Option<Bound>,
    /// The socket for the operator, if there is one.
    local: Option<Local>,
    drain: CancellationToken,
    drain_timeout: Duration,
    shutdown: CancellationToken,
    /// The threads that serve the connections of clients.
    event_loops: EventLoops,
    /// Ends the listener for the other nodes, which is needed to the last commit, and that of the metrics.
    last: CancellationToken,
}

// === impl App ===

impl App {
    /// Starts everything: the store, what stands on it, and last the listeners, so that the first request finds all in
    /// place. The error is a full sentence.
    pub(crate) async fn start(settings: &Settings, logs: LogControl) -> Result<Self, String> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let event_loops = EventLoops::start().map_err(|error| {
            format!("The threads that serve connections cannot be started: {error}.")
        })?;
        let documents = wiring::documents::open(settings, &clock)?;
        let oai = wiring::oai::open(settings, &documents, &clock);
        let store = open_store(settings).await?;
        let registry = Registry::new(wiring::clouds::settings(settings), Arc::clone(&clock));
        let metrics = Metrics::new(env!("CARGO_PKG_VERSION"), registry.types());
        let registry = registry.counted(metrics.clouds.clone());
        let store = Arc::new(Measured::new(
            store,
            metrics.store.clone(),
            metrics.operations.clone(),
            Arc::clone(&clock),
        ));
        let operations = wiring::operations::settings(settings)?;
        let recoverer = Arc::new(Recoverer::default());
        let shared = Arc::clone(&store) as Arc<dyn im_store::Database>;
        let Joined { cluster, way } =
            wiring::cluster::join(settings, shared, &clock, &recoverer, &metrics).await?;
        let authenticator =
            Authenticator::new(wiring::auth::settings(settings), Arc::clone(&clock));
        let manager = Manager::with_operations(
            wiring::manager::settings(settings),
            authenticator,
            cluster.clone(),
            registry,
            Arc::clone(&clock),
            operations,
            wiring::documents::source(settings, &documents),
        );
        recoverer.bind(&manager);
        let scanner = wiring::operations::scan(settings, &cluster, &manager, &clock);
        let watched = Watched {
            metrics: Arc::new(metrics),
            store,
            cluster: cluster.clone(),
        };
        let mut app = Self {
            manager,
            cluster,
            scanner,
            watched,
            clock,
            rest: None,
            xmlrpc: None,
            peers: None,
            metrics: None,
            local: None,
            drain: CancellationToken::new(),
            drain_timeout: settings.ha.drain_timeout,
            shutdown: CancellationToken::new(),
            last: CancellationToken::new(),
            event_loops,
        };
        if let Err(error) = app.listen(settings, oai, way, logs).await {
            app.stop().await;
            return Err(error);
        }
        Ok(app)
    }

    /// The listener for the other nodes begins first: who gets requests can send them on.
    async fn listen(
        &mut self,
        settings: &Settings,
        oai: Option<Oai>,
        way: Option<Way>,
        logs: LogControl,
    ) -> Result<(), String> {
        self.local = wiring::logs::socket(settings, &logs, &self.last).await?;
        let (watched, last) = (self.watched.clone(), self.last.clone());
        self.metrics = wiring::metrics::serve(settings, watched, last).await?;
        let mut apis = self.apis(settings, oai);
        if let Some(way) = way {
            let ClientApis { rest, xmlrpc } = apis.clone();
            let cluster = &self.cluster;
            let around = ClientApis {
                rest: way.around(rest, ClientApi::Rest, cluster),
                xmlrpc: way.around(xmlrpc, ClientApi::XmlRpc, cluster),
            };
            self.peers = Some(way.serve(cluster.clone(), apis, logs, self.last.clone()));
            apis = around;
        }
        if settings.rest.active {
            let server = wiring::servers::rest(settings, &self.drain, &self.event_loops);
            let api = self.measured(apis.rest, Api::Rest);
            self.rest = Some(self.serve(server, api).await?);
        }
        if settings.xmlrpc.active {
            let server = wiring::servers::xmlrpc(settings, &self.drain, &self.event_loops);
            let api = self.measured(apis.xmlrpc, Api::XmlRpc);
            self.xmlrpc = Some(self.serve(server, api).await?);
        }
        Ok(())
    }

    /// With its requests counted and in traces, whoever answers them.
    fn measured(&self, handler: Handler, api: Api) -> Handler {
        let handler = im_api_server::traced(handler);
        let metrics = &self.watched.metrics.requests;
        im_api_server::measured(handler, api, metrics, Arc::clone(&self.clock))
    }

    async fn serve(
        &self,
        server: im_api_server::ServerSettings,
        api: Handler,
    ) -> Result<Bound, String> {
        let bound = im_api_server::serve(server, api, self.shutdown.clone()).await;
        bound.map_err(|error| error.to_string())
    }

    /// Both APIs, as they serve what need not be sent on.
    fn apis(&self, settings: &Settings, oai: Option<Oai>) -> ClientApis {
        let requests = RequestSettings {
            body: BodyLimits {
                bytes: settings.limits.max_request_body.get(),
                timeout: settings.limits.request_body_timeout,
            },
            cors: settings
                .rest
                .enable_cors
                .then(|| settings.rest.cors_origin.clone()),
            static_files: settings.rest.static_files_dir.clone(),
            single_site: wiring::auth::single_site(settings),
            oai,
        };
        let calls = CallSettings {
            max_body: max_body(settings),
            body_timeout: settings.limits.request_body_timeout,
            vminfo_json: settings.xmlrpc.vminfo_json,
            ..CallSettings::default()
        };
        ClientApis {
            rest: im_api_rest::router(self.manager.clone(), requests),
            xmlrpc: im_api_xmlrpc::router(self.manager.clone(), calls).into(),
        }
    }

    /// Ends, in an order in which no request fails: first load balancers and other nodes are told, while everything goes
    /// on; then what is owned here goes to other nodes, as soon as its work has ended; then the listeners close and the
    /// running requests finish; then the work behind them and the last commits; then the session.
    pub(crate) async fn stop(self) {
        self.scanner.end().await;
        let had_requests = self.rest.is_some() || self.xmlrpc.is_some();
        if self.peers.is_some() && had_requests {
            self.drain.cancel();
            self.cluster.begin_drain().await;
            let notice = NOTICE.min(self.drain_timeout);
            sleep(notice).await;
            let left = self
                .cluster
                .drain(self.drain_timeout.saturating_sub(notice))
                .await;
            if left > 0 {
                tracing::warn!(
                    left,
                    "DRAIN_TIMEOUT is over and not everything was given to other nodes; they take it over when this one is gone"
                );
            }
        }
        self.shutdown.cancel();
        for bound in [self.rest, self.xmlrpc].into_iter().flatten() {
            if bound.join.await.is_err() {
                tracing::error!("an API ended in disorder");
            }
        }
        if !self.manager.close(WORK_GRACE).await {
            tracing::warn!(
                "work in the background was cut off; it is resumed after the next start"
            );
        }
        self.cluster.close().await;
        self.last.cancel();
        for bound in [self.peers, self.metrics].into_iter().flatten() {
            if bound.join.await.is_err() {
                tracing::error!("a listener for nodes or metrics ended in disorder");
            }
        }
        if let Some(local) = self.local
            && local.join.await.is_err()
        {
            tracing::error!("the socket of im loglevel ended in disorder");
        }
    }
}

fn max_body(settings: &Settings) -> usize {
    usize::try_from(settings.limits.max_request_body.get()).unwrap_or(usize::MAX)
}

/// A database of a kind that this release does not know.
pub(crate) fn unusable(database: &Database) -> String {
    format!(
        "DATA_DB names {database}, which this release cannot use; expected sqlite:// and a path, or \
         mysql://user:password@host:port/database."
    )
}

/// Opens the database of the configuration. The error is a full sentence without secrets.
pub(crate) async fn open_store(settings: &Settings) -> Result<Arc<dyn im_store::Database>, String> {
    let database = &settings.basic.database;
    let opened = match database {
        Database::Sqlite(path) => im_store::open(&format!("sqlite://{}", path.display())).await,
        Database::Mysql(server) => im_store::open(server.url.expose()).await,
        Database::Mongo(_) => {
            return Err(unusable(database));
        }
    };
    match opened {
        Ok(store) => Ok(store),
        Err(error) => Err(format!("The database {database} cannot be used: {error}")),
    }
}

/// Runs a command's future on a runtime of its own.
pub(crate) fn block_on<T>(future: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("The runtime cannot be started: {error}."))?
        .block_on(future)
}
