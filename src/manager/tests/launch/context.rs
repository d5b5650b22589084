//! Contextualization without a way to the machines.

use std::time::Duration;

use im_domain::{Infrastructure, VmState};
use im_manager::ManagerSettings;

use crate::node::{NODE, Site, ann, ann_in_lab, machines, more, node, settings, states, text};

const NO_MASTER: [&str; 3] = [
    "Select master VM",
    "Contextualization Error: No correct Master VM found. Check if there a linux VM with Public IP.",
    "Error in the ansible installation process: No master VM found.",
];

fn with_recipe(system: &str) -> String {
    format!(
        "{}configure node (\n@begin\n---\n  - tasks:\n    - debug: msg=\"hello\"\n@end\n)\ndeploy node 1\n",
        NODE.replace("cpu.count = 1", &format!("cpu.count = 1 and\n{system}"))
    )
}

/// The lines of the message, without their times, whose form is checked.
fn lines(infrastructure: &Infrastructure) -> Vec<&str> {
    let lines = infrastructure.cont_out.lines();
    lines
        .map(|line| {
            let (time, text) = line.split_at(26);
            assert_eq!(time.as_bytes()[19], b'.', "{line}");
            text.strip_prefix(": ").unwrap()
        })
        .collect()
}

#[tokio::test]
async fn without_a_master_it_fails_and_says_why() {
    let (_site, node) = node().await;
    let id = node
        .create(&ann(), text(&with_recipe("disk.0.os.name = 'linux'")))
        .await;
    let seen = node
        .until(&ann(), &id, |inf| inf.configured.is_some())
        .await;
    assert_eq!(lines(&seen), NO_MASTER);
    assert_eq!(states(&seen), [VmState::Unconfigured]);
    assert_eq!(seen.state(), VmState::Unconfigured);
    assert_eq!(seen.ansible_configured, Some(false));
    assert_eq!(seen.vms[0].cont_out, "");
    let reconfigured = node.manager.reconfigure(&ann(), &id, None, None).await;
    reconfigured.unwrap();
    let seen = node
        .until(&ann(), &id, |inf| inf.configured.is_some())
        .await;
    assert_eq!(lines(&seen), NO_MASTER, "the message begins anew");
}

#[tokio::test]
async fn a_master_is_a_linux_machine_with_a_public_address() {
    let (_site, node) = node().await;
    node.lab.address_of_machines("158.42.1.1");
    for (system, found) in [
        ("disk.0.os.name = 'linux'", true),
        ("disk.0.os.name = 'windows'", false),
        ("memory.size >= 1m", false),
    ] {
        let id = node.create(&ann_in_lab(), text(&with_recipe(system))).await;
        let seen = node
            .until(&ann_in_lab(), &id, |inf| inf.configured.is_some())
            .await;
        assert_eq!(lines(&seen) != NO_MASTER, found, "{system}");
        assert_eq!(states(&seen), [VmState::Unconfigured]);
    }
}

#[tokio::test]
async fn it_waits_for_machines_that_are_not_up_yet() {
    let (_site, node) = node().await;
    node.lab.machines_begin_as(VmState::Pending);
    let credentials = ann_in_lab();
    let recipe = with_recipe("disk.0.os.name = 'linux'");
    let id = node.create(&credentials, text(&recipe)).await;
    let seen = node
        .manager
        .infrastructure(&credentials, &id)
        .await
        .unwrap();
    assert_eq!(seen.state(), VmState::Pending);
    node.lab.machines_become(VmState::Running);
    let seen = node
        .until(&credentials, &id, |inf| inf.configured.is_some())
        .await;
    assert_eq!(states(&seen), [VmState::Unconfigured]);
}

#[tokio::test]
async fn it_waits_no_longer_than_it_is_told() {
    let site = Site::new();
    let node = site
        .node(ManagerSettings {
            wait_running_vm_timeout: Duration::from_millis(30),
            ..settings()
        })
        .await;
    node.lab.machines_begin_as(VmState::Pending);
    let credentials = ann_in_lab();
    let recipe = with_recipe("disk.0.os.name = 'linux'");
    let id = node.create(&credentials, text(&recipe)).await;
    let seen = node
        .until(&credentials, &id, |inf| inf.configured.is_some())
        .await;
    assert!(seen.cont_out.contains("WAIT_RUNNING_VM_TIMEOUT"));
    assert_eq!(states(&seen), [VmState::Pending]);
}

#[tokio::test]
async fn switched_off_it_configures_pending_machines_as_soon_as_they_run() {
    let (_site, node) = node().await;
    node.lab.machines_begin_as(VmState::Pending);
    let credentials = ann_in_lab();
    let id = node.create(&credentials, machines(1)).await;
    let made = node.stored(&id).await;
    assert_eq!(states(&made), [VmState::Pending]);
    assert_eq!(made.vms[0].configured, Some(true));
    node.lab.machines_become(VmState::Running);
    node.manager
        .add(&credentials, &id, more(1), true)
        .await
        .unwrap();
}
