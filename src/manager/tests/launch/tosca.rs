//! Infrastructures that are made of TOSCA documents, and updated by them.

use im_domain::{InfId, Infrastructure, VmId, VmState};
use im_manager::{Conditions, Document, ErrorKind, IdempotencyKey, Preview};

use crate::cloud::Answer;
use crate::node::{Node, ann_in_lab, machines, message, node, states, text};

/// A document of machines of one kind.
#[derive(Clone, Debug)]
pub(crate) struct Pool {
    count: u32,
    removal: Vec<u32>,
    another: bool,
}

const TYPES: &str = "tosca_definitions_version: tosca_simple_yaml_1_0
capability_types:
  own.Image:
    derived_from: tosca.capabilities.OperatingSystem
    properties:
      image: { type: string, required: false }
  own.Scalable:
    derived_from: tosca.capabilities.Scalable
    properties:
      count: { type: integer, required: false, default: 1 }
      removal_list: { type: list, entry_schema: { type: string }, required: false }
node_types:
  own.Machine:
    derived_from: tosca.nodes.Compute
    capabilities:
      scalable: { type: own.Scalable }
      os: { type: own.Image }
topology_template:
  inputs:
    word: { type: string, default: random(16) }
  outputs:
    addresses: { value: { get_attribute: [ pool, private_address ] } }
    word: { value: { get_input: word } }
  node_templates:
";

impl Pool {
    /// So many machines.
    pub(crate) fn of(count: u32) -> Self {
        Self {
            count,
            removal: Vec::new(),
            another: false,
        }
    }

    /// Too many machines are removed in this order.
    pub(crate) fn without(mut self, vms: &[u32]) -> Self {
        self.removal = vms.to_vec();
        self
    }

    /// With one machine of another kind.
    pub(crate) fn with_another(mut self) -> Self {
        self.another = true;
        self
    }

    fn text(&self) -> String {
        let removal = match self.removal.is_empty() {
            true => String::new(),
            false => {
                let ids: Vec<String> = self.removal.iter().map(|id| format!("'{id}'")).collect();
                format!(", removal_list: [ {} ]", ids.join(", "))
            }
        };
        let os = "os: { properties: { type: linux, image: 'any://img/base' } }";
        let count = self.count;
        let mut text = format!(
            "{TYPES}    pool:\n      type: own.Machine\n      capabilities:\n        {os}\n        scalable: {{ properties: \
             {{ count: {count}{removal} }} }}\n"
        );
        if self.another {
            text.push_str(&format!(
                "    another:\n      type: own.Machine\n      capabilities:\n        {os}\n"
            ));
        }
        text
    }

    pub(crate) fn document(&self) -> Document {
        Document::Tosca(self.text())
    }
}

fn live(infrastructure: &Infrastructure) -> Vec<u32> {
    infrastructure.live_vms().map(|vm| vm.id.0).collect()
}

fn stored_text(infrastructure: &Infrastructure) -> &str {
    infrastructure.extra_info["TOSCA"].as_str().unwrap()
}

async fn update(node: &Node, id: &InfId, pool: &Pool) -> Vec<VmId> {
    let added = node
        .manager
        .add(&ann_in_lab(), id, pool.document(), true)
        .await;
    added.unwrap().vms
}

async fn preview(node: &Node, id: &InfId, document: Document) -> Preview {
    let previewed = node
        .manager
        .preview(&ann_in_lab(), id, document, true)
        .await;
    previewed.unwrap()
}

fn numbers(machines: &[im_manager::PreviewedVm]) -> Vec<u32> {
    machines.iter().map(|vm| vm.id.0).collect()
}

#[tokio::test]
async fn a_document_is_stored_by_the_commit_that_makes_the_infrastructure() {
    let (_site, node) = node().await;
    let id = node.create(&ann_in_lab(), Pool::of(2).document()).await;
    let made = node.stored(&id).await;
    assert_eq!(states(&made), [VmState::Configured; 2]);
    assert!(stored_text(&made).starts_with("capability_types:\n  own.Image:\n"));
    let shown = node.manager.tosca(&ann_in_lab(), &id).await.unwrap();
    assert_eq!(shown, stored_text(&made));
    // Neither does a document that begins a creation that is answered before anything is placed get lost.
    node.lab.gate.forget_permits(usize::MAX);
    let credentials = ann_in_lab();
    let early = node
        .manager
        .create(&credentials, Pool::of(1).document(), true)
        .await
        .unwrap();
    assert!(stored_text(&node.stored(&early).await).contains("own.Machine"));
    node.lab.gate.add_permits(100);
}

