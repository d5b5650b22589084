//! XML-RPC, asked of any node.

use im_test_support::{Client, document};

use crate::cluster::{Cluster, Setup, USER, skipped};

/// A call about an infrastructure: the answer's document.
fn call(cluster: &Cluster, place: usize, method: &str, id: &str) -> String {
    let credentials = [
        [
            ("type", "InfrastructureManager"),
            ("username", USER),
            ("password", "pass-ana"),
        ]
        .as_slice(),
        [("id", "dummy"), ("type", "Dummy")].as_slice(),
    ];
    let member = |(name, value): &(&str, &str)| {
        format!("<member><name>{name}</name><value><string>{value}</string></value></member>")
    };
    let line = |line: &&[(&str, &str)]| {
        let members: String = line.iter().map(member).collect();
        format!("<value><struct>{members}</struct></value>")
    };
    let lines: String = credentials.iter().map(line).collect();
    let document = format!(
        "<?xml version=\"1.0\"?><methodCall><methodName>{method}</methodName><params>\
         <param><value><string>{id}</string></value></param>\
         <param><value><array><data>{lines}</data></array></value></param></params></methodCall>"
    );
    let answer = Client::new(&cluster.members[place].node.xmlrpc)
        .send("POST", "/", &[("Content-Type", "text/xml")], &document)
        .expect("an answer");
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

/// Whether an answer is `[true, ...]`.
fn is_done(answer: &str) -> bool {
    answer.contains("<boolean>1</boolean>")
}

#[test]
fn every_node_answers_calls_about_what_another_owns() {
    if skipped("every_node_answers_calls_about_what_another_owns") {
        return;
    }
    let mut cluster = Setup::nodes(2).start();
    let id = cluster.members[0]
        .node
        .call("POST", "/infrastructures", USER, &document(2))
        .id();
    for method in [
        "GetInfrastructureState",
        "StopInfrastructure",
        "StartInfrastructure",
    ] {
        for place in [1, 0] {
            let answer = call(&cluster, place, method, &id);
            assert!(is_done(&answer), "{method} at {place}: {answer}");
        }
    }
    assert_eq!(cluster.owner(&id), Some(0), "it was forwarded, not taken");
    let stranger = call(
        &cluster,
        1,
        "GetInfrastructureState",
        "11111111-2222-3333-4444-555555555555",
    );
    assert!(!is_done(&stranger), "{stranger}");
    cluster.members[0].node.kill();
    im_test_support::until("the other node takes it", || {
        is_done(&call(&cluster, 1, "GetInfrastructureState", &id))
    });
}
