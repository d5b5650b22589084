//! The file: where it is, who can read it, and which ones are refused.

use std::os::unix::fs::PermissionsExt;

use im_store::{StoreErrorKind, open};

use crate::backend::{Sqlite, path, run, url};
use crate::suite::{Backend, infrastructure, me, user};

#[tokio::test]
async fn it_is_made_with_its_directory_for_its_owner_alone() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("a/b/inf.dat");
    let store = open(&format!("sqlite://{}", file.display())).await.unwrap();
    store
        .insert(&infrastructure("one", &[&user("ann")]), &me())
        .await
        .unwrap();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(file.parent().unwrap()), 0o700);
    for entry in file.parent().unwrap().read_dir().unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[tokio::test]
async fn addresses_that_name_no_file_are_refused_without_their_password() {
    for address in [
        "",
        "inf.dat",
        "/inf.dat",
        "sqlite://",
        "sqlite://inf.dat",
        "sqlite:///",
        "sqlite:///tmp/x?mode=memory",
        "sqlite::memory:",
        "mysql://im:s3cr3t@host",
        "mongodb://im:s3cr3t@host/db",
        "im:s3cr3t@host",
    ] {
        let error = open(address).await.unwrap_err();
        assert_eq!(error.kind, StoreErrorKind::Other, "{address}");
        assert!(error.to_string().contains("DATA_DB"), "{error}");
        assert!(
            !format!("{error} {error:?}").contains("s3cr3t"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_made_is_named() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("file"), "").unwrap();
    let address = format!("sqlite://{}/file/inf.dat", directory.path().display());
    let error = open(&address).await.unwrap_err();
    assert!(error.to_string().contains("/file"), "{error}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(
        path(&directory),
        "not a database, but long enough for a header of one".repeat(100),
    )
    .unwrap();
    let error = open(&url(&directory)).await.unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Other, "{error}");
}

#[tokio::test]
async fn the_file_of_a_newer_release_is_refused() {
    let backend = Sqlite::fresh().await;
    run(
        backend.directory(),
        "UPDATE im_meta SET value = '99' WHERE name = 'schema_version'",
    )
    .await;
    let error = open(&url(backend.directory())).await.unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Other);
    assert!(error.to_string().contains("schema 99"), "{error}");
    assert!(
        error.to_string().contains("a newer release wrote it"),
        "{error}"
    );
}

#[tokio::test]
async fn a_table_of_something_else_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    run(&directory, "CREATE TABLE inf_list(id TEXT, thing TEXT)").await;
    let error = open(&url(&directory)).await.unwrap_err();
    assert!(error.to_string().contains("no column 'deleted'"), "{error}");
    run(
        &directory,
        "INSERT INTO inf_list(id, thing) VALUES('a', 'b')",
    )
    .await;
}
