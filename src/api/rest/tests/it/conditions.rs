//! `Idempotency-Key`, `ETag` and `If-Match`: what is repeated is done once, and what is meant for the past is not done.

use axum::http::{Method, StatusCode};
use futures::future::join_all;

use crate::node::{Node, RADL, Reply, USER};

const BOB: (&str, &str) = (
    "Authorization",
    "type = InfrastructureManager; username = bob; password = secret\\nid = dummy; type = Dummy",
);

async fn keyed(node: &Node, path: &str, key: &str, body: &str) -> Reply {
    let headers = [USER, ("Idempotency-Key", key)];
    let method = if path == "/import" {
        return node
            .send(
                Method::PUT,
                "/infrastructures",
                &[
                    USER,
                    ("Idempotency-Key", key),
                    ("Content-Type", "application/json"),
                ],
                body.to_owned(),
            )
            .await;
    } else {
        Method::POST
    };
    node.send(method, path, &headers, body.to_owned()).await
}

async fn count(node: &Node) -> usize {
    node.get("/infrastructures").await.text.lines().count()
}

fn tag(reply: &Reply) -> String {
    reply.headers["etag"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_repeated_creation_gets_the_first_answer() {
    let node = Node::new().await;
    for path in ["/infrastructures", "/infrastructures?async=1"] {
        let before = count(&node).await;
        let first = keyed(&node, path, path, RADL).await;
        assert_eq!(first.status, StatusCode::OK, "{}", first.text);
        for _ in 0..3 {
            let again = keyed(&node, path, path, RADL).await;
            assert_eq!((again.status, &again.text), (first.status, &first.text));
        }
        assert_eq!(count(&node).await, before + 1, "{path}");
    }
    let other = keyed(&node, "/infrastructures", "another", RADL).await;
    assert_eq!(other.status, StatusCode::OK);
    assert_eq!(count(&node).await, 3);
}

#[tokio::test]
async fn what_needs_no_machine_is_repeated_too() {
    let node = Node::new().await;
    let empty = "network lan (outbound = 'no')\n";
    let first = keyed(&node, "/infrastructures", "empty", empty).await;
    let again = keyed(&node, "/infrastructures", "empty", empty).await;
    assert_eq!((again.status, &again.text), (StatusCode::OK, &first.text));
    assert_eq!(count(&node).await, 1);
    let id = first.headers["infid"].to_str().unwrap();
    let exported = node
        .get(&format!("/infrastructures/{id}/data?delete=1"))
        .await;
    let data = exported.json()["data"].as_str().unwrap().to_owned();
    let first = keyed(&node, "/import", "import", &data).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text);
    let again = keyed(&node, "/import", "import", &data).await;
    assert_eq!((again.status, &again.text), (StatusCode::OK, &first.text));
}

#[tokio::test]
async fn a_repeated_addition_gets_the_first_answer() {
    let node = Node::new().await;
    let path = format!("/infrastructures/{}", node.created().await);
    let first = keyed(&node, &path, "add", RADL).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text);
    assert_eq!(first.text.lines().count(), 2);
    let again = keyed(&node, &path, "add", RADL).await;
    assert_eq!((again.status, &again.text), (first.status, &first.text));
    assert_eq!(node.get(&path).await.text.lines().count(), 4);
}

#[tokio::test]
async fn a_key_is_one_request_of_one_user() {
    let node = Node::new().await;
    let first = keyed(&node, "/infrastructures", "key", RADL).await;
    assert_eq!(first.status, StatusCode::OK);
    let larger = RADL.replace("deploy node 2", "deploy node 1");
    let path = format!(
        "/infrastructures/{}",
        first.headers["infid"].to_str().unwrap()
    );
    for (path, body) in [
        ("/infrastructures", larger.as_str()),
        ("/infrastructures?async=1", RADL),
        (&path, RADL),
    ] {
        let other = keyed(&node, path, "key", body).await;
        assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert!(other.text.contains("Idempotency-Key"), "{}", other.text);
    }
    assert_eq!(count(&node).await, 1);
    let headers = [BOB, ("Idempotency-Key", "key")];
    let bob = node
        .send(Method::POST, "/infrastructures", &headers, RADL)
        .await;
    assert_eq!(bob.status, StatusCode::OK);
    assert_ne!(bob.text, first.text);
}

#[tokio::test]
async fn what_was_refused_does_not_use_the_key_up() {
    let node = Node::new().await;
    let refused = keyed(&node, "/infrastructures", "key", "system a (").await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let created = keyed(&node, "/infrastructures", "key", RADL).await;
    assert_eq!(created.status, StatusCode::OK);
}

#[tokio::test]
async fn of_fifty_at_once_one_is_done() {
    let node = Node::new().await;
    let all = (0..50).map(|_| keyed(&node, "/infrastructures", "key", RADL));
    let replies = join_all(all).await;
    let done: Vec<_> = replies
        .iter()
        .filter(|reply| reply.status == StatusCode::OK)
        .collect();
    assert!(!done.is_empty());
    assert!(done.iter().all(|reply| reply.text == done[0].text));
    for reply in replies
        .iter()
        .filter(|reply| reply.status != StatusCode::OK)
    {
        assert_eq!(reply.status, StatusCode::CONFLICT, "{}", reply.text);
        assert!(reply.headers.contains_key("retry-after"));
    }
    assert_eq!(count(&node).await, 1);
    let later = keyed(&node, "/infrastructures", "key", RADL).await;
    assert_eq!((later.status, &later.text), (StatusCode::OK, &done[0].text));
}

