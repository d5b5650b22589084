//! Documents that are made to cost much, to run on, or to reach what they must not: refused, and soon.

#![allow(
    clippy::expect_used,
    reason = "a test may stop where it fails and say why"
)]

use std::fmt::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use im_tosca::{
    Context, ErrorKind, FetchError, Limits, NoDocuments, Resolver, Template, ToscaError,
};
use proptest::prelude::*;

/// Answers every address with one text, and remembers what was asked.
struct Same {
    text: String,
    asked: Mutex<Vec<String>>,
}

impl Resolver for Same {
    fn fetch(&self, url: &str) -> Result<Arc<str>, FetchError> {
        self.asked.lock().expect("no panic").push(url.to_owned());
        Ok(self.text.as_str().into())
    }
}

fn same(text: &str) -> Same {
    Same {
        text: text.to_owned(),
        asked: Mutex::default(),
    }
}

/// Reads and translates, within a time that leaves room for a slow machine.
fn attempt(text: &str, resolver: &dyn Resolver) -> Result<(), ToscaError> {
    let start = Instant::now();
    let result = Template::parse(text, resolver, &Limits::default()).and_then(|template| {
        template.translate(&Context {
            resolver,
            token: None,
            existing: &[],
            unique: "00000000",
        })
    });
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "it took {:?}",
        start.elapsed()
    );
    result.map(|_| ())
}

fn topology(inputs: &str, nodes: &str) -> String {
    format!(
        "tosca_definitions_version: tosca_simple_yaml_1_0\ntopology_template:\n  inputs: {{ {inputs} }}\n  node_templates:\n{nodes}"
    )
}

fn refused(text: &str, kind: ErrorKind, part: &str) {
    let error = attempt(text, &NoDocuments).expect_err("a refusal");
    assert_eq!(error.kind, kind, "{error}");
    assert!(error.message().contains(part), "{error}");
}

#[test]
fn alias_bombs() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..20 {
        let before = format!("*a{}", level - 1);
        let items = vec![before; 10].join(", ");
        writeln!(text, "a{level}: &a{level} [{items}]").expect("a text");
    }
    refused(&text, ErrorKind::Limit, "values");
}

#[test]
fn merge_bombs() {
    let mut text = String::from("a0: &a0 { k: [x, x, x, x, x, x, x, x] }\n");
    for level in 1..40 {
        let before = level - 1;
        writeln!(
            text,
            "a{level}: &a{level} {{ <<: *a{before}, k{level}: *a{before} }}"
        )
        .expect("a text");
    }
    refused(&text, ErrorKind::Limit, "values");
}

#[test]
fn an_alias_inside_its_own_anchor() {
    refused("a: &a [ *a ]\n", ErrorKind::Invalid, "line 1");
}

#[test]
fn deep_nesting() {
    refused(
        &format!("a: {}", "[".repeat(10_000)),
        ErrorKind::Limit,
        "limit",
    );
    let mut text = String::new();
    for depth in 0..200 {
        writeln!(text, "{}k:", "  ".repeat(depth)).expect("a text");
    }
    refused(&text, ErrorKind::Limit, "nested");
}

#[test]
fn long_documents() {
    let text = format!("a: {}", "x".repeat(5 << 20));
    refused(&text, ErrorKind::Limit, "bytes");
}

#[test]
fn types_that_derive_from_themselves() {
    let text = topology("", "    n: { type: own.A }\n")
        + "node_types: { own.A: { derived_from: own.B }, own.B: { derived_from: own.A } }\n";
    refused(&text, ErrorKind::Invalid, "own.A");
}

#[test]
fn data_types_that_hold_themselves() {
    let text = topology("", "    n: { type: own.N, properties: { p: {} } }\n")
        + "data_types: { own.D: { derived_from: tosca.datatypes.Root, properties: { d: { type: own.D, default: { x: 1 } }, x: { type: integer, required: false } } } }\n\
           node_types: { own.N: { derived_from: tosca.nodes.Root, properties: { p: { type: own.D } } } }\n";
    refused(&text, ErrorKind::Invalid, "nested");
}

#[test]
fn properties_that_refer_to_each_other() {
    let nodes = "    m: { type: tosca.nodes.Compute, properties: { } }
    n: { type: own.N, properties: { a: { get_property: [ SELF, b ] }, b: { concat: [ { get_property: [ SELF, a ] }, x ] } }, requirements: [ { host: m } ],
         interfaces: { Standard: { configure: { implementation: 'https://example.org/a.yml', inputs: { v: { get_property: [ SELF, a ] } } } } } }\n";
    let text = topology("", nodes)
        + "node_types: { own.N: { derived_from: tosca.nodes.SoftwareComponent, properties: { a: { type: string }, b: { type: string } } } }\n";
    let error = attempt(&text, &same("- tasks: []\n")).expect_err("a refusal");
    assert_eq!(error.kind, ErrorKind::Limit, "{error}");
}

