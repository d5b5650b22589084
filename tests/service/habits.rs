//! What clients in use do, and rely on, beyond what the scenarios replay.

use serde_json::Value;

use crate::support::{Answer, Node, auth, document, request};

const USER: &str = "habit";

#[test]
fn every_success_is_200_and_a_creation_answers_one_address() {
    let node = Node::start();
    for path in [
        "/infrastructures",
        "/infrastructures?async=yes",
        "/infrastructures?async=1",
    ] {
        let created = node.rest("POST", path, USER, &document(1));
        assert_eq!(created.status, 200, "{}", created.body);
        let address = format!("http://{}/infrastructures/", node.rest);
        let id = created
            .body
            .strip_prefix(&address)
            .expect("the address of this node");
        assert_eq!(
            id.len(),
            36,
            "something follows the address: {}",
            created.body
        );
    }
}

#[test]
fn an_authorization_may_end_as_the_dashboard_ends_it() {
    let node = Node::start();
    for end in [";\\n", "\\n", ";", " "] {
        let auth = format!(
            "id = dummy; type = Dummy;\\nid = im; type = \"InfrastructureManager\"; username = 'habit'; password = pass-habit{end}"
        );
        let answer = send(&node, "GET", "/infrastructures", &auth, &[], "");
        assert_eq!(answer.status, 200, "{end:?}: {}", answer.body);
    }
}

#[test]
fn text_beyond_ascii_goes_in_comes_out_and_is_found() {
    let node = Node::start();
    let text = format!("description d ( name = 'ñandú 雲' )\n{}", document(1));
    let id = id_of(&node.rest("POST", "/infrastructures", USER, &text));
    let other = id_of(&node.rest("POST", "/infrastructures", USER, &document(1)));
    let radl = node.rest("GET", &format!("/infrastructures/{id}/radl"), USER, "");
    assert!(radl.body.contains("'ñandú 雲'"), "{}", radl.body);
    let found = node.rest(
        "GET",
        "/infrastructures?filter=%C3%B1and%C3%BA%20.",
        USER,
        "",
    );
    assert!(
        found.body.contains(&id) && !found.body.contains(&other),
        "{}",
        found.body
    );
}

#[test]
fn documents_come_without_content_type_and_of_nothing() {
    let node = Node::start();
    let auth = auth(USER);
    let created = send(&node, "POST", "/infrastructures", &auth, &[], &document(1));
    let id = id_of(&created);
    let at = |rest: &str| format!("/infrastructures/{id}{rest}");
    let nothing = document(0);
    let added = send(
        &node,
        "POST",
        &at(""),
        &auth,
        &[("Accept", "application/json")],
        &nothing,
    );
    assert_eq!(
        (added.status, json(&added)["uri-list"].clone()),
        (200, Value::Array(Vec::new())),
        "{}",
        added.body
    );
    let yaml = [("Content-Type", "text/yaml")];
    let reconfigured = send(&node, "PUT", &at("/reconfigure"), &auth, &yaml, "");
    assert_eq!(reconfigured.status, 200, "{}", reconfigured.body);
    let resized = send(
        &node,
        "PUT",
        &at("/vms/0"),
        &auth,
        &[],
        "system node (cpu.count = 2 and memory.size = 512m)",
    );
    assert_eq!(resized.status, 200, "{}", resized.body);
}

#[test]
fn the_whole_radl_of_a_machine_may_be_sent_back_to_resize_it() {
    let node = Node::start();
    let id = id_of(&node.rest("POST", "/infrastructures", USER, &document(1)));
    let path = format!("/infrastructures/{id}/vms/0");
    let machine = node.rest("GET", &path, USER, "");
    assert!(
        machine.body.contains("network lan"),
        "a machine comes with its networks: {}",
        machine.body
    );
    let larger = machine.body.replace("cpu.count = 1", "cpu.count = 4");
    assert_ne!(larger, machine.body);
    let resized = node.rest("PUT", &path, USER, &larger);
    assert_eq!(resized.status, 200, "{}", resized.body);
    let count = node.rest("GET", &format!("{path}/cpu.count"), USER, "");
    assert_eq!((count.status, count.body.as_str()), (200, "4"));
}

#[test]
fn several_machines_are_removed_at_once_and_lists_are_in_order() {
    let node = Node::start();
    let id = id_of(&node.rest("POST", "/infrastructures", USER, &document(12)));
    let removed = node.rest(
        "DELETE",
        &format!("/infrastructures/{id}/vms/3,4"),
        USER,
        "",
    );
    assert_eq!(removed.status, 200, "{}", removed.body);
    let listed = node.rest("GET", &format!("/infrastructures/{id}"), USER, "");
    let ids: Vec<u32> = listed
        .body
        .lines()
        .filter_map(|line| line.rsplit('/').next()?.parse().ok())
        .collect();
    assert_eq!(ids, [0, 1, 2, 5, 6, 7, 8, 9, 10, 11]);
}

#[test]
fn a_machine_in_json_has_numbers_where_clients_count() {
    let node = Node::start();
    let id = id_of(&node.rest("POST", "/infrastructures", USER, &document(1)));
    let accept = [("Accept", "application/json")];
    let answer = send(
        &node,
        "GET",
        &format!("/infrastructures/{id}/vms/0"),
        &auth(USER),
        &accept,
        "",
    );
    assert!(
        answer
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("application/json"))
    );
    let document = json(&answer);
    let system = document["radl"]
        .as_array()
        .and_then(|objects| objects.iter().find(|object| object["class"] == "system"))
        .expect("a system");
    assert_eq!(system["cpu.count"], 1);
    assert_eq!(system["memory.size"], 256_000_000);
    assert_eq!(system["provider.type"], "Dummy");
}

#[test]
fn who_is_unknown_and_what_is_unknown_are_told_apart() {
    let node = Node::start();
    let unknown = node.rest(
        "GET",
        "/infrastructures/00000000-0000-4000-8000-000000000000",
        USER,
        "",
    );
    assert_eq!(unknown.status, 404);
    let nobody = request(
        &node.rest,
        "GET",
        "/infrastructures",
        &[("Accept", "application/json")],
        "",
    )
    .expect("an answer");
    assert_eq!(nobody.status, 401);
    let error = json(&nobody);
    assert!(
        error["message"].is_string() && error["code"] == 401,
        "{error}"
    );
    // What is somebody else's is refused alike, whatever part of it is named.
    let id = id_of(&node.rest("POST", "/infrastructures", USER, &document(1)));
    let of_a_machine = ["/vms/0", "/vms/7"].map(|part| {
        let answer = node.rest(
            "GET",
            &format!("/infrastructures/{id}{part}"),
            "stranger",
            "",
        );
        (answer.status, answer.body)
    });
    assert_eq!(of_a_machine[0].0, 403);
    assert_eq!(of_a_machine[0], of_a_machine[1]);
}

fn send(
    node: &Node,
    method: &str,
    path: &str,
    auth: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let headers = [&[("Authorization", auth)], headers].concat();
    request(&node.rest, method, path, &headers, body).expect("an answer")
}

fn id_of(created: &Answer) -> String {
    assert_eq!(created.status, 200, "{}", created.body);
    created.body.rsplit('/').next().expect("an id").to_owned()
}

fn json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).expect("JSON")
}
