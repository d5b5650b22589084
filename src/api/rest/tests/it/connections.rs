//! Requests that come over one connection.

use std::time::Duration;

use im_api_server::{ServerLimits, ServerSettings, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::node::{Node, USER};

/// A listener of the API, and a connection to it.
async fn connected(node: &Node) -> TcpStream {
    let settings = ServerSettings {
        name: "test",
        address: "127.0.0.1".to_owned(),
        port: 0,
        tls: None,
        limits: ServerLimits::default(),
        drain: CancellationToken::new(),
        event_loops: None,
    };
    let server = serve(settings, node.api(), CancellationToken::new()).await;
    TcpStream::connect(server.unwrap().addr).await.unwrap()
}

/// The head of the answer to a request with these credentials.
async fn head(stream: &mut TcpStream, method: &str, path: &str, credentials: &str) -> String {
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: im.test\r\nAuthorization: {credentials}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let byte = timeout(Duration::from_secs(20), stream.read_u8()).await;
        head.push(byte.unwrap().unwrap());
    }
    String::from_utf8(head).unwrap()
}

/// What is said about the length of the answer.
fn length(head: &str) -> Vec<&str> {
    let is_length = |line: &&str| line.starts_with("content-length:");
    head.lines().filter(is_length).collect()
}

#[tokio::test]
async fn each_request_is_that_of_the_user_it_names() {
    let node = Node::new().await;
    let path = format!("/infrastructures/{}", node.created().await);
    let owner = USER.1;
    let other = "type = InfrastructureManager; username = bob; password = secret";
    let wrong = "type = InfrastructureManager; username = ann; password = secreT";
    let nobody = "type = Dummy; id = dummy";
    let unreadable = "id = a/b";
    let brought = [
        owner, other, owner, owner, wrong, owner, nobody, owner, unreadable, unreadable, owner,
        other, other,
    ];
    let mut stream = connected(&node).await;
    for brought in brought {
        let expected = match brought {
            brought if brought == owner => 200,
            brought if brought == unreadable => 401,
            brought if brought == nobody => 400,
            _ => 403,
        };
        let answered = head(&mut stream, "HEAD", &path, brought).await;
        let status = format!("HTTP/1.1 {expected} ");
        assert!(answered.starts_with(&status), "{brought}: {answered}");
    }
}

#[tokio::test]
async fn every_answer_says_its_length_once() {
    let node = Node::new().await;
    let inf = format!("/infrastructures/{}", node.created().await);
    for path in [inf.as_str(), "/unknown", "/livez", "/infrastructures//x"] {
        let looked = head(&mut connected(&node).await, "HEAD", path, USER.1).await;
        let got = head(&mut connected(&node).await, "GET", path, USER.1).await;
        assert_eq!(length(&looked).len(), 1, "{looked}");
        assert_eq!(length(&looked), length(&got), "{path}");
    }
}
