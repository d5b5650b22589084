//! Repeats.

use std::time::Duration;

use im_connectors::layers::{Layered, Retries, RetrySettings, TimeoutSettings, Timeouts};
use im_connectors::{ErrorKind, Operation, Retry};
use im_util::Backoff;
use tokio::time::Instant;

use super::{layered, some_request, some_vm};
use crate::support::{Scripted, Step};

const BROKEN: Step = Step::Fail(ErrorKind::Unavailable, Retry::Safe);

fn retries() -> Retries {
    Retries::new(RetrySettings {
        attempts: 3,
        backoff: Backoff::new(Duration::from_secs(2), Duration::from_secs(10)),
        within: Duration::from_secs(20),
    })
}

#[tokio::test(start_paused = true)]
async fn what_may_be_repeated_is_repeated_after_a_wait() {
    let (connector, scripted) = layered(retries(), [BROKEN, BROKEN]);
    let begun = Instant::now();
    connector.quotas().await.unwrap();
    assert_eq!(scripted.calls(), [Operation::Quotas; 3]);
    let waited = begun.elapsed();
    // 1 to 2 s after the first failure, 2 to 4 s after the second.
    assert!(waited >= Duration::from_secs(3) && waited <= Duration::from_millis(6_010));
}

#[tokio::test(start_paused = true)]
async fn the_number_of_attempts_is_bounded() {
    let (connector, scripted) = layered(retries(), [BROKEN; 9]);
    let error = connector.quotas().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert_eq!(scripted.calls().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_may_not_be_repeated_is_not() {
    for retry in [Retry::Never, Retry::AfterCheck] {
        let (connector, scripted) = layered(retries(), [Step::Fail(ErrorKind::Other, retry)]);
        let vm = some_vm(&*connector);
        assert_eq!(connector.reboot(&vm).await.unwrap_err().retry, retry);
        assert_eq!(scripted.calls(), [Operation::Reboot]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_launch_is_never_repeated() {
    let request = some_request().await;
    for retry in [Retry::Safe, Retry::Never, Retry::AfterCheck] {
        let (connector, scripted) = layered(retries(), [Step::Fail(ErrorKind::Other, retry)]);
        assert_eq!(connector.launch(&request).await.unwrap_err().retry, retry);
        assert_eq!(scripted.calls(), [Operation::Launch]);
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_an_attempt_that_begins_late() {
    let slow = Layered::wrap(
        Timeouts::new(TimeoutSettings {
            read: Duration::from_secs(30),
            ..TimeoutSettings::default()
        }),
        Scripted::new([Step::Take(Duration::from_secs(1_000_000))]),
    );
    let connector = Layered::wrap(retries(), slow);
    let begun = Instant::now();
    assert_eq!(
        connector.quotas().await.unwrap_err().kind,
        ErrorKind::Timeout
    );
    assert_eq!(begun.elapsed().as_secs(), 30);
}
