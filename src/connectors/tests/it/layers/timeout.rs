//! Time limits.

use std::time::Duration;

use im_connectors::layers::{TimeoutSettings, Timeouts};
use im_connectors::{ErrorKind, Operation, Retry};
use im_radl::Radl;
use tokio::time::Instant;

use super::{layered, some_request, some_vm};
use crate::support::Step;

const FOREVER: Step = Step::Take(Duration::from_secs(1_000_000));

fn timeouts() -> Timeouts {
    Timeouts::new(TimeoutSettings {
        read: Duration::from_secs(1),
        change: Duration::from_secs(2),
        launch: Duration::from_secs(3),
    })
}

#[tokio::test(start_paused = true)]
async fn calls_within_their_time_are_left_alone() {
    let (connector, _) = layered(timeouts(), [Step::Take(Duration::from_millis(999))]);
    connector.quotas().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn each_kind_of_call_has_its_time() {
    let request = some_request().await;
    let (connector, _) = layered(timeouts(), [FOREVER; 3]);
    let vm = some_vm(&*connector);

    let begun = Instant::now();
    assert_eq!(
        connector.status(&vm).await.unwrap_err().kind,
        ErrorKind::Timeout
    );
    assert_eq!(begun.elapsed().as_secs(), 1);
    connector.stop(&vm).await.unwrap_err();
    assert_eq!(begun.elapsed().as_secs(), 3);
    connector.launch(&request).await.unwrap_err();
    assert_eq!(begun.elapsed().as_secs(), 6);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_may_have_happened_is_not_called_a_failure() {
    let request = some_request().await;
    let (connector, _) = layered(timeouts(), [FOREVER; 5]);
    let vm = some_vm(&*connector);
    let launch = connector.launch(&request).await.unwrap_err();
    assert!(launch.is_outcome_unknown());
    assert_eq!(launch.operation, Operation::Launch);
    assert!(
        connector
            .reboot(&vm)
            .await
            .unwrap_err()
            .is_outcome_unknown()
    );
    let alter = connector.alter(&vm, &Radl::default()).await.unwrap_err();
    assert!(alter.is_outcome_unknown());
    assert_eq!(connector.stop(&vm).await.unwrap_err().retry, Retry::Safe);
    assert_eq!(
        connector.finalize(&vm, true).await.unwrap_err().retry,
        Retry::Safe
    );
}
