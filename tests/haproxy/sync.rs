//! `im haproxy sync`: a running HAProxy follows the sessions in the database.

use std::process::{Command, Output};

use im_domain::BootId;
use im_store::{Database, NodeRow, NodeState};
use std::sync::Arc;
use std::time::Duration;

use crate::lab::{Lab, alone, by, servers, skipped};
use im_test_support::{Haproxy, Node, Scratch, until};

/// The database that says who lives.
struct Sessions {
    runtime: tokio::runtime::Runtime,
    store: Arc<dyn Database>,
    scratch: Scratch,
}

impl Sessions {
    fn new() -> Self {
        let scratch = Scratch::new();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let store = runtime
            .block_on(im_store::open(&Self::url(&scratch)))
            .expect("a database");
        Self {
            runtime,
            store,
            scratch,
        }
    }

    fn url(scratch: &Scratch) -> String {
        format!("sqlite://{}", scratch.path().join("sessions.dat").display())
    }

    fn enter(&self, node: &str) -> BootId {
        let boot = BootId::random();
        let row = NodeRow {
            boot,
            name: node.to_owned(),
            peer_addr: "127.0.0.1:1".to_owned(),
            boot_mode: 0,
            version: "test".to_owned(),
        };
        self.runtime
            .block_on(self.store.enter(&row))
            .expect("a session");
        boot
    }

    fn end(&self, boot: &BootId, state: NodeState) {
        let done = match state {
            NodeState::Dead => self.runtime.block_on(self.store.declare_dead(boot, 1)),
            state => self.runtime.block_on(self.store.set_state(boot, state)),
        };
        assert!(done.expect("the state is written"));
    }

    /// Runs `im haproxy sync --once` for the HAProxy of the lab.
    fn sync(&self, lab: &Lab, nodes: &[Node]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_im"));
        command
            .args(["haproxy", "sync", "--once", "--socket"])
            .arg(lab.haproxy.socket());
        for server in servers(nodes) {
            command
                .arg("--node")
                .arg(format!("{}={}", server.name, server.address));
        }
        let output = command
            .env("IM_DATA_DB", Self::url(&self.scratch))
            .env("IM_LOG_FILE", "")
            .output()
            .expect("im runs");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        output
    }
}

/// What a run printed.
fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_running_haproxy_follows_the_nodes_without_a_reload() {
    if skipped("a_running_haproxy_follows_the_nodes_without_a_reload") {
        return;
    }
    let sessions = Sessions::new();
    let mut nodes = alone(3);
    let third = nodes.split_off(2);
    let mut lab = Lab::new(nodes);
    let all = |lab: &mut Lab| -> Vec<Node> { lab.nodes.drain(..).collect() };
    let mut nodes = all(&mut lab);
    nodes.extend(third);
    lab.servers = servers(&nodes);
    let pid = lab
        .haproxy
        .ask("show info")
        .lines()
        .find(|line| line.starts_with("Pid"))
        .map(str::to_owned);

    // Nobody lives: nothing is done.
    assert_eq!(said(&sessions.sync(&lab, &nodes)), "");

    // A node more.
    let boots: Vec<BootId> = ["n1", "n2", "n3"].map(|name| sessions.enter(name)).to_vec();
    let output = said(&sessions.sync(&lab, &nodes));
    assert_eq!(output.lines().count(), 2, "{output}");
    lab.becomes("n3", "UP");
    assert_eq!(
        said(&sessions.sync(&lab, &nodes)),
        "",
        "in step there is nothing to do"
    );
    let id = lab.create_at("n3");
    assert_eq!(
        (by(&lab.get(&id)), lab.pin(&id).as_deref()),
        ("n3".to_owned(), Some("n3"))
    );

    // It drains: nothing new, and its pins are cleared.
    sessions.end(&boots[2], NodeState::Draining);
    sessions.sync(&lab, &nodes);
    assert_eq!(lab.pin(&id), None);
    let answer = lab.get(&id);
    assert_ne!(by(&answer), "n3");
    for _ in 0..4 {
        assert_ne!(lab.create().1, "n3");
    }

    // It is dead, and stands still with a request in it.
    sessions.end(&boots[2], NodeState::Dead);
    sessions.sync(&lab, &nodes);
    lab.becomes("n3", "MAINT");

    // It lives again.
    let again = sessions.enter("n3");
    sessions.sync(&lab, &nodes);
    lab.becomes("n3", "UP");
    let id = lab.create_at("n3");
    assert_eq!(lab.pin(&id).as_deref(), Some("n3"));

    // It ends, and its row goes: the server goes too, as soon as it has no connection.
    sessions.end(&again, NodeState::Gone);
    sessions.sync(&lab, &nodes);
    lab.becomes("n3", "MAINT");
    let tidy = || {
        sessions
            .runtime
            .block_on(sessions.store.tidy_nodes(Duration::ZERO))
            .expect("rows go")
    };
    let mut gone = 0;
    until("both rows are gone", || {
        gone += tidy();
        gone == 2
    });
    until("the server is deleted", || {
        sessions.sync(&lab, &nodes);
        !lab.haproxy.ask("show servers state").contains(" n3 ")
    });
    let now = lab
        .haproxy
        .ask("show info")
        .lines()
        .find(|line| line.starts_with("Pid"))
        .map(str::to_owned);
    assert_eq!(now, pid, "HAProxy was never reloaded");
}

#[test]
fn a_haproxy_that_begins_without_nodes_gets_them_from_the_database() {
    if skipped("a_haproxy_that_begins_without_nodes_gets_them_from_the_database") {
        return;
    }
    let sessions = Sessions::new();
    let mut nodes = alone(2);
    // As it is where nobody knows beforehand how nodes are called: there is no server in its configuration.
    let options = crate::lab::options("lb1");
    let text = crate::lab::configuration(&[], &options);
    let haproxy = Haproxy::start("lb1", options.bind.as_deref().unwrap_or_default(), &text);
    let mut lab = Lab {
        servers: servers(&nodes),
        nodes: Vec::new(),
        haproxy,
    };
    assert_eq!(lab.call("GET", "/version", "").status, 503);

    let boots: Vec<BootId> = ["n1", "n2"].map(|name| sessions.enter(name)).to_vec();
    sessions.sync(&lab, &nodes);
    let both = |lab: &Lab, server: &str, status: &str| {
        until(&format!("{server} is {status} in both backends"), || {
            ["im", "im_any"]
                .iter()
                .all(|backend| lab.haproxy.stat(backend, server, "status") == status)
        });
    };
    for name in ["n1", "n2"] {
        both(&lab, name, "UP");
        let id = lab.create_at(name);
        assert_eq!(
            (by(&lab.get(&id)), lab.pin(&id).as_deref()),
            (name.to_owned(), Some(name))
        );
    }

    // Its checks are those of /readyz, in both: a node that dies is down before anybody tells HAProxy.
    let mut dead = nodes.remove(1);
    let id = lab.create_at("n2");
    dead.kill();
    both(&lab, "n2", "DOWN");
    assert_eq!(lab.call("GET", "/version", "").status, 200);
    lab.nodes = nodes;
    sessions.end(&boots[1], NodeState::Dead);
    let nodes = std::mem::take(&mut lab.nodes);
    sessions.sync(&lab, &nodes);
    both(&lab, "n2", "MAINT");
    assert_eq!(lab.pin(&id), None);
}
