//! Statistics.

use im_manager::{BootMode, InfrastructureStats};
use serde_json::json;

use crate::node::{START, login, node, stored, user};
use crate::seed::{id, owner, seeded};

fn of(stats: &[InfrastructureStats], end: char) -> &InfrastructureStats {
    let id = id(end).to_string();
    stats.iter().find(|one| one.inf_id == id).unwrap()
}

#[tokio::test]
async fn everything_ever_owned_is_counted() {
    let node = seeded(BootMode::Normal).await;
    let stats = node.manager.stats(&owner(), None, None).await.unwrap();
    assert_eq!(stats.len(), 9);
    let multi = of(&stats, '2');
    assert_eq!(
        (multi.vm_count, multi.cpu_count, multi.memory_size),
        (4, 8, 8048)
    );
    assert_eq!(
        (&*multi.cloud_type, multi.hybrid, multi.deleted),
        ("Dummy", false, false)
    );
    assert_eq!(of(&stats, '3').tosca_name, "setofnodes");
    assert!(of(&stats, '5').deleted && of(&stats, '9').deleted);
    assert_eq!(of(&stats, 'a').cloud_host, "second.example");
    let none = of(&stats, '6');
    assert_eq!(
        (none.vm_count, &*none.cloud_type, &*none.tosca_name),
        (0, "", "")
    );
    for one in &stats {
        assert_eq!(one.im_user, "seeduser");
        assert_eq!((one.creation_date.len(), one.last_date.len()), (19, 19));
        assert!(one.last_date >= one.creation_date);
    }
}

#[tokio::test]
async fn names_and_order_are_those_of_the_answer() {
    let node = node().await;
    node.import(&stored("a", "Dummy", 2)).await;
    let stats = node.manager.stats(&user("ann"), None, None).await.unwrap();
    let mut value = json!(stats[0]);
    value["creation_date"] = json!("");
    value["last_date"] = json!("");
    assert_eq!(
        value.to_string(),
        r#"{"creation_date":"","tosca_name":"","vm_count":2,"cpu_count":2,"memory_size":512,"cloud_type":"Dummy","cloud_host":"","hybrid":false,"deleted":false,"im_user":"ann","inf_id":"a","last_date":""}"#
    );
}

#[tokio::test]
async fn the_interval_holds_its_beginning_and_not_its_end() {
    let node = node().await;
    node.import(&stored("a", "Dummy", 0)).await;
    let mut old = stored("old", "Dummy", 0);
    old["creation_date"] = json!(null);
    node.import(&old).await;
    let ann = user("ann");
    for (from, until, count) in [
        (None, None, 2),
        (Some(START), Some(START + 1), 2),
        (Some(START + 1), None, 1),
        (None, Some(START), 1),
    ] {
        let stats = node.manager.stats(&ann, from, until).await.unwrap();
        assert_eq!(stats.len(), count, "{from:?} {until:?}");
    }
}

#[tokio::test]
async fn nobody_sees_the_statistics_of_others() {
    let node = seeded(BootMode::Normal).await;
    for stranger in [
        login("%", "%"),
        login("seeduser", "x"),
        login("x%' or '1'='1", "x"),
    ] {
        assert!(
            node.manager
                .stats(&stranger, None, None)
                .await
                .unwrap()
                .is_empty()
        );
    }
    let all = node.manager.stats(&user("root"), None, None).await.unwrap();
    assert_eq!(all.len(), 11);
}
