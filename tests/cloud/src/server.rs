//! The listener, and a cloud that runs in a thread of a test.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tower::ServiceExt;

use crate::faults::Dice;
use crate::ledger::Ledger;
use crate::settings::Settings;
use crate::{Audit, Faults, api};

/// What all requests share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    dice: Mutex<Dice>,
    ledger: Mutex<Ledger>,
}

/// Marks an answer that is not to be given: the connection is closed instead.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HangUp;

/// A cloud that runs in a thread of this process, until it is dropped.
#[derive(Debug)]
pub struct Cloud {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

// === impl Shared ===

impl Shared {
    pub(crate) fn dice(&self) -> MutexGuard<'_, Dice> {
        self.dice.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn audit(&self) -> Audit {
        let ledger = self.ledger();
        Audit {
            machines: ledger.state().machines.clone(),
            calls: ledger.state().calls.clone(),
        }
    }

    pub(crate) fn set_faults(&self, faults: Faults) {
        *self.dice() = Dice::new(faults);
    }
}

// === impl Cloud ===

impl Cloud {
    /// Starts it.
    ///
    /// # Errors
    /// If the file cannot be used, or the port.
    pub fn start(settings: Settings) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        // Also within the runtime of a test, which must not wait for another one.
        let listener = std::net::TcpListener::bind(settings.listen)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            ledger: Mutex::new(Ledger::open(&settings.state)?),
            dice: Mutex::new(Dice::new(settings.faults.clone())),
            settings,
        });
        let (stop, stopped) = oneshot::channel();
        let router = api::router(Arc::clone(&shared));
        let thread = std::thread::spawn(move || {
            let result = runtime.block_on(async {
                let listener = TcpListener::from_std(listener)?;
                tokio::select! {
                    result = serve(listener, router) => result,
                    _ = stopped => Ok(()),
                }
            });
            runtime.shutdown_background();
            result
        });
        Ok(Self {
            address,
            shared,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What was ever made.
    pub fn audit(&self) -> Audit {
        self.shared.audit()
    }

    /// How many machines were ever made.
    pub fn made(&self) -> usize {
        self.shared.ledger().state().machines.len()
    }

    /// From now on, this goes wrong.
    pub fn set_faults(&self, faults: Faults) {
        self.shared.set_faults(faults);
    }

    /// The line of credentials for it, for a file or a header of credentials.
    pub fn credentials(&self, idempotency: &str) -> String {
        format!(
            "id = sim; type = Simulated; host = http://{}; username = u; password = p; idempotency = {idempotency}",
            self.address
        )
    }

    /// Serves until the process ends.
    ///
    /// # Errors
    /// If it cannot listen any more.
    pub fn wait(mut self) -> io::Result<()> {
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(result)) => result,
            Some(Err(_)) => Err(io::Error::other("the thread of the cloud died")),
            None => Ok(()),
        }
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ends_now = thread.join();
        }
    }
}

async fn serve(listener: TcpListener, router: Router) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let router = router.clone();
        tokio::spawn(async move {
            let answer = service_fn(move |request: http::Request<Incoming>| {
                let router = router.clone();
                async move {
                    let Ok(response) = router.oneshot(request).await;
                    match response.extensions().get::<HangUp>() {
                        Some(HangUp) => Err(io::Error::other("the answer is lost on purpose")),
                        None => Ok(response),
                    }
                }
            });
            let connection = http1::Builder::new()
                // A client that is gone before its answer has asked all the same.
                .half_close(true)
                .serve_connection(TokioIo::new(stream), answer);
            // Clients go away, and answers are lost on purpose: nothing to tell.
            let _ended = connection.await;
        });
    }
}
