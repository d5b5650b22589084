//! What is particular to the cloud `Simulated`: what its failures mean to the caller.

use std::sync::Arc;
use std::time::Duration;

use im_connectors::{CloudLine, Connector, CreateIdempotency, ErrorKind, Retry, simulated};
use im_domain::VmState;
use im_simulated_cloud::{Cloud, Faults, Kind, Operation, Settings};
use im_test_support::Scratch;

use crate::support::{launch, remembered, request};

const NODE: &str = "system node (cpu.count = 1 and memory.size = 256m)\ndeploy node 1\n";

/// A simulated cloud with its file.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) cloud: Cloud,
    scratch: Scratch,
}

// === impl Server ===

impl Server {
    pub(crate) fn start(faults: Faults) -> Self {
        let scratch = Scratch::new();
        let settings = Settings {
            faults,
            ..Settings::new(scratch.path().join("state"))
        };
        let cloud = Cloud::start(settings).unwrap();
        Self { cloud, scratch }
    }

    /// The same file, another process.
    fn restart(self) -> Self {
        let settings = Settings {
            listen: self.cloud.address(),
            ..Settings::new(self.scratch.path().join("state"))
        };
        drop(self.cloud);
        Self {
            cloud: Cloud::start(settings).unwrap(),
            scratch: self.scratch,
        }
    }

    /// The credentials for it.
    pub(crate) fn line(&self, idempotency: &str) -> CloudLine {
        let host = format!("http://{}", self.cloud.address());
        CloudLine::new(simulated::TYPE, Some("sim"), Some(&host))
            .with("username", "u".to_owned())
            .with("password", "p".to_owned())
            .with("idempotency", idempotency.to_owned())
    }

    fn connector(&self, idempotency: &str) -> Arc<dyn Connector> {
        let line = self.line(idempotency);
        simulated::cloud_type().connect(&line).unwrap()
    }
}

#[tokio::test]
async fn a_lost_answer_is_found_by_its_token_and_a_repeat_is_recognised_or_not() {
    for (idempotency, machines) in [("token", 1), ("none", 2)] {
        let server = Server::start(Faults::default());
        let connector = server.connector(idempotency);
        let request = request(&*connector, NODE, "t").await;
        server
            .cloud
            .set_faults(Faults::default().failing_next(Operation::Launch, Kind::Lost, 1));
        let error = connector.launch(&request).await.unwrap_err();
        assert_eq!(error.retry, Retry::AfterCheck, "{error:?}");
        let found = connector.find_by_token(&request.inf).await.unwrap();
        let again = connector.launch(&request).await.unwrap();
        assert_eq!(server.cloud.made(), machines);
        assert_eq!(server.cloud.audit().doubled().len(), machines - 1);
        assert_eq!(found["t"].cloud_vm_id == again.cloud_vm_id, machines == 1);
    }
}

#[tokio::test]
async fn failures_say_whether_the_machine_may_exist() {
    let server = Server::start(Faults::default());
    let connector = server.connector("token");
    let expected = [
        (Kind::Refused, ErrorKind::RateLimited, Retry::Safe),
        (Kind::Broken, ErrorKind::Unavailable, Retry::AfterCheck),
        (Kind::Dropped, ErrorKind::Unavailable, Retry::AfterCheck),
        (Kind::Lost, ErrorKind::Unavailable, Retry::AfterCheck),
        (Kind::BrokenAfter, ErrorKind::Unavailable, Retry::AfterCheck),
    ];
    for (failure, kind, retry) in expected {
        let request = request(&*connector, NODE, &format!("{failure:?}")).await;
        server
            .cloud
            .set_faults(Faults::default().failing_next(Operation::Launch, failure, 1));
        let error = connector.launch(&request).await.unwrap_err();
        assert_eq!((error.kind, error.retry), (kind, retry), "{failure:?}");
    }
    server.cloud.set_faults(Faults {
        capacity: Some(0),
        ..Faults::default()
    });
    let request = request(&*connector, NODE, "none").await;
    let full = connector.launch(&request).await.unwrap_err();
    assert_eq!((full.kind, full.retry), (ErrorKind::Capacity, Retry::Never));
}

#[tokio::test]
async fn a_cloud_that_is_not_there_has_done_nothing() {
    let server = Server::start(Faults::default());
    let connector = server.connector("token");
    let request = request(&*connector, NODE, "t").await;
    drop(server);
    let error = connector.launch(&request).await.unwrap_err();
    assert_eq!(
        (error.kind, error.retry),
        (ErrorKind::Unavailable, Retry::Safe)
    );
}

#[tokio::test]
async fn a_repeat_that_asks_for_something_else_and_one_of_a_removed_machine_are_refused() {
    let server = Server::start(Faults::default());
    let connector = server.connector("token");
    let mut request = request(&*connector, NODE, "t").await;
    let launched = connector.launch(&request).await.unwrap();
    let vm = remembered(&*connector, &request, &launched);
    connector.finalize(&vm, true).await.unwrap();
    let error = connector.launch(&request).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (ErrorKind::Other, Retry::Never));
    request.name = "another".to_owned();
    let error = connector.launch(&request).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Invalid);
    assert_eq!(server.cloud.made(), 1);
}

#[tokio::test]
async fn the_list_is_late_and_the_machine_itself_is_not() {
    let server = Server::start(Faults {
        visibility_ms: 300,
        ..Faults::default()
    });
    let connector = server.connector("none");
    let vm = launch(&*connector, NODE, "t").await;
    assert_eq!(connector.status(&vm).await.unwrap().state, VmState::Running);
    assert!(connector.find_by_token(&vm.inf).await.unwrap().is_empty());
    while connector.find_by_token(&vm.inf).await.unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn machines_outlive_the_process_of_the_cloud() {
    let server = Server::start(Faults::default());
    let connector = server.connector("token");
    let vm = launch(&*connector, NODE, "t").await;
    connector.stop(&vm).await.unwrap();
    let server = server.restart();
    let connector = server.connector("token");
    assert_eq!(connector.status(&vm).await.unwrap().state, VmState::Stopped);
    assert_eq!(connector.find_by_token(&vm.inf).await.unwrap().len(), 1);
}

#[tokio::test]
async fn lines_that_lack_something_are_refused() {
    let cloud_type = simulated::cloud_type();
    let line = |host| CloudLine::new(simulated::TYPE, Some("sim"), host);
    let refused = |line: &CloudLine| cloud_type.connect(line).unwrap_err().kind;
    assert_eq!(refused(&line(None)), ErrorKind::Invalid);
    assert_eq!(refused(&line(Some("https://a"))), ErrorKind::Invalid);
    assert_eq!(refused(&line(Some("http://a:1"))), ErrorKind::Unauthorized);
    let server = Server::start(Faults::default());
    assert_eq!(refused(&server.line("sometimes")), ErrorKind::Invalid);
    let wrong = server.line("none").with("password", "q".to_owned());
    let connector = cloud_type.connect(&wrong).unwrap();
    let capability = connector.capability().create_idempotency;
    assert_eq!(capability, CreateIdempotency::CheckOnly);
    let refusal = connector.quotas().await.unwrap_err();
    assert_eq!(refusal.kind, ErrorKind::Unauthorized);
}
