//! What an earlier life of a node left unfinished is finished by the next.
//!
//! A node is lost in the middle by holding its launches at the gate of the cloud and never looking at it again; later
//! it may wake up, and must do no harm.

use std::sync::Arc;
use std::time::Duration;

use im_domain::{InfId, Infrastructure, Vm, VmState};
use im_manager::{BootMode, ManagerSettings};

use crate::node::{Node, Site, ann, ann_in_lab, machines, more, settings, states, text, user_with};

/// A node that was lost while its cloud was launching: of three machines the first was made, and nobody was told.
async fn lost_node(site: &Site) -> (Node, InfId) {
    let node = site.node(settings()).await;
    site.lab.gate.forget_permits(usize::MAX);
    let id = node
        .manager
        .create(&ann_in_lab(), machines(3), true)
        .await
        .unwrap();
    site.lab.until_reached(1).await;
    (node, id)
}

#[tokio::test]
async fn a_machine_that_was_made_is_adopted_and_the_rest_is_launched() {
    let site = Site::new();
    let (lost, id) = lost_node(&site).await;
    let next = site.node(settings()).await;
    let seen = next
        .manager
        .infrastructure(&ann_in_lab(), &id)
        .await
        .unwrap();
    assert_eq!(states(&seen), [VmState::Pending; 3]);
    site.lab.gate.add_permits(100);
    let seen = next
        .until(&ann_in_lab(), &id, |inf| inf.state() == VmState::Configured)
        .await;
    assert_eq!(seen.vms.len(), 3);
    assert!(
        seen.vms
            .iter()
            .all(|vm| vm.unknown.is_empty() && !vm.creating)
    );
    assert_eq!(site.lab.count(), 3, "none is lost and none was made twice");
    let mut tokens = site.lab.tokens();
    tokens.sort_unstable();
    tokens.dedup();
    assert_eq!(tokens.len(), 3);
    // The lost node has woken up meanwhile; what it wrote was refused.
    lost.manager.close(Duration::from_secs(20)).await;
    let stored = next.stored(&id).await;
    assert_eq!(states(&stored), [VmState::Configured; 3]);
    next.manager
        .destroy(&ann_in_lab(), &id, false, false)
        .await
        .unwrap();
    assert_eq!(site.lab.count(), 0);
}

#[tokio::test]
async fn a_change_waits_until_the_former_work_is_settled() {
    let site = Site::new();
    let (_lost, id) = lost_node(&site).await;
    let next = site.node(settings()).await;
    let credentials = ann_in_lab();
    let add = next.manager.add(&credentials, &id, more(1), true);
    let wake = async {
        site.lab.until_reached(2).await;
        site.lab.gate.add_permits(100);
    };
    let (added, ()) = tokio::join!(add, wake);
    let added = added.unwrap();
    assert_eq!(added.vms.len(), 1);
    let stored = next.stored(&id).await;
    assert_eq!(states(&stored), [VmState::Configured; 4]);
    assert_eq!(site.lab.count(), 4);
}

#[tokio::test]
async fn only_an_owner_with_the_credentials_of_the_cloud_resumes_it() {
    let site = Site::new();
    let (_lost, id) = lost_node(&site).await;
    for credentials in [
        user_with("root", &[("lab", "Lab")]),
        user_with("ann", &[("dummy", "Dummy")]),
    ] {
        let next = site.node(settings()).await;
        let seen = next
            .manager
            .infrastructure(&credentials, &id)
            .await
            .unwrap();
        assert_eq!(states(&seen), [VmState::Pending; 3]);
        assert!(next.manager.close(Duration::from_secs(20)).await);
        assert_eq!(site.lab.launches().len(), 1);
    }
}

#[tokio::test]
async fn a_node_that_may_only_read_resumes_nothing() {
    let site = Site::new();
    let (lost, id) = lost_node(&site).await;
    drop(lost);
    for boot_mode in [BootMode::ReadOnly, BootMode::ReadDelete] {
        let reader = site
            .node(ManagerSettings {
                boot_mode,
                ..settings()
            })
            .await;
        let before = site.lab.launches().len();
        reader
            .manager
            .infrastructure(&ann_in_lab(), &id)
            .await
            .unwrap();
        assert!(reader.manager.close(Duration::from_secs(20)).await);
        assert_eq!(site.lab.launches().len(), before);
    }
}

#[tokio::test]
async fn a_destruction_finds_the_machine_that_nobody_recorded() {
    let site = Site::new();
    let (_lost, id) = lost_node(&site).await;
    let cleaner = site
        .node(ManagerSettings {
            boot_mode: BootMode::ReadDelete,
            ..settings()
        })
        .await;
    assert_eq!(site.lab.count(), 1);
    cleaner
        .manager
        .destroy(&ann_in_lab(), &id, false, false)
        .await
        .unwrap();
    assert_eq!(site.lab.count(), 0);
    assert!(cleaner.stored(&id).await.deleted);
}

