//! Creations that succeed, and those that are refused before anything is made.

use im_domain::VmState;
use im_manager::{ErrorKind, ManagerSettings};

use crate::node::{
    NODE, Site, ann, feature, machines, message, node, settings, states, text, user_with,
};

const DISABLED: &str = "Contextualization disabled by the RADL/TOSCA template.\n\n";

#[tokio::test]
async fn machines_of_a_synchronous_creation_are_configured_when_it_answers() {
    let (_site, node) = node().await;
    let id = node.create(&ann(), machines(2)).await;
    let made = node.stored(&id).await;
    assert_eq!(states(&made), [VmState::Configured; 2]);
    assert_eq!(made.cont_out, DISABLED);
    assert_eq!(made.configured, Some(true));
    assert_eq!(made.private_networks["lan"], "dummy");
    for (n, vm) in made.vms.iter().enumerate() {
        assert!(!vm.creating && vm.cloud_vm_id.is_some() && vm.error_msg.is_none());
        assert!(vm.unknown.is_empty(), "{:?}", vm.unknown);
        let name = format!("vnode-{n}");
        assert_eq!(
            feature(&made, n, "net_interface.0.dns_name"),
            Some(name.as_str())
        );
        assert_eq!(feature(&made, n, "state"), Some("configured"));
        let requested = vm.requested.first_system().unwrap();
        assert!(!requested.features.has("state"));
        assert!(!requested.features.has("net_interface.0.dns_name"));
    }
    assert_ne!(made.vms[0].cloud_vm_id, made.vms[1].cloud_vm_id);
}

#[tokio::test]
async fn defaults_for_the_cloud_are_not_taken_for_the_users_wishes() {
    let (_site, node) = node().await;
    let bare = "network lan (outbound = 'no')\nsystem s (net_interface.0.connection = 'lan')\n\
                contextualize ()\ndeploy s 1\n";
    let id = node.create(&ann(), text(bare)).await;
    let made = node.stored(&id).await;
    let system = made.vms[0].info.first_system().unwrap();
    for name in ["cpu.count", "memory.size", "cpu.arch"] {
        assert!(!system.features.has(name), "{name}");
    }
    assert_eq!(feature(&made, 0, "net_interface.0.ip"), Some("10.0.0.1"));
    let lab = user_with("ann", &[("lab", "Lab")]);
    let bare = bare.replace("'lan')\n", "'lan' and disk.0.image.url = 'any://i')\n");
    node.create(&lab, text(&bare)).await;
    let asked = node.lab.launches().pop().unwrap();
    let asked = asked.radl.first_system().unwrap().clone();
    assert_eq!(asked.min_cpu(), Some(1));
    assert_eq!(asked.min_memory_bytes(), Some(512_000_000));
    assert_eq!(asked.cpu_arch(), Some("x86_64"));
}

#[tokio::test]
async fn a_password_that_came_with_the_image_is_to_be_replaced() {
    let (_site, node) = node().await;
    let password = "disk.0.os.credentials.new.password";
    let id = node.create(&ann(), machines(2)).await;
    let made = node.stored(&id).await;
    let new: Vec<_> = (0..2)
        .map(|n| feature(&made, n, password).unwrap())
        .collect();
    assert_ne!(new[0], new[1]);
    for new in new {
        assert!(new.len() == 8 && new.bytes().all(|b| b.is_ascii_alphanumeric()));
    }
    for (given, expected) in [
        (
            "disk.0.os.credentials.new.password = 'Chosen+77'",
            Some("Chosen+77"),
        ),
        ("disk.0.os.credentials.password = 'mine'", None),
    ] {
        let document = NODE.replace("cpu.count = 1", &format!("cpu.count = 1 and\n{given}"));
        let document = format!("{document}contextualize ()\ndeploy node 1\n");
        let id = node.create(&ann(), text(&document)).await;
        let made = node.stored(&id).await;
        assert_eq!(feature(&made, 0, password), expected, "{given}");
    }
}

#[tokio::test]
async fn an_asynchronous_creation_answers_before_its_machines_are_there() {
    let (_site, node) = node().await;
    let lab = user_with("ann", &[("lab", "Lab")]);
    node.lab.gate.forget_permits(usize::MAX);
    let id = node.manager.create(&lab, machines(3), true).await.unwrap();
    node.lab.until_reached(1).await;
    let seen = node.manager.infrastructure(&lab, &id).await.unwrap();
    assert_eq!(states(&seen), [VmState::Pending; 3]);
    assert_eq!(seen.state(), VmState::Pending);
    assert!(seen.vms.iter().all(|vm| vm.creating));
    node.lab.gate.add_permits(10);
    let seen = node
        .until(&lab, &id, |inf| inf.state() == VmState::Configured)
        .await;
    assert_eq!(states(&seen), [VmState::Configured; 3]);
}

