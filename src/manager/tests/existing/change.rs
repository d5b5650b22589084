//! Changing the size of machines, images of disks, and owners.

use im_manager::{BootMode, Document, ErrorKind, OwnerChange};
use im_radl::Radl;
use serde_json::json;

use crate::node::{credentials, login, node, stored, user, user_alone};
use crate::seed::{id, other, owner, seeded};

fn text(radl: &str) -> Document {
    Document::RadlText(radl.to_owned())
}

#[tokio::test]
async fn a_machine_becomes_what_is_asked_for() {
    let node = node().await;
    let id = node.import(&stored("a", "Dummy", 2)).await;
    let manager = &node.manager;
    let wanted = text("system node (cpu.count = 4 and memory.size = 1024m)");
    let answer = manager.alter(&user("ann"), &id, "0", wanted).await.unwrap();
    let whole = answer.to_text();
    assert!(
        whole.contains("cpu.count = 4") && whole.contains("memory.size = 1024M"),
        "{whole}"
    );
    assert!(
        whole.contains("contextualize ()") && whole.contains("deploy node 2"),
        "{whole}"
    );
    let view = manager.vm(&user("ann"), &id, "0").await.unwrap();
    assert_eq!(view.property("cpu.count").unwrap().to_text(), "4");
    assert!(!view.to_text().contains("deploy"));
    let json = Radl::from_json(
        r#"[{"class": "system", "id": "node", "cpu.count": 2, "memory.size": 536870912}]"#,
    );
    let answer = manager
        .alter(
            &user("ann"),
            &id,
            "0",
            Document::Radl(Box::new(json.unwrap())),
        )
        .await
        .unwrap();
    assert_eq!(
        answer.property("memory.size").unwrap().to_text(),
        "537000000"
    );
    let untouched = manager.vm(&user("ann"), &id, "1").await.unwrap();
    assert_eq!(untouched.property("cpu.count").unwrap().to_text(), "1");
    let document = manager.radl(&user("ann"), &id).await.unwrap();
    assert!(document.to_text().contains("cpu.count = 1"));
    let kept = node.store.load(&id).await.unwrap().unwrap().infrastructure;
    assert!(kept.vms[0].info.to_text().contains("cpu.count = 2"));
    assert!(kept.vms[0].requested.to_text().contains("cpu.count = 1"));
}

#[tokio::test]
async fn the_whole_document_of_a_machine_may_be_sent_back() {
    let node = seeded(BootMode::Normal).await;
    let view = node.manager.vm(&owner(), &id('2'), "0").await.unwrap();
    let wanted = view.to_text().replace("cpu.count >= 2", "cpu.count >= 6");
    let answer = node
        .manager
        .alter(&owner(), &id('2'), "0", text(&wanted))
        .await
        .unwrap();
    assert_eq!(answer.property("cpu.count").unwrap().to_text(), "6");
}

#[tokio::test]
async fn a_document_that_asks_for_no_size_of_it_is_refused() {
    let node = node().await;
    let id = node.import(&stored("a", "Dummy", 1)).await;
    for radl in ["system other (cpu.count = 4)", "", "system node"] {
        let error = node
            .manager
            .alter(&user("ann"), &id, "0", text(radl))
            .await
            .unwrap_err();
        assert_eq!(error.kind, ErrorKind::Invalid);
        assert_eq!(
            error.message,
            "Incorrect RADL no system with name node provided."
        );
    }
    let error = node
        .manager
        .alter(&user("ann"), &id, "0", text("zzz"))
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Invalid);
    assert!(
        error.message.starts_with("Line 1: Parse error in: "),
        "{}",
        error.message
    );
    let error = node
        .manager
        .alter(&user("ann"), &id, "7", text("zzz"))
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::VmNotFound);
}

