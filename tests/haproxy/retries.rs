//! What is sent again, and where it goes (E3, E12, E15).

use std::thread;

use crate::lab::{Lab, alone, builder, by, skipped};

/// E3: a pinned node that is dead and not yet known to be: another answers at once.
#[test]
fn the_request_to_a_dead_node_goes_to_another_at_once() {
    if skipped("the_request_to_a_dead_node_goes_to_another_at_once") {
        return;
    }
    let mut lab = Lab::changed(alone(2), |text| text.replace("fall 2", "fall 1000"));
    let id = lab.create_at("n1");
    lab.node("n1").kill();
    for method in ["GET", "DELETE"] {
        let answer = lab.call(method, &format!("/infrastructures/{id}"), "");
        assert_eq!(
            (by(&answer), answer.status),
            ("n2".to_owned(), 404),
            "{method}"
        );
    }
    assert_eq!(
        lab.haproxy.stat("im", "n1", "status").split(' ').next(),
        Some("UP")
    );
    // Who answered does not own it and did not say so: the pin is still right when the owner is back.
    assert_eq!(lab.pin(&id).as_deref(), Some("n1"));
    lab.node("n1").run();
    let answer = lab.get(&id);
    assert_eq!((by(&answer), answer.status), ("n1".to_owned(), 200));
}

/// E12: what `retry-on` sends again it sends for every method, unless that is forbidden.
#[test]
fn only_what_is_safe_is_sent_again() {
    if skipped("only_what_is_safe_is_sent_again") {
        return;
    }
    // 404 stands for all answers after which HAProxy can be told to try another node.
    let on_404 =
        |text: String| text.replace("retry-on conn-failure empty-response", "retry-on 404");
    let unsafe_too = |text: String| {
        text.replace(
            "  http-request disable-l7-retry unless { method GET HEAD OPTIONS }\n",
            "",
        )
    };
    let guarded = Lab::changed(alone(2), on_404);
    let forwards = |lab: &Lab, method: &str| {
        // Without its pin an infrastructure is asked for where its hash leads: for some, the wrong node.
        let ids: Vec<String> = (0..12).map(|_| lab.create().0).collect();
        lab.haproxy.ask("clear table im");
        let answers = ids.iter().map(|id| match method {
            "GET" => lab.get(id).status,
            _ => {
                lab.call("PUT", &format!("/infrastructures/{id}/stop"), "")
                    .status
            }
        });
        answers.filter(|status| *status == 404).count()
    };
    assert_eq!(
        forwards(&guarded, "GET"),
        0,
        "all were sent to the other node"
    );
    assert_ne!(forwards(&guarded, "PUT"), 0, "none was sent again");
    let unguarded = Lab::changed(alone(2), |text| unsafe_too(on_404(text)));
    assert_eq!(
        forwards(&unguarded, "PUT"),
        0,
        "without the guard changes are replayed"
    );
}

/// E15: what overflows a queue goes to another node; since that does not own it, the pin stays.
#[test]
fn an_overflow_goes_elsewhere_and_leaves_the_pin() {
    if skipped("an_overflow_goes_elsewhere_and_leaves_the_pin") {
        return;
    }
    let nodes = (1..=2)
        .map(|number| builder(number).option("DUMMY_LATENCY_MS", 500).start())
        .collect();
    let lab = Lab::changed(nodes, |text| {
        text.replace(
            " pool-purge-delay 1s\n  server n1",
            " maxconn 1 maxqueue 1\n  server n1",
        )
    });
    let id = lab.create_at("n1");
    let servers: Vec<String> = thread::scope(|scope| {
        let callers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    by(&lab.call("PUT", &format!("/infrastructures/{id}/vms/0/stop"), ""))
                })
            })
            .collect();
        callers
            .into_iter()
            .map(|caller| caller.join().expect("an answer"))
            .collect()
    });
    assert!(
        servers.contains(&"n1".to_owned()) && servers.contains(&"n2".to_owned()),
        "{servers:?}"
    );
    assert_eq!(lab.pin(&id).as_deref(), Some("n1"));
}
