//! Which cloud, and what a cloud is asked for.

use im_connectors::Tag;
use im_manager::ManagerSettings;

use crate::cloud::Answer;
use crate::node::{NODE, Site, machines, message, more, node, settings, text, user_with};

fn clouds(infrastructure: &im_domain::Infrastructure) -> Vec<&str> {
    infrastructure
        .vms
        .iter()
        .map(|vm| vm.cloud.id.as_str())
        .collect()
}

#[tokio::test]
async fn the_first_cloud_of_the_credentials_is_taken_unless_a_deploy_names_one() {
    let (_site, node) = node().await;
    let two = user_with("ann", &[("a", "Dummy"), ("b", "Dummy")]);
    let id = node.create(&two, machines(2)).await;
    let made = node.stored(&id).await;
    assert_eq!(clouds(&made), ["a", "a"]);
    assert_eq!(made.private_networks["lan"], "a");
    let named = text(&format!("{NODE}contextualize ()\ndeploy node 1 b\n"));
    let id = node.create(&two, named).await;
    let made = node.stored(&id).await;
    assert_eq!(clouds(&made), ["b"]);
    assert_eq!(made.private_networks["lan"], "b");
}

#[tokio::test]
async fn an_addition_to_a_private_network_goes_where_the_network_is() {
    let (_site, node) = node().await;
    let two = user_with("ann", &[("a", "Dummy"), ("b", "Dummy")]);
    let id = node.create(&two, machines(1)).await;
    let turned = user_with("ann", &[("b", "Dummy"), ("a", "Dummy")]);
    node.manager.add(&turned, &id, more(1), true).await.unwrap();
    assert_eq!(clouds(&node.stored(&id).await), ["a", "a"]);
    let elsewhere = text("network lan\nsystem node\ndeploy node 1 b\n");
    let refused = node.manager.add(&turned, &id, elsewhere, true).await;
    assert!(message(refused).contains("private network"));
}

#[tokio::test]
async fn deploys_in_one_private_network_go_to_a_cloud_that_has_all_their_images() {
    let (_site, node) = node().await;
    let two = user_with("ann", &[("one", "Lab"), ("two", "Lab")]);
    let document = "network lan (outbound = 'no')\nnetwork pub (outbound = 'yes')\n\
        system a (net_interface.0.connection = 'lan' and disk.0.image.url = 'any://i')\n\
        system b (net_interface.0.connection = 'lan' and disk.0.image.url = 'two://i')\n\
        system c (net_interface.0.connection = 'pub' and disk.0.image.url = 'any://i')\n\
        contextualize ()\ndeploy a 1\ndeploy b 1\ndeploy c 1\n";
    let id = node.create(&two, text(document)).await;
    assert_eq!(clouds(&node.stored(&id).await), ["two", "two", "one"]);
}

#[tokio::test]
async fn a_group_goes_to_its_next_cloud_when_all_of_it_has_failed() {
    let (_site, node) = node().await;
    let two = user_with("ann", &[("one", "Lab"), ("two", "Lab")]);
    for _ in 0..2 {
        node.lab.next(Answer::Never("full"));
    }
    let id = node.create(&two, machines(2)).await;
    let made = node.stored(&id).await;
    assert_eq!(clouds(&made), ["two", "two"]);
    assert_eq!(made.private_networks["lan"], "two");
    assert!(
        made.vms
            .iter()
            .all(|vm| vm.error_msg.is_none() && vm.unknown.is_empty())
    );
    let tokens = node.lab.tokens();
    assert_eq!(tokens.len(), 4);
    assert!((0..4).all(|n| !tokens[n + 1..].contains(&tokens[n])));
}

#[tokio::test]
async fn a_group_that_has_machines_stays_with_them() {
    let (_site, node) = node().await;
    let two = user_with("ann", &[("one", "Lab"), ("two", "Lab")]);
    node.lab.next_succeeds();
    node.lab.next(Answer::Never("full"));
    let id = node.create(&two, machines(2)).await;
    let made = node.stored(&id).await;
    assert_eq!(clouds(&made), ["one", "one"]);
    assert_eq!(made.vms[1].error_msg.as_deref(), Some("full"));
}

#[tokio::test]
async fn an_unknown_type_of_cloud_does_not_stand_in_the_way_of_the_others() {
    let (_site, node) = node().await;
    let two = user_with("ann", &[("x", "NoSuchCloud"), ("dummy", "Dummy")]);
    let id = node.create(&two, machines(1)).await;
    assert_eq!(clouds(&node.stored(&id).await), ["dummy"]);
}

#[tokio::test]
async fn names_and_tags_are_given_to_the_cloud() {
    let site = Site::new();
    let node = site
        .node(ManagerSettings {
            default_vm_name: "im-#N#-vm".into(),
            default_domain: "example.org".into(),
            vm_tag_username: Some("owner".into()),
            vm_tag_inf_id: Some("inf".into()),
            vm_tag_im_url: Some("url".into()),
            vm_tag_im: Some("im".into()),
            service_url: Some("https://im.example.org:8800".into()),
            ..settings()
        })
        .await;
    let lab = user_with("ann", &[("lab", "Lab")]);
    let document = format!(
        "{NODE}system named (instance_name = 'db-#N#' and tags = 'team=blue,im=mine' and\n\
         net_interface.0.connection = 'lan' and net_interface.0.dns_name = 'db#N#.inner.example' and\n\
         disk.0.image.url = 'any://i')\ncontextualize ()\ndeploy node 1\ndeploy named 1\n"
    );
    let id = node.create(&lab, text(&document)).await;
    let launches = node.lab.launches();
    let names: Vec<&str> = launches.iter().map(|l| l.name.as_str()).collect();
    assert_eq!(names, ["im-0-vm.example.org", "db-1"]);
    let made = node.stored(&id).await;
    let name = |n| crate::node::feature(&made, n, "net_interface.0.dns_name");
    assert_eq!(name(0), Some("im-0-vm"));
    assert_eq!(name(1), Some("db1.inner.example"));
    let tag = |key: &str, value: &str| Tag {
        key: key.into(),
        value: value.into(),
    };
    assert_eq!(
        launches[1].tags,
        [
            tag("team", "blue"),
            tag("owner", "ann"),
            tag("inf", id.as_str()),
            tag("url", "https://im.example.org:8800"),
            tag("im", "es.grycap.upv.im"),
        ]
    );
}

#[tokio::test]
async fn only_so_many_machines_are_launched_at_a_time() {
    for at_a_time in [1, 4] {
        let site = Site::new();
        let node = site
            .node(ManagerSettings {
                max_simultaneous_launches: at_a_time,
                ..settings()
            })
            .await;
        let lab = user_with("ann", &[("lab", "Lab")]);
        node.create(&lab, machines(20)).await;
        assert_eq!(site.lab.count(), 20);
        assert!(site.lab.most_at_a_time() <= at_a_time);
    }
}
