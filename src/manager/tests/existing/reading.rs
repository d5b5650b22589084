//! Reading what release 1.19 of the reference wrote.

use im_domain::{VmId, VmState};
use im_manager::{BootMode, ErrorKind, PropertyValue};
use serde_json::{Value, json};

use crate::node::{login, node, stored, user, user_alone};
use crate::seed::{id, other, owner, seeded};

/// Every feature on a line of its own, in alphabetical order.
fn features(radl: &str) -> Vec<String> {
    let mut lines: Vec<_> = radl
        .lines()
        .map(|line| line.trim_end_matches(" and").to_owned())
        .filter(|line| !line.is_empty())
        .collect();
    lines.sort();
    lines
}

#[tokio::test]
async fn states_are_those_that_the_clouds_and_the_configuration_give() {
    let node = seeded(BootMode::Normal).await;
    let configured = VmState::Configured;
    let cases = [
        ('1', configured, vec![(0, configured)]),
        (
            '2',
            configured,
            vec![(0, configured), (1, configured), (3, configured)],
        ),
        ('4', VmState::Unconfigured, vec![(0, VmState::Unconfigured)]),
        ('6', VmState::Failed, vec![]),
        (
            '7',
            VmState::Stopped,
            vec![(0, VmState::Stopped), (1, VmState::Stopped)],
        ),
    ];
    for (end, whole, vms) in cases {
        let state = node.manager.state(&owner(), &id(end)).await.unwrap();
        let vms: Vec<_> = vms.into_iter().map(|(n, s)| (VmId(n), s)).collect();
        assert_eq!((state.state, state.vms), (whole, vms), "{end}");
    }
    let state = node.manager.state(&other(), &id('8')).await.unwrap();
    assert_eq!((state.state, state.vms), (VmState::Failed, vec![]));
}