#[tokio::test]
async fn a_creation_that_was_not_placed_is_placed() {
    let site = Site::new();
    let node = site.node(settings()).await;
    // As an asynchronous creation leaves it that was cut off right after its answer.
    let id = node.create(&ann(), text("")).await;
    let loaded = node.store.load(&id).await.unwrap().unwrap();
    let mut cut_off = loaded.infrastructure;
    cut_off.configured = None;
    cut_off
        .unknown
        .insert("unfinished".into(), "creation".into());
    cut_off.cont_out.clear();
    let radl = format!("{}contextualize ()\ndeploy node 2\n", crate::node::NODE);
    cut_off.radl = im_radl::Radl::parse(&radl).unwrap().into();
    node.store.save(&cut_off, loaded.position).await.unwrap();
    let next = site.node(settings()).await;
    let seen = next
        .until(&ann(), &id, |inf| inf.state() == VmState::Configured)
        .await;
    assert_eq!(seen.vms.len(), 2);
}

/// Writes into the database what an earlier life of a node could have left there.
async fn leave(node: &Node, id: &InfId, change: impl FnOnce(&mut Infrastructure)) {
    let loaded = node.store.load(id).await.unwrap().unwrap();
    let mut left = loaded.infrastructure;
    change(&mut left);
    node.store.save(&left, loaded.position).await.unwrap();
}

fn each_vm(infrastructure: &mut Infrastructure, change: impl Fn(&mut Vm)) {
    for vm in &mut infrastructure.vms {
        change(Arc::make_mut(vm));
    }
}

#[tokio::test]
async fn what_another_service_left_half_made_is_not_launched() {
    let site = Site::new();
    let node = site.node(settings()).await;
    let id = node.create(&ann_in_lab(), machines(2)).await;
    let before = site.lab.launches().len();
    leave(&node, &id, |inf| {
        each_vm(inf, |vm| {
            vm.creating = true;
            vm.cloud_vm_id = None;
        });
    })
    .await;
    let next = site.node(settings()).await;
    next.manager
        .infrastructure(&ann_in_lab(), &id)
        .await
        .unwrap();
    assert!(next.manager.close(Duration::from_secs(20)).await);
    assert_eq!(site.lab.launches().len(), before);
}

#[tokio::test]
async fn a_destruction_that_was_acknowledged_goes_on() {
    let site = Site::new();
    let node = site.node(settings()).await;
    let id = node.create(&ann_in_lab(), machines(2)).await;
    leave(&node, &id, |inf| {
        inf.unknown
            .insert("unfinished".into(), "destruction".into());
        each_vm(inf, |vm| vm.deleting = true);
    })
    .await;
    let cleaner = ManagerSettings {
        boot_mode: BootMode::ReadDelete,
        ..settings()
    };
    let next = site.node(cleaner).await;
    next.manager
        .infrastructure(&ann_in_lab(), &id)
        .await
        .unwrap();
    assert!(next.manager.close(Duration::from_secs(20)).await);
    let stored = next.stored(&id).await;
    assert!(!stored.unknown.contains_key("unfinished"));
    assert!(stored.deleted);
    assert_eq!(site.lab.count(), 0);
}

#[tokio::test]
async fn a_removal_goes_on() {
    let site = Site::new();
    let node = site.node(settings()).await;
    let id = node.create(&ann_in_lab(), machines(3)).await;
    leave(&node, &id, |inf| {
        Arc::make_mut(&mut inf.vms[1]).deleting = true;
    })
    .await;
    let next = site.node(settings()).await;
    next.until(&ann_in_lab(), &id, |inf| inf.vms[1].destroyed)
        .await;
    assert_eq!(site.lab.count(), 2);
    assert!(!next.stored(&id).await.deleted);
}

#[tokio::test]
async fn a_contextualization_goes_on() {
    let site = Site::new();
    let node = site.node(settings()).await;
    site.lab.machines_begin_as(VmState::Pending);
    let document = text(&format!("{}deploy node 1\n", crate::node::NODE));
    let id = node.create(&ann_in_lab(), document).await;
    assert_eq!(node.stored(&id).await.configured, None);
    let next = site.node(settings()).await;
    site.lab.machines_become(VmState::Running);
    let seen = next
        .until(&ann_in_lab(), &id, |inf| inf.configured.is_some())
        .await;
    assert_eq!(states(&seen), [VmState::Unconfigured]);
    assert!(seen.cont_out.contains("No master VM found"));
}
