//! The OpenAPI document and the routes that exist.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use im_api_rest::{documented_routes, openapi_json};
use serde_json::Value;

use crate::node::Node;

fn operations(document: &Value) -> BTreeSet<(String, String)> {
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().keys();
        methods.map(move |method| (path.clone(), method.clone()))
    });
    operations.collect()
}

#[test]
fn the_document_has_exactly_the_routes_of_the_table() {
    let document: Value = serde_json::from_str(&openapi_json()).unwrap();
    let routes: BTreeSet<_> = documented_routes()
        .into_iter()
        .map(|route| (route.path.to_owned(), route.method))
        .collect();
    assert_eq!(operations(&document), routes);
}

#[test]
fn every_operation_says_its_variable_parts_and_has_a_name_of_its_own() {
    let document: Value = serde_json::from_str(&openapi_json()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let mut names = BTreeSet::new();
    for (path, method) in operations(&document) {
        let operation = &document["paths"][&path][&method];
        assert!(names.insert(operation["operationId"].as_str().unwrap().to_owned()));
        assert!(
            !operation["summary"].as_str().unwrap().is_empty(),
            "{method} {path}"
        );
        let said: BTreeSet<&str> = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|parameter| parameter["in"] == "path")
            .filter_map(|parameter| parameter["name"].as_str())
            .collect();
        let parts = path.split('/').filter_map(|part| part.strip_prefix('{'));
        let parts: BTreeSet<&str> = parts.filter_map(|part| part.strip_suffix('}')).collect();
        assert_eq!(said, parts, "{method} {path}");
    }
}

#[test]
fn everything_that_is_referred_to_exists() {
    let document: Value = serde_json::from_str(&openapi_json()).unwrap();
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
}

#[tokio::test]
async fn it_is_answered_at_the_root_with_the_address_of_the_request() {
    let node = Node::new().await;
    let proxy = [
        ("X-Forwarded-Host", "im.example.org"),
        ("X-Forwarded-Proto", "https"),
    ];
    for path in ["/", "/openapi.json"] {
        let answer = node.send(Method::GET, path, &proxy, "").await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(
            answer.json()["servers"][0]["url"],
            "https://im.example.org/"
        );
        assert!(!operations(&answer.json()).is_empty());
    }
}
