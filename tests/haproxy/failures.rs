//! Machines that stand still, and nodes that die with a request (E16).

use std::thread;

use crate::lab::{Lab, USER, alone, by, cutting, skipped};
use im_test_support::{Client, until};

/// E16: what hangs in a machine that stands still is let go when its checks have failed, and read elsewhere.
#[test]
fn who_stands_still_lets_go_of_its_readers() {
    if skipped("who_stands_still_lets_go_of_its_readers") {
        return;
    }
    let short = |text: String| {
        text.replace("timeout check 1s", "timeout check 300ms")
            .replace("timeout server 60s", "timeout server 6s")
    };
    for cut in [true, false] {
        let mut lab = Lab::changed(alone(2), |text| match cut {
            true => cutting(short(text)),
            false => short(text),
        });
        let id = lab.create_at("n1");
        lab.node("n1").process().signal("STOP");
        let answer = lab.get(&id);
        lab.node("n1").process().signal("CONT");
        match cut {
            true => assert_eq!((by(&answer), answer.status), ("n2".to_owned(), 404)),
            // It is held until `timeout server`.
            false => assert_eq!(answer.status, 504),
        }
    }
}

/// E16: a node dies in mid-request. What changes something is answered 502, and what is read comes from another node.
#[test]
fn who_dies_with_a_request_fails_only_what_is_not_safe() {
    if skipped("who_dies_with_a_request_fails_only_what_is_not_safe") {
        return;
    }
    for (method, expected) in [("GET", 404), ("PUT", 502), ("DELETE", 502)] {
        let mut lab = Lab::changed(alone(2), |text| text.replace("fall 2", "fall 1000"));
        let id = lab.create_at("n1");
        // It gets the request, and never comes to answering it.
        lab.node("n1").process().signal("STOP");
        let answer = thread::scope(|scope| {
            let path = format!("/infrastructures/{id}");
            let path = if method == "PUT" {
                path + "/stop"
            } else {
                path
            };
            let address = &lab.haproxy.address;
            let call = scope.spawn(move || {
                Client::new(address)
                    .call(method, &path, USER, "")
                    .expect("an answer")
            });
            until("the request is in the node", || {
                lab.haproxy.stat("im", "n1", "scur") == "1"
            });
            lab.nodes
                .iter_mut()
                .find(|node| node.name == "n1")
                .expect("the node")
                .kill();
            call.join().expect("an answer")
        });
        assert_eq!(answer.status, expected, "{method}: {}", answer.body);
        if expected == 502 {
            assert_eq!(answer.header("retry-after"), Some("2"));
            assert!(answer.body.contains("not known"), "{}", answer.body);
        }
    }
}
