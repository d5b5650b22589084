//! TLS: certificates that change, and certificates of clients.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use im_api_server::{ServerLimits, TlsSettings};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::certificates::{Authority, Pair};
use crate::client::{PATIENCE, Server, Slow, request, rest};

fn settings(dir: &Path) -> TlsSettings {
    TlsSettings {
        reload_interval: Duration::from_millis(20),
        ..TlsSettings::new(dir.join("key.pem"), dir.join("cert.pem"))
    }
}

async fn server(tls: TlsSettings) -> Server {
    Server::with(ServerLimits::default(), Some(tls), Slow::default()).await
}

async fn connect(
    server: &Server,
    config: Arc<ClientConfig>,
) -> std::io::Result<TlsStream<TcpStream>> {
    let name = ServerName::try_from("im.test").unwrap();
    let stream = server.connect().await;
    TlsConnector::from(config).connect(name, stream).await
}

async fn ask(server: &Server, config: Arc<ClientConfig>) -> Option<String> {
    let mut stream = connect(server, config).await.ok()?;
    stream.write_all(request("/peer").as_bytes()).await.ok()?;
    Some(rest(&mut stream).await)
}

async fn lets_in(server: &Server, config: Arc<ClientConfig>) -> bool {
    ask(server, config)
        .await
        .is_some_and(|answer| answer.ends_with("true"))
}

/// Whether a new connection gets this certificate.
async fn presents(server: &Server, authority: &Authority, pair: &Pair) -> bool {
    let stream = connect(server, authority.client(None)).await;
    let Ok(stream) = stream else { return false };
    let presented = stream.get_ref().1.peer_certificates().unwrap();
    let expected = pem(&pair.certificate);
    presented
        .first()
        .is_some_and(|found| found.as_ref() == expected)
}

fn pem(text: &str) -> Vec<u8> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;
    CertificateDer::from_pem_slice(text.as_bytes())
        .unwrap()
        .to_vec()
}

#[tokio::test]
async fn changed_certificates_are_taken_and_connections_kept() {
    let dir = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let (first, second) = (authority.issue("im.test"), authority.issue("im.test"));
    first.write(dir.path());
    let server = server(settings(dir.path())).await;
    assert!(presents(&server, &authority, &first).await);
    let mut old = connect(&server, authority.client(None)).await.unwrap();

    fs::write(dir.path().join("cert.pem"), "half of it").unwrap();
    assert!(lets_in(&server, authority.client(None)).await);
    second.write(dir.path());
    let changed = async {
        while !presents(&server, &authority, &second).await {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, changed)
        .await
        .expect("the new certificate is in use");
    old.write_all(request("/").as_bytes()).await.unwrap();
    assert!(rest(&mut old).await.ends_with("here"));
}

#[tokio::test]
async fn certificates_of_clients_are_checked() {
    let dir = tempfile::tempdir().unwrap();
    let (authority, others) = (Authority::new(), Authority::new());
    authority.issue("im.test").write(dir.path());
    let ca = dir.path().join("ca.pem");
    fs::write(&ca, authority.pem()).unwrap();
    let good = authority.client(Some(&authority.issue("client.test")));
    let bad = authority.client(Some(&others.issue("client.test")));
    let none = authority.client(None);
    for required in [true, false] {
        let server = server(TlsSettings {
            client_ca_file: Some(ca.clone()),
            require_client_certificate: required,
            ..settings(dir.path())
        })
        .await;
        assert!(lets_in(&server, Arc::clone(&good)).await);
        assert!(!lets_in(&server, Arc::clone(&bad)).await);
        assert_eq!(lets_in(&server, Arc::clone(&none)).await, !required);
    }
}

#[tokio::test]
async fn without_its_file_no_certificate_is_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    authority.issue("im.test").write(dir.path());
    let server = server(TlsSettings {
        client_ca_file: Some(dir.path().join("absent.pem")),
        ..settings(dir.path())
    })
    .await;
    assert!(lets_in(&server, authority.client(None)).await);
}

#[tokio::test]
async fn files_that_are_none_stop_the_start_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let settings = im_api_server::ServerSettings {
        name: "REST",
        address: "127.0.0.1".to_owned(),
        port: 0,
        tls: Some(settings(dir.path())),
        limits: ServerLimits::default(),
        drain: tokio_util::sync::CancellationToken::new(),
        event_loops: None,
    };
    let shutdown = tokio_util::sync::CancellationToken::new();
    let served = im_api_server::serve(settings, axum::Router::new(), shutdown).await;
    let error = served.unwrap_err().to_string();
    assert!(
        error.contains("key.pem") && error.contains("private key"),
        "{error}"
    );
}
