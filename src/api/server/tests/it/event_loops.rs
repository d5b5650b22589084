//! The threads that serve connections.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::available_parallelism;

use axum::Router;
use axum::routing::{get, post};
use im_api_server::{Bound, EventLoops, ServerLimits, ServerSettings, serve};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::{Notify, oneshot};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::client::{PATIENCE, rest};

const GET: &str = "GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";
const POST: &str =
    "POST / HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

async fn serving(router: Router) -> Bound {
    serving_until(router, CancellationToken::new()).await
}

async fn serving_until(router: Router, shutdown: CancellationToken) -> Bound {
    let settings = ServerSettings {
        name: "test",
        address: "127.0.0.1".to_owned(),
        port: 0,
        tls: None,
        limits: ServerLimits::default(),
        drain: CancellationToken::new(),
        event_loops: Some(EventLoops::start().unwrap()),
    };
    serve(settings, router, shutdown).await.unwrap()
}

async fn asked(server: &Bound, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.addr).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// Threads that stand still until the gate is opened.
#[derive(Debug, Default)]
struct Gate {
    waiting: AtomicUsize,
    open: Mutex<bool>,
    opened: Condvar,
}

// === impl Gate ===

impl Gate {
    fn wait(&self) {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let open = self.open.lock().unwrap();
        drop(self.opened.wait_while(open, |open| !*open).unwrap());
    }

    fn open(&self) {
        *self.open.lock().unwrap() = true;
        self.opened.notify_all();
    }
}

#[test]
fn changes_that_compute_do_not_keep_readers_waiting() {
    let loops = available_parallelism().map_or(1, NonZeroUsize::get);
    let runtime = Builder::new_multi_thread()
        .worker_threads(loops + 1)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let gate = Arc::new(Gate::default());
        let of_change = Arc::clone(&gate);
        let change = move || {
            let gate = Arc::clone(&of_change);
            async move {
                gate.wait();
                "changed"
            }
        };
        let server = serving(Router::new().route("/", get(|| async { "here" }).post(change))).await;
        let mut changing = Vec::new();
        for _ in 0..loops {
            changing.push(asked(&server, POST).await);
        }
        let all_compute = async {
            while gate.waiting.load(Ordering::SeqCst) < loops {
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, all_compute).await.expect("all began");
        // Each loop has one connection that computes, and gets one that looks.
        for _ in 0..loops {
            let mut looking = asked(&server, GET).await;
            let answer = rest(&mut looking).await;
            assert!(answer.ends_with("here"), "{answer}");
        }
        gate.open();
        for mut stream in changing {
            let answer = rest(&mut stream).await;
            assert!(answer.ends_with("changed"), "{answer}");
        }
    });
}

#[tokio::test]
async fn a_change_is_given_up_with_its_connection() {
    struct Dropped(Arc<Notify>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.notify_one();
        }
    }
    let (begun, dropped) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (has_begun, guard) = (Arc::clone(&begun), Arc::clone(&dropped));
    let change = move || async move {
        let _guard = Dropped(guard);
        has_begun.notify_one();
        std::future::pending::<&str>().await
    };
    let server = serving(Router::new().route("/", post(change))).await;
    let stream = asked(&server, POST).await;
    begun.notified().await;
    drop(stream);
    timeout(PATIENCE, dropped.notified())
        .await
        .expect("nobody waits for it");
}

#[tokio::test]
async fn a_change_that_breaks_down_ends_its_connection_alone() {
    let broken = || async {
        assert!(std::hint::black_box(false), "on purpose");
        "never"
    };
    let router = Router::new().route("/", get(|| async { "here" }).post(broken));
    let server = serving(router).await;
    let mut stream = asked(&server, POST).await;
    assert_eq!(rest(&mut stream).await, "");
    let mut stream = asked(&server, GET).await;
    assert!(rest(&mut stream).await.ends_with("here"));
}

#[tokio::test]
async fn what_an_answer_opens_and_begins_outlives_the_loops() {
    let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = other.local_addr().unwrap();
    let (opened, opening) = oneshot::channel();
    let opened = Arc::new(Mutex::new(Some(opened)));
    let open = move || async move {
        let socket = TcpStream::connect(address).await.unwrap();
        let task = tokio::spawn(std::future::pending::<()>());
        let opened = opened.lock().unwrap().take();
        opened.unwrap().send((socket, task)).unwrap();
        "opened"
    };
    let shutdown = CancellationToken::new();
    let server = serving_until(Router::new().route("/", get(open)), shutdown.clone()).await;
    let mut stream = asked(&server, GET).await;
    assert!(rest(&mut stream).await.ends_with("opened"));
    let (mut socket, task) = opening.await.unwrap();
    let (mut there, _) = other.accept().await.unwrap();
    shutdown.cancel();
    timeout(PATIENCE, server.join).await.unwrap().unwrap();
    there.write_all(b"still here").await.unwrap();
    drop(there);
    assert_eq!(rest(&mut socket).await, "still here");
    assert!(!task.is_finished());
    task.abort();
}
