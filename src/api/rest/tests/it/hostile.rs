//! Requests that are meant to break something.

use axum::http::{Method, StatusCode};

use crate::node::{Node, RADL, USER};

#[tokio::test]
async fn broken_text_in_paths_queries_and_headers_is_400() {
    let node = Node::new().await;
    for path in [
        "/infrastructures/%ff",
        "/infrastructures/%c3%28/radl",
        "/infrastructures/x/vms/0/%ff",
        "/infrastructures?filter=%ff",
        "/stats?init_date=%fe",
        "/static/%ff",
        "/clouds/%ff/images",
    ] {
        let answer = node.get(path).await;
        assert_eq!(
            answer.status,
            StatusCode::BAD_REQUEST,
            "{path}: {}",
            answer.text
        );
        assert!(
            answer.text.contains("not UTF-8 text"),
            "{path}: {}",
            answer.text
        );
    }
    let unknown = node
        .send(Method::PUT, "/infrastructures/x/%ff", &[USER], "")
        .await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
    let accept = node.raw_header("accept", b"text/\xff").await;
    assert_eq!(accept.status, StatusCode::BAD_REQUEST);
    let credentials = node.raw_header("authorization", b"type = \xff").await;
    assert_eq!(credentials.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn ids_that_cannot_be_are_not_found() {
    let node = Node::new().await;
    let long = "x".repeat(300);
    for id in [
        "..%2f..%2fetc",
        "%00",
        "a%20b",
        "%27%20or%20%271%27=%271",
        "%25",
        long.as_str(),
    ] {
        let answer = node.get(&format!("/infrastructures/{id}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{id}");
    }
}

#[tokio::test]
async fn a_filter_takes_linear_time() {
    let node = Node::new().await;
    let word = "a".repeat(20_000);
    let document = format!("description d (note = '{word}!')\n{RADL}");
    let created = node
        .send(Method::POST, "/infrastructures", &[USER], document)
        .await;
    assert_eq!(created.status, StatusCode::OK, "{}", created.text);
    let begun = std::time::Instant::now();
    for filter in ["(a%2B)%2B$", "(a%7Ca)*b", "(.*a){20}x"] {
        let answer = node.get(&format!("/infrastructures?filter={filter}")).await;
        assert!(answer.status == StatusCode::OK || answer.status == StatusCode::BAD_REQUEST);
    }
    assert!(begun.elapsed().as_secs() < 10);
}

#[tokio::test]
async fn addresses_are_not_made_of_what_strangers_send() {
    let node = Node::new().await;
    let evil = [USER, ("Host", "a\"><script>")];
    let answer = node.send(Method::GET, "/infrastructures", &evil, "").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let inf = node.created().await;
    let forwarded = [
        USER,
        ("X-Forwarded-Host", "a b"),
        ("X-Forwarded-Prefix", "//evil"),
    ];
    let answer = node
        .send(Method::GET, "/infrastructures", &forwarded, "")
        .await;
    assert_eq!(answer.text, format!("http://im.test/infrastructures/{inf}"));
}
