//! What a creation costs the database.

use im_domain::VmState;
use im_manager::ManagerSettings;

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
