//! Lists, their filters, and the clouds.

use im_connectors::ImageFilter;
use im_domain::InfId;
use im_manager::{BootMode, ErrorKind};
use serde_json::json;

use crate::node::{credentials, login, node, stored, user, user_alone};
use crate::seed::{id, other, owner, seeded};

fn ids(ends: &str) -> Vec<InfId> {
    ends.chars().map(id).collect()
}

#[tokio::test]
async fn the_list_has_what_is_owned_and_lives_newest_first() {
    let node = seeded(BootMode::Normal).await;
    assert_eq!(
        node.manager.list(&owner(), None).await.unwrap(),
        ids("a764321")
    );
    assert_eq!(node.manager.list(&other(), None).await.unwrap(), ids("b87"));
    assert_eq!(
        node.manager.list(&user("root"), None).await.unwrap(),
        ids("ba8764321")
    );
    for stranger in [
        login("%", "%"),
        login("SEEDUSER", "seedpass"),
        user_alone("seeduser"),
    ] {
        assert!(node.manager.list(&stranger, None).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn filters_search_the_radl_and_the_tosca_text() {
    let node = seeded(BootMode::Normal).await;
    for (filter, ends) in [
        ("", "a764321"),
        (".*", "a764321"),
        ("^network", "a76431"),
        ("alpha", "1"),
        ("al.ha|solo", "41"),
        ("tosca_simple", "3"),
        ("ALPHA", ""),
        ("(?i)ALPHA", "1"),
        ("nothing-like-this", ""),
    ] {
        let mut found = node.manager.list(&owner(), Some(filter)).await.unwrap();
        let mut expected = ids(ends);
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{filter}");
    }
}

#[tokio::test]
async fn a_bad_filter_is_refused_and_a_hostile_one_is_quick() {
    let node = node().await;
    let mut data = stored("a", "Dummy", 0);
    data["radl"] = json!(format!(
        "system {} (x = '{}')",
        "a".repeat(100),
        "a".repeat(200_000)
    ));
    node.import(&data).await;
    let error = node
        .manager
        .list(&user("ann"), Some("["))
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Invalid);
    let ann = user("ann");
    let search = node.manager.list(&ann, Some("(a+)+$|(a|a)*b"));
    let found = tokio::time::timeout(std::time::Duration::from_secs(20), search)
        .await
        .unwrap();
    assert!(found.is_ok());
}

#[tokio::test]
async fn clouds_are_found_by_the_id_of_their_line() {
    let node = node().await;
    let images = node
        .manager
        .images(&user("ann"), "dummy", &ImageFilter::default())
        .await
        .unwrap();
    assert_eq!(images[0].uri, "mock0://linux.for.ev.er/image1");
    let quotas = node.manager.quotas(&user("ann"), "dummy").await.unwrap();
    assert_eq!((quotas["cores"].used, quotas["cores"].limit), (1, 10));
    for unknown in ["nocloud", "Dummy", ""] {
        let error = node
            .manager
            .quotas(&user("ann"), unknown)
            .await
            .unwrap_err();
        assert_eq!(error.kind, ErrorKind::Invalid);
        assert_eq!(error.message, format!("Cloud ID {unknown} not found."));
    }
    let nobody = credentials(json!([{"id": "dummy", "type": "Dummy"}]));
    let error = node.manager.quotas(&nobody, "dummy").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unauthorized);
}
