//! All layers together.

use std::sync::Arc;
use std::time::Duration;

use im_connectors::layers::{Chaos, Limit, RetrySettings, Shared, TimeoutSettings, stack};
use im_connectors::{Connector, Faults, LayerSettings, Operation};
use im_telemetry::metrics::CloudMetrics;
use im_util::{Backoff, SystemClock};
use tokio::time::Instant;

use super::{some_request, some_vm};
use crate::support::{Scripted, Step};

fn settings() -> LayerSettings {
    LayerSettings {
        retry: RetrySettings {
            attempts: 3,
            backoff: Backoff::new(Duration::from_millis(100), Duration::from_secs(1)),
            within: Duration::from_secs(20),
        },
        timeout: TimeoutSettings {
            read: Duration::from_secs(1),
            change: Duration::from_secs(1),
            launch: Duration::from_secs(1),
        },
        calls_per_cloud: 1,
        chaos: Faults::none(),
    }
}

fn stacked(scripted: Arc<Scripted>, chaos: Option<Chaos>) -> Arc<dyn Connector> {
    let shared = Shared {
        limit: Limit::new(1),
        chaos,
        metrics: CloudMetrics::default(),
        clock: Arc::new(SystemClock::new()),
    };
    stack(scripted, "Scripted", &settings(), shared)
}

const SLOW: Step = Step::Take(Duration::from_secs(60));

#[tokio::test(start_paused = true)]
async fn the_time_limit_is_of_one_attempt_and_the_attempts_are_repeated() {
    let scripted = Scripted::new([SLOW, SLOW]);
    let connector = stacked(scripted.clone(), None);
    let begun = Instant::now();
    connector.quotas().await.unwrap();
    assert_eq!(scripted.calls().len(), 3);
    assert!(begun.elapsed() < Duration::from_secs(3));
}

#[tokio::test(start_paused = true)]
async fn a_launch_without_answer_reaches_the_cloud_once() {
    let request = some_request().await;
    let scripted = Scripted::new([SLOW]);
    let connector = stacked(scripted.clone(), None);
    assert!(
        connector
            .launch(&request)
            .await
            .unwrap_err()
            .is_outcome_unknown()
    );
    assert_eq!(scripted.calls(), [Operation::Launch]);
}

#[tokio::test(start_paused = true)]
async fn waiting_for_a_place_takes_nothing_from_the_time_of_a_call() {
    let almost = Step::Take(Duration::from_millis(900));
    let scripted = Scripted::new([almost; 4]);
    let connector = stacked(scripted.clone(), None);
    let vm = some_vm(&*connector);
    let calls = (0..4).map(|_| {
        let (connector, vm) = (connector.clone(), vm.clone());
        tokio::spawn(async move { connector.stop(&vm).await })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
    assert_eq!(scripted.calls().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn chaos_is_survived_where_repeats_do_no_harm() {
    let faults = Faults::none().failing(Operation::Quotas, 0.3);
    let scripted = Scripted::new([]);
    let connector = stacked(scripted, Some(Chaos::new(faults)));
    let mut failed = 0;
    for _ in 0..200 {
        failed += usize::from(connector.quotas().await.is_err());
    }
    // 0.3 of the calls fail, 0.027 of three attempts in a row.
    assert!(failed < 20, "{failed} of 200");
}
