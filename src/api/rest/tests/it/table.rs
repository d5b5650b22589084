//! What holds for every path of the table.

use axum::http::{Method, StatusCode, header};
use im_api_rest::documented_routes;

use crate::node::{Node, path_of};

/// Paths that need no credentials.
const PUBLIC: [&str; 8] = [
    "/",
    "/openapi.json",
    "/version",
    "/livez",
    "/readyz",
    "/oai",
    "/static/{path}",
    "/static",
];

#[tokio::test]
async fn every_other_path_asks_for_credentials_before_anything_else() {
    let node = Node::new().await;
    for route in documented_routes() {
        let method: Method = route.method.to_ascii_uppercase().parse().unwrap();
        let answer = node
            .send(method, &path_of(route.path), &[], "not a document")
            .await;
        if PUBLIC.contains(&route.path) {
            assert_ne!(answer.status, StatusCode::UNAUTHORIZED, "{route:?}");
        } else {
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{route:?}");
            assert_eq!(answer.text, "No authentication data provided", "{route:?}");
        }
    }
}

#[tokio::test]
async fn every_path_says_its_methods_and_refuses_the_others() {
    let node = Node::new().await;
    for route in documented_routes() {
        let path = path_of(route.path);
        let options = node.send(Method::OPTIONS, &path, &[], "").await;
        assert_eq!(options.status, StatusCode::OK, "{path}");
        assert_eq!(options.kind(), "text/html; charset=utf-8", "{path}");
        let allow = options.headers[header::ALLOW].to_str().unwrap().to_owned();
        let method = route.method.to_ascii_uppercase();
        assert!(
            allow.split(", ").any(|known| known == method),
            "{route:?}: {allow}"
        );
        let refused = node.send(Method::PATCH, &path, &[], "").await;
        assert_eq!(refused.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        assert_eq!(refused.headers[header::ALLOW], allow, "{path}");
        assert_eq!(
            refused.text,
            "The method is not allowed for the requested URL."
        );
    }
}

#[tokio::test]
async fn no_other_path_exists() {
    let node = Node::new().await;
    for path in [
        "/nothing",
        "/version/",
        "/infrastructures/",
        "/clouds",
        "/static",
        "/infrastructures/x/vms/0/disks/0",
    ] {
        let answer = node.send(Method::GET, path, &[], "").await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        let options = node.send(Method::OPTIONS, path, &[], "").await;
        assert_eq!(
            (options.kind(), options.text.as_str()),
            ("application/json", "{}"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn an_answer_repeats_the_id_of_its_request() {
    let node = Node::new().await;
    let id = [("X-Request-ID", "abc-123-def")];
    let answer = node.send(Method::GET, "/version", &id, "").await;
    assert_eq!(answer.headers["x-request-id"], "abc-123-def");
    let made = node.send(Method::GET, "/nothing", &[], "").await;
    assert_eq!(made.headers["x-request-id"].len(), 36);
}

#[tokio::test]
async fn a_head_is_answered_like_a_get_without_its_body() {
    let node = Node::new().await;
    let head = node.send(Method::HEAD, "/version", &[], "").await;
    let get = node.send(Method::GET, "/version", &[], "").await;
    assert_eq!((head.status, head.text.as_str()), (get.status, ""));
    assert_eq!(
        head.headers[header::CONTENT_LENGTH],
        get.text.len().to_string()
    );
}
