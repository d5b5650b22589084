//! What the table learns, and from whom (E1, E2, E9, E13, E18).

use crate::lab::{Lab, USER, alone, by, options, servers, skipped};
use im_test_support::{Client, Haproxy, free_port};

/// E18: two backends share the pins; what a node creates it is asked for.
#[test]
fn who_created_an_infrastructure_is_asked_for_it() {
    if skipped("who_created_an_infrastructure_is_asked_for_it") {
        return;
    }
    let lab = Lab::new(alone(2));
    let created: Vec<_> = (0..6).map(|_| lab.create()).collect();
    for server in ["n1", "n2"] {
        let count = created.iter().filter(|(_, by)| by == server).count();
        assert!(count >= 2, "{server} created {count} of 6");
    }
    for (id, server) in &created {
        assert_eq!(lab.pin(id).as_ref(), Some(server));
        for _ in 0..3 {
            let answer = lab.get(id);
            assert_eq!(
                (answer.status, by(&answer)),
                (200, server.clone()),
                "{}",
                answer.body
            );
            assert_eq!(answer.header("infid"), Some(id.as_str()));
        }
    }
}

/// E9: who asks for ids that do not exist fills the table of IM's example, and ours not.
#[test]
fn strangers_put_nothing_into_the_table() {
    if skipped("strangers_put_nothing_into_the_table") {
        return;
    }
    let lab = Lab::new(alone(1));
    let (id, _) = lab.create();
    let junk = |address: &str| {
        for number in 0..4 {
            let path = format!("/infrastructures/{number}0000000-0000-0000-0000-000000000000");
            let answer = Client::new(address)
                .call("GET", &path, "stranger", "")
                .expect("an answer");
            assert_eq!((answer.status, answer.header("infid")), (404, None));
        }
        // Of one that exists a stranger learns nothing either.
        let answer = Client::new(address)
            .call("GET", &format!("/infrastructures/{id}"), "stranger", "")
            .expect("an answer");
        assert!(
            [403, 404].contains(&answer.status) && answer.header("infid").is_none(),
            "{answer:?}"
        );
    };
    junk(&lab.haproxy.address);
    let keys: Vec<String> = lab
        .haproxy
        .pins("im")
        .into_iter()
        .map(|(key, _)| key)
        .collect();
    assert_eq!(keys, std::slice::from_ref(&id));

    let example = example(&lab);
    junk(&example.address);
    assert_eq!(
        example.pins("imbackend").len(),
        5,
        "with 'stick on' each id has a pin"
    );
}

/// IM's own example in front of these nodes: it works.
#[test]
fn the_example_of_the_manual_works() {
    if skipped("the_example_of_the_manual_works") {
        return;
    }
    let lab = Lab::new(alone(2));
    let example = example(&lab);
    let mut client = Client::new(&example.address);
    for _ in 0..4 {
        let id = client
            .call(
                "POST",
                "/infrastructures",
                USER,
                &im_test_support::document(1),
            )
            .expect("an answer")
            .id();
        for _ in 0..3 {
            let answer = client
                .call("GET", &format!("/infrastructures/{id}"), USER, "")
                .expect("an answer");
            assert_eq!(answer.status, 200);
        }
        // E1: it keeps 32 characters of 36.
        assert!(
            example
                .pins("imbackend")
                .iter()
                .any(|(key, _)| *key == id[..32])
        );
        let deleted = client
            .call("DELETE", &format!("/infrastructures/{id}"), USER, "")
            .expect("an answer");
        assert_eq!(deleted.status, 200);
    }
}

/// The example of the manual before the nodes of a lab.
fn example(lab: &Lab) -> Haproxy {
    let file =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../haproxy/im-example.cfg");
    let text = std::fs::read_to_string(file).expect("the example");
    let address = format!("127.0.0.1:{}", free_port());
    let mut text = text.replace("*:8800", &address).replace(
        "global\n",
        "global\n    stats socket @socket@ level admin\n",
    );
    for (node, there) in lab.nodes.iter().zip(["10.0.0.1:8801", "10.0.0.1:8802"]) {
        text = text.replace(there, &node.rest);
    }
    let text: Vec<&str> = text
        .lines()
        .filter(|line| !line.contains("10.0.0.1"))
        .collect();
    Haproxy::start("lb", &address, &(text.join("\n") + "\n"))
}

/// E2: without `len` HAProxy keeps 31 characters, not the 32 that its manual says.
#[test]
fn without_a_length_ids_are_cut() {
    if skipped("without_a_length_ids_are_cut") {
        return;
    }
    let lab = Lab::changed(alone(1), |text| text.replace("string len 64", "string"));
    let (id, _) = lab.create();
    assert_eq!(lab.haproxy.pins("im")[0].0, id[..31]);
}

/// E13: capitals are the same id; other spellings of the path are at least not somebody else's.
#[test]
fn ids_in_capitals_have_the_same_pin() {
    if skipped("ids_in_capitals_have_the_same_pin") {
        return;
    }
    let lab = Lab::new(alone(2));
    for server in ["n1", "n2"] {
        let id = lab.create_at(server);
        let capitals = lab.get(&id.to_ascii_uppercase());
        assert_eq!(by(&capitals), server);
        for path in [
            format!("//infrastructures/{id}"),
            format!("/infrastructures//{id}"),
        ] {
            let answer = lab.call("GET", &path, "");
            assert!(
                answer.status != 200 && answer.header("infid").is_none(),
                "{path}: {answer:?}"
            );
        }
    }
}

/// All HAProxies choose the same node for an id without a pin, and the pins of a second one come from its own answers.
#[test]
fn without_a_pin_the_hash_decides_everywhere() {
    if skipped("without_a_pin_the_hash_decides_everywhere") {
        return;
    }
    let lab = Lab::new(alone(2));
    let options = options("other");
    let text = crate::lab::configuration(&servers(&lab.nodes), &options);
    let other = Haproxy::start("other", options.bind.as_deref().unwrap_or_default(), &text);
    let mut seen = std::collections::BTreeSet::new();
    for number in 0..20 {
        let path = format!("/infrastructures/00000000-0000-0000-0000-0000000000{number:02}");
        let here = by(&lab.call("GET", &path, ""));
        let there = by(&Client::new(&other.address)
            .call("GET", &path, USER, "")
            .expect("an answer"));
        assert_eq!(here, there);
        seen.insert(here);
    }
    assert_eq!(seen.len(), 2);
}