#[tokio::test]
async fn an_asynchronous_creation_that_finds_no_cloud_shows_why() {
    let (_site, node) = node().await;
    let alone = user_with("ann", &[]);
    let document =
        "network lan (outbound='no')\nsystem a (net_interface.0.connection = 'lan')\ndeploy a 1\n";
    let id = node
        .manager
        .create(&alone, text(document), true)
        .await
        .unwrap();
    let seen = node
        .until(&alone, &id, |inf| inf.state() == VmState::Failed)
        .await;
    let (_, said) = seen.cont_out.split_once(": ").unwrap();
    assert_eq!(
        said,
        "Error getting VM images: No VMI obtained from Sites to system 'a'\n"
    );
    assert!(seen.vms.is_empty());
    node.manager
        .destroy(&alone, &id, false, false)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_document_without_deploys_makes_an_infrastructure_without_machines() {
    let (_site, node) = node().await;
    for document in [
        "",
        "  \n",
        &format!("{NODE}contextualize ()\ndeploy node 0\n"),
        NODE,
    ] {
        let id = node.create(&ann(), text(document)).await;
        let made = node.stored(&id).await;
        assert_eq!(made.state(), VmState::Failed);
        let (_, said) = made.cont_out.split_once(": ").unwrap();
        assert_eq!(said, "Infrastructure without any deploy. Exiting.\n");
    }
}

#[tokio::test]
async fn what_is_refused_leaves_nothing_behind() {
    let (_site, node) = node().await;
    let m = &node.manager;
    let deploy = format!("{NODE}deploy node 2\n");
    let zz = user_with("ann", &[("zz", "NoSuchCloud")]);
    for (credentials, document, expected) in [
        (
            user_with("ann", &[]),
            deploy.as_str(),
            "No cloud provider available",
        ),
        (
            zz,
            &deploy,
            "Cloud provider not supported: NoSuchCloud (error: ",
        ),
        (
            ann(),
            &format!("{NODE}deploy node 1 other\n"),
            "No auth data for cloud with ID: other",
        ),
        (
            user_with("ann", &[("far", "Lab")]),
            &deploy.replace("any", "near"),
            "No cloud provider available",
        ),
        (ann(), "zzz", "Line 1: Parse error in: "),
        (
            ann(),
            "deploy a 1\n",
            "Line 1: Invalid system id in the deploy.",
        ),
        (
            ann(),
            "system node\ndeploy node 1\n",
            "Unknown reference in RADL to <class 'radl.radl.system'> 'node'",
        ),
        (
            ann(),
            "network lan\n",
            "Unknown reference in RADL to <class 'radl.radl.network'> 'lan'",
        ),
    ] {
        let refused = m
            .create(&credentials, text(document), false)
            .await
            .unwrap_err();
        assert_eq!(refused.kind, ErrorKind::Invalid);
        assert!(refused.message.starts_with(expected), "{}", refused.message);
    }
    assert!(m.list(&ann(), None).await.unwrap().is_empty());
    assert!(node.store.list_all().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_limit_is_named_and_costs_nothing() {
    let site = Site::new();
    let node = site
        .node(ManagerSettings {
            max_inf_vms: 3,
            ..settings()
        })
        .await;
    for count in ["4", "999999999", "99999999999999999999999999"] {
        let document = text(&format!("{NODE}deploy node {count}\n"));
        let refused = node
            .manager
            .create(&ann(), document, false)
            .await
            .unwrap_err();
        assert_eq!(refused.kind, ErrorKind::TooLarge);
        assert!(refused.message.contains("MAX_INF_VMS") && refused.message.contains('3'));
    }
    let id = node.create(&ann(), machines(3)).await;
    let refused = node
        .manager
        .add(&ann(), &id, crate::node::more(1), false)
        .await;
    assert!(message(refused).contains("MAX_INF_VMS"));
    node.manager.remove(&ann(), &id, "0", false).await.unwrap();
    node.manager
        .add(&ann(), &id, crate::node::more(1), false)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_client_that_hangs_up_does_not_end_the_launch() {
    let (_site, node) = node().await;
    let lab = user_with("ann", &[("lab", "Lab")]);
    node.lab.gate.forget_permits(usize::MAX);
    let creating = node.manager.create(&lab, machines(2), false);
    tokio::select! {
        _ = creating => panic!("no machine was answered for yet"),
        () = node.lab.until_reached(1) => {}
    }
    node.lab.gate.add_permits(10);
    let id = node.manager.list(&lab, None).await.unwrap().remove(0);
    let seen = node
        .until(&lab, &id, |inf| inf.state() == VmState::Configured)
        .await;
    assert_eq!(seen.vms.len(), 2);
    assert_eq!(node.lab.count(), 2);
}
