//! Bodies: their types, their size, the time that they take.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Method, StatusCode};
use futures::{StreamExt, stream};
use im_api_rest::{BodyLimits, RequestSettings};

use crate::node::{Node, USER};

fn small() -> RequestSettings {
    RequestSettings {
        body: BodyLimits {
            bytes: 1000,
            timeout: Duration::from_millis(50),
        },
        ..RequestSettings::default()
    }
}

#[tokio::test]
async fn a_long_body_is_413_whether_it_says_its_length_or_not() {
    let node = Node::with(small()).await;
    let long = "x".repeat(1001);
    let said = node
        .send(Method::POST, "/infrastructures", &[USER], long.clone())
        .await;
    assert_eq!(said.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(
        said.text,
        "The body of the request exceeds the limit of 1000 bytes."
    );
    let pieces = stream::iter([Ok::<_, std::io::Error>(Bytes::from(long))]);
    let body = Body::from_stream(pieces);
    let streamed = node
        .send(Method::POST, "/infrastructures", &[USER], body)
        .await;
    assert_eq!(streamed.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_slow_body_is_408() {
    let node = Node::with(small()).await;
    let first = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"net"))]);
    let body = Body::from_stream(first.chain(stream::pending()));
    let answer = node
        .send(Method::POST, "/infrastructures", &[USER], body)
        .await;
    assert_eq!(answer.status, StatusCode::REQUEST_TIMEOUT);
}

#[tokio::test]
async fn broken_text_in_a_body_is_400() {
    let node = Node::new().await;
    let body = Body::from(&b"description \xff"[..]);
    let answer = node
        .send(Method::POST, "/infrastructures", &[USER], body)
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.text, "The body of the request is not UTF-8 text.");
}

#[tokio::test]
async fn deep_and_broken_json_is_400() {
    let node = Node::new().await;
    let json = ("Content-Type", "application/json");
    let lone = "[{\"class\": \"system\", \"id\": \"\\ud800\"}]".to_owned();
    for body in [
        "[".repeat(100_000),
        "{\"a\":".repeat(100_000),
        lone,
        String::new(),
        "nul".into(),
    ] {
        for (method, path) in [
            (Method::POST, "/infrastructures"),
            (Method::PUT, "/infrastructures"),
            (Method::POST, "/infrastructures/x"),
            (Method::POST, "/infrastructures/x/authorization"),
            (Method::PUT, "/infrastructures/x/vms/0"),
        ] {
            let answer = node
                .send(method.clone(), path, &[USER, json], body.clone())
                .await;
            assert_eq!(
                answer.status,
                StatusCode::BAD_REQUEST,
                "{method} {path} {}",
                answer.text
            );
        }
    }
}

#[tokio::test]
async fn a_body_that_is_no_tosca_is_400_and_an_empty_one_has_no_type() {
    let node = Node::new().await;
    let yaml = ("Content-Type", "text/yaml");
    let answer = node
        .send(Method::POST, "/infrastructures", &[USER, yaml], "a: b")
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.text.contains("tosca_definitions_version"));
    let nothing = node
        .send(
            Method::PUT,
            "/infrastructures/x/reconfigure",
            &[USER, yaml],
            "",
        )
        .await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
}
