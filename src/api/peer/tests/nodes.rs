//! Two nodes over one file, which talk to each other over their peer listeners.
#![cfg(test)]

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use http::StatusCode;
use http_body_util::BodyExt;
use im_api_peer::{ClientApi, ClientApis, HttpPeers, PeerSettings, forwarding, router};
use im_api_server::Handler;
use im_cluster::leases::NoLeases;
use im_cluster::{Cluster, ClusterSettings, Elsewhere, NoRecovery, NodeSettings, Opened, Parts};
use im_domain::{InfId, Infrastructure};
use im_store::Database;
use im_telemetry::{LevelChange, LevelOf, LogLevel, LogOptions, LogSettings};
use im_util::{Secret, SystemClock};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::net::TcpStream;

struct Node {
    cluster: Cluster,
    clients: Handler,
    address: String,
}

/// The API of clients: adds the body to the infrastructure and answers what is there.
async fn change(
    State(node): State<Arc<OnceLock<Cluster>>>,
    Path(id): Path<InfId>,
    request: Request,
) -> Response {
    let cluster = node.get().unwrap();
    let authorization = request.headers().contains_key("authorization");
    let body = request.into_body().collect().await.unwrap().to_bytes();
    match cluster.open(&id).await {
        Ok(Opened::Here(slot)) => {
            let text = String::from_utf8_lossy(&body).into_owned();
            slot.change(|infrastructure| {
                infrastructure.cont_out.push_str(&text);
                Ok::<_, std::convert::Infallible>(())
            })
            .await
            .unwrap();
            let shown = format!("{} {authorization}", slot.read().await.unwrap().cont_out);
            ([("InfID", id.to_string()), ("ETag", "7".to_owned())], shown).into_response()
        }
        Ok(Opened::At(peer)) => {
            let mut response = StatusCode::SERVICE_UNAVAILABLE.into_response();
            response.extensions_mut().insert(Elsewhere { id, peer });
            response
        }
        Ok(Opened::Absent) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, error.to_string()).into_response(),
    }
}