#[tokio::test]
async fn outputs_are_those_of_the_machines_as_they_are() {
    let (_site, node) = node().await;
    let id = node.create(&ann_in_lab(), Pool::of(2).document()).await;
    let outputs = node.manager.outputs(&ann_in_lab(), &id).await.unwrap();
    assert_eq!(outputs["addresses"], "10.0.0.9");
    let word = outputs["word"].as_str().unwrap().to_owned();
    assert_eq!(word.len(), 16);
    update(&node, &id, &Pool::of(3)).await;
    let outputs = node.manager.outputs(&ann_in_lab(), &id).await.unwrap();
    assert_eq!(outputs["word"], word, "what was made up stays");
    let plain = node.create(&ann_in_lab(), machines(1)).await;
    let none = node
        .manager
        .outputs(&ann_in_lab(), &plain)
        .await
        .unwrap_err();
    assert_eq!(none.kind, ErrorKind::PropertyNotFound);
}

#[tokio::test]
async fn an_update_does_what_its_preview_says() {
    let (_site, node) = node().await;
    let id = node.create(&ann_in_lab(), Pool::of(3).document()).await;
    for (pool, added, removed, stay) in [
        (Pool::of(4), vec![3], vec![], vec![0, 1, 2]),
        (Pool::of(4), vec![], vec![], vec![0, 1, 2, 3]),
        (
            Pool::of(2).without(&[1, 3]).with_another(),
            vec![4],
            vec![1, 3],
            vec![0, 2],
        ),
        (
            Pool::of(5).with_another(),
            vec![5, 6, 7],
            vec![],
            vec![0, 2, 4],
        ),
    ] {
        let commits = node.commits(&id).await;
        let seen = preview(&node, &id, pool.document()).await;
        assert_eq!(numbers(&seen.added), added, "{pool:?}");
        assert_eq!(numbers(&seen.removed), removed, "{pool:?}");
        assert_eq!(seen.reconfigured, [], "nothing is configured here");
        assert_eq!(
            node.commits(&id).await,
            commits,
            "a preview changes nothing"
        );
        let vms = update(&node, &id, &pool).await;
        assert_eq!(vms, added.iter().map(|id| VmId(*id)).collect::<Vec<_>>());
        let after = node.stored(&id).await;
        let mut expected = [stay, added].concat();
        expected.sort_unstable();
        assert_eq!(live(&after), expected);
        for vm in &seen.added {
            let made = after.vm(vm.id).unwrap();
            assert_eq!(*made.requested.first_system().unwrap().id, *vm.system);
            assert_eq!((&*vm.cloud, &*made.cloud.id), ("lab", "lab"));
        }
    }
}

#[tokio::test]
async fn a_preview_names_what_is_configured_again() {
    let (_site, node) = node().await;
    let configured = format!("{}deploy node 2\n", crate::node::NODE);
    let id = node.create(&ann_in_lab(), text(&configured)).await;
    let seen = preview(&node, &id, crate::node::more(1)).await;
    assert_eq!(numbers(&seen.added), [2]);
    assert_eq!(numbers(&seen.reconfigured), [0, 1]);
    let quiet = node
        .manager
        .preview(&ann_in_lab(), &id, crate::node::more(1), false)
        .await;
    assert_eq!(quiet.unwrap().reconfigured, []);
}

#[tokio::test]
async fn a_list_that_names_a_machine_that_has_gone_is_replaced_by_the_next_one() {
    let (_site, node) = node().await;
    let id = node.create(&ann_in_lab(), Pool::of(3).document()).await;
    update(&node, &id, &Pool::of(2).without(&[1])).await;
    let add = async |pool: Pool| {
        let credentials = ann_in_lab();
        let added = node.manager.add(&credentials, &id, pool.document(), true);
        added.await
    };
    // The list of before is part of the document still.
    let refused = add(Pool::of(1)).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::VmDeleted);
    assert_eq!(live(&node.stored(&id).await), [0, 2]);
    let unknown = add(Pool::of(1).without(&[77])).await.unwrap_err();
    assert_eq!(unknown.kind, ErrorKind::VmDeleted, "lists are joined");
    assert!(add(Pool::of(1).without(&[2])).await.unwrap().vms.is_empty());
    assert_eq!(live(&node.stored(&id).await), [0]);
    let plain = node.create(&ann_in_lab(), Pool::of(2).document()).await;
    let credentials = ann_in_lab();
    let document = Pool::of(1).without(&[77]).document();
    let unknown = node.manager.add(&credentials, &plain, document, true).await;
    assert_eq!(message(unknown), "Invalid VM ID: removal_list names 77.");
}

