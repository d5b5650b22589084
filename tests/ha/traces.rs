//! A trace that goes through two nodes, and on to a cloud.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use im_simulated_cloud::{Cloud, Settings};
use im_test_support::{Client, OtlpReceiver, Scratch, document, until};
use serde_json::Value;

use crate::cluster::{Setup, skipped};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

/// A cloud's address, behind which is the cloud, and what was sent to it.
fn overheard(cloud: SocketAddr) -> (SocketAddr, Arc<Mutex<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    let heard = Arc::new(Mutex::new(Vec::new()));
    let writes = Arc::clone(&heard);
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let server = TcpStream::connect(cloud).expect("the cloud");
            let back = (
                server.try_clone().expect("a copy"),
                client.try_clone().expect("a copy"),
            );
            let heard = Arc::clone(&writes);
            thread::spawn(move || {
                pass(client, server, |bytes| {
                    heard.lock().expect("lock").extend(bytes);
                });
            });
            thread::spawn(move || pass(back.0, back.1, |_| {}));
        }
    });
    (address, heard)
}

fn pass(mut from: TcpStream, mut to: TcpStream, hear: impl Fn(&[u8])) {
    let mut bytes = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        hear(&bytes[..count]);
        if to.write_all(&bytes[..count]).is_err() {
            return;
        }
    }
}

fn find(spans: &[Value], node: &str, name: &str) -> Option<Value> {
    let of =
        |span: &&Value| span["name"] == name && span["resource"]["service.instance.id"] == node;
    spans.iter().find(of).cloned()
}

#[test]
fn a_forwarded_request_is_one_trace() {
    const TEST: &str = "a_forwarded_request_is_one_trace";
    if skipped(TEST) {
        return;
    }
    let Some(receiver) = OtlpReceiver::start(TEST) else {
        return;
    };
    let scratch = Scratch::new();
    let cloud = Cloud::start(Settings::new(scratch.path().join("cloud"))).expect("a cloud");
    let (address, heard) = overheard(cloud.address());
    // The one that is asked sends over HTTP, the owner over gRPC.
    let cluster = Setup::nodes(2)
        .variable(
            0,
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            format!("http://127.0.0.1:{}", receiver.grpc),
        )
        .variable(0, "OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
        .variable(
            1,
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            format!("http://127.0.0.1:{}", receiver.http),
        )
        .variable(0, "OTEL_BSP_SCHEDULE_DELAY", "100")
        .variable(1, "OTEL_BSP_SCHEDULE_DELAY", "100")
        .start();
    let credentials = cloud
        .credentials("token")
        .replace(&cloud.address().to_string(), &address.to_string());
    let auth = format!("type = InfrastructureManager; username = u; password = p\\n{credentials}");
    let parent = format!("00-{TRACE}-{CALLER}-01");
    let send = |place: usize, method: &str, path: &str, body: &str, traced: bool| {
        let mut headers = vec![
            ("Authorization", auth.as_str()),
            ("Content-Type", "text/plain"),
        ];
        if traced {
            headers.push(("traceparent", parent.as_str()));
        }
        let mut client = Client::new(&cluster.members[place].node.rest);
        client
            .send(method, path, &headers, body)
            .expect("an answer")
    };
    let id = send(0, "POST", "/infrastructures", &document(1), false).id();
    let added = send(
        1,
        "POST",
        &format!("/infrastructures/{id}"),
        &document(1),
        true,
    );
    assert_eq!(added.status, 200, "{}", added.body);
    assert_eq!(added.header("infid"), None, "it was not forwarded");

    let chain = [
        (
            "n2",
            "POST /infrastructures/{infId}",
            "SPAN_KIND_SERVER",
            "http",
        ),
        ("n2", "im.peer/forward", "SPAN_KIND_CLIENT", "http"),
        ("n1", "im.peer/forward", "SPAN_KIND_SERVER", "grpc"),
        ("n1", "rest", "SPAN_KIND_INTERNAL", "grpc"),
        ("n1", "manager.add", "SPAN_KIND_INTERNAL", "grpc"),
    ];
    let mut spans = Vec::new();
    until("the spans of both nodes come", || {
        spans = receiver.spans();
        spans.retain(|span| span["trace"] == TRACE);
        chain
            .iter()
            .all(|(node, name, ..)| find(&spans, node, name).is_some())
    });
    let mut above = Value::from(CALLER);
    for (node, name, kind, protocol) in chain {
        let span = find(&spans, node, name).expect("it has come");
        assert_eq!(span["parent"], above, "{name} of {node}: {spans:#?}");
        assert_eq!(span["kind"], kind, "{name} of {node}");
        assert_eq!(span["protocol"], protocol, "{name} of {node}");
        above = span["span"].clone();
    }
    let heard = String::from_utf8_lossy(&heard.lock().expect("lock")).into_owned();
    let launches = heard.matches(&format!("traceparent: 00-{TRACE}-")).count();
    assert!(launches > 0, "the cloud was not told of the trace: {heard}");
    let redis = spans
        .iter()
        .any(|span| span["attributes"]["db.system.name"] == "redis");
    let mysql = spans
        .iter()
        .any(|span| span["attributes"]["db.system.name"] == "mysql");
    assert!(mysql && redis, "{spans:#?}");
}
