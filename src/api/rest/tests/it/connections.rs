//! Requests that come over one connection.

use std::time::Duration;

use im_api_server::{ServerLimits, ServerSettings, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::node::{Node, USER};

/// The statuses of requests with these credentials, sent one after the other over one connection.
async fn statuses(node: &Node, path: &str, credentials: &[&str]) -> Vec<u16> {
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
    let mut stream = TcpStream::connect(server.unwrap().addr).await.unwrap();
    let mut statuses = Vec::new();
    for credentials in credentials {
        let request = format!(
            "HEAD {path} HTTP/1.1\r\nHost: im.test\r\nAuthorization: {credentials}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let byte = timeout(Duration::from_secs(20), stream.read_u8()).await;
            head.push(byte.unwrap().unwrap());
        }
        let head = String::from_utf8(head).unwrap();
        statuses.push(head.split(' ').nth(1).unwrap().parse().unwrap());
    }
    statuses
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
    let expected: Vec<u16> = brought
        .iter()
        .map(|brought| match *brought {
            brought if brought == owner => 200,
            brought if brought == unreadable => 401,
            brought if brought == nobody => 400,
            _ => 403,
        })
        .collect();
    assert_eq!(statuses(&node, &path, &brought).await, expected);
}
