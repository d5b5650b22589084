//! Where the database is said to be.

use im_store::{StoreErrorKind, open};

use crate::server::{PASSWORD, Server, execute, skipped};

#[tokio::test]
async fn a_wrong_password_is_not_shown() {
    if skipped("a_wrong_password_is_not_shown") {
        return;
    }
    let server = Server::shared();
    let port = server.port();
    let database = server.database().await;
    for address in [
        format!("mysql://im:s3cr3t@127.0.0.1:{port}/{database}"),
        format!("mysql://nobody:s3cr3t@127.0.0.1:{port}/{database}"),
        format!("mysql://im:s3cr3t@127.0.0.1:{port}/{database}?ssl-mode=disabled"),
    ] {
        let error = open(&address).await.unwrap_err();
        let shown = format!("{error} {error:?}");
        assert_eq!(error.kind, StoreErrorKind::Other, "{shown}");
        assert!(
            shown.contains(&format!("127.0.0.1:{port}/{database}")),
            "{shown}"
        );
        assert!(shown.contains("Access denied"), "{shown}");
        assert!(
            !shown.contains("s3cr3t") && !shown.contains(PASSWORD),
            "{shown}"
        );
    }
    let error = open(&server.url("no_such_database")).await.unwrap_err();
    assert!(error.to_string().contains("no_such_database"), "{error}");
    assert_eq!(error.kind, StoreErrorKind::Other);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let port = std::net::TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .unwrap()
        .port();
    for host in [
        format!("127.0.0.1:{port}"),
        "no-such-host.invalid".to_owned(),
    ] {
        let error = open(&format!("mysql://im:s3cr3t@{host}/db"))
            .await
            .unwrap_err();
        let shown = format!("{error} {error:?}");
        assert_eq!(error.kind, StoreErrorKind::Unavailable, "{shown}");
        assert!(shown.contains(&host), "{shown}");
        assert!(!shown.contains("s3cr3t"), "{shown}");
    }
}

#[tokio::test]
async fn a_socket_and_modes_of_tls_can_be_chosen() {
    if skipped("a_socket_and_modes_of_tls_can_be_chosen") {
        return;
    }
    let server = Server::shared();
    let url = server.url(&server.database().await);
    let socket = server.socket();
    let store = open(&format!("{url}?socket={}&connections=2", socket.display()))
        .await
        .unwrap();
    store.ping().await.unwrap();
    // This server has no certificate.
    for mode in ["REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY"] {
        let error = open(&format!("{url}?ssl-mode={mode}")).await.unwrap_err();
        assert!(error.to_string().contains("TLS"), "{error}");
    }
}

#[tokio::test]
async fn a_server_that_is_read_only_is_refused() {
    if skipped("a_server_that_is_read_only_is_refused") {
        return;
    }
    let server = Server::start();
    let database = server.database().await;
    let store = open(&server.url(&database)).await.unwrap();
    let mut stranger = server.stranger(&database).await;
    execute(&mut stranger, "SET GLOBAL read_only = 1").await;
    let error = open(&server.url(&database)).await.unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Unavailable);
    assert!(error.to_string().contains("read only"), "{error}");
    execute(&mut stranger, "SET GLOBAL read_only = 0").await;
    store.ping().await.unwrap();
}
