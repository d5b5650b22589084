//! Calls at a time.

use std::time::Duration;

use im_connectors::layers::Limit;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::{layered, some_vm};
use crate::support::Step;

#[tokio::test(start_paused = true)]
async fn no_more_calls_run_at_a_time_than_allowed() {
    let (connector, scripted) = layered(Limit::new(3), [Step::Take(Duration::from_secs(1)); 10]);
    let vm = some_vm(&*connector);
    let begun = Instant::now();
    let mut calls = JoinSet::new();
    for _ in 0..10 {
        let (connector, vm) = (connector.clone(), vm.clone());
        calls.spawn(async move { connector.status(&vm).await.map(|_| ()) });
    }
    for result in calls.join_all().await {
        result.unwrap();
    }
    assert_eq!(scripted.most_at_once(), 3);
    assert_eq!(begun.elapsed().as_secs(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_given_up_leaves_its_place() {
    let (connector, _) = layered(Limit::new(1), [Step::Take(Duration::from_secs(1_000_000))]);
    let given_up = tokio::time::timeout(Duration::from_secs(1), connector.quotas()).await;
    assert!(given_up.is_err());
    connector.quotas().await.unwrap();
}
