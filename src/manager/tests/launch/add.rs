//! Additions.

use im_domain::{VmId, VmState};

use crate::cloud::Answer;
use crate::node::{
    NODE, ann, ann_in_lab, feature, machines, message, more, node, states, text, user_with,
};

#[tokio::test]
async fn an_addition_may_refer_to_what_is_defined() {
    let (_site, node) = node().await;
    let id = node.create(&ann(), machines(2)).await;
    let added = node.manager.add(&ann(), &id, more(1), true).await.unwrap();
    assert_eq!(added.vms, [VmId(2)]);
    let made = node.stored(&id).await;
    assert_eq!(states(&made), [VmState::Configured; 3]);
    assert_eq!(
        feature(&made, 2, "net_interface.0.dns_name"),
        Some("vnode-2")
    );
    assert_eq!(
        feature(&made, 2, "disk.0.image.url"),
        Some("any://img/base")
    );
    assert_eq!(made.radl.deploys.len(), 1);
    assert_eq!(made.radl.deploys[0].count(), Some(1));
    assert_eq!(made.radl.systems.len(), 1);
    assert!(made.radl.contextualize.is_some());
}

#[tokio::test]
async fn machines_added_without_contextualization_run_and_no_more() {
    let (_site, node) = node().await;
    let id = node.create(&ann(), machines(1)).await;
    node.manager.add(&ann(), &id, more(1), false).await.unwrap();
    let made = node.stored(&id).await;
    assert_eq!(states(&made), [VmState::Configured, VmState::Running]);
}

#[tokio::test]
async fn an_addition_of_nothing_defines_and_configures() {
    let (_site, node) = node().await;
    let id = node.create(&ann(), machines(1)).await;
    for document in ["system late (cpu.count = 1)\n", ""] {
        let added = node
            .manager
            .add(&ann(), &id, text(document), true)
            .await
            .unwrap();
        assert!(added.vms.is_empty());
    }
    let made = node.stored(&id).await;
    assert!(made.radl.system("late").is_some());
    assert_eq!(made.radl.deploys[0].count(), Some(1));
    assert_eq!(states(&made), [VmState::Configured]);
}

#[tokio::test]
async fn machines_of_an_infrastructure_without_any_replace_its_message() {
    let (_site, node) = node().await;
    let id = node
        .create(&ann(), text(&format!("{NODE}contextualize ()\n")))
        .await;
    node.manager.add(&ann(), &id, more(1), true).await.unwrap();
    let made = node.stored(&id).await;
    assert_eq!(made.state(), VmState::Configured);
    assert_eq!(
        made.cont_out,
        "Contextualization disabled by the RADL/TOSCA template.\n\n"
    );
}

#[tokio::test]
async fn a_refused_addition_leaves_a_line_and_nothing_else() {
    let (_site, node) = node().await;
    let id = node.create(&ann(), machines(1)).await;
    let m = &node.manager;
    for (document, expected) in [
        (
            "network other\nsystem node\ndeploy node 1\n",
            "Unknown reference in RADL to <class 'radl.radl.network'> 'other'",
        ),
        (
            "system nosystem\ndeploy nosystem 1\n",
            "Unknown reference in RADL to <class 'radl.radl.system'> 'nosystem'",
        ),
        (
            "deploy node 1\n",
            "Line 1: Invalid system id in the deploy.",
        ),
        (
            "network lan\nsystem node\ndeploy node 1 elsewhere\n",
            "elsewhere",
        ),
    ] {
        let refused = m.add(&ann(), &id, text(document), true).await;
        assert!(message(refused).contains(expected), "{document}");
    }
    let before = node.stored(&id).await;
    let nowhere = user_with("ann", &[]);
    let refused = m.add(&nowhere, &id, more(1), true).await;
    assert_eq!(message(refused), "No auth data for cloud with ID: dummy");
    let after = node.stored(&id).await;
    assert_eq!(after.vms, before.vms);
    assert_eq!(after.radl, before.radl);
    assert!(
        after
            .cont_out
            .ends_with(": No auth data for cloud with ID: dummy\n")
    );
    assert_eq!(after.state(), VmState::Configured);
}

#[tokio::test]
async fn an_addition_of_which_every_machine_fails_is_taken_back() {
    let (_site, node) = node().await;
    let id = node.create(&ann_in_lab(), machines(1)).await;
    let before = node.stored(&id).await;
    node.lab.always(Some(Answer::Never("There is no room.")));
    let document = "network more (outbound = 'no')\nsystem extra (net_interface.0.connection = 'more' and \
                    disk.0.image.url = 'any://x')\ndeploy extra 2\n";
    let refused = node
        .manager
        .add(&ann_in_lab(), &id, text(document), true)
        .await;
    assert_eq!(
        message(refused),
        "No machine could be launched: There is no room."
    );
    let after = node.stored(&id).await;
    assert_eq!(after.radl, before.radl);
    assert_eq!(after.private_networks, before.private_networks);
    assert_eq!(after.live_vms().count(), 1);
    assert_eq!(after.state(), VmState::Configured);
    assert!(after.cont_out.contains("There is no room."));
    node.lab.always(None);
    let added = node
        .manager
        .add(&ann_in_lab(), &id, more(1), true)
        .await
        .unwrap();
    assert_eq!(added.vms, [VmId(3)], "numbers are not used again");
}

#[tokio::test]
async fn two_additions_at_a_time_do_not_mix_their_machines() {
    let (_site, node) = node().await;
    let id = node.create(&ann(), machines(1)).await;
    let credentials = ann();
    let additions = (0..8).map(|_| node.manager.add(&credentials, &id, more(3), true));
    let mut all: Vec<VmId> = Vec::new();
    for added in futures::future::join_all(additions).await {
        let vms = added.unwrap().vms;
        assert_eq!(vms.len(), 3);
        all.extend(vms);
    }
    all.sort_unstable();
    let expected: Vec<VmId> = (1..25).map(VmId).collect();
    assert_eq!(all, expected);
    let made = node.stored(&id).await;
    assert_eq!(states(&made), [VmState::Configured; 25]);
}
