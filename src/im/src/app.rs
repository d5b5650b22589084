//! The composition root: the only file that sees every room. It puts them together in order, runs them, and takes
//! them down in the reverse order.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use im_api_rest::{BodyLimits, RequestSettings, RestSettings};
use im_api_server::Bound;
use im_api_xmlrpc::{CallSettings, XmlRpcSettings};
use im_auth::Authenticator;
use im_cluster::{CacheSettings, Cluster};
use im_config::{Database, Settings};
use im_connectors::Registry;
use im_manager::{Manager, Recoverer};
use im_util::{Clock, SystemClock};
use tokio_util::sync::CancellationToken;

use crate::wiring;
use crate::wiring::operations::Scan;

/// Room for cached infrastructures.
const CACHE_BYTES: u64 = 512 << 20;

/// How long the work behind requests may go on after the last request has ended.
const WORK_GRACE: Duration = Duration::from_secs(20);

/// The service as it runs.
#[derive(Debug)]
pub(crate) struct App {
    manager: Manager,
    cluster: Cluster,
    scanner: Scan,
    /// The REST API, if it is active.
    pub(crate) rest: Option<Bound>,
    /// The XML-RPC API, if it is active.
    pub(crate) xmlrpc: Option<Bound>,
    shutdown: CancellationToken,
}

// === impl App ===

impl App {
    /// Starts everything: the store, what stands on it, and last the listeners, so that the first request finds all in
    /// place. The error is a full sentence.
    pub(crate) async fn start(settings: &Settings) -> Result<Self, String> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let store = open_store(settings).await?;
        let cache = CacheSettings {
            time_to_idle: settings.ha.inf_cache_time,
            max_bytes: CACHE_BYTES,
        };
        let recoverer = Arc::new(Recoverer::default());
        let parts = wiring::operations::alone(store, &clock, &recoverer);
        let cluster = Cluster::alone(parts, cache);
        let authenticator =
            Authenticator::new(wiring::auth::settings(settings), Arc::clone(&clock));
        let registry = Registry::new(wiring::clouds::settings(settings), Arc::clone(&clock));
        let manager = Manager::with_operations(
            wiring::manager::settings(settings),
            authenticator,
            cluster.clone(),
            registry,
            Arc::clone(&clock),
            wiring::operations::settings(settings)?,
        );
        recoverer.bind(&manager);
        let scanner = wiring::operations::scan(settings, &cluster, &manager, &clock);
        let mut app = Self {
            manager,
            cluster,
            scanner,
            rest: None,
            xmlrpc: None,
            shutdown: CancellationToken::new(),
        };
        if let Err(error) = app.listen(settings).await {
            app.stop().await;
            return Err(error);
        }
        Ok(app)
    }

    async fn listen(&mut self, settings: &Settings) -> Result<(), String> {
        if settings.rest.active {
            let rest = RestSettings {
                server: wiring::servers::rest(settings),
                requests: RequestSettings {
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
                },
            };
            let bound = im_api_rest::serve(self.manager.clone(), rest, self.shutdown.clone()).await;
            self.rest = Some(bound.map_err(|error| error.to_string())?);
        }
        if settings.xmlrpc.active {
            let xmlrpc = XmlRpcSettings {
                server: wiring::servers::xmlrpc(settings),
                calls: CallSettings {
                    max_body: max_body(settings),
                    body_timeout: settings.limits.request_body_timeout,
                    vminfo_json: settings.xmlrpc.vminfo_json,
                    ..CallSettings::default()
                },
            };
            let bound =
                im_api_xmlrpc::serve(self.manager.clone(), xmlrpc, self.shutdown.clone()).await;
            self.xmlrpc = Some(bound.map_err(|error| error.to_string())?);
        }
        Ok(())
    }

    /// Ends: no new requests, the running ones finish, then the work behind them, then the last commits.
    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        for bound in [self.rest, self.xmlrpc].into_iter().flatten() {
            if bound.join.await.is_err() {
                tracing::error!("an API ended in disorder");
            }
        }
        self.scanner.end().await;
        if !self.manager.close(WORK_GRACE).await {
            tracing::warn!(
                "work in the background was cut off; it is resumed after the next start"
            );
        }
        self.cluster.close().await;
    }
}

fn max_body(settings: &Settings) -> usize {
    usize::try_from(settings.limits.max_request_body.get()).unwrap_or(usize::MAX)
}

/// Opens the database of the configuration. The error is a full sentence without secrets.
pub(crate) async fn open_store(settings: &Settings) -> Result<Arc<dyn im_store::Database>, String> {
    let database = &settings.basic.database;
    let opened = match database {
        Database::Sqlite(path) => im_store::open(&format!("sqlite://{}", path.display())).await,
        Database::Mysql(server) => im_store::open(server.url.expose()).await,
        Database::Mongo(_) => {
            return Err(format!(
                "DATA_DB names {database}, which this release cannot use; expected sqlite:// and a path, or \
                 mysql://user:password@host:port/database."
            ));
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
