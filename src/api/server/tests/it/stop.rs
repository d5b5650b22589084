//! The stop.

use std::time::Duration;

use im_api_server::ServerLimits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
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

#[tokio::test]
async fn each_answer_of_a_node_that_drains_is_the_last_of_its_connection() {
    const ASK: &[u8] = b"GET / HTTP/1.1\r\nHost: test\r\n\r\n";
    let server = Server::new(ServerLimits::default()).await;
    let mut kept = server.connect().await;
    kept.write_all(ASK).await.unwrap();
    let mut answer = [0; 1024];
    let length = kept.read(&mut answer).await.unwrap();
    assert!(!String::from_utf8_lossy(&answer[..length]).contains("connection: close"));
    server.drain.cancel();
    kept.write_all(ASK).await.unwrap();
    let last = rest(&mut kept).await;
    assert!(
        last.contains("connection: close") && last.ends_with("here"),
        "{last}"
    );
    let new = server.ask("GET / HTTP/1.1\r\nHost: test\r\n\r\n").await;
    assert!(new.contains("connection: close"), "{new}");
}