async fn node(store: &Arc<dyn Database>, name: &str, secret: &str) -> Node {
    let settings = PeerSettings::new(vec![Secret::new(secret)]);
    let peers = HttpPeers::new(settings.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let cluster = Cluster::join(
        Parts {
            store: Arc::clone(store),
            clock: Arc::new(SystemClock::new()),
            leases: Arc::new(NoLeases::default()),
            peers: Arc::new(peers.clone()),
            recovery: Arc::new(NoRecovery),
            metrics: Arc::default(),
        },
        ClusterSettings::new(NodeSettings {
            name: name.to_owned(),
            address: address.clone(),
            boot_mode: 0,
            version: "1".to_owned(),
        }),
    )
    .await
    .unwrap();
    let known = Arc::new(OnceLock::new());
    known.set(cluster.clone()).unwrap();
    let api = Router::new()
        .route("/infrastructures/{id}", any(change))
        .with_state(known);
    let apis = ClientApis {
        rest: api.clone().into(),
        xmlrpc: Router::new().into(),
    };
    let options = LogSettings::from(LogOptions::default());
    let (_, log) = im_telemetry::start(&options, Arc::new(SystemClock::new())).unwrap();
    let served = router(cluster.clone(), apis, log.control(), &settings);
    tokio::spawn(async move { axum::serve(listener, served).await });
    Node {
        clients: forwarding(api, ClientApi::Rest, cluster.clone(), peers),
        cluster,
        address,
    }
}

async fn ask(node: &Node, id: &InfId, body: &str) -> (StatusCode, http::HeaderMap, String) {
    let request = Request::builder()
        .method("POST")
        .uri(format!("/infrastructures/{id}?x=1"))
        .header("Authorization", "type = X; password = p")
        .body(Body::from(body.to_owned()))
        .unwrap();
    let response = node.clients.answer(request).await;
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let text = String::from_utf8_lossy(&body).into_owned();
    (parts.status, parts.headers, text)
}

async fn store(directory: &tempfile::TempDir) -> Arc<dyn Database> {
    let file = directory.path().join("im.db");
    im_store::open(&format!("sqlite://{}", file.display()))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_request_is_served_by_the_owner_whichever_node_gets_it() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(&directory).await;
    let (one, two) = (node(&store, "1", "s").await, node(&store, "2", "s").await);
    let infrastructure = Infrastructure::new(InfId::random(), Vec::new(), 0);
    let id = infrastructure.id.clone();
    let slot = one.cluster.create(infrastructure).await.unwrap();
    let turn = slot.operation("create").await;
    let (status, headers, text) = ask(&one, &id, "a").await;
    assert_eq!((status, text.as_str()), (StatusCode::OK, "a true"));
    assert!(headers.contains_key("InfID"));
    let (status, headers, text) = ask(&two, &id, "b").await;
    assert_eq!((status, text.as_str()), (StatusCode::OK, "ab true"));
    assert!(
        !headers.contains_key("InfID"),
        "a proxy would learn the wrong node"
    );
    assert_eq!(headers["ETag"], "7");
    let nodes = two.cluster.status().await.unwrap();
    let first = nodes.iter().find(|node| node.node.row.name == "1").unwrap();
    let report = first.report.as_ref().unwrap();
    assert_eq!(report.running[0].kind, "create");
    drop((turn, slot));
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let (status, headers, text) = ask(&two, &id, "c").await;
    assert_eq!((status, text.as_str()), (StatusCode::OK, "abc true"));
    assert!(headers.contains_key("InfID"), "it was handed over");
}

#[tokio::test]
async fn a_node_with_another_secret_is_not_heard() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(&directory).await;
    let (one, two) = (node(&store, "1", "s").await, node(&store, "2", "t").await);
    let infrastructure = Infrastructure::new(InfId::random(), Vec::new(), 0);
    let id = infrastructure.id.clone();
    one.cluster.create(infrastructure).await.unwrap();
    let (status, _, _) = ask(&two, &id, "b").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    let (status, _, text) = ask(&one, &id, "a").await;
    assert_eq!((status, text.as_str()), (StatusCode::OK, "a true"));
}

#[tokio::test]
async fn what_was_recorded_cannot_be_played_again_and_shows_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(&directory).await;
    let one = node(&store, "1", "s").await;
    let eavesdropper = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = one.address.clone();
    let heard = eavesdropper.local_addr().unwrap().to_string();
    let recording = tokio::spawn(async move {
        let (mut client, _) = eavesdropper.accept().await.unwrap();
        let mut server = TcpStream::connect(&target).await.unwrap();
        let mut recorded = vec![0; 65_536];
        let length = client.read(&mut recorded).await.unwrap();
        recorded.truncate(length);
        server.write_all(&recorded).await.unwrap();
        let mut answer = vec![0; 65_536];
        let length = server.read(&mut answer).await.unwrap();
        answer.truncate(length);
        client.write_all(&answer).await.unwrap();
        (recorded, answer)
    });
    let peers = HttpPeers::new(PeerSettings::new(vec![Secret::new("s")]));
    let peer = im_cluster::Peer {
        boot: one.cluster.life().boot(),
        address: heard,
    };
    let from = im_domain::BootId::random();
    let report = im_cluster::peers::Peers::report(&peers, &peer, from)
        .await
        .unwrap();
    assert!(report.fresh);
    let (recorded, answer) = recording.await.unwrap();
    for (what, bytes) in [("request", &recorded), ("answer", &answer)] {
        let shown = String::from_utf8_lossy(bytes);
        assert!(!shown.contains(&from.to_string()), "{what}");
        assert!(!shown.contains("draining"), "{what}");
    }
    // Played again it is answered 'refused', in the same seal: nothing in it can be told apart but its length.
    let mut server = TcpStream::connect(&one.address).await.unwrap();
    server.write_all(&recorded).await.unwrap();
    let mut again = vec![0; 65_536];
    let length = server.read(&mut again).await.unwrap();
    assert!(length < answer.len(), "it was answered as the first time");
}

