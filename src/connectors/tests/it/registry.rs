//! From credentials to connectors.

use std::sync::Arc;
use std::time::Duration;

use im_connectors::{
    CloudLine, CloudType, ErrorKind, Faults, LayerSettings, Operation, Registry, RegistrySettings,
};
use im_domain::CloudInfo;
use im_util::SystemClock;
use tokio::time::Instant;

use crate::support::{Scripted, Step};

fn registry() -> Registry {
    let mut registry = Registry::new(RegistrySettings::default(), Arc::new(SystemClock::new()));
    registry.add(CloudType::new("Scripted", |_| Ok(Scripted::new([]))));
    registry
}

fn info(line: &CloudLine) -> CloudInfo {
    line.cloud().unwrap().clone()
}

#[test]
fn types_are_told_apart_by_case() {
    let registry = registry();
    let mut known = vec!["Dummy", "Scripted"];
    known.extend(cfg!(feature = "simulated").then_some("Simulated"));
    assert_eq!(registry.types().collect::<Vec<_>>(), known);
    registry
        .connector(&CloudLine::new("Dummy", None, None))
        .unwrap();
    let error = registry
        .connector(&CloudLine::new("dummy", Some("d"), None))
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unsupported);
    let known = known.join(", ");
    let text = format!("Cloud provider not supported: dummy (error: the known types are {known})");
    assert_eq!(error.to_string(), text);
}

#[test]
fn a_host_that_says_nowhere_is_refused() {
    let line = CloudLine::new("Dummy", Some("d"), Some("http://[::1"));
    let error = registry().connector(&line).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Invalid);
}

#[test]
fn a_connector_knows_its_cloud_as_it_is_remembered() {
    let host = Some("http://dummy.example:1234/path");
    let connector = registry()
        .connector(&CloudLine::new("Dummy", Some("cloudb"), host))
        .unwrap();
    let cloud = connector.cloud();
    assert_eq!(
        (cloud.id.as_str(), cloud.kind.as_str()),
        ("cloudb", "Dummy")
    );
    assert_eq!((cloud.server.as_str(), cloud.port), ("dummy.example", 1234));
    assert_eq!(
        (cloud.protocol.as_str(), cloud.path.as_str()),
        ("http", "/path")
    );
    assert!(cloud.extra.is_empty());
}

#[test]
fn the_line_of_a_machine_is_found_by_id_then_by_server() {
    let registry = registry();
    let other = CloudLine::new("Scripted", Some("other"), Some("two.example"));
    let same_id = CloudLine::new("Scripted", Some("mine"), Some("moved.example"));
    let same_server = CloudLine::new("Scripted", Some("renamed"), Some("https://one.example"));
    let machine = info(&CloudLine::new(
        "Scripted",
        Some("mine"),
        Some("one.example"),
    ));

    let lines = [other.clone(), same_server.clone(), same_id.clone()];
    assert_eq!(registry.line_for(&machine, &lines).unwrap(), &same_id);
    let lines = [other.clone(), same_server.clone()];
    assert_eq!(registry.line_for(&machine, &lines).unwrap(), &same_server);
    let error = registry.for_vm(&machine, &[other]).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unauthorized);
    assert_eq!(error.to_string(), "No auth data for cloud with ID: mine");
}

#[test]
fn an_id_alone_does_not_lead_to_another_type() {
    let machine = info(&CloudLine::new("Scripted", Some("mine"), None));
    let lines = [CloudLine::new("Dummy", Some("mine"), None)];
    assert!(registry().line_for(&machine, &lines).is_err());
}

#[test]
fn any_line_of_the_type_will_do_where_there_is_but_one_cloud() {
    let machine = info(&CloudLine::new(
        "Dummy",
        Some("cloudb"),
        Some("https://second.example"),
    ));
    let lines = [CloudLine::new("Dummy", Some("dummy"), None)];
    assert_eq!(registry().line_for(&machine, &lines).unwrap(), &lines[0]);
}

#[tokio::test(start_paused = true)]
async fn connectors_to_one_cloud_share_its_limit() {
    let layers = LayerSettings {
        calls_per_cloud: 1,
        ..LayerSettings::default()
    };
    let mut registry = Registry::empty(layers, Arc::new(SystemClock::new()));
    registry.add(CloudType::new("Scripted", |_| {
        Ok(Scripted::new([Step::Take(Duration::from_secs(1))]))
    }));
    let to = |server| {
        let line = CloudLine::new("Scripted", Some("mine"), Some(server));
        registry.connector(&line).unwrap()
    };
    let begun = Instant::now();
    let (a, b) = (to("one"), to("one"));
    let (a, b) = tokio::join!(a.quotas(), b.quotas());
    assert!(a.is_ok() && b.is_ok());
    assert_eq!(begun.elapsed().as_secs(), 2);
    let (a, b) = (to("one"), to("two"));
    let (a, b) = tokio::join!(a.quotas(), b.quotas());
    assert!(a.is_ok() && b.is_ok());
    assert_eq!(begun.elapsed().as_secs(), 3);
}

#[tokio::test]
async fn chaos_reaches_every_connector() {
    let settings = RegistrySettings {
        layers: LayerSettings {
            chaos: Faults::none().failing(Operation::Reboot, 1.0),
            ..LayerSettings::default()
        },
        ..RegistrySettings::default()
    };
    let registry = Registry::new(settings, Arc::new(SystemClock::new()));
    let line = CloudLine::new("Dummy", Some("dummy"), None);
    let connector = registry.connector(&line).unwrap();
    let vm = crate::support::launch(&*connector, "system node ()", "t").await;
    let error = connector.reboot(&vm).await.unwrap_err();
    assert!(error.message.contains("on purpose"));
}
