//! A cluster: MariaDB, Redis, nodes and HAProxy, with a breakable connection wherever one of them talks to another.
//!
//! Nodes reach MariaDB and Redis through proxies of their own, and each other through the proxy before the one that is
//! asked: a trigger of the database writes its address into the sessions that nodes enter.

mod setup;

use std::sync::Mutex;

use im_haproxy::Server;
use im_test_support::{
    Answer, Chaos, ChaosProxy, Client, Haproxy, MariaDb, Node, Redis, document, missing, until,
};

pub(crate) use setup::{Setup, TTL};

/// The user of most tests.
pub(crate) const USER: &str = "ana";

/// A cluster that serves.
pub(crate) struct Cluster {
    pub(crate) db: MariaDb,
    pub(crate) redis: Redis,
    pub(crate) members: Vec<Member>,
    pub(crate) haproxy: Haproxy,
    /// The name of the database.
    database: String,
    servers: Vec<Server>,
    setup: Setup,
}

/// A node and what it talks through.
pub(crate) struct Member {
    pub(crate) node: Node,
    pub(crate) links: Links,
}

/// The breakable connections of a node.
pub(crate) struct Links {
    /// To MariaDB.
    pub(crate) db: ChaosProxy,
    /// To Redis.
    pub(crate) redis: ChaosProxy,
    /// From other nodes.
    pub(crate) peers: ChaosProxy,
}

/// Says that a test is skipped because something is not on this machine.
pub(crate) fn skipped(test: &str) -> bool {
    let needs = [&Haproxy::NEEDS[..], &MariaDb::NEEDS[..], &Redis::NEEDS[..]].concat();
    missing(test, &needs)
}

/// One at a time: tests that stop processes for as long as others may wait disturb each other on small machines.
pub(crate) static ALONE: Mutex<()> = Mutex::new(());

// === impl Cluster ===

impl Cluster {
    /// Sends a request through HAProxy over a connection of its own.
    pub(crate) fn call(&self, method: &str, path: &str, body: &str) -> Answer {
        Client::new(&self.haproxy.address)
            .call(method, path, USER, body)
            .expect("an answer")
    }

    /// Creates an infrastructure of one machine through HAProxy: its id.
    pub(crate) fn create(&self) -> String {
        self.call("POST", "/infrastructures", &document(1)).id()
    }

    /// Runs statements in the database of the cluster; what they answer, a row a line.
    pub(crate) fn sql(&self, statements: &str) -> String {
        self.db
            .statements(&format!("USE {}; {statements}", self.database))
    }

    /// The node that owns an infrastructure, by its place.
    pub(crate) fn owner(&self, id: &str) -> Option<usize> {
        let name = self.sql(&format!(
            "SELECT node_name FROM im_node JOIN inf_list ON boot_id = owner_boot \
             WHERE id = '{id}' AND state IN ('alive', 'draining')"
        ));
        self.place(name.trim())
    }

    /// The place of the node of a name.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        self.members
            .iter()
            .position(|member| member.node.name == name)
    }

    /// Adds a node, and tells HAProxy.
    pub(crate) fn add(&mut self) -> usize {
        let place = self.members.len();
        let member = self
            .setup
            .member(place, &self.db, &self.redis, &self.database);
        self.members.push(member);
        self.link_peers();
        self.servers = servers(&self.members);
        let text = self.setup.haproxy(&self.servers, &self.haproxy.address);
        self.haproxy.reload(|old| keep_ports(&old, &text));
        place
    }

    /// Ends the connection trouble of all nodes.
    pub(crate) fn heal(&self) {
        for member in &self.members {
            member.links.set(&Chaos::Pass);
        }
    }

    /// Waits until HAProxy says this of a server.
    pub(crate) fn becomes(&self, place: usize, status: &str) {
        let server = &self.members[place].node.name;
        until(&format!("{server} is {status}"), || {
            self.haproxy.stat("im", server, "status") == status
        });
    }

    /// Waits until HAProxy sends requests to all nodes.
    pub(crate) fn all_up(&self) {
        for place in 0..self.members.len() {
            self.becomes(place, "UP");
        }
    }

    /// Has the nodes reach each other through the proxies: in the sessions that there are, and in those to come.
    fn link_peers(&self) {
        let mut statements = "CREATE TABLE IF NOT EXISTS chaos_link(\
             name VARCHAR(255) NOT NULL PRIMARY KEY, address VARCHAR(255) NOT NULL) CHARSET utf8mb4 COLLATE utf8mb4_bin;"
            .to_owned();
        for member in &self.members {
            statements.push_str(&format!(
                "REPLACE INTO chaos_link VALUES('{}', '{}');",
                member.node.name,
                member.links.peers.address()
            ));
        }
        statements.push_str(
            "CREATE OR REPLACE TRIGGER chaos_link BEFORE INSERT ON im_node FOR EACH ROW SET NEW.peer_addr = \
             COALESCE((SELECT address FROM chaos_link WHERE name = NEW.node_name), NEW.peer_addr);\
             UPDATE im_node JOIN chaos_link ON name = node_name SET peer_addr = address",
        );
        self.sql(&statements);
    }
}

// === impl Links ===

impl Links {
    /// What is to happen on all of them.
    pub(crate) fn set(&self, chaos: &Chaos) {
        for link in [&self.db, &self.redis, &self.peers] {
            link.set(chaos.clone());
        }
    }
}

fn servers(members: &[Member]) -> Vec<Server> {
    let server = |(index, member): (usize, &Member)| Server {
        name: member.node.name.clone(),
        address: member.node.rest.clone(),
        id: u32::try_from(index + 1).expect("a small number"),
    };
    members.iter().enumerate().map(server).collect()
}

/// The new configuration with the addresses of HAProxy's own that the old one has, so that a reload keeps them.
fn keep_ports(old: &str, new: &str) -> String {
    let own = |text: &str| -> Vec<String> {
        let lines = text.lines().map(str::trim_start);
        lines
            .filter(|line| {
                line.starts_with("bind ")
                    || line.starts_with("peer ")
                    || line.starts_with("stats socket ")
            })
            .map(str::to_owned)
            .collect()
    };
    let pairs = own(new).into_iter().zip(own(old));
    pairs.fold(new.to_owned(), |text, (new, old)| text.replace(&new, &old))
}
