//! What is a call and what is not, over HTTP.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Method, Request, StatusCode};
use dxr::Value;
use futures::{StreamExt, stream};
use im_api_xmlrpc::CallSettings;

use crate::node::{Node, Reply, text, user};

const VERSION: &str = "<methodCall><methodName>GetVersion</methodName></methodCall>";

#[tokio::test]
async fn any_path_is_served() {
    let node = Node::new().await;
    for path in ["/", "/RPC2", "/im/xmlrpc?x=y", "/%2e%2e/%00"] {
        let request = Request::post(path).body(Body::from(VERSION)).unwrap();
        let (status, document) = node.request(request).await;
        assert_eq!(status, StatusCode::OK, "{path}: {document}");
    }
}

#[tokio::test]
async fn only_post_makes_a_call() {
    let node = Node::new().await;
    for method in [
        Method::GET,
        Method::HEAD,
        Method::PUT,
        Method::DELETE,
        Method::OPTIONS,
        Method::TRACE,
    ] {
        let request = Request::builder()
            .method(&method)
            .uri("/")
            .body(Body::from(VERSION))
            .unwrap();
        let (status, _) = node.request(request).await;
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
}

#[tokio::test]
async fn what_does_not_exist_is_a_fault() {
    let node = Node::new().await;
    for (method, params, expected) in [
        (
            "NoSuchMethod",
            vec![],
            "method \"NoSuchMethod\" is not supported",
        ),
        (
            "system.listMethods",
            vec![],
            "method \"system.listMethods\" is not supported",
        ),
        (
            "GetVersion",
            vec![text("x")],
            "wrong number of parameters: GetVersion() was called with 1",
        ),
        (
            "AddResource",
            vec![],
            "wrong number of parameters: AddResource(inf_id, radl, auth[, context]) was called with 0",
        ),
    ] {
        let reply = node.call(method, params).await;
        assert_eq!(reply, Reply::Fault(1, expected.to_owned()));
    }
    let Reply::Fault(1, fault) = node.call(&"x".repeat(100_000), vec![]).await else {
        panic!("a fault was expected");
    };
    assert!(fault.len() < 200, "{fault}");
}

#[tokio::test]
async fn documents_that_are_no_calls_are_faults() {
    let node = Node::new().await;
    for document in [
        &b""[..],
        b"x",
        b"\xff\xfe\x00",
        b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><methodCall><methodName>&x;</methodName></methodCall>",
        b"<methodCall><methodName>GetVersion",
        b"<methodCall><methodName>a\x1b</methodName></methodCall>",
    ] {
        let reply = node.send(document.to_vec()).await;
        assert!(matches!(reply, Reply::Fault(1, _)), "{reply:?}");
    }
}

#[tokio::test]
async fn long_bodies_are_refused_and_taken_from_the_client() {
    let node = Node::with(CallSettings {
        max_body: 1000,
        body_timeout: Duration::from_millis(200),
        ..CallSettings::default()
    })
    .await;
    let padded = |length: usize| format!("{VERSION}{}", " ".repeat(length - VERSION.len()));
    assert!(matches!(node.send(padded(1000)).await, Reply::Done(_)));
    for length in [1001, 3000, 100_000] {
        let (status, text) = node.post(padded(length)).await;
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(
            text,
            "The request is larger than the limit of 1000 bytes.\n"
        );
    }
    let endless = stream::repeat_with(|| Ok::<_, Infallible>(Bytes::from_static(&[b' '; 64])));
    let (status, _) = node.post(Body::from_stream(endless)).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn documents_share_a_budget() {
    let node = Node::with(CallSettings {
        max_body: 1 << 20,
        documents: 1 << 20,
        body_timeout: Duration::from_millis(500),
        ..CallSettings::default()
    })
    .await;
    let document = |length: usize| format!("{VERSION}{}", " ".repeat(length));
    // One that has arrived for the most part, and whose rest is never sent.
    let most = stream::iter([Ok::<_, Infallible>(Bytes::from(document(900_000)))]);
    let held = node.post(Body::from_stream(most.chain(stream::pending())));
    let others = async {
        assert_eq!(
            node.post(document(900_000)).await.0,
            StatusCode::SERVICE_UNAVAILABLE
        );
        assert_eq!(node.post(document(60_000)).await.0, StatusCode::OK);
    };
    let ((held, _), ()) = tokio::join!(held, others);
    assert_eq!(held, StatusCode::REQUEST_TIMEOUT);
    assert_eq!(node.post(document(900_000)).await.0, StatusCode::OK);
}

#[tokio::test]
async fn slow_and_broken_and_compressed_bodies_are_refused() {
    let node = Node::with(CallSettings {
        body_timeout: Duration::from_millis(20),
        ..CallSettings::default()
    })
    .await;
    let silent = Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
    assert_eq!(node.post(silent).await.0, StatusCode::REQUEST_TIMEOUT);
    let broken = Body::from_stream(stream::iter([Err::<Bytes, _>(std::io::Error::other(
        "broken",
    ))]));
    assert_eq!(node.post(broken).await.0, StatusCode::BAD_REQUEST);
    let zipped = Request::post("/")
        .header("Content-Encoding", "gzip")
        .body(Body::from(VERSION))
        .unwrap();
    assert_eq!(
        node.request(zipped).await.0,
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
}

#[tokio::test]
async fn long_documents_are_read_too() {
    let node = Node::new().await;
    let filter = "x".repeat(1 << 20);
    let reply = node
        .call("GetInfrastructureList", vec![user("ann"), text(&filter)])
        .await;
    assert!(
        matches!(reply, Reply::Done(_) | Reply::Refused(_)),
        "{reply:?}"
    );
    let many = Value::Array(vec![text("x"); 200_000]);
    let reply = node.call("GetInfrastructureList", vec![many]).await;
    assert!(
        matches!(&reply, Reply::Fault(1, text) if text.contains("100000")),
        "{reply:?}"
    );
}