#[tokio::test]
async fn images_of_disks_are_remembered_if_they_go_with_the_infrastructure() {
    let node = node().await;
    let id = node.import(&stored("a", "Dummy", 1)).await;
    let ann = user("ann");
    let mut images = Vec::new();
    for (disk, name, auto_delete) in [
        ("0", "img 1", false),
        ("-1", "x", true),
        ("99", "x", true),
        ("0", "", false),
    ] {
        images.push(
            node.manager
                .snapshot(&ann, &id, "0", disk, name, auto_delete)
                .await
                .unwrap(),
        );
    }
    let base = "mock0://linux.for.ev.er/";
    assert_eq!(
        images,
        [
            format!("{base}img 1"),
            format!("{base}x"),
            format!("{base}x"),
            base.to_owned()
        ]
    );
    let kept = node.store.load(&id).await.unwrap().unwrap().infrastructure;
    assert_eq!(kept.snapshots, [format!("{base}x")]);
    let error = node
        .manager
        .snapshot(&ann, &id, "0", "a", "x", false)
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Invalid);
    let error = node
        .manager
        .snapshot(&ann, &id, "5", "a", "x", false)
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::VmNotFound);
}

#[tokio::test]
async fn owners_join_or_replace() {
    let node = node().await;
    let id = node.import(&stored("a", "Dummy", 0)).await;
    let manager = &node.manager;
    let change = |name: &str, overwrite| OwnerChange {
        credentials: user_alone(name),
        overwrite,
    };
    for _ in 0..2 {
        manager
            .change_owners(&user("ann"), &id, change("bob", false))
            .await
            .unwrap();
        assert_eq!(
            manager.owners(&user("bob"), &id).await.unwrap(),
            ["ann", "bob"]
        );
    }
    assert_eq!(
        manager.list(&user("bob"), None).await.unwrap(),
        std::slice::from_ref(&id)
    );
    manager
        .change_owners(&user("bob"), &id, change("bob", true))
        .await
        .unwrap();
    assert_eq!(manager.owners(&user("bob"), &id).await.unwrap(), ["bob"]);
    assert_eq!(
        manager.owners(&user("ann"), &id).await.unwrap_err().kind,
        ErrorKind::Forbidden
    );
    assert!(manager.list(&user("ann"), None).await.unwrap().is_empty());
    let other_password = login("bob", "another");
    assert_eq!(
        manager.owners(&other_password, &id).await.unwrap_err().kind,
        ErrorKind::Forbidden
    );
}

#[tokio::test]
async fn new_owners_must_be_somebody() {
    let node = node().await;
    let id = node.import(&stored("a", "Dummy", 0)).await;
    let manager = &node.manager;
    let cases = [
        (
            json!([]),
            "Invalid new infrastructure data provided: No credentials provided for the InfrastructureManager.",
        ),
        (
            json!([{"type": "InfrastructureManager", "password": "x"}]),
            "Invalid new infrastructure data provided: No username nor token for the InfrastructureManager.",
        ),
        (
            json!([{"type": "InfrastructureManager", "username": "__OPENID__x"}]),
            "Invalid new infrastructure data provided: Invalid username used for the InfrastructureManager.",
        ),
    ];
    for (lines, message) in cases {
        let change = OwnerChange {
            credentials: credentials(lines),
            overwrite: true,
        };
        let error = manager
            .change_owners(&user("ann"), &id, change)
            .await
            .unwrap_err();
        assert_eq!((error.kind, &*error.message), (ErrorKind::Invalid, message));
    }
    let token = json!([{"type": "InfrastructureManager", "token": "abc"}]);
    let change = OwnerChange {
        credentials: credentials(token),
        overwrite: true,
    };
    let error = manager
        .change_owners(&user("ann"), &id, change)
        .await
        .unwrap_err();
    assert!(
        error
            .message
            .starts_with("Error trying to decode OIDC auth token: "),
        "{}",
        error.message
    );
    assert_eq!(manager.owners(&user("ann"), &id).await.unwrap(), ["ann"]);
}

#[tokio::test]
async fn owners_may_change_in_every_boot_mode() {
    for mode in [BootMode::ReadOnly, BootMode::ReadDelete] {
        let node = seeded(mode).await;
        let change = OwnerChange {
            credentials: user_alone("third"),
            overwrite: false,
        };
        node.manager
            .change_owners(&owner(), &id('4'), change.clone())
            .await
            .unwrap();
        assert_eq!(
            node.manager.owners(&owner(), &id('4')).await.unwrap(),
            ["seeduser", "third"]
        );
        let error = node
            .manager
            .change_owners(&other(), &id('4'), change)
            .await
            .unwrap_err();
        assert_eq!(error.kind, ErrorKind::Forbidden);
    }
}
