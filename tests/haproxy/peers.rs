//! Two HAProxies, and reloads (E10, E11).

use crate::lab::{Lab, USER, alone, by, configuration, options, servers, skipped};
use im_haproxy::Peer;
use im_test_support::{Client, Haproxy, free_port, until};

/// E11: a pin that one learns, the other has; E10: a reload keeps them.
#[test]
fn pins_are_shared_and_survive_a_reload() {
    if skipped("pins_are_shared_and_survive_a_reload") {
        return;
    }
    let nodes = alone(2);
    let servers = servers(&nodes);
    let peers: Vec<Peer> = ["lb1", "lb2"]
        .map(|name| Peer {
            name: name.to_owned(),
            address: format!("127.0.0.1:{}", free_port()),
        })
        .to_vec();
    let start = |name: &str| {
        let mut options = options("");
        options.peers = peers.clone();
        // One file serves both: `-L` says which of the peers it is.
        Haproxy::start(
            name,
            options.bind.as_deref().unwrap_or_default(),
            &configuration(&servers, &options),
        )
    };
    let (mut first, second) = (start("lb1"), start("lb2"));
    let mut client = Client::new(&first.address);
    let created: Vec<(String, String)> = (0..4)
        .map(|_| {
            let answer = client
                .call(
                    "POST",
                    "/infrastructures",
                    USER,
                    &im_test_support::document(1),
                )
                .expect("an answer");
            (answer.id(), by(&answer))
        })
        .collect();
    until("the second has the pins", || {
        second.pins("im").len() == created.len()
    });
    let lead_home = |haproxy: &Haproxy| {
        for (id, server) in &created {
            let path = format!("/infrastructures/{id}");
            let answer = Client::new(&haproxy.address)
                .call("GET", &path, USER, "")
                .expect("an answer");
            assert_eq!((answer.status, by(&answer)), (200, server.clone()));
        }
    };
    lead_home(&second);
    first.reload(|text| text);
    until("the new process has the pins", || {
        first.pins("im").len() == created.len()
    });
    lead_home(&first);
}

/// E10: without peers a reload forgets them.
#[test]
fn without_peers_a_reload_forgets_the_pins() {
    if skipped("without_peers_a_reload_forgets_the_pins") {
        return;
    }
    let mut lab = Lab::changed(alone(1), |text| {
        text.replace(" srvkey addr peers lb", " srvkey addr")
    });
    lab.create();
    assert_eq!(lab.haproxy.pins("im").len(), 1);
    lab.haproxy.reload(|text| text);
    assert_eq!(lab.haproxy.pins("im").len(), 0);
}
