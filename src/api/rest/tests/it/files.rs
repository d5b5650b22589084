//! Static files.

use std::fs;
use std::os::unix::fs::symlink;

use axum::http::{Method, StatusCode, header};
use im_api_rest::RequestSettings;

use crate::node::Node;

#[tokio::test]
async fn files_are_served_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("public");
    fs::create_dir_all(root.join("sub")).unwrap();
    fs::write(root.join("hello.txt"), "hello, file\n").unwrap();
    fs::write(root.join("sub/page.html"), "<p>").unwrap();
    fs::write(root.join(".hidden"), "secret").unwrap();
    fs::write(dir.path().join("secret.txt"), "secret").unwrap();
    symlink(dir.path().join("secret.txt"), root.join("out.txt")).unwrap();
    symlink(dir.path(), root.join("up")).unwrap();
    symlink(root.join("hello.txt"), root.join("inside.txt")).unwrap();
    let node = Node::with(RequestSettings {
        static_files: Some(root),
        ..RequestSettings::default()
    })
    .await;

    let hello = node.get("/static/hello.txt").await;
    assert_eq!(
        (hello.status, hello.text.as_str()),
        (StatusCode::OK, "hello, file\n")
    );
    assert_eq!(hello.kind(), "text/plain; charset=utf-8");
    assert_eq!(hello.headers[header::CONTENT_LENGTH], "12");
    assert_eq!(node.get("/static/inside.txt").await.status, StatusCode::OK);
    assert_eq!(
        node.get("/static/sub/page.html").await.kind(),
        "text/html; charset=utf-8"
    );
    for path in [
        "none.txt",
        "out.txt",
        "up/secret.txt",
        ".hidden",
        "sub",
        "sub/",
        "../secret.txt",
        "%2e%2e%2fsecret.txt",
        "%2e%2e/secret.txt",
        "..%5csecret.txt",
        "hello.txt%00",
        "%2fetc/passwd",
    ] {
        let answer = node.get(&format!("/static/{path}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!answer.text.contains("secret"), "{path}");
    }
    let put = node.send(Method::PUT, "/static/hello.txt", &[], "x").await;
    assert_eq!(put.status, StatusCode::METHOD_NOT_ALLOWED);
}
