//! Settings for tests: delays, failures, capacity.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use im_connectors::{DummySettings, ErrorKind, Faults, Operation, Quota, Retry};
use im_util::ManualClock;
use tokio::time::Instant;

use super::clouds;
use crate::support::{launch, request};

const NODE: &str = "system node ()";

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(1_000))
}

#[tokio::test]
async fn launches_fail_by_rate_and_have_no_effect() {
    let settings = DummySettings {
        faults: Faults::none().failing(Operation::Launch, 0.5),
        ..DummySettings::default()
    };
    let [cloud] = clouds(settings, clock(), ["dummy"]);
    let mut request = request(&*cloud, NODE, "").await;
    let mut failed = 0;
    for n in 0..200 {
        request.token = format!("t{n}");
        if let Err(error) = cloud.launch(&request).await {
            assert_eq!(
                (error.kind, error.retry),
                (ErrorKind::Unavailable, Retry::Safe)
            );
            failed += 1;
        }
    }
    assert!((60..=140).contains(&failed), "{failed} of 200");
    let found = cloud.find_by_token(&request.inf).await.unwrap();
    assert_eq!(found.len(), 200 - failed);
}

#[tokio::test]
async fn other_calls_fail_by_their_own_rates() {
    let settings = DummySettings {
        faults: Faults::none().failing(Operation::Status, 1.0),
        ..DummySettings::default()
    };
    let [cloud] = clouds(settings, clock(), ["dummy"]);
    let vm = launch(&*cloud, NODE, "t").await;
    cloud.status(&vm).await.unwrap_err();
    cloud.stop(&vm).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn calls_take_the_time_that_was_set() {
    let settings = DummySettings {
        faults: Faults::none().taking(Duration::from_secs(7), Duration::from_secs(7)),
        ..DummySettings::default()
    };
    let [cloud] = clouds(settings, clock(), ["dummy"]);
    let begun = Instant::now();
    cloud.quotas().await.unwrap();
    assert_eq!(begun.elapsed().as_secs(), 7);
}

#[tokio::test]
async fn a_full_cloud_refuses_until_a_machine_is_removed() {
    let settings = DummySettings {
        capacity: Some(2),
        capacities: BTreeMap::from([("large".to_owned(), 3)]),
        ..DummySettings::default()
    };
    let [small, large] = clouds(settings, clock(), ["small", "large"]);
    let first = launch(&*small, NODE, "t1").await;
    let again = request(&*small, NODE, "t2").await;
    small.launch(&again).await.unwrap();
    let third = request(&*small, NODE, "t3").await;
    let error = small.launch(&third).await.unwrap_err();
    assert_eq!(
        (error.kind, error.retry),
        (ErrorKind::Capacity, Retry::Never)
    );
    // A machine that is there takes no further place.
    small.launch(&again).await.unwrap();
    let instances = Quota { used: 2, limit: 2 };
    assert_eq!(
        small.quotas().await.unwrap().get("instances"),
        Some(&instances)
    );

    for n in 0..3 {
        launch(&*large, NODE, &format!("l{n}")).await;
    }
    small.stop(&first).await.unwrap();
    small.launch(&third).await.unwrap_err();
    for _ in 0..2 {
        small.finalize(&first, true).await.unwrap();
    }
    small.launch(&third).await.unwrap();
    let fourth = request(&*small, NODE, "t4").await;
    small.launch(&fourth).await.unwrap_err();
}
