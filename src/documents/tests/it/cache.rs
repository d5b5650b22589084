//! What is kept, for how long, and how it is renewed.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::header::{ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use im_documents::{DocumentError, DocumentSettings};
use im_util::ManualClock;

use crate::server::{Server, documents, documents_by, loopback};

/// A document that changes, and what it was asked.
#[derive(Default)]
struct Site {
    text: Mutex<String>,
    status: Mutex<Option<StatusCode>>,
    sent: AtomicUsize,
    unchanged: AtomicUsize,
}

impl Site {
    fn new(text: &str) -> Arc<Self> {
        let site = Self::default();
        text.clone_into(&mut site.text.lock().unwrap());
        Arc::new(site)
    }

    fn set(&self, text: &str) {
        text.clone_into(&mut self.text.lock().unwrap());
    }

    fn fail(&self, status: Option<StatusCode>) {
        *self.status.lock().unwrap() = status;
    }

    fn counts(&self) -> (usize, usize) {
        let count = |number: &AtomicUsize| number.load(Ordering::SeqCst);
        (count(&self.sent), count(&self.unchanged))
    }

    fn router(self: &Arc<Self>) -> Router {
        let (etag, dated) = (Arc::clone(self), Arc::clone(self));
        Router::new()
            .route(
                "/etag",
                get(move |headers| async move { etag.answer(&headers, true) }),
            )
            .route(
                "/dated",
                get(move |headers| async move { dated.answer(&headers, false) }),
            )
    }

    fn answer(&self, headers: &HeaderMap, by_tag: bool) -> Response {
        if let Some(status) = *self.status.lock().unwrap() {
            return status.into_response();
        }
        let text = self.text.lock().unwrap().clone();
        let (given, asked) = if by_tag {
            (ETAG, IF_NONE_MATCH)
        } else {
            (LAST_MODIFIED, IF_MODIFIED_SINCE)
        };
        let validator = format!("\"{text}\"");
        if headers
            .get(asked)
            .is_some_and(|asked| asked == validator.as_str())
        {
            self.unchanged.fetch_add(1, Ordering::SeqCst);
            return StatusCode::NOT_MODIFIED.into_response();
        }
        self.sent.fetch_add(1, Ordering::SeqCst);
        ([(given, validator)], text).into_response()
    }
}

fn minute() -> DocumentSettings {
    DocumentSettings {
        cache_time: Duration::from_secs(60),
        ..loopback()
    }
}

#[tokio::test]
async fn a_document_is_asked_for_again_after_its_time_and_sent_again_only_if_it_changed() {
    for path in ["/etag", "/dated"] {
        let site = Site::new("one");
        let server = Server::start(site.router()).await;
        let clock = Arc::new(ManualClock::at(0));
        let documents = documents_by(&clock, minute());
        let url = server.url(path);
        let text = async || documents.get(&url).await.unwrap().to_string();

        assert_eq!(
            (text().await, text().await),
            ("one".to_owned(), "one".to_owned())
        );
        assert_eq!(site.counts(), (1, 0));
        clock.advance(Duration::from_secs(61));
        assert_eq!(text().await, "one");
        assert_eq!(site.counts(), (1, 1), "{path}");
        site.set("two");
        assert_eq!(text().await, "one", "it is fresh for a minute more");
        clock.advance(Duration::from_secs(61));
        assert_eq!(text().await, "two");
        assert_eq!(site.counts(), (2, 1));
    }
}

#[tokio::test]
async fn what_was_fetched_stands_in_for_a_server_that_is_away_but_not_for_one_that_says_no() {
    let site = Site::new("one");
    let server = Server::start(site.router()).await;
    let clock = Arc::new(ManualClock::at(0));
    let documents = documents_by(&clock, minute());
    let url = server.url("/etag");
    documents.get(&url).await.unwrap();
    for status in [StatusCode::BAD_GATEWAY, StatusCode::TOO_MANY_REQUESTS] {
        site.fail(Some(status));
        clock.advance(Duration::from_secs(61));
        assert_eq!(documents.get(&url).await, Ok(Arc::from("one")), "{status}");
    }
    site.fail(Some(StatusCode::NOT_FOUND));
    clock.advance(Duration::from_secs(61));
    assert_eq!(
        documents.get(&url).await.unwrap_err().to_string(),
        "Not Found"
    );
    // It is not kept any longer, so nothing stands in.
    site.fail(Some(StatusCode::BAD_GATEWAY));
    assert_eq!(
        documents.get(&url).await.unwrap_err().to_string(),
        "Bad Gateway"
    );
    site.fail(None);
    assert_eq!(documents.get(&url).await, Ok(Arc::from("one")));

    let dead = server.port();
    drop(server);
    clock.advance(Duration::from_secs(61));
    assert_eq!(
        documents.get(&url).await,
        Ok(Arc::from("one")),
        "port {dead} is closed"
    );
}

#[tokio::test]
async fn many_at_the_same_time_cost_one_fetch() {
    let site = Site::new("one");
    let server = Server::start(site.router()).await;
    let documents = documents(minute());
    let all = (0..40).map(|_| {
        let (documents, url) = (documents.clone(), server.url("/etag"));
        tokio::spawn(async move { documents.get(&url).await })
    });
    for one in all.collect::<Vec<_>>() {
        assert_eq!(one.await.unwrap(), Ok(Arc::from("one")));
    }
    assert_eq!(site.counts(), (1, 0));
}

#[tokio::test]
async fn a_failure_is_not_kept() {
    let site = Site::new("one");
    site.fail(Some(StatusCode::NOT_FOUND));
    let server = Server::start(site.router()).await;
    let documents = documents(minute());
    let missing = documents.get(&server.url("/etag")).await;
    assert!(matches!(
        missing,
        Err(DocumentError::Status { status: 404, .. })
    ));
    site.fail(None);
    assert_eq!(
        documents.get(&server.url("/etag")).await,
        Ok(Arc::from("one"))
    );
}

#[tokio::test]
async fn with_no_room_nothing_is_kept() {
    let site = Site::new("one");
    let server = Server::start(site.router()).await;
    let settings = DocumentSettings {
        cache_bytes: 0,
        ..minute()
    };
    let documents = documents(settings);
    for _ in 0..3 {
        assert_eq!(
            documents.get(&server.url("/etag")).await,
            Ok(Arc::from("one"))
        );
    }
    assert!(site.counts().0 >= 2, "{:?}", site.counts());
}
