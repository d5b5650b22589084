//! Faults of the service, and what of a call reaches the log.

use std::sync::Arc;

use dxr::Value;
use im_api_xmlrpc::CallSettings;
use im_connectors::CloudType;
use im_telemetry::{Capture, LogFormat, LogLevel};
use im_util::{Clock, SystemClock};
use tracing::instrument::WithSubscriber;

use crate::node::{Node, RADL, Reply, SECRET, structure, text, user};

fn log() -> (Capture, impl tracing::Subscriber + Send + Sync + 'static) {
    let capture = Capture::new();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let subscriber = capture.subscriber(LogLevel::Debug, LogFormat::Text, clock);
    (capture, subscriber)
}

/// Credentials with a cloud whose connector panics.
fn with_broken_cloud() -> Value {
    let Value::Array(mut lines) = user("ann") else {
        panic!("credentials are a list");
    };
    lines.push(structure(&[("id", "broken"), ("type", "Broken")]));
    Value::Array(lines)
}

#[tokio::test]
async fn a_panic_is_a_fault_with_an_id_that_the_log_has_too() {
    let broken = CloudType::new("Broken", |_| panic!("{SECRET}"));
    let node = Node::over(CallSettings::default(), Some(broken)).await;
    let (capture, subscriber) = log();
    let reply = node
        .call(
            "GetCloudImageList",
            vec![text("broken"), with_broken_cloud()],
        )
        .with_subscriber(subscriber)
        .await;
    let Reply::Fault(1, fault) = reply else {
        panic!("a fault was expected: {reply:?}");
    };
    let id = fault.trim_end_matches('.').rsplit(' ').next().unwrap();
    let log = capture.text();
    assert!(log.contains(id), "{fault} {log}");
    assert!(!format!("{fault} {log}").contains(SECRET), "{fault} {log}");
    assert!(matches!(
        node.call("GetVersion", vec![]).await,
        Reply::Done(_)
    ));
}

#[tokio::test]
async fn the_log_names_method_and_infrastructure_and_no_secret() {
    let node = Node::new().await;
    let (capture, subscriber) = log();
    let inf = async {
        let inf = node
            .done("CreateInfrastructure", vec![text(RADL), user("ann")])
            .await;
        for params in [
            vec![inf.clone(), user("ann")],
            vec![inf.clone(), user("ben")],
            vec![text(SECRET)],
        ] {
            node.call("GetInfrastructureInfo", params).await;
        }
        node.call(SECRET, vec![]).await;
        node.call("CreateInfrastructure", vec![text(SECRET), user("ann")])
            .await;
        node.call("CreateInfrastructure", vec![user("ann"), text(SECRET)])
            .await;
        let broken = format!("<methodCall><methodName>M</methodName><params>{SECRET}");
        node.send(broken).await;
        inf
    }
    .with_subscriber(subscriber)
    .await;
    let Value::String(inf) = inf else {
        panic!("an id is a text");
    };
    let log = capture.text();
    assert!(log.contains("GetInfrastructureInfo"), "{log}");
    assert!(log.contains(&format!("Inf ID: {inf}")), "{log}");
    assert!(!log.contains(SECRET), "{log}");
}
