//! Plain and over TLS, through redirects, and what is answered when there is no document.

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Redirect;
use axum::routing::get;
use im_documents::{DocumentError, DocumentSettings, TemplateRepository};

use crate::server::{Certificate, Server, documents, loopback};

fn site() -> Router {
    Router::new()
        .route("/a.yaml", get(|| async { "a: 1\n" }))
        .route(
            "/dir/%C3%A9.yaml",
            get(|uri: Uri| async move { uri.to_string() }),
        )
        .route("/moved", get(|| async { Redirect::permanent("/there") }))
        .route("/there", get(|| async { Redirect::temporary("a.yaml") }))
        .route("/round", get(|| async { Redirect::to("/round") }))
        .route("/raw", get(|| async { vec![0xff, 0xfe, 0x00] }))
        .route("/gone", get(|| async { (StatusCode::GONE, "it was here") }))
        .route(
            "/head",
            get(|headers: HeaderMap| async move { format!("{headers:?}") }),
        )
        .fallback(|| async { (StatusCode::NOT_FOUND, "404: Not Found") })
}

#[tokio::test]
async fn a_document_is_what_the_server_answers() {
    let server = Server::start(site()).await;
    let documents = documents(loopback());
    let got = documents.get(&server.url("/a.yaml")).await;
    assert_eq!(got, Ok(Arc::from("a: 1\n")));
    let got = documents.get(&server.url("/dir/é.yaml?x=1 2#part")).await;
    assert_eq!(got, Ok(Arc::from("/dir/%C3%A9.yaml?x=1%202")));
    let by_name = format!("http://localhost:{}/moved", server.port());
    assert_eq!(documents.get(&by_name).await, Ok(Arc::from("a: 1\n")));
    let head = documents.get(&server.url("/head")).await.unwrap();
    assert!(head.contains("InfrastructureManager/") && !head.contains("authorization"));
}

#[tokio::test]
async fn what_is_no_document_is_an_error_that_tells_why() {
    let server = Server::start(site()).await;
    let documents = documents(loopback());
    let missing = documents.get(&server.url("/b.yaml")).await.unwrap_err();
    let DocumentError::Status {
        status,
        reason,
        body,
    } = missing
    else {
        panic!("{missing:?}")
    };
    assert_eq!(
        (status, reason.as_str(), body.as_str()),
        (404, "Not Found", "404: Not Found")
    );
    let round = documents.get(&server.url("/round")).await;
    assert_eq!(round, Err(DocumentError::Redirects(5)));
    assert_eq!(
        documents.get(&server.url("/raw")).await,
        Err(DocumentError::NotText)
    );
    let gone = documents.get(&server.url("/gone")).await.unwrap_err();
    assert_eq!(gone.to_string(), "Gone");

    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let dead = documents
        .get(&format!("http://127.0.0.1:{port}/a.yaml"))
        .await;
    assert_eq!(dead.unwrap_err().to_string(), "connection refused");
    let unknown = documents.get("http://no-such-host.invalid/a.yaml").await;
    assert!(
        matches!(unknown, Err(DocumentError::Broken(_))),
        "{unknown:?}"
    );
}

#[tokio::test]
async fn a_private_authority_is_believed_where_an_option_names_it() {
    let directory = tempfile::tempdir().unwrap();
    let certificate = Certificate::new("localhost");
    let server = Server::start_tls(site(), &certificate).await;
    let url = format!("https://localhost:{}/moved", server.port());

    let strange = documents(loopback()).get(&url).await.unwrap_err();
    assert!(strange.to_string().starts_with("TLS: "), "{strange}");

    let settings = DocumentSettings {
        ca_file: Some(certificate.write(directory.path())),
        ..loopback()
    };
    let documents = documents(settings);
    assert_eq!(documents.get(&url).await, Ok(Arc::from("a: 1\n")));
    let other_name = format!("https://127.0.0.1:{}/a.yaml", server.port());
    let wrong = documents.get(&other_name).await.unwrap_err();
    assert!(wrong.to_string().starts_with("TLS: "), "{wrong}");
}

#[test]
fn a_file_without_certificates_is_refused_in_a_sentence() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("ca.pem");
    for text in [
        "",
        "no certificate",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        std::fs::write(&file, text).unwrap();
        let settings = DocumentSettings {
            ca_file: Some(file.clone()),
            ..DocumentSettings::default()
        };
        let clock = Arc::new(im_util::SystemClock::new());
        let error = im_documents::Documents::new(settings, clock).unwrap_err();
        assert!(error.to_string().starts_with("The file "), "{error}");
    }
}

#[tokio::test]
async fn a_page_of_the_template_repository_is_its_file() {
    let site = Router::new().route("/o/r/raw/main/templates/a.yaml", get(|| async { "a: 1" }));
    let server = Server::start(site).await;
    let page = server.url("/o/r/blob/main/templates/a.yaml");
    let plain = documents(loopback()).get(&page).await;
    assert!(matches!(
        plain,
        Err(DocumentError::Status { status: 404, .. })
    ));
    let settings = DocumentSettings {
        templates: Some(TemplateRepository::new(
            &server.url("/o/r/blob/main/templates/"),
        )),
        ..loopback()
    };
    assert_eq!(documents(settings).get(&page).await, Ok(Arc::from("a: 1")));
}
