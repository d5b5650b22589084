//! What the runtime socket and an agent can do (E4, E5, E6, E7).

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use crate::lab::{Lab, USER, alone, by, cutting, skipped};
use im_test_support::{Client, until};

/// E4, E5: `drain` keeps what is pinned; only when its pins are cleared does a node get nothing more.
#[test]
fn a_drained_server_keeps_its_pins_until_they_are_cleared() {
    if skipped("a_drained_server_keeps_its_pins_until_they_are_cleared") {
        return;
    }
    let lab = Lab::new(alone(2));
    let ids: Vec<_> = (0..4).map(|_| lab.create_at("n1")).collect();
    for backend in ["im", "im_any"] {
        lab.haproxy
            .ask(&format!("set server {backend}/n1 state drain"));
    }
    for id in &ids {
        assert_eq!(by(&lab.get(id)), "n1");
    }
    for _ in 0..3 {
        assert_eq!(lab.create().1, "n2", "what is new goes elsewhere");
    }
    lab.haproxy.ask("clear table im data.server_id eq 1");
    for id in &ids {
        let answer = lab.get(id);
        assert_eq!((by(&answer), answer.status), ("n2".to_owned(), 404));
        assert_eq!(lab.pin(id), None, "who does not own it is not pinned");
    }
}

/// E6: a pin cannot be rewritten, but cleared and set.
#[test]
fn a_pin_is_moved_by_clearing_and_setting_it() {
    if skipped("a_pin_is_moved_by_clearing_and_setting_it") {
        return;
    }
    let lab = Lab::new(alone(2));
    let id = lab.create_at("n1");
    lab.haproxy
        .ask(&format!("set table im key {id} data.server_id 2"));
    assert_eq!(
        by(&lab.get(&id)),
        "n1",
        "the address in the entry is stronger than the number"
    );
    lab.haproxy.ask(&format!("clear table im key {id}"));
    lab.haproxy
        .ask(&format!("set table im key {id} data.server_id 2"));
    assert_eq!(by(&lab.get(&id)), "n2");
}

/// E7: what an agent says holds until the agent takes it back, also after its death.
#[test]
fn an_agent_alone_can_undo_what_it_said() {
    if skipped("an_agent_alone_can_undo_what_it_said") {
        return;
    }
    let word = Arc::new(Mutex::new("ready up 100%"));
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let said = Arc::clone(&word);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let word = *said.lock().expect("the word");
            if word == "gone" {
                return;
            }
            let mut stream = stream;
            let _ = stream.write_all(format!("{word}\n").as_bytes());
            let _ = stream.read(&mut [0; 64]);
        }
    });
    let lab = Lab::changed(alone(2), |text| {
        let line = text
            .lines()
            .find(|line| line.starts_with("  server n1"))
            .expect("the server")
            .to_owned();
        text.replacen(
            &line,
            &format!("{line} agent-check agent-addr 127.0.0.1 agent-port {port} agent-inter 100ms"),
            1,
        )
    });
    let say = |next| *word.lock().expect("the word") = next;
    for (next, status) in [
        ("drain", "DRAIN (agent)"),
        ("ready", "UP"),
        ("maint", "MAINT"),
        ("ready up", "UP"),
        ("down", "DOWN (agent)"),
    ] {
        say(next);
        lab.becomes("n1", status);
    }
    say("gone");
    until("nobody answers the agent check", || {
        std::net::TcpStream::connect(("127.0.0.1", port)).is_err()
    });
    let checks = || lab.haproxy.stat("im", "n1", "agent_status");
    until("HAProxy has seen it", || {
        checks() == "L4CON"
            || checks() == "L7STS" && lab.haproxy.stat("im", "n1", "agent_duration") != "0"
    });
    assert_eq!(lab.haproxy.stat("im", "n1", "status"), "DOWN (agent)");
}

/// E17: `maint` cuts what is running if servers that go down are to be cut; otherwise it is finished.
#[test]
fn maintenance_cuts_what_is_running_where_that_is_wanted() {
    if skipped("maintenance_cuts_what_is_running_where_that_is_wanted") {
        return;
    }
    for cut in [true, false] {
        let mut lab = Lab::changed(alone(2), |text| {
            let text = text.replace("fall 2", "fall 1000");
            if cut { cutting(text) } else { text }
        });
        let id = lab.create_at("n1");
        lab.node("n1").process().signal("STOP");
        let answer = thread::scope(|scope| {
            let (address, path) = (&lab.haproxy.address, format!("/infrastructures/{id}/stop"));
            let call = scope.spawn(move || {
                Client::new(address)
                    .call("PUT", &path, USER, "")
                    .expect("an answer")
            });
            until("the request is in the node", || {
                lab.haproxy.stat("im", "n1", "scur") == "1"
            });
            lab.haproxy.ask("set server im/n1 state maint");
            lab.nodes
                .iter()
                .find(|node| node.name == "n1")
                .expect("the node")
                .signal("CONT");
            call.join().expect("an answer")
        });
        match cut {
            true => assert!([502, 503].contains(&answer.status), "{answer:?}"),
            false => assert_eq!((by(&answer).as_str(), answer.status), ("n1", 200)),
        }
    }
}
