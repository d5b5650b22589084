//! Documents from a directory: no network, and no way out.

use std::fs;
use std::os::unix::fs::symlink;
use std::sync::Arc;

use im_documents::{Directory, DocumentError, DocumentSettings, Documents};
use im_util::SystemClock;

use crate::server::documents;

#[tokio::test]
async fn a_url_is_a_file_of_the_directory() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("docs");
    fs::create_dir_all(root.join("example.org:8443/b")).unwrap();
    fs::create_dir_all(root.join("example.org/a b")).unwrap();
    fs::write(root.join("example.org/a b/c.yaml"), "one").unwrap();
    fs::write(root.join("example.org:8443/b/c.yaml?v=2"), "two").unwrap();
    let settings = DocumentSettings {
        directory: Some(root.clone()),
        ..DocumentSettings::default()
    };
    let documents = documents(settings);
    for url in [
        "https://example.org/a%20b/c.yaml",
        "http://EXAMPLE.org:80/a b/./x/../c.yaml#x",
        "https://example.org/../../a%20b/c.yaml",
    ] {
        assert_eq!(documents.get(url).await, Ok(Arc::from("one")), "{url}");
    }
    let url = "https://example.org:8443/b/c.yaml?v=2";
    assert_eq!(documents.get(url).await, Ok(Arc::from("two")));

    let missing = documents
        .get("https://example.org/none.yaml")
        .await
        .unwrap_err();
    assert_eq!(missing.to_string(), "Not Found");
    for url in [
        "https://example.org/a%20b",
        "https://example.org/",
        "http://127.0.0.1/",
    ] {
        assert!(
            matches!(documents.get(url).await, Err(DocumentError::Status { .. })),
            "{url}"
        );
    }
}

#[test]
fn nothing_outside_the_directory_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("docs");
    fs::create_dir_all(root.join("example.org")).unwrap();
    fs::create_dir_all(root.join("other.org")).unwrap();
    fs::write(directory.path().join("secret"), "secret").unwrap();
    symlink(
        directory.path().join("secret"),
        root.join("example.org/link"),
    )
    .unwrap();
    symlink(directory.path(), root.join("example.org/up")).unwrap();
    symlink("/dev/zero", root.join("example.org/zero")).unwrap();
    let documents = Directory::open(&root, 1000).unwrap();
    for url in [
        "https://example.org/link",
        "https://example.org/up/secret",
        "https://example.org/zero",
        "https://example.org/..%2f..%2fsecret",
        "https://example.org/%2e%2e/%2e%2e/secret",
        "https://example.org/x/..%2f..%2f..%2fsecret",
        "https://example.org/%2e%2e%2f%2e%2e%2fsecret",
        "https://example.org//../secret",
        "https://example.org/a?/../../../secret",
        "https://example.org/..%5c..%5csecret",
        "https://example.org/a%00b",
        "https://../secret",
        "https://%2e%2e/secret",
        "file:///etc/passwd",
        "/etc/passwd",
        "../secret",
    ] {
        assert!(documents.read(url).is_err(), "{url}");
    }
}

#[test]
fn a_file_that_is_too_long_or_no_text_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("example.org")).unwrap();
    fs::write(directory.path().join("example.org/long"), "a".repeat(1001)).unwrap();
    fs::write(directory.path().join("example.org/fits"), "a".repeat(1000)).unwrap();
    fs::write(directory.path().join("example.org/raw"), [0xff, 0xfe]).unwrap();
    let documents = Directory::open(directory.path(), 1000).unwrap();
    let read = |name: &str| documents.read(&format!("https://example.org/{name}"));
    assert_eq!(read("long"), Err(DocumentError::TooLong(1000)));
    assert_eq!(read("raw"), Err(DocumentError::NotText));
    assert!(read("fits").is_ok());
}

#[test]
fn a_directory_that_is_not_there_is_refused_in_a_sentence() {
    let directory = tempfile::tempdir().unwrap();
    let settings = DocumentSettings {
        directory: Some(directory.path().join("none")),
        ..DocumentSettings::default()
    };
    let error = Documents::new(settings, Arc::new(SystemClock::new())).unwrap_err();
    assert!(
        error.to_string().starts_with("The directory of documents "),
        "{error}"
    );
}