#[tokio::test]
async fn a_machine_is_shown_with_its_networks_and_nothing_else() {
    let node = seeded(BootMode::Normal).await;
    let view = node.manager.vm(&owner(), &id('2'), "1").await.unwrap();
    let text = view.to_text();
    let text = text.replace("'DWFuAPec'", "'secret'");
    let expected = "network outer ( outbound = 'yes' and\noutports = '8080/tcp-8080/tcp,22/tcp-22/tcp' )\n\
        network inner ( outbound = 'no' )\nsystem work (\ncpu.count >= 4 and\nmemory.size = 4000M and\n\
        net_interface.0.connection = 'inner' and\nnet_interface.0.dns_name = 'work-1' and\n\
        disk.0.image.url = 'mock0://linux.for.ev.er' and\ndisk.0.os.name = 'linux' and\nstate = 'configured' and\n\
        provider.type = 'Dummy' and\nnet_interface.0.ip = '10.0.0.1' and\n\
        disk.0.os.credentials.username = 'username' and\ndisk.0.os.credentials.password = 'password' and\n\
        disk.0.os.credentials.new.password = 'secret'\n)\n\n";
    assert_eq!(features(&text), features(expected));
    let json: Value = serde_json::from_str(&view.radl().to_simple_json()).unwrap();
    assert_eq!(
        json[0],
        json!({"class": "network", "id": "outer", "outbound": "yes", "outports": "8080/tcp-8080/tcp,22/tcp-22/tcp"})
    );
    assert_eq!(json[2]["memory.size"], json!(4_000_000_000_u64));
    assert_eq!(json.as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn numbers_of_machines_are_read_as_clients_write_them() {
    let node = seeded(BootMode::Normal).await;
    for good in ["0", " 0", "00", "+0"] {
        assert!(
            node.manager.vm(&owner(), &id('2'), good).await.is_ok(),
            "{good}"
        );
    }
    for bad in ["9", "-1", "x", "0,1", "0x0", "1.0", "1_0", ""] {
        let error = node.manager.vm(&owner(), &id('2'), bad).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::VmNotFound, "{bad}");
        assert_eq!(error.message, "Invalid VM ID");
    }
    let error = node.manager.vm(&owner(), &id('2'), "2").await.unwrap_err();
    assert_eq!(
        (error.kind, &*error.message),
        (ErrorKind::VmDeleted, "Deleted VM.")
    );
}

#[tokio::test]
async fn properties_are_texts_or_numbers_in_base_units() {
    let node = seeded(BootMode::Normal).await;
    let view = node.manager.vm(&owner(), &id('2'), "0").await.unwrap();
    let text = |name: &str| view.property(name).map(|value| value.to_text());
    let json = |name: &str| view.property(name).map(|value| value.to_json());
    assert_eq!(text("cpu.count").as_deref(), Some("2"));
    assert_eq!(text("memory.size").as_deref(), Some("2048000000"));
    assert_eq!(json("disk.1.size"), Some(json!(20_000_000_000_u64)));
    assert_eq!(json("state"), Some(json!("configured")));
    assert_eq!(
        view.property("net_interface.0.ip"),
        Some(PropertyValue::Text("10.0.0.1".into()))
    );
    for missing in ["nothing", "id", "class", "disk.0.applications"] {
        assert_eq!(view.property(missing), None, "{missing}");
    }
}

#[tokio::test]
async fn messages_and_documents_are_those_of_the_row() {
    let node = seeded(BootMode::Normal).await;
    let manager = &node.manager;
    let disabled = "Contextualization disabled by the RADL/TOSCA template.\n\n";
    assert_eq!(
        manager.contmsg(&owner(), &id('1'), false).await.unwrap(),
        disabled
    );
    let failed = manager.contmsg(&owner(), &id('4'), true).await.unwrap();
    assert!(failed.ends_with(": Error in the ansible installation process: No master VM found.\n"));
    assert_eq!(
        manager.vm_contmsg(&owner(), &id('4'), "0").await.unwrap(),
        ""
    );
    let radl = manager.radl(&other(), &id('8')).await.unwrap().to_text();
    assert!(
        radl.ends_with("contextualize ()\n") || radl.ends_with("contextualize ()"),
        "{radl:?}"
    );
    assert_eq!(
        manager.owners(&owner(), &id('7')).await.unwrap(),
        ["seeduser", "otheruser"]
    );
}

#[tokio::test]
async fn messages_of_machines_follow_that_of_the_infrastructure() {
    let node = node().await;
    let mut data = stored("a", "Scripted", 3);
    data["cont_out"] = json!("whole\n");
    data["vm_list"][1]["cont_out"] = json!("of one");
    let id = node.import(&data).await;
    let all = node
        .manager
        .contmsg(&user("ann"), &id, false)
        .await
        .unwrap();
    assert!(all.starts_with("whole\nVM 1:\nof one\n"), "{all}");
    assert_eq!(
        node.manager.contmsg(&user("ann"), &id, true).await.unwrap(),
        "whole\n"
    );
}

#[tokio::test]
async fn nobody_reads_what_is_not_theirs() {
    let node = seeded(BootMode::Normal).await;
    let manager = &node.manager;
    let strangers = [
        login("seeduser", "wrong"),
        login("Seeduser", "seedpass"),
        login("%", "%"),
        login("x' or '1'='1", "x"),
        user_alone("seeduser"),
    ];
    for stranger in strangers {
        let error = manager.state(&stranger, &id('1')).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Forbidden);
        assert_eq!(
            manager.radl(&stranger, &id('1')).await.unwrap_err().kind,
            ErrorKind::Forbidden
        );
        assert_eq!(
            manager.vm(&stranger, &id('1'), "7").await.unwrap_err().kind,
            ErrorKind::Forbidden
        );
    }
    for gone in [id('5'), id('9'), id('f')] {
        let error = manager.state(&owner(), &gone).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotFound);
        assert_eq!(
            error.message,
            "Invalid infrastructure ID or access not granted."
        );
    }
    assert!(
        manager.state(&user("root"), &id('1')).await.is_ok(),
        "administrators read everything"
    );
}

#[tokio::test]
async fn a_machine_without_a_master_has_no_tunnel() {
    let node = seeded(BootMode::Normal).await;
    for vm in ["0", "99"] {
        assert_eq!(
            node.manager
                .vm_command(&owner(), &id('2'), vm)
                .await
                .unwrap(),
            None
        );
    }
    let error = node
        .manager
        .vm_command(&owner(), &id('2'), "2")
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::VmDeleted);
}

#[tokio::test]
async fn a_machine_behind_a_master_is_told_how_to_open_its_tunnel() {
    let node = node().await;
    let mut data = stored("a", "Scripted", 2);
    data["vm_master"] = json!(0);
    let info = data["vm_list"][0]["info"].as_str().unwrap().replace(
        "cpu.count = 1",
        "cpu.count = 1 and\nnet_interface.0.ip = '8.8.8.8' and\ndisk.0.os.credentials.username = '-oProxyCommand=x' \
         and\ndisk.0.os.credentials.password = 'it;s'",
    );
    data["vm_list"][0]["info"] = json!(info);
    let id = node.import(&data).await;
    let command = node
        .manager
        .vm_command(&user("ann"), &id, "1")
        .await
        .unwrap()
        .unwrap();
    assert!(
        command.starts_with("SSHPASS='it;s' sshpass -e ssh -N -R 20001:localhost:22 "),
        "{command}"
    );
    assert!(
        command.ends_with(" -l '-oProxyCommand=x' 8.8.8.8"),
        "{command}"
    );
    assert_eq!(
        node.manager
            .vm_command(&user("ann"), &id, "0")
            .await
            .unwrap(),
        None
    );
}
