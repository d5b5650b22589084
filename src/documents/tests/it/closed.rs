//! What is not reached: addresses of machines and private networks, however they are spelled and whatever leads there.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use axum::Router;
use axum::http::Uri;
use axum::response::Redirect;
use axum::routing::get;
use im_documents::{DocumentError, DocumentSettings, Documents, Lookup};
use im_util::SystemClock;

use crate::server::{Server, documents, loopback};

/// A site that counts who comes, and sends on to where the query says.
fn site(seen: &Arc<AtomicUsize>) -> Router {
    let seen = Arc::clone(seen);
    Router::new().fallback(get(move |uri: Uri| {
        seen.fetch_add(1, Ordering::SeqCst);
        let to = uri.query().unwrap_or_default().to_owned();
        async move { Redirect::to(&to) }
    }))
}

#[tokio::test]
async fn loopback_is_closed_in_every_spelling() {
    let seen = Arc::new(AtomicUsize::new(0));
    let server = Server::start(site(&seen)).await;
    let documents = documents(DocumentSettings::default());
    for host in [
        "127.0.0.1",
        "127.1",
        "0x7f000001",
        "2130706433",
        "0177.0.0.1",
        "127.0.0.1.",
        "0.0.0.0",
        "0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::]",
        "localhost",
        "LOCALHOST",
        "１２７.0.0.1",
    ] {
        let url = format!("http://{host}:{}/?/a", server.port());
        let refused = documents.get(&url).await;
        assert!(
            matches!(refused, Err(DocumentError::Closed(_))),
            "{host}: {refused:?}"
        );
    }
    // Not every machine knows the name in this form.
    let dotted = format!("http://localhost.:{}/?/a", server.port());
    assert!(documents.get(&dotted).await.is_err());
    assert_eq!(seen.load(Ordering::SeqCst), 0, "nobody came");
}

#[tokio::test]
async fn private_and_metadata_addresses_are_closed_without_a_connection() {
    let documents = documents(loopback());
    for host in [
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.100.100.200",
        "168.63.129.16",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[ff02::1]",
        "224.0.0.1",
        "255.255.255.255",
    ] {
        let refused = documents
            .get(&format!("http://{host}/latest/meta-data/"))
            .await;
        assert!(
            matches!(refused, Err(DocumentError::Closed(_))),
            "{host}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn a_redirect_does_not_lead_to_a_closed_address() {
    let seen = Arc::new(AtomicUsize::new(0));
    let inner = Server::start(site(&seen)).await;
    let outer = Server::start(site(&Arc::new(AtomicUsize::new(0)))).await;
    // Only the address of the outer server may be reached; 127.0.0.2 is an inner one.
    let settings = DocumentSettings {
        allowed_networks: vec!["127.0.0.1/32".parse().unwrap()],
        ..DocumentSettings::default()
    };
    let documents = documents(settings);
    for to in [
        format!("http://127.0.0.2:{}/", inner.port()),
        format!("http://[::1]:{}/", inner.port()),
        "http://169.254.169.254/latest/".to_owned(),
        format!("//127.0.0.3:{}/", inner.port()),
    ] {
        let refused = documents.get(&outer.url(&format!("/?{to}"))).await;
        assert!(
            matches!(refused, Err(DocumentError::Closed(_))),
            "{to}: {refused:?}"
        );
    }
    for to in [
        "file:///etc/passwd",
        "ftp://127.0.0.1/a",
        "http://u:p@127.0.0.1/",
    ] {
        let refused = documents.get(&outer.url(&format!("/?{to}"))).await;
        assert!(
            matches!(refused, Err(DocumentError::Address(_))),
            "{to}: {refused:?}"
        );
    }
    assert_eq!(seen.load(Ordering::SeqCst), 0, "nobody came");
}

#[tokio::test]
async fn other_schemes_are_no_addresses_of_documents() {
    let documents = documents(loopback());
    for url in [
        "file:///etc/passwd",
        "/etc/passwd",
        "ftp://127.0.0.1/",
        "dict://127.0.0.1:11/",
        "",
    ] {
        let refused = documents.get(url).await;
        assert!(
            matches!(refused, Err(DocumentError::Address(_))),
            "{url}: {refused:?}"
        );
    }
}

/// A name server that says something else each time it is asked.
#[derive(Debug)]
struct Changing {
    answers: Vec<Vec<&'static str>>,
    asked: AtomicUsize,
}

#[async_trait]
impl Lookup for Changing {
    async fn addresses(&self, _host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        let number = self.asked.fetch_add(1, Ordering::SeqCst);
        let answer = self.answers.get(number).cloned().unwrap_or_default();
        let address = |text: &&str| SocketAddr::new(text.parse().unwrap(), port);
        Ok(answer.iter().map(address).collect())
    }
}

fn changing(answers: &[&[&'static str]], settings: DocumentSettings) -> (Documents, Arc<Changing>) {
    let lookup = Arc::new(Changing {
        answers: answers.iter().map(|answer| answer.to_vec()).collect(),
        asked: AtomicUsize::new(0),
    });
    let clock = Arc::new(SystemClock::new());
    let documents = Documents::with_lookup(settings, clock, lookup.clone()).unwrap();
    (documents, lookup)
}

#[tokio::test]
async fn a_name_is_resolved_once_for_each_connection_and_checked_each_time() {
    let seen = Arc::new(AtomicUsize::new(0));
    let server = Server::start(site(&seen)).await;
    let settings = DocumentSettings {
        allowed_networks: vec!["127.0.0.1/32".parse().unwrap()],
        ..DocumentSettings::default()
    };
    // The first answer may be reached. By the second, which a redirect asks for, the name has moved inside.
    let (documents, lookup) = changing(&[&["127.0.0.1"], &["127.0.0.2"]], settings.clone());
    let url = format!("http://rebind.example:{}/?/next", server.port());
    let refused = documents.get(&url).await;
    assert_eq!(
        refused,
        Err(DocumentError::Closed("rebind.example".to_owned()))
    );
    assert_eq!(
        lookup.asked.load(Ordering::SeqCst),
        2,
        "once for each connection"
    );
    assert_eq!(seen.load(Ordering::SeqCst), 1);

    // Of several addresses only those that may be reached are tried.
    let listener = tokio::net::TcpListener::bind("127.0.0.2:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (documents, _) = changing(&[&["127.0.0.2", "127.0.0.1"]], settings.clone());
    let refused = documents
        .get(&format!("http://mixed.example:{port}/"))
        .await;
    assert_eq!(refused.unwrap_err().to_string(), "connection refused");
    let came = tokio::time::timeout(std::time::Duration::ZERO, listener.accept()).await;
    assert!(came.is_err(), "nobody came");

    let (documents, _) = changing(&[&[]], settings);
    let refused = documents.get("http://empty.example/").await;
    assert!(
        matches!(refused, Err(DocumentError::Broken(_))),
        "{refused:?}"
    );
}
