//! Export and import.

use im_domain::VmState;
use im_manager::{BootMode, ErrorKind};
use serde_json::{Value, json};

use crate::node::{node, stored, user};
use crate::seed::{id, owner, seeded};

#[tokio::test]
async fn what_is_given_up_can_be_taken_over_by_another() {
    let node = node().await;
    let id = node.import(&stored("a", "Dummy", 2)).await;
    let manager = &node.manager;
    let (ann, bob) = (user("ann"), user("bob"));
    let dump = manager.export(&ann, &id, false).await.unwrap();
    let error = manager.import(&ann, &dump).await.unwrap_err();
    assert_eq!(
        (error.kind, &*error.message),
        (
            ErrorKind::Invalid,
            "Trying to add an existing infrastructure ID."
        )
    );
    let last = manager.export(&ann, &id, true).await.unwrap();
    let read: Value = serde_json::from_str(&last).unwrap();
    assert_eq!(
        (&read["deleted"], &read["vm_list"][0]["destroy"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(
        manager.state(&ann, &id).await.unwrap_err().kind,
        ErrorKind::NotFound
    );
    assert!(manager.list(&ann, None).await.unwrap().is_empty());
    assert_eq!(manager.import(&bob, &last).await.unwrap(), id);
    assert_eq!(manager.owners(&bob, &id).await.unwrap(), ["bob"]);
    assert_eq!(
        manager.state(&ann, &id).await.unwrap_err().kind,
        ErrorKind::Forbidden
    );
    let state = manager.state(&bob, &id).await.unwrap();
    assert_eq!((state.state, state.vms.len()), (VmState::Configured, 2));
}

#[tokio::test]
async fn the_least_that_can_be_imported() {
    let node = node().await;
    let data = json!({"vm_list": [], "vm_master": null, "auth": null, "radl": null, "id": "imp-1"});
    let id = node.import(&data).await;
    let manager = &node.manager;
    assert_eq!(
        manager.list(&user("ann"), None).await.unwrap(),
        std::slice::from_ref(&id)
    );
    assert_eq!(
        manager.state(&user("ann"), &id).await.unwrap().state,
        VmState::Pending
    );
    assert_eq!(manager.radl(&user("ann"), &id).await.unwrap().to_text(), "");
}

#[tokio::test]
async fn what_is_no_infrastructure_is_refused_with_its_place() {
    let node = node().await;
    let many: Vec<_> = (0..101).map(|_| json!({})).collect();
    let mut too_many = stored("a", "Dummy", 0);
    too_many["vm_list"] = json!(many);
    let mut bad_id = stored("../x", "Dummy", 0);
    bad_id["cont_out"] = json!("");
    let mut wrong_type = stored("a", "Dummy", 1);
    wrong_type["vm_list"][0]["cloud"] = json!("import");
    let mut secret = stored("a", "Dummy", 1);
    secret["radl"] = json!(
        "system s (disk.0.os.credentials.password = 'hunter2' and disk.0.os.credentials.password = 'other2')"
    );
    let texts = [
        String::new(),
        "zzz".into(),
        "null".into(),
        "[]".into(),
        "{}".into(),
        r#"{"vm_list": [], "vm_master": null}"#.into(),
        "[".repeat(100_000),
        too_many.to_string(),
        bad_id.to_string(),
        wrong_type.to_string(),
        secret.to_string(),
    ];
    for text in texts {
        let error = node.manager.import(&user("ann"), &text).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Invalid);
        let prefix = "Error importing the infrastructure, incorrect data: ";
        assert!(error.message.starts_with(prefix), "{}", error.message);
        assert!(!error.message.contains("hunter2"), "{}", error.message);
    }
    assert!(
        node.manager
            .list(&user("ann"), None)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn boot_modes_allow_giving_up_as_they_allow_destroying() {
    let cases = [(BootMode::ReadOnly, false), (BootMode::ReadDelete, true)];
    for (mode, allowed) in cases {
        let node = seeded(mode).await;
        assert!(node.manager.export(&owner(), &id('1'), false).await.is_ok());
        let given_up = node.manager.export(&owner(), &id('1'), true).await;
        assert_eq!(given_up.is_ok(), allowed);
        let error = node
            .manager
            .export(&owner(), &id('f'), true)
            .await
            .unwrap_err();
        let kind = if allowed {
            ErrorKind::NotFound
        } else {
            ErrorKind::Disabled
        };
        assert_eq!(error.kind, kind);
        assert_eq!(
            node.manager.import(&owner(), "{}").await.unwrap_err().kind,
            ErrorKind::Disabled
        );
    }
}