#[tokio::test]
async fn every_look_has_a_tag_and_a_change_has_another() {
    let node = Node::new().await;
    let path = format!("/infrastructures/{}", node.created().await);
    for about in [
        "",
        "/radl",
        "/state",
        "/contmsg",
        "/vms/0",
        "/vms/0/state",
        "/data",
    ] {
        let reply = node.get(&format!("{path}{about}")).await;
        assert!(tag(&reply).starts_with('"'), "{about}");
    }
    let before = tag(&node.get(&path).await);
    assert_eq!(tag(&node.get(&path).await), before);
    let changed = node.send(Method::POST, &path, &[USER], RADL).await;
    assert_eq!(changed.status, StatusCode::OK);
    assert_ne!(tag(&node.get(&path).await), before);
}

#[tokio::test]
async fn a_change_that_is_meant_for_the_past_is_not_made() {
    let node = Node::new().await;
    let path = format!("/infrastructures/{}", node.created().await);
    let stop = format!("{path}/stop");
    let start = format!("{path}/start");
    assert_eq!(
        node.send(Method::PUT, &stop, &[USER], "").await.status,
        StatusCode::OK
    );
    let old = tag(&node.get(&format!("{path}/state")).await);
    assert_eq!(
        node.send(Method::PUT, &start, &[USER, ("If-Match", &old)], "")
            .await
            .status,
        StatusCode::OK
    );
    let later = format!("\"{}\"", u64::MAX);
    let alter = "system node (cpu.count = 2)";
    for stale in [old.as_str(), "W/\"1\"", "\"abc\"", &later] {
        for (method, about, body) in [
            (Method::PUT, "/stop", ""),
            (Method::PUT, "/reconfigure", ""),
            (Method::POST, "", RADL),
            (Method::PUT, "/vms/0/stop", ""),
            (Method::PUT, "/vms/0", alter),
            (Method::DELETE, "/vms/0", ""),
            (Method::DELETE, "", ""),
            (
                Method::POST,
                "/authorization",
                r#"{"type": "InfrastructureManager", "username": "bob", "password": "b"}"#,
            ),
            (Method::GET, "/data?delete=1", ""),
        ] {
            let headers = [
                USER,
                ("If-Match", stale),
                (
                    "Content-Type",
                    if about == "/authorization" {
                        "application/json"
                    } else {
                        "text/plain"
                    },
                ),
            ];
            let path = format!("{path}{about}");
            let reply = node.send(method.clone(), &path, &headers, body).await;
            assert_eq!(
                reply.status,
                StatusCode::PRECONDITION_FAILED,
                "{method} {about} {stale}: {}",
                reply.text
            );
        }
    }
    let state = node.get(&format!("{path}/state")).await;
    assert_eq!(
        state.json()["state"]["vm_states"]
            .as_object()
            .unwrap()
            .len(),
        2
    );
    let now = tag(&state);
    let either = format!("{old}, {now}");
    let gone = node
        .send(Method::DELETE, &path, &[USER, ("If-Match", &either)], "")
        .await;
    assert_eq!(gone.status, StatusCode::OK, "{}", gone.text);
    assert_eq!(node.get(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn of_changes_meant_for_one_version_one_is_made() {
    let node = Node::new().await;
    let path = format!("/infrastructures/{}", node.created().await);
    let now = tag(&node.get(&format!("{path}/state")).await);
    let headers = [USER, ("If-Match", now.as_str())];
    let all = (0..20).map(|_| node.send(Method::POST, &path, &headers, RADL));
    let replies = join_all(all).await;
    let made = replies
        .iter()
        .filter(|reply| reply.status == StatusCode::OK);
    assert_eq!(made.count(), 1);
    let others = replies
        .iter()
        .filter(|reply| reply.status != StatusCode::OK);
    for reply in others {
        assert_eq!(
            reply.status,
            StatusCode::PRECONDITION_FAILED,
            "{}",
            reply.text
        );
    }
    assert_eq!(node.get(&path).await.text.lines().count(), 4);
}

#[tokio::test]
async fn headers_that_mean_nothing_are_named() {
    let node = Node::new().await;
    let path = format!("/infrastructures/{}", node.created().await);
    let long = "k".repeat(10_000);
    for (name, value) in [
        ("If-Match", "7"),
        ("If-Match", "\"7"),
        ("Idempotency-Key", ""),
        ("Idempotency-Key", "schlüssel"),
        ("Idempotency-Key", &long),
    ] {
        let reply = node
            .send(Method::POST, &path, &[USER, (name, value)], RADL)
            .await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{name}: {value}");
        assert!(reply.text.contains(name), "{}", reply.text);
    }
    assert_eq!(node.get(&path).await.text.lines().count(), 2);
}
