//! Plans for a HAProxy, from what is to what is to be.

#![allow(clippy::unwrap_used, reason = "a test may stop where it fails")]

use im_haproxy::ServerState;
use im_haproxy::sync::{Action, Life, Live, View, plan};

fn node(name: &str, life: Life) -> Live {
    Live {
        name: name.to_owned(),
        address: format!("10.0.0.1:{name}"),
        id: 0,
        life,
    }
}

fn view(names: &[(&str, u32)]) -> View {
    let backends = ["im", "im_any"].map(str::to_owned).to_vec();
    let servers = backends.iter().flat_map(|backend| {
        names.iter().map(move |(name, id)| ServerState {
            backend: backend.clone(),
            name: (*name).to_owned(),
            id: *id,
            address: format!("10.0.0.1:{name}"),
            running: true,
            maintained: false,
            draining: false,
        })
    });
    View {
        servers: servers.collect(),
        backends,
        ..View::default()
    }
}

fn said(actions: &[Action]) -> Vec<String> {
    actions.iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_in_step_needs_nothing() {
    let mut view = view(&[("1", 1), ("2", 2)]);
    view.pins.insert(1, 7);
    assert_eq!(
        plan(&[node("1", Life::Alive), node("2", Life::Alive)], &view),
        []
    );
}

#[test]
fn a_new_node_gets_the_lowest_free_id_in_every_backend() {
    let actions = plan(
        &[
            node("1", Life::Alive),
            node("2", Life::Alive),
            node("3", Life::Alive),
        ],
        &view(&[("1", 1), ("3", 3)]),
    );
    assert_eq!(
        said(&actions),
        [
            "im/2 is added at 10.0.0.1:2 with the id 2",
            "im_any/2 is added at 10.0.0.1:2 with the id 2"
        ]
    );
}

#[test]
fn who_drains_gets_nothing_new_and_loses_its_pins_as_long_as_there_are_some() {
    let mut view = view(&[("1", 1), ("2", 2)]);
    let nodes = [node("1", Life::Draining), node("2", Life::Alive)];
    view.pins.insert(1, 2);
    view.pins.insert(2, 5);
    assert_eq!(
        said(&plan(&nodes, &view)),
        [
            "im/1 is set to drain",
            "im_any/1 is set to drain",
            "the pins of im to the server 1 are cleared"
        ]
    );
    for server in view.servers.iter_mut().filter(|server| server.name == "1") {
        server.draining = true;
    }
    assert_eq!(
        said(&plan(&nodes, &view)),
        ["the pins of im to the server 1 are cleared"]
    );
    view.pins.insert(1, 0);
    assert_eq!(plan(&nodes, &view), []);
}

#[test]
fn what_hangs_in_a_dead_node_is_cut_and_in_one_that_ended_it_is_not() {
    let nodes = [
        node("1", Life::Dead),
        node("2", Life::Alive),
        node("3", Life::Gone),
    ];
    assert_eq!(
        said(&plan(&nodes, &view(&[("1", 1), ("2", 2), ("3", 3)]))),
        [
            "im/1 is set to maint",
            "what hangs in im/1 is cut",
            "im_any/1 is set to maint",
            "what hangs in im_any/1 is cut",
            "im/3 is set to maint",
            "im_any/3 is set to maint",
        ]
    );
}

#[test]
fn a_node_that_lives_again_beside_its_dead_life_is_let_in() {
    let mut view = view(&[("1", 1)]);
    view.servers
        .iter_mut()
        .for_each(|server| server.maintained = true);
    let nodes = [
        node("1", Life::Dead),
        Live {
            address: "10.0.0.9:1".to_owned(),
            ..node("1", Life::Alive)
        },
    ];
    assert_eq!(
        said(&plan(&nodes, &view)),
        [
            "im/1 is now at 10.0.0.9:1",
            "im/1 is set to ready",
            "im_any/1 is now at 10.0.0.9:1",
            "im_any/1 is set to ready"
        ]
    );
}

#[test]
fn a_server_that_nobody_knows_is_taken_out_and_then_deleted() {
    let mut view = view(&[("1", 1), ("old", 2)]);
    let nodes = [node("1", Life::Alive)];
    assert_eq!(
        said(&plan(&nodes, &view)),
        ["im/old is set to maint", "im_any/old is set to maint"]
    );
    view.servers
        .iter_mut()
        .for_each(|server| server.maintained = server.name == "old");
    assert_eq!(
        said(&plan(&nodes, &view)),
        ["im/old is deleted", "im_any/old is deleted"]
    );
}

#[test]
fn if_no_node_lives_nothing_is_done() {
    assert_eq!(plan(&[], &view(&[("1", 1)])), []);
    assert_eq!(plan(&[node("1", Life::Dead)], &view(&[("1", 1)])), []);
}
