//! The stop.

use std::time::Duration;

use im_api_server::ServerLimits;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::client::{PATIENCE, Server, Slow, request, rest};

#[tokio::test]
async fn running_requests_finish_and_nobody_else_comes_in() {
    let slow = Slow::default();
    let server = Server::with(ServerLimits::default(), None, slow.clone()).await;
    let mut idle = server.connect().await;
    let mut busy = server.connect().await;
    busy.write_all(request("/slow").as_bytes()).await.unwrap();
    slow.begun.notified().await;
    server.shutdown.cancel();
    assert_eq!(rest(&mut idle).await, "");
    let refused = async { while TcpStream::connect(server.bound.addr).await.is_ok() {} };
    timeout(PATIENCE, refused)
        .await
        .expect("the listener closes");
    slow.end.notify_one();
    assert!(rest(&mut busy).await.ends_with("done"));
    timeout(PATIENCE, server.bound.join).await.unwrap().unwrap();
}

#[tokio::test]
async fn requests_that_do_not_finish_are_cut_off() {
    let slow = Slow::default();
    let limits = ServerLimits {
        stop_timeout: Duration::from_millis(50),
        ..ServerLimits::default()
    };
    let server = Server::with(limits, None, slow.clone()).await;
    let mut busy = server.connect().await;
    busy.write_all(request("/slow").as_bytes()).await.unwrap();
    slow.begun.notified().await;
    server.shutdown.cancel();
    timeout(PATIENCE, server.bound.join).await.unwrap().unwrap();
    assert_eq!(rest(&mut busy).await, "");
}