#[test]
fn texts_that_double_and_double() {
    let mut properties = String::from("p0: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    let mut types = String::from("p0: { type: string }");
    for number in 1..60 {
        let before = number - 1;
        let get = format!("{{ get_property: [ SELF, p{before} ] }}");
        write!(properties, ", p{number}: {{ concat: [ {get}, {get} ] }}").expect("a text");
        write!(types, ", p{number}: {{ type: string }}").expect("a text");
    }
    let nodes = format!(
        "    n: {{ type: own.N, properties: {{ instance_name: {{ get_property: [ SELF, p59 ] }}, {properties} }} }}\n"
    );
    let text = topology("", &nodes)
        + &format!(
            "node_types: {{ own.N: {{ derived_from: tosca.nodes.Compute, properties: {{ instance_name: {{ type: string }}, {types} }} }} }}\n"
        );
    refused(&text, ErrorKind::Limit, "");
}

#[test]
fn nodes_that_need_each_other() {
    let chain: String = (0..900)
        .map(|number| {
            let next = (number + 1) % 900;
            format!(
                "    n{number}: {{ type: tosca.nodes.SoftwareComponent, requirements: [ {{ host: m }}, {{ dependency: n{next} }} ], interfaces: {{ Standard: {{ configure: 'https://example.org/a.yml' }} }} }}\n"
            )
        })
        .collect();
    let text = topology(
        "",
        &format!("    m: {{ type: tosca.nodes.Compute }}\n{chain}"),
    );
    let error = attempt(&text, &same("- tasks: []\n")).expect_err("a refusal");
    assert!(error.message().contains("circle"), "{error}");
}

#[test]
fn long_chains_of_hosts() {
    let mut nodes = String::from("    n0: { type: tosca.nodes.Compute }\n");
    for number in 1..990 {
        let before = number - 1;
        writeln!(nodes, "    n{number}: {{ type: tosca.nodes.SoftwareComponent, requirements: [ {{ host: n{before} }} ] }}").expect("a text");
    }
    attempt(&topology("", &nodes), &NoDocuments).expect("a translation");
}

#[test]
fn huge_counts() {
    refused(
        &topology(
            "p: { type: string, default: random(999999999) }",
            "    n: { type: tosca.nodes.Compute }\n",
        ),
        ErrorKind::Limit,
        "random",
    );
    let scalable = "capabilities: { scalable: { properties: { min_instances: 999999999, max_instances: 999999999 } } }";
    let nodes = format!("    n: {{ type: tosca.nodes.Compute, {scalable} }}\n");
    refused(&topology("", &nodes), ErrorKind::Limit, "999999999");
    let nodes: String = (0..2_000)
        .map(|number| format!("    n{number}: {{ type: tosca.nodes.Compute }}\n"))
        .collect();
    refused(&topology("", &nodes), ErrorKind::Limit, "nodes");
}

#[test]
fn imports_that_import_each_other() {
    let text = "tosca_definitions_version: tosca_simple_yaml_1_0\nimports: [ 'https://example.org/a.yaml' ]\n\
                topology_template: { node_templates: { n: { type: tosca.nodes.Compute } } }\n";
    attempt(text, &same("imports: [ a.yaml, ./a.yaml ]\n")).expect("each is read once");
    let ever_new = same("imports: [ x/a.yaml ]\n");
    let error = attempt(text, &ever_new).expect_err("a refusal");
    assert_eq!(error.kind, ErrorKind::Limit, "{error}");
}

#[test]
fn templates_that_build_on_themselves() {
    let text = "imports: [ { template_file: 'https://example.org/a.yaml' } ]\n";
    let error = attempt(text, &same(text)).expect_err("a refusal");
    assert_eq!(error.kind, ErrorKind::Limit, "{error}");
}

#[test]
fn files_of_the_server_are_not_asked_for() {
    for file in [
        "/etc/passwd",
        "file:///etc/passwd",
        "../secret.yml",
        "http:///etc",
    ] {
        let nodes = format!(
            "    m: {{ type: tosca.nodes.Compute, interfaces: {{ Standard: {{ create: '{file}' }} }} }}\n"
        );
        let resolver = same("- tasks: []\n");
        attempt(&topology("", &nodes), &resolver).expect_err("a refusal");
        let text = format!(
            "imports: [ '{file}' ]\n{}",
            topology("", "    m: { type: tosca.nodes.Compute }\n")
        );
        attempt(&text, &resolver).expect_err("a refusal");
        assert!(
            resolver.asked.lock().expect("no panic").is_empty(),
            "{file}"
        );
    }
}

#[test]
fn names_follow_a_grammar() {
    for name in ["a b", "a'b", "{{ x }}", "a;b", "$(x)", "a/b"] {
        let nodes = format!("    \"{name}\": {{ type: tosca.nodes.Compute }}\n");
        refused(&topology("", &nodes), ErrorKind::Invalid, "name of a node");
    }
}

#[test]
fn values_cannot_add_keys_to_a_recipe() {
    for value in [
        "x\" \n    evil: \"y",
        "x\", evil: \"y",
        "{{ x }}\\",
        "\" # c",
    ] {
        let quoted = serde_json::to_string(value).expect("a text");
        let nodes = format!(
            "    m: {{ type: tosca.nodes.Compute, interfaces: {{ Standard: {{ create: {{ implementation: 'https://example.org/a.yml', inputs: {{ v: {quoted} }} }} }} }} }}\n"
        );
        let resolver = same("- tasks: []\n");
        let template = Template::parse(&topology("", &nodes), &resolver, &Limits::default());
        let translation = template.expect("a template").translate(&Context {
            resolver: &resolver,
            token: None,
            existing: &[],
            unique: "00000000",
        });
        if let Ok(translation) = translation {
            assert!(!translation.radl.to_text().contains("evil:"), "{value}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn bytes_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let text = String::from_utf8_lossy(&bytes);
        let _ = attempt(&text, &same(&text));
    }

    #[test]
    fn damaged_documents_do_not_panic(at in 0usize..2000, len in 0usize..40, new in "\\PC{0,20}") {
        let whole = topology(
            "i: { type: integer, default: 3, constraints: [ { in_range: [ 1, 4 ] } ] }, s: { type: string, default: 'x' }",
            "    m: { type: tosca.nodes.Compute, capabilities: { host: { properties: { num_cpus: { get_input: i }, mem_size: 2 GB } }, endpoint: { properties: { network_name: 'a.PUBLIC,b', ports: { p: { protocol: tcp, source: 80 } } } } }, requirements: [ { local_storage: { node: d, relationship: { type: AttachesTo, properties: { location: /mnt } } } } ] }
    d: { type: tosca.nodes.BlockStorage, properties: { size: 1 GB } }
    lan: { type: tosca.nodes.network.Network, properties: { network_type: private, cidr: 10.0.0.0/8 } }
    port: { type: tosca.nodes.network.Port, requirements: [ { binding: m }, { link: lan } ] }
    app: { type: tosca.nodes.SoftwareComponent, artifacts: { r: { file: a, type: tosca.artifacts.AnsibleGalaxy.role } }, requirements: [ { host: m } ], interfaces: { Standard: { configure: { implementation: 'https://example.org/a.yml', inputs: { a: { concat: [ { get_attribute: [ m, private_address, 0 ] }, { token: [ 'a:b', ':', 1 ] } ] }, b: [ 1, { c: d } ] } } } } }\n",
        );
        let mut chars: Vec<char> = whole.chars().collect();
        let at = at.min(chars.len());
        let end = (at + len).min(chars.len());
        chars.splice(at..end, new.chars());
        let text: String = chars.into_iter().collect();
        let _ = attempt(&text, &same("- tasks:\n  - debug: {}\n"));
    }
}

#[test]
fn inputs_break_rules() {
    let nodes = "    n: { type: tosca.nodes.Compute }\n";
    for (input, rule) in [
        (
            "i: { type: integer, default: 9, constraints: [ { in_range: [ 1, 4 ] } ] }",
            "out of range",
        ),
        (
            "i: { type: string, default: abc, constraints: [ { pattern: '[0-9]+' } ] }",
            "pattern",
        ),
        (
            "i: { type: string, default: abc, constraints: [ { max_length: 2 } ] }",
            "no greater",
        ),
        (
            "i: { type: integer, default: 1, constraints: [ { greater_than: 1 } ] }",
            "greater than",
        ),
        ("i: { type: boolean, default: maybe }", "not a boolean"),
        ("i: { type: no.such.Type }", "Invalid type"),
    ] {
        let error = attempt(&topology(input, nodes), &NoDocuments).expect_err("a refusal");
        assert!(error.message().contains(rule), "{error}");
        assert!(
            error.message().contains("topology_template.inputs.i"),
            "{error}"
        );
        assert!(error.message().contains("line 3"), "{error}");
    }
}

#[test]
fn secrets_are_not_shown() {
    let input = "admin_password: { type: integer, default: hunter2 }, my_token: { type: string, default: hunter2, constraints: [ { max_length: 2 } ] }";
    let text = topology(input, "    n: { type: tosca.nodes.Compute }\n");
    let error = attempt(&text, &NoDocuments).expect_err("a refusal");
    assert!(!error.message().contains("hunter2"), "{error}");
    assert!(error.message().contains("my_token"), "{error}");
}
