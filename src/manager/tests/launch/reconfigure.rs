//! New configurations.

use im_domain::{VmId, VmState};

use crate::node::{ann, feature, machines, message, node, states, text};

#[tokio::test]
async fn recipes_are_added_and_machines_configured_again() {
    let (_site, node) = node().await;
    let m = &node.manager;
    let id = node.create(&ann(), machines(2)).await;
    let recipe = "configure node (\n@begin\n---\n- tasks:\n   - debug: msg=hi\n@end\n)\n";
    m.reconfigure(&ann(), &id, Some(text(recipe)), None)
        .await
        .unwrap();
    m.reconfigure(&ann(), &id, None, Some(&[VmId(0), VmId(77)]))
        .await
        .unwrap();
    let made = node.stored(&id).await;
    assert!(made.radl.configure("node").unwrap().recipe.is_some());
    assert_eq!(made.radl.deploys[0].count(), Some(2));
    assert_eq!(states(&made), [VmState::Configured; 2]);
}

#[tokio::test]
async fn new_credentials_reach_the_system_and_its_machines() {
    let (_site, node) = node().await;
    let id = node.create(&ann(), machines(2)).await;
    let name = "disk.0.os.credentials.new.password";
    let document = format!("system node ({name} = 'Secret12')\n");
    node.manager
        .reconfigure(&ann(), &id, Some(text(&document)), Some(&[VmId(1)]))
        .await
        .unwrap();
    let made = node.stored(&id).await;
    let system = made.radl.system("node").unwrap();
    assert_eq!(system.features.get_str(name), Some("Secret12"));
    assert!(
        system.features.has("disk.0.image.url"),
        "nothing else is replaced"
    );
    assert_ne!(feature(&made, 0, name), Some("Secret12"));
    assert_eq!(feature(&made, 1, name), Some("Secret12"));
}

#[tokio::test]
async fn a_wrong_recipe_changes_nothing() {
    let (_site, node) = node().await;
    let id = node.create(&ann(), machines(1)).await;
    let before = node.commits(&id).await;
    for (document, expected) in [
        (
            "configure node (\n@begin\n---\n- tasks: [\n@end\n)\n",
            "Error parsing YAML: ",
        ),
        ("zzz", "Line 1: Parse error in: "),
        (
            "contextualize (\nsystem node configure nope step 1\n)\n",
            "Invalid configure id 'nope'",
        ),
    ] {
        let refused = node
            .manager
            .reconfigure(&ann(), &id, Some(text(document)), None)
            .await;
        let said = message(refused);
        assert!(said.contains(expected), "{said}");
    }
    assert_eq!(node.commits(&id).await, before);
}