/// The port of a listener that is gone: nobody answers there, for certain.
async fn closed() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().to_string()
}

/// A node that takes connections and says nothing.
async fn mute() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (listener, address)
}

/// An API that says that everything belongs to a node at this address, and never reads bodies twice.
fn elsewhere(address: String) -> Router {
    let answer = move |Path(id): Path<InfId>, request: Request| {
        let address = address.clone();
        async move {
            let _ = request.into_body().collect().await;
            let boot = im_domain::BootId::random();
            let mut response = StatusCode::SERVICE_UNAVAILABLE.into_response();
            let peer = im_cluster::Peer { boot, address };
            response.extensions_mut().insert(Elsewhere { id, peer });
            response
        }
    };
    Router::new().route("/infrastructures/{id}", any(answer))
}

#[tokio::test]
async fn what_was_not_sent_was_not_done_and_what_was_sent_is_not_known() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(&directory).await;
    let one = node(&store, "1", "s").await;
    let mut settings = PeerSettings::new(vec![Secret::new("s")]);
    settings.forward_timeout = Duration::from_millis(200);
    let peers = HttpPeers::new(settings);
    let (_listener, mute) = mute().await;
    for (address, method, accept, status, words) in [
        (closed().await, "PUT", "*/*", 503, "Nothing was done"),
        (mute.clone(), "GET", "*/*", 503, "Nothing was done"),
        (mute.clone(), "PUT", "*/*", 504, "it is not known"),
        (mute, "PUT", "application/json", 504, r#""code":504"#),
    ] {
        let api = elsewhere(address);
        let clients = forwarding(api, ClientApi::Rest, one.cluster.clone(), peers.clone());
        let request = Request::builder()
            .method(method)
            .uri(format!("/infrastructures/{}", InfId::random()))
            .header("Accept", accept)
            .body(Body::from("a"))
            .unwrap();
        let response = clients.answer(request).await;
        assert_eq!(response.status().as_u16(), status, "{method} {accept}");
        let retry = response.headers().contains_key("Retry-After");
        assert_eq!(retry, status == 503, "{method} {accept}");
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&body).into_owned();
        assert!(text.contains(words), "{text}");
    }
}

#[tokio::test]
async fn levels_of_the_log_are_changed_by_who_has_the_secret() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(&directory).await;
    let one = node(&store, "1", "s").await;
    let peer = im_cluster::Peer {
        boot: one.cluster.life().boot(),
        address: one.address.clone(),
    };
    let from = im_domain::BootId::random();
    let debug = LevelChange {
        reset: false,
        set: vec![LevelOf {
            name: Some("im_cluster".to_owned()),
            level: LogLevel::Debug,
        }],
    };
    let stranger = HttpPeers::new(PeerSettings::new(vec![Secret::new("t")]));
    let refused = stranger.levels(&peer, from, debug.clone()).await;
    assert!(refused.is_err());
    let operator = HttpPeers::new(PeerSettings::new(vec![Secret::new("s")]));
    let ask = |change: LevelChange| operator.levels(&peer, from, change);
    let before = ask(LevelChange::default()).await.unwrap().unwrap();
    assert_eq!(before.loggers.len(), 1, "{before:?}");
    let after = ask(debug).await.unwrap().unwrap();
    assert_eq!(after.loggers[0].name, "im_cluster");
    assert_eq!(after.loggers[0].level, Some(LogLevel::Debug));
    let wrong = LevelChange {
        reset: true,
        set: vec![LevelOf {
            name: Some("handler_none".to_owned()),
            level: LogLevel::Debug,
        }],
    };
    let refused = ask(wrong).await.unwrap().unwrap_err();
    assert!(refused.contains("There is no handler 'none'"), "{refused}");
    assert_eq!(ask(LevelChange::default()).await.unwrap().unwrap(), after);
}
