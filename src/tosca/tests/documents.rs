//! Documents as they are stored, and laid over each other.

#![allow(
    clippy::expect_used,
    reason = "a test may stop where it fails and say why"
)]

use im_tosca::{Context, ExistingMachine, Limits, NoDocuments, Template, Translation};

const POOL: &str = "tosca_definitions_version: tosca_simple_yaml_1_0
description: scalable set
metadata: { display_name: Set, icon: images/set.png }
capability_types:
  own.capabilities.Scalable:
    derived_from: tosca.capabilities.Scalable
    properties:
      count: { type: integer, required: false, default: 1 }
      removal_list: { type: list, entry_schema: { type: string }, required: false }
node_types:
  own.nodes.Compute:
    derived_from: tosca.nodes.Compute
    capabilities: { scalable: { type: own.capabilities.Scalable } }
topology_template:
  inputs:
    how_many: { type: integer, default: 4 }
  node_templates:
    pool:
      type: own.nodes.Compute
      capabilities:
        scalable: { properties: { count: { get_input: how_many } } }
  outputs:
    pool_ips: { value: { get_attribute: [ pool, private_address ] } }
";

fn read(text: &str) -> Template {
    Template::parse(text, &NoDocuments, &Limits::default()).expect("a valid document")
}

fn translate(template: &Template, existing: &[ExistingMachine]) -> Translation {
    let context = Context {
        resolver: &NoDocuments,
        token: None,
        existing,
        unique: "00000000",
    };
    template.translate(&context).expect("a translation")
}

fn machines(count: u32) -> Vec<ExistingMachine> {
    (0..count)
        .map(|id| ExistingMachine {
            id,
            system: "pool".to_owned(),
            created: 1000 - i64::from(id),
        })
        .collect()
}

#[test]
fn a_document_is_stored_in_block_style_with_sorted_keys() {
    let text = "tosca_definitions_version: tosca_simple_yaml_1_0

description: one server

topology_template:
  node_templates:
    srv:
      type: tosca.nodes.Compute
      capabilities:
        host: { properties: { num_cpus: 2, mem_size: 2 GB } }
        os: { properties: { type: linux, version: 22.04 } }
  outputs:
    srv_ip: { value: { get_attribute: [ srv, private_address ] } }
";
    let stored = "description: one server
topology_template:
  node_templates:
    srv:
      capabilities:
        host:
          properties:
            mem_size: 2 GB
            num_cpus: 2
        os:
          properties:
            type: linux
            version: 22.04
      type: tosca.nodes.Compute
  outputs:
    srv_ip:
      value:
        get_attribute:
        - srv
        - private_address
tosca_definitions_version: tosca_simple_yaml_1_0
";
    let template = read(text);
    assert_eq!(template.to_yaml(), stored);
    assert_eq!(read(stored).to_yaml(), stored);
}

#[test]
fn a_posted_document_is_laid_over_the_stored_one() {
    let stored = read(POOL);
    let posted = read(
        "tosca_definitions_version: tosca_simple_yaml_1_0
description: one server
topology_template:
  inputs:
    how_many: { type: integer, default: 2 }
  node_templates:
    srv: { type: tosca.nodes.Compute }
",
    );
    let merged = posted
        .over(&stored.to_yaml(), &NoDocuments)
        .expect("a merged document");
    assert_eq!(merged.description(), Some("one server"));
    let text = merged.to_yaml();
    for part in [
        "    how_many:\n      default: 2\n      type: integer\n",
        "    srv:\n      type: tosca.nodes.Compute\n",
        "      type: own.nodes.Compute\n",
        "  display_name: Set\n",
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    let translation = translate(&merged, &machines(1));
    let counts: Vec<_> = translation
        .num_instances
        .iter()
        .map(|(name, count)| (&**name, *count))
        .collect();
    assert_eq!(counts, [("pool", 1), ("srv", 1)]);
}

#[test]
fn surplus_machines_are_removed_as_listed_or_the_oldest_first() {
    let template = read(POOL);
    assert_eq!(translate(&template, &machines(6)).removal, [5, 4]);
    let list = "count: { get_input: how_many }, removal_list: [ '2', '0', '1' ]";
    let listed = read(&POOL.replace("count: { get_input: how_many }", list));
    assert_eq!(translate(&listed, &machines(6)).removal, [2, 0]);
    assert!(translate(&listed, &machines(4)).removal.is_empty());
    let mut present = machines(6);
    present.retain(|machine| machine.id != 2);
    assert_eq!(translate(&listed, &present).removal, [0]);
    present.retain(|machine| machine.id > 2);
    present.extend(machines(9).into_iter().skip(6));
    assert_eq!(translate(&listed, &present).removal, [2, 0]);
}

#[test]
fn generated_inputs_keep_their_values() {
    let text = POOL.replace(
        "  node_templates:",
        "    secret: { type: string, default: random(16) }\n  node_templates:",
    );
    let stored = read(&text).to_yaml();
    assert!(!stored.contains("random(16)"));
    assert_eq!(read(&stored).to_yaml(), stored);
    let again = read(&text).over(&stored, &NoDocuments);
    assert_eq!(again.expect("a merged document").to_yaml(), stored);
}
