//! Failures on purpose.

use std::time::Duration;

use im_connectors::layers::Chaos;
use im_connectors::{ErrorKind, Faults, Operation, Retry};
use tokio::time::Instant;

use super::{layered, some_request};

#[tokio::test(start_paused = true)]
async fn calls_fail_before_or_after_their_effect() {
    let request = some_request().await;
    let faults = Faults::none().failing(Operation::Launch, 1.0);
    let (connector, scripted) = layered(Chaos::new(faults), []);
    let mut lost = 0;
    for _ in 0..100 {
        let error = connector.launch(&request).await.unwrap_err();
        match error.retry {
            Retry::AfterCheck => lost += 1,
            retry => assert_eq!((retry, error.kind), (Retry::Safe, ErrorKind::Unavailable)),
        }
    }
    // Those whose answer was lost reached the cloud, the others did not.
    assert_eq!(scripted.calls().len(), lost);
    assert!((20..=80).contains(&lost), "{lost} of 100");
    connector.quotas().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn calls_take_their_time() {
    let faults = Faults::none().taking(Duration::from_secs(5), Duration::from_secs(5));
    let (connector, _) = layered(Chaos::new(faults), []);
    let begun = Instant::now();
    connector.quotas().await.unwrap();
    assert_eq!(begun.elapsed().as_secs(), 5);
}
