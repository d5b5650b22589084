//! Estimates.

use im_manager::ErrorKind;
use serde_json::json;

use crate::node::{NODE, ann, message, node, text, user_with};

const TWO: &str = "network outer (outbound = 'yes')\nnetwork inner (outbound = 'no')\n\
    system head (cpu.count >= 2 and memory.size >= 2048m and net_interface.0.connection = 'inner' and\n\
    net_interface.1.connection = 'outer' and disk.1.size = 20GB and disk.0.image.url = 'mock0://i')\n\
    system bare (net_interface.0.connection = 'inner' and disk.0.image.url = 'mock0://i')\n";

#[tokio::test]
async fn machines_are_counted_as_their_cloud_would_make_them() {
    let (_site, node) = node().await;
    let document = text(&format!("{TWO}deploy head 1\ndeploy bare 2\n"));
    let estimate = node.manager.estimate(&ann(), document).await.unwrap();
    let bare = json!({"cpuCores": 1, "memoryInMegabytes": 512});
    assert_eq!(
        estimate,
        json!({"dummy": {
            "cloudType": "Dummy", "cloudEndpoint": "http://:80",
            "compute": [{"cpuCores": 2, "memoryInMegabytes": 2048, "publicIP": 1}, bare, bare],
            "storage": [{"sizeInGigabytes": 20}],
        }})
    );
    assert!(node.store.list_all().await.unwrap().is_empty());
}

#[tokio::test]
async fn groups_are_counted_in_their_clouds() {
    let (_site, node) = node().await;
    let two = user_with("ann", &[("one", "Lab"), ("two", "Lab")]);
    let document = "network pub (outbound = 'yes')\n\
        system a (net_interface.0.connection = 'pub' and disk.0.image.url = 'two://i')\n\
        system b (net_interface.0.connection = 'pub' and disk.0.image.url = 'any://i')\n\
        deploy a 1\ndeploy b 1\n";
    let estimate = node.manager.estimate(&two, text(document)).await.unwrap();
    let clouds: Vec<&String> = estimate.as_object().unwrap().keys().collect();
    assert_eq!(clouds, ["two", "one"]);
}

#[tokio::test]
async fn nothing_takes_nothing_and_what_cannot_be_made_is_refused() {
    let (_site, node) = node().await;
    let m = &node.manager;
    for document in ["", NODE] {
        assert_eq!(m.estimate(&ann(), text(document)).await.unwrap(), json!({}));
    }
    let alone = user_with("ann", &[]);
    let refused = m
        .estimate(&alone, text(&format!("{NODE}deploy node 1\n")))
        .await;
    assert_eq!(message(refused), "No cloud provider available");
    let huge = text(&format!("{NODE}deploy node 999999999\n"));
    let refused = m.estimate(&ann(), huge).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::TooLarge);
}
