//! Traces: what a collector that others wrote gets of a node, over both forms of OTLP.

use std::process::Command;

use im_test_support::{
    Answer, Client, Node, NodeBuilder, OtlpReceiver, auth, document, free_port, until,
};
use serde_json::Value;

/// A trace and a span of somebody who asks.
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

fn node() -> NodeBuilder {
    NodeBuilder::new(env!("CARGO_BIN_EXE_im"), "n1")
}

fn sending(protocol: &str, port: u16) -> NodeBuilder {
    node()
        .variable(
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            format!("http://127.0.0.1:{port}"),
        )
        .variable("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
        .variable("OTEL_EXPORTER_OTLP_HEADERS", "x-token=of-the-collector")
        .variable(
            "OTEL_RESOURCE_ATTRIBUTES",
            "deployment.environment.name=tests",
        )
        .variable("OTEL_BSP_SCHEDULE_DELAY", 100)
}

fn ask(node: &Node, method: &str, path: &str, body: &str) -> Answer {
    let parent = format!("00-{TRACE}-{CALLER}-01");
    let auth = auth("tracer");
    let headers = [
        ("Authorization", auth.as_str()),
        ("Content-Type", "text/plain"),
        ("User-Agent", "tests"),
        ("traceparent", parent.as_str()),
    ];
    Client::new(&node.rest)
        .send(method, path, &headers, body)
        .expect("an answer")
}

/// The span with this name in the trace, when it has come.
fn span(receiver: &OtlpReceiver, name: &str) -> Value {
    let mut found = None;
    until(&format!("the span {name} comes"), || {
        let spans = receiver.spans();
        found = spans
            .into_iter()
            .find(|span| span["trace"] == TRACE && span["name"] == name);
        found.is_some()
    });
    found.expect("it has come")
}

/// Whether the second is the first, or below it.
fn is_below(receiver: &OtlpReceiver, above: &Value, below: &Value) -> bool {
    let spans = receiver.spans();
    let mut at = below.clone();
    while at["span"] != above["span"] {
        let Some(parent) = spans.iter().find(|span| span["span"] == at["parent"]) else {
            return false;
        };
        at = parent.clone();
    }
    true
}

fn a_request_is_traced_through_every_layer(protocol: &str, test: &str) {
    let Some(receiver) = OtlpReceiver::start(test) else {
        return;
    };
    let port = if protocol == "grpc" {
        receiver.grpc
    } else {
        receiver.http
    };
    let mut node = sending(protocol, port).start();
    let answer = ask(
        &node,
        "POST",
        "/infrastructures?password=of-the-query",
        &document(1),
    );
    let id = answer.id();
    let response = answer
        .header("traceresponse")
        .expect("the trace of the answer");
    assert!(response.starts_with(&format!("00-{TRACE}-")), "{response}");

    let request = span(&receiver, "POST /infrastructures");
    assert_eq!(request["parent"], CALLER);
    assert_eq!(request["kind"], "SPAN_KIND_SERVER");
    assert_eq!(
        request["protocol"],
        if protocol == "grpc" { "grpc" } else { "http" }
    );
    assert_eq!(request["token"], "of-the-collector");
    assert!(response.contains(request["span"].as_str().expect("an id")));
    let attributes = &request["attributes"];
    assert_eq!(attributes["http.request.method"], "POST");
    assert_eq!(attributes["http.route"], "/infrastructures");
    assert_eq!(attributes["http.response.status_code"], 200);
    assert_eq!(attributes["url.path"], "/infrastructures");
    assert_eq!(attributes["url.scheme"], "http");
    assert_eq!(attributes["client.address"], "127.0.0.1");
    assert_eq!(attributes["user_agent.original"], "tests");
    let resource = &request["resource"];
    assert_eq!(resource["service.name"], "im");
    assert_eq!(resource["service.version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(resource["service.instance.id"], "n1");
    assert_eq!(resource["deployment.environment.name"], "tests");

    let verb = span(&receiver, "manager.create");
    let query = span(&receiver, "insert sqlite");
    let launch = span(&receiver, "launch Dummy");
    assert_eq!(query["kind"], "SPAN_KIND_CLIENT");
    assert_eq!(query["attributes"]["db.system.name"], "sqlite");
    assert_eq!(query["attributes"]["db.operation.name"], "insert");
    assert_eq!(launch["kind"], "SPAN_KIND_CLIENT");
    for below in [&verb, &query, &launch] {
        assert!(is_below(&receiver, &request, below), "{below}");
    }
    assert!(is_below(&receiver, &verb, &query));

    let missing = ask(&node, "GET", "/infrastructures/none", "");
    assert_eq!(missing.status, 404);
    assert!(
        missing
            .header("traceresponse")
            .is_some_and(|response| response.contains(TRACE))
    );
    let named = format!("trace_id={TRACE} span_id=");
    until("the log names the trace", || {
        node.log()
            .lines()
            .any(|line| line.contains(&format!("Inf ID: {id}: ")) && line.contains(&named))
    });
    assert!(node.terminate().success());
    // What a node does by itself is in no trace, and nothing that was secret is in any.
    let spans = receiver.spans();
    assert!(
        spans
            .iter()
            .all(|span| span["trace"] == TRACE || span["parent"] == ""),
        "{spans:#?}"
    );
    let text = serde_json::to_string(&spans).expect("text");
    for secret in ["pass-tracer", "of-the-query"] {
        assert!(!text.contains(secret), "{secret} is in a span");
    }
    assert!(spans.iter().all(|span| span["events"] == 0));
}

#[test]
fn over_http() {
    a_request_is_traced_through_every_layer("http/protobuf", "over_http");
}

#[test]
fn over_grpc() {
    a_request_is_traced_through_every_layer("grpc", "over_grpc");
}

#[test]
fn what_is_left_is_sent_at_the_end() {
    let Some(receiver) = OtlpReceiver::start("what_is_left_is_sent_at_the_end") else {
        return;
    };
    let mut node = sending("http/protobuf", receiver.http)
        .variable("OTEL_BSP_SCHEDULE_DELAY", 3_600_000)
        .variable("OTEL_SERVICE_NAME", "im-of-tests")
        .start();
    ask(&node, "GET", "/version", "");
    assert!(node.terminate().success());
    let request = span(&receiver, "GET /version");
    assert_eq!(request["resource"]["service.name"], "im-of-tests");
}

#[test]
fn a_collector_that_is_away_holds_nobody_up() {
    let mut node = sending("http/protobuf", free_port())
        .variable("OTEL_EXPORTER_OTLP_TIMEOUT", 1_000)
        .start();
    assert_eq!(ask(&node, "GET", "/version", "").status, 200);
    assert!(node.terminate().success());
}

#[test]
fn the_caller_says_whether_it_is_sampled() {
    let Some(receiver) = OtlpReceiver::start("the_caller_says_whether_it_is_sampled") else {
        return;
    };
    let mut node = sending("http/protobuf", receiver.http).start();
    let parent = format!("00-{TRACE}-{CALLER}-00");
    let headers = [("traceparent", parent.as_str())];
    let mut client = Client::new(&node.rest);
    let answer = client
        .send("GET", "/version", &headers, "")
        .expect("an answer");
    let response = answer.header("traceresponse").expect("a trace");
    assert!(
        response.starts_with(&format!("00-{TRACE}-")) && response.ends_with("-00"),
        "{response}"
    );
    assert!(node.terminate().success());
    assert_eq!(receiver.spans(), Vec::<Value>::new());
}

#[test]
fn traces_are_off_unless_they_are_configured() {
    let mut node = node().start();
    let answer = ask(&node, "GET", "/version", "");
    assert_eq!(answer.header("traceresponse"), None);
    assert!(node.terminate().success());
    assert!(!node.log().contains("trace_id"), "{}", node.log());
    let mut node = sending("http/protobuf", free_port())
        .variable("OTEL_SDK_DISABLED", "true")
        .start();
    assert_eq!(
        ask(&node, "GET", "/version", "").header("traceresponse"),
        None
    );
    assert!(node.terminate().success());
}

#[test]
fn a_collector_that_cannot_be_is_refused_at_the_start() {
    let directory = tempfile::tempdir().expect("a directory");
    let output = Command::new(env!("CARGO_BIN_EXE_im"))
        .arg("serve")
        .env("HOME", directory.path())
        .env("IM_REST_PORT", "0")
        .env("IM_XMLRCP_PORT", "0")
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", "not a URL")
        .output()
        .expect("im runs");
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("error: Traces cannot be sent as OTEL_EXPORTER_OTLP_* say: "),
        "{said}"
    );
}
