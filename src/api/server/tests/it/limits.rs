//! Clients that want too much, or take too long.

use std::time::Duration;

use im_api_server::ServerLimits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::client::{PATIENCE, Server, request, rest};

const SHORT: Duration = Duration::from_millis(100);

#[tokio::test]
async fn a_request_is_answered() {
    let server = Server::new(ServerLimits::default()).await;
    assert!(server.ask(&request("/")).await.ends_with("here"));
    assert!(server.ask(&request("/peer")).await.ends_with("false"));
}

#[tokio::test]
async fn a_long_head_is_431() {
    let limits = ServerLimits {
        head_bytes: 20_000,
        headers: 20,
        ..ServerLimits::default()
    };
    let server = Server::new(limits).await;
    let long = format!(
        "GET / HTTP/1.1\r\nHost: t\r\nX: {}\r\n\r\n",
        "x".repeat(40_000)
    );
    assert!(server.ask(&long).await.starts_with("HTTP/1.1 431 "));
    let many: String = (0..30).map(|n| format!("X-{n}: 1\r\n")).collect();
    let many = format!("GET / HTTP/1.1\r\n{many}\r\n");
    assert!(server.ask(&many).await.starts_with("HTTP/1.1 431 "));
}

#[tokio::test]
async fn ambiguous_lengths_are_refused() {
    let server = Server::new(ServerLimits::default()).await;
    for length in [
        "Transfer-Encoding : chunked\r\nContent-Length: 3",
        "Content-Length: -1",
        "Content-Length: 1\r\nContent-Length: 2",
    ] {
        let request = format!("GET / HTTP/1.1\r\nHost: t\r\n{length}\r\n\r\nabc");
        let answer = server.ask(&request).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{length}: {answer}");
    }
}

#[tokio::test]
async fn silent_and_dripping_clients_are_cut_off() {
    let limits = ServerLimits {
        head_timeout: SHORT,
        idle_timeout: PATIENCE,
        ..ServerLimits::default()
    };
    let server = Server::new(limits).await;
    let mut silent = server.connect().await;
    assert_eq!(rest(&mut silent).await, "");
    let mut dripping = server.connect().await;
    let mut drops = 0;
    while dripping.write_all(b"G").await.is_ok() && drops < 10_000 {
        tokio::time::sleep(Duration::from_millis(5)).await;
        drops += 1;
    }
    assert!(drops < 10_000, "the server closes");
}

#[tokio::test]
async fn between_requests_the_idle_time_holds() {
    let limits = ServerLimits {
        head_timeout: SHORT,
        idle_timeout: SHORT * 20,
        ..ServerLimits::default()
    };
    let server = Server::new(limits).await;
    let mut stream = server.connect().await;
    let ask = b"GET / HTTP/1.1\r\nHost: t\r\n\r\n";
    let mut buffer = [0; 4096];
    for _ in 0..2 {
        stream.write_all(ask).await.unwrap();
        assert!(stream.read(&mut buffer).await.unwrap() > 0);
        tokio::time::sleep(SHORT * 2).await;
    }
    assert_eq!(rest(&mut stream).await, "", "it ends at last");
}

#[tokio::test]
async fn a_client_that_does_not_read_is_cut_off() {
    let limits = ServerLimits {
        write_timeout: SHORT,
        ..ServerLimits::default()
    };
    let server = Server::new(limits).await;
    let mut stream = server.connect().await;
    stream.write_all(request("/long").as_bytes()).await.unwrap();
    server.shutdown.cancel();
    // The server can only end when the connection has.
    timeout(PATIENCE, server.bound.join).await.unwrap().unwrap();
}

#[tokio::test]
async fn one_client_gets_so_many_connections() {
    let limits = ServerLimits {
        connections_per_client: 2,
        ..ServerLimits::default()
    };
    let server = Server::new(limits).await;
    let first = server.connect().await;
    let _second = server.connect().await;
    assert_eq!(server.ask(&request("/")).await, "");
    drop(first);
    let again = async {
        while !server.ask(&request("/")).await.ends_with("here") {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, again)
        .await
        .expect("a place is free again");
}
