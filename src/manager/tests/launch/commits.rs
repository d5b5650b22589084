//! What a creation costs the database.

use im_domain::VmState;
use im_manager::{InfrastructureOperation, ManagerSettings};

use crate::node::{Site, ann, machines, more, node, settings, states};

#[tokio::test]
async fn a_creation_costs_two_commits() {
    let (_site, node) = node().await;
    let id = node.create(&ann(), machines(2)).await;
    assert_eq!(node.commits(&id).await, 2);
    node.manager.add(&ann(), &id, more(2), true).await.unwrap();
    assert_eq!(node.commits(&id).await, 4);
}

#[tokio::test]
async fn the_intent_and_the_result_of_other_operations_cost_a_commit_each() {
    let (_site, node) = node().await;
    let credentials = ann();
    let id = node.create(&credentials, machines(3)).await;
    let m = &node.manager;
    let stop = InfrastructureOperation::Stop;
    m.operate(&credentials, &id, stop).await.unwrap();
    assert_eq!(node.commits(&id).await, 4);
    m.remove(&credentials, &id, "0", false).await.unwrap();
    assert_eq!(node.commits(&id).await, 6);
    m.destroy(&credentials, &id, false, false).await.unwrap();
    assert_eq!(node.commits(&id).await, 8);
}

#[tokio::test]
async fn a_thousand_machines_cost_a_bounded_number() {
    let site = Site::new();
    let node = site
        .node(ManagerSettings {
            max_simultaneous_launches: 50,
            ..settings()
        })
        .await;
    let id = node.create(&ann(), machines(1_000)).await;
    let made = node.stored(&id).await;
    assert_eq!(states(&made), vec![VmState::Configured; 1_000]);
    let commits = node.commits(&id).await;
    assert!(commits <= 50, "{commits} commits");
}
