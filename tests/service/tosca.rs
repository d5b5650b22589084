//! TOSCA over the REST API of a running node: documents that import others, updates, previews, outputs.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Answer, Node, NodeBuilder, request};

const AUTH: (&str, &str) = (
    "Authorization",
    "type = InfrastructureManager; username = ann; password = secret\\nid = dummy; type = Dummy",
);
const YAML: (&str, &str) = ("Content-Type", "text/yaml");

const TYPES: &str = "tosca_definitions_version: tosca_simple_yaml_1_0
imports: [ more/scalable.yaml ]
node_types:
  own.Machine:
    derived_from: tosca.nodes.Compute
    capabilities: { scalable: { type: own.Scalable } }
";

const SCALABLE: &str = "tosca_definitions_version: tosca_simple_yaml_1_0
capability_types:
  own.Scalable:
    derived_from: tosca.capabilities.Scalable
    properties:
      count: { type: integer, required: false, default: 1 }
      removal_list: { type: list, entry_schema: { type: string }, required: false }
";

/// A document of so many machines, with types of another document.
fn document(scalable: &str) -> String {
    format!(
        "tosca_definitions_version: tosca_simple_yaml_1_0
imports: [ 'https://example.org/types.yaml' ]
topology_template:
  inputs:
    word: {{ type: string, default: 'random(12)' }}
  node_templates:
    pool:
      type: own.Machine
      capabilities: {{ scalable: {{ properties: {{ {scalable} }} }} }}
  outputs:
    ip: {{ value: {{ get_attribute: [ pool, private_address, 0 ] }} }}
    word: {{ value: {{ get_input: word }} }}
"
    )
}

/// A node that reads `https://example.org/types.yaml` from a directory.
fn node() -> (Node, tempfile::TempDir) {
    let documents = tempfile::tempdir().expect("a directory");
    let host = documents.path().join("example.org");
    write(&host.join("types.yaml"), TYPES);
    write(&host.join("more/scalable.yaml"), SCALABLE);
    let node = NodeBuilder::new()
        .option("DOCUMENTS_DIR", documents.path().display())
        .start();
    (node, documents)
}

fn write(file: &Path, text: &str) {
    fs::create_dir_all(file.parent().expect("a directory")).expect("a directory");
    fs::write(file, text).expect("written");
}

fn call(node: &Node, method: &str, path: &str, body: &str) -> Answer {
    request(&node.rest, method, path, &[AUTH, YAML], body).expect("an answer")
}

fn created(node: &Node, scalable: &str) -> String {
    let made = call(node, "POST", "/infrastructures", &document(scalable));
    assert_eq!(made.status, 200, "{}", made.body);
    format!(
        "/infrastructures/{}",
        made.header("infid").expect("the id of the infrastructure")
    )
}

fn value(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.body);
    serde_json::from_str(&answer.body).expect("JSON")
}

#[test]
fn a_document_is_read_with_what_it_imports_and_evaluated() {
    let (node, _documents) = node();
    let inf = created(&node, "count: 2");
    let outputs = value(&call(&node, "GET", &format!("{inf}/outputs"), ""));
    assert_eq!(outputs["outputs"]["ip"], "10.0.0.1");
    let word = outputs["outputs"]["word"].as_str().expect("a text");
    assert_eq!(word.len(), 12);
    let stored = call(&node, "GET", &format!("{inf}/tosca"), "");
    assert!(stored.body.contains("- https://example.org/types.yaml\n"));
    assert!(stored.body.contains(word), "{}", stored.body);
}

#[test]
fn what_a_document_takes_is_said_for_each_cloud() {
    let (node, _documents) = node();
    let path = "/infrastructures?dry_run=1";
    let taken = value(&call(&node, "POST", path, &document("count: 3")));
    let machines = taken["dummy"]["compute"].as_array().map(Vec::len);
    assert_eq!(
        (&taken["dummy"]["cloudType"], machines),
        (&json!("Dummy"), Some(3))
    );
    let all = call(&node, "GET", "/infrastructures", "");
    assert_eq!(all.body, "");
}

#[test]
fn an_update_is_previewed_and_made() {
    let (node, _documents) = node();
    let inf = created(&node, "count: 3");
    let fewer = document("count: 2, removal_list: [ '1' ]");
    let before = call(&node, "GET", &inf, "");
    let preview = call(&node, "POST", &format!("{inf}?dry_run=1"), &fewer);
    assert_eq!(preview.header("content-type"), Some("application/json"));
    let expected = json!({
        "added": [],
        "removed": [{"id": 1, "system": "pool", "cloud": "dummy"}],
        "reconfigured": [],
    });
    assert_eq!(value(&preview), expected);
    let after = call(&node, "GET", &inf, "");
    assert_eq!(
        (after.header("etag"), &after.body),
        (before.header("etag"), &before.body)
    );
    let refused = call(&node, "POST", &format!("{inf}?dry_run=perhaps"), &fewer);
    assert_eq!(refused.status, 400);
    assert_eq!(call(&node, "POST", &inf, &fewer).status, 200);
    let after = call(&node, "GET", &inf, "");
    let numbers: Vec<&str> = after
        .body
        .lines()
        .filter_map(|uri| uri.rsplit('/').next())
        .collect();
    assert_eq!(numbers, ["0", "2"]);
}

#[test]
fn a_fault_is_said_with_its_place_in_the_document() {
    let (node, _documents) = node();
    for (document, parts) in [
        (
            document("count: 2").replace("own.Machine", "own.Other"),
            vec!["\"own.Other\"", "line 8"],
        ),
        (
            document("count: 2").replace("example.org", "nowhere.example.org"),
            vec![
                "https://nowhere.example.org/types.yaml",
                "Not Found",
                "line 2",
            ],
        ),
        (document("count: many"), vec!["\"many\"", "line 9"]),
    ] {
        let refused = call(&node, "POST", "/infrastructures", &document);
        assert_eq!(refused.status, 400);
        for part in parts {
            assert!(
                refused.body.contains(part),
                "{part} is not in {}",
                refused.body
            );
        }
    }
}

/// Documents that take long are worked on beside the requests of others.
#[test]
fn large_documents_hold_nobody_up() {
    let (node, _documents) = node();
    let mut large = document("count: 1");
    large.push_str("    rest: { value: [");
    large.push_str(&"a, ".repeat(100_000));
    large.push_str("a] }\n");
    std::thread::scope(|scope| {
        let posts: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| call(&node, "POST", "/infrastructures?dry_run=1", &large)))
            .collect();
        for _ in 0..50 {
            assert_eq!(call(&node, "GET", "/infrastructures", "").status, 200);
        }
        for post in posts {
            assert_eq!(post.join().expect("an answer").status, 200);
        }
    });
}
