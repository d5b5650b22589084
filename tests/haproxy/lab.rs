//! Nodes behind a HAProxy.

use im_haproxy::{Options, Peer, Server, render};
use im_test_support::{
    Answer, Client, Haproxy, MariaDb, Node, NodeBuilder, Redis, document, free_port, missing, until,
};

/// Some nodes, `n1` to `n9`, behind a HAProxy, `lb1`.
pub(crate) struct Lab {
    pub(crate) nodes: Vec<Node>,
    pub(crate) haproxy: Haproxy,
    /// The configuration before it was changed.
    pub(crate) servers: Vec<Server>,
}

/// The user of most tests.
pub(crate) const USER: &str = "ana";

/// Says that a test is skipped because something is not on this machine.
pub(crate) fn skipped(test: &str) -> bool {
    let needs = [&Haproxy::NEEDS[..], &MariaDb::NEEDS[..], &Redis::NEEDS[..]].concat();
    missing(test, &needs)
}

/// Nodes alone, each with a database of its own.
pub(crate) fn alone(count: usize) -> Vec<Node> {
    (1..=count).map(|number| builder(number).start()).collect()
}

/// How the node of a number is started.
pub(crate) fn builder(number: usize) -> NodeBuilder {
    NodeBuilder::new(env!("CARGO_BIN_EXE_im"), &format!("n{number}"))
}

/// The nodes as servers.
pub(crate) fn servers(nodes: &[Node]) -> Vec<Server> {
    let server = |(index, node): (usize, &Node)| Server {
        name: node.name.clone(),
        address: node.rest.clone(),
        id: u32::try_from(index + 1).expect("a small number"),
    };
    nodes.iter().enumerate().map(server).collect()
}

/// What is varied for a test: free ports, no limits that a test would run into, quick checks.
pub(crate) fn options(peer: &str) -> Options {
    let here = |port: u16| format!("127.0.0.1:{port}");
    Options {
        bind: Some(here(free_port())),
        metrics: here(free_port()),
        socket: "@socket@".to_owned(),
        peers: vec![Peer {
            name: peer.to_owned(),
            address: here(free_port()),
        }],
        rate: 1_000_000,
        clients: 10_000,
        check_interval: 300,
        unprivileged: true,
        ..Options::default()
    }
}

/// The configuration, with the server that answered in a header.
pub(crate) fn configuration(servers: &[Server], options: &Options) -> String {
    render(servers, options).replace(
        "frontend api\n",
        "frontend api\n  http-response set-header X-Server %s\n",
    )
}

/// The configuration with servers whose requests are cut when they go down.
pub(crate) fn cutting(configuration: String) -> String {
    configuration.replace(
        "pool-purge-delay 1s",
        "pool-purge-delay 1s on-marked-down shutdown-sessions",
    )
}

/// The server that answered.
pub(crate) fn by(answer: &Answer) -> String {
    answer
        .header("x-server")
        .expect("HAProxy says who answered")
        .to_owned()
}

// === impl Lab ===

impl Lab {
    /// Puts a HAProxy with the rendered configuration before the nodes.
    pub(crate) fn new(nodes: Vec<Node>) -> Self {
        Self::changed(nodes, |text| text)
    }

    /// The same, with the configuration changed.
    pub(crate) fn changed(nodes: Vec<Node>, change: impl FnOnce(String) -> String) -> Self {
        let servers = servers(&nodes);
        let options = options("lb1");
        let text = change(configuration(&servers, &options));
        let haproxy = Haproxy::start("lb1", options.bind.as_deref().unwrap_or_default(), &text);
        Self {
            nodes,
            haproxy,
            servers,
        }
    }

    /// Sends a request through HAProxy over a connection of its own.
    pub(crate) fn call(&self, method: &str, path: &str, body: &str) -> Answer {
        Client::new(&self.haproxy.address)
            .call(method, path, USER, body)
            .expect("an answer")
    }

    /// Creates an infrastructure: its id and the server that answered.
    pub(crate) fn create(&self) -> (String, String) {
        let answer = self.call("POST", "/infrastructures", &document(1));
        (answer.id(), by(&answer))
    }

    /// Creates infrastructures until this server has created one: its id.
    pub(crate) fn create_at(&self, server: &str) -> String {
        let mut id = String::new();
        until("the server creates one", || {
            let (created, by) = self.create();
            id = created;
            by == server
        });
        id
    }

    /// Asks for an infrastructure.
    pub(crate) fn get(&self, id: &str) -> Answer {
        self.call("GET", &format!("/infrastructures/{id}"), "")
    }

    /// Waits until HAProxy says this of a server.
    pub(crate) fn becomes(&self, server: &str, status: &str) {
        until(&format!("{server} is {status}"), || {
            self.haproxy.stat("im", server, "status") == status
        });
    }

    /// The servers that the pins lead to, by key.
    pub(crate) fn pin(&self, id: &str) -> Option<String> {
        let pins = self.haproxy.pins("im");
        let (_, entry) = pins.into_iter().find(|(key, _)| key == id)?;
        let number = entry
            .split_once("server_id=")?
            .1
            .split(' ')
            .next()?
            .to_owned();
        let server = self
            .servers
            .iter()
            .find(|server| server.id.to_string() == number)?;
        Some(server.name.clone())
    }

    /// The node of a name.
    pub(crate) fn node(&mut self, name: &str) -> &mut Node {
        self.nodes
            .iter_mut()
            .find(|node| node.name == name)
            .expect("the node")
    }
}