#[tokio::test]
async fn what_cannot_be_removed_stops_the_launch_and_is_repeated_as_it_was() {
    let (_site, node) = node().await;
    let id = node.create(&ann_in_lab(), Pool::of(2).document()).await;
    node.lab.let_finalizing_fail(true);
    let launches = node.lab.launches().len();
    for pool in [
        Pool::of(1).without(&[1]).with_another(),
        Pool::of(1).without(&[1]),
    ] {
        let ask = async || {
            let manager = node.manager.for_request(Conditions {
                key: Some(IdempotencyKey {
                    key: format!("{pool:?}"),
                    digest: "d".into(),
                }),
                versions: None,
            });
            let credentials = ann_in_lab();
            let added = manager.add(&credentials, &id, pool.document(), true).await;
            (message(added), manager.is_repeated())
        };
        let (first, _) = ask().await;
        assert!(
            first.starts_with("Error removing machines:\nVM 1: "),
            "{first}"
        );
        assert_eq!(ask().await, (first, true));
        assert_eq!(live(&node.stored(&id).await), [0, 1]);
        assert_eq!(node.lab.launches().len(), launches);
    }
    node.lab.let_finalizing_fail(false);
    let added = update(&node, &id, &Pool::of(1).without(&[1]).with_another()).await;
    assert_eq!(added.len(), 1);
    let after = node.stored(&id).await;
    assert_eq!((live(&after).len(), live(&after)[0]), (2, 0));
}

#[tokio::test]
async fn an_update_under_a_key_is_done_once() {
    let (_site, node) = node().await;
    let id = node.create(&ann_in_lab(), Pool::of(3).document()).await;
    for (key, pool, added) in [
        (
            "both",
            Pool::of(2).without(&[1]).with_another(),
            vec![VmId(3)],
        ),
        ("less", Pool::of(1).without(&[2]).with_another(), vec![]),
    ] {
        for repeated in [false, true] {
            let manager = node.manager.for_request(Conditions {
                key: Some(IdempotencyKey {
                    key: key.into(),
                    digest: key.into(),
                }),
                versions: None,
            });
            let credentials = ann_in_lab();
            let answer = manager.add(&credentials, &id, pool.document(), true).await;
            assert_eq!(
                (answer.unwrap().vms, manager.is_repeated()),
                (added.clone(), repeated)
            );
        }
    }
}

#[tokio::test]
async fn an_update_that_is_meant_for_the_past_changes_nothing() {
    let (_site, node) = node().await;
    let id = node.create(&ann_in_lab(), Pool::of(2).document()).await;
    let present = im_domain::Version(node.commits(&id).await);
    let meant = |version| Conditions {
        key: None,
        versions: Some(vec![version]),
    };
    let manager = node.manager.for_request(meant(present));
    let credentials = ann_in_lab();
    let document = Pool::of(1).without(&[0]).document();
    manager
        .add(&credentials, &id, document, true)
        .await
        .unwrap();
    let manager = node.manager.for_request(meant(present));
    let stale = manager
        .add(&credentials, &id, Pool::of(4).document(), true)
        .await;
    assert_eq!(stale.unwrap_err().kind, ErrorKind::Stale);
    let after = node.stored(&id).await;
    assert_eq!(live(&after), [1]);
    assert!(stored_text(&after).contains("count: 1"));
}

#[tokio::test]
async fn if_no_machine_can_be_launched_the_document_is_as_before() {
    let (_site, node) = node().await;
    let id = node.create(&ann_in_lab(), Pool::of(1).document()).await;
    let before = node.stored(&id).await;
    node.lab.always(Some(Answer::Never("no room")));
    let credentials = ann_in_lab();
    let document = Pool::of(3).with_another().document();
    let refused = node.manager.add(&credentials, &id, document, true).await;
    assert!(message(refused).contains("no room"));
    let after = node.stored(&id).await;
    assert_eq!(stored_text(&after), stored_text(&before));
    assert_eq!(after.radl, before.radl);
    assert_eq!(live(&after), [0]);
}

#[tokio::test]
async fn a_document_describes_sizes_and_recipes_too() {
    let (_site, node) = node().await;
    let id = node.create(&ann_in_lab(), Pool::of(1).document()).await;
    let m = &node.manager;
    let more = Pool::of(1).with_another().document();
    m.reconfigure(&ann_in_lab(), &id, Some(more), None)
        .await
        .unwrap();
    let after = node.stored(&id).await;
    assert_eq!(live(&after), [0], "a configuration launches nothing");
    assert!(stored_text(&after).contains("another"));
    let plain = node.create(&ann_in_lab(), machines(1)).await;
    m.reconfigure(&ann_in_lab(), &plain, Some(Pool::of(1).document()), None)
        .await
        .unwrap();
    assert!(node.stored(&plain).await.extra_info.is_empty());
    let wrong = m
        .alter(&ann_in_lab(), &plain, "0", Pool::of(1).document())
        .await;
    assert_eq!(
        message(wrong),
        "Incorrect RADL no system with name node provided."
    );
}

#[tokio::test]
async fn tosca_is_not_added_to_what_was_not_made_of_it() {
    let (_site, node) = node().await;
    let id = node.create(&ann_in_lab(), machines(1)).await;
    let credentials = ann_in_lab();
    let added = node
        .manager
        .add(&credentials, &id, Pool::of(1).document(), true);
    assert!(message(added.await).contains("was not made from TOSCA"));
    let none = node.manager.tosca(&ann_in_lab(), &id).await.unwrap_err();
    assert_eq!(none.kind, ErrorKind::PropertyNotFound);
}
