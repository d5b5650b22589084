//! How a cluster is started.

use std::fs;
use std::sync::LazyLock;

use im_haproxy::{Options, Peer, Server, render};
use im_test_support::{ChaosProxy, Haproxy, MariaDb, NodeBuilder, Redis, Scratch, free_port};

use super::{Cluster, Links, Member, servers};

/// What is varied.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    nodes: usize,
    options: Vec<(String, String)>,
    /// Options of single nodes, by their places.
    own: Vec<(usize, String, String)>,
    /// Variables of the environment of single nodes.
    variables: Vec<(usize, String, String)>,
    /// Whether HAProxy sends each request to any node.
    spread: bool,
}

/// The time after which a silent node is declared dead, in seconds, unless a test says otherwise.
pub(crate) const TTL: f64 = 3.0;

/// The program of the nodes, as it is when the tests begin: whoever builds another one meanwhile puts it in the place of
/// that one, and what is started after that would be another service.
static PROGRAM: LazyLock<(Scratch, String)> = LazyLock::new(|| {
    let scratch = Scratch::new();
    let program = scratch.path().join("im");
    fs::copy(env!("CARGO_BIN_EXE_im"), &program).expect("a copy of the program");
    let path = program.display().to_string();
    (scratch, path)
});

// === impl Setup ===

impl Setup {
    /// Some nodes, `n1` and so on, with short times.
    pub(crate) fn nodes(nodes: usize) -> Self {
        Self {
            nodes,
            options: Vec::new(),
            own: Vec::new(),
            variables: Vec::new(),
            spread: false,
        }
    }

    /// Sets an option of im.cfg in all nodes.
    pub(crate) fn option(mut self, name: &str, value: impl ToString) -> Self {
        self.options.push((name.to_owned(), value.to_string()));
        self
    }

    /// Sets an option of one node.
    pub(crate) fn own(mut self, place: usize, name: &str, value: impl ToString) -> Self {
        self.own.push((place, name.to_owned(), value.to_string()));
        self
    }

    /// Sets a variable of the environment of one node.
    pub(crate) fn variable(mut self, place: usize, name: &str, value: impl ToString) -> Self {
        self.variables
            .push((place, name.to_owned(), value.to_string()));
        self
    }

    /// Has HAProxy send each request to a node that chance chooses, and change nothing of it.
    pub(crate) fn spread(mut self) -> Self {
        self.spread = true;
        self
    }

    /// Starts it with an empty database and waits until HAProxy knows the nodes.
    pub(crate) fn start(self) -> Cluster {
        self.start_with(|_, _| {})
    }

    /// Starts it with what is put into the database before, whose name is told.
    pub(crate) fn start_with(self, fill: impl FnOnce(&MariaDb, &str)) -> Cluster {
        let (db, redis) = (MariaDb::start(), Redis::start());
        let url = db.database();
        let database = url.rsplit('/').next().unwrap_or_default().to_owned();
        fill(&db, &database);
        let members: Vec<Member> = (0..self.nodes)
            .map(|place| self.member(place, &db, &redis, &database))
            .collect();
        let servers = servers(&members);
        let address = format!("127.0.0.1:{}", free_port());
        let haproxy = Haproxy::start("lb1", &address, &self.haproxy(&servers, &address));
        let cluster = Cluster {
            db,
            redis,
            members,
            haproxy,
            database,
            servers,
            setup: self,
        };
        cluster.link_peers();
        cluster.all_up();
        cluster
    }

    pub(super) fn member(
        &self,
        place: usize,
        db: &MariaDb,
        redis: &Redis,
        database: &str,
    ) -> Member {
        let port = free_port();
        let here = |port: u16| format!("127.0.0.1:{port}");
        let links = Links {
            db: ChaosProxy::start(&here(db.port())),
            redis: ChaosProxy::start(&here(redis.port())),
            peers: ChaosProxy::start(&here(port)),
        };
        let data = format!("mysql://im:im@{}/{database}", links.db.address());
        let mut builder = NodeBuilder::new(&PROGRAM.1, &format!("n{}", place + 1))
            .option("DATA_DB", data)
            .option("REDIS_URL", format!("redis://{}/0", links.redis.address()))
            .option("CLUSTER_PORT", port)
            .option("CLUSTER_SECRET", "the-secret-of-the-tests")
            .option("CLUSTER_KEY", "the-key-of-the-tests")
            .option("SESSION_TTL", TTL)
            .option("BEAT", TTL / 4.0)
            .option("RECOVERY_INTERVAL", 1)
            .option("DRAIN_TIMEOUT", 20)
            .option("LAUNCH_VISIBILITY_TIME", 8)
            .option("LOG_LEVEL", "INFO");
        for (name, value) in &self.options {
            builder = builder.option(name, value);
        }
        for (_, name, value) in self.own.iter().filter(|(other, ..)| *other == place) {
            builder = builder.option(name, value);
        }
        for (_, name, value) in self.variables.iter().filter(|(other, ..)| *other == place) {
            builder = builder.variable(name, value);
        }
        Member {
            node: builder.start(),
            links,
        }
    }

    /// The configuration of HAProxy: no limits that tests would run into, quick checks.
    pub(super) fn haproxy(&self, servers: &[Server], address: &str) -> String {
        if self.spread {
            return by_chance(servers, address);
        }
        let here = |port: u16| format!("127.0.0.1:{port}");
        let options = Options {
            bind: Some(address.to_owned()),
            metrics: here(free_port()),
            socket: "@socket@".to_owned(),
            peers: vec![Peer {
                name: "lb1".to_owned(),
                address: here(free_port()),
            }],
            rate: 1_000_000,
            clients: 10_000,
            check_interval: 300,
            unprivileged: true,
            ..Options::default()
        };
        render(servers, &options)
    }
}

fn by_chance(servers: &[Server], address: &str) -> String {
    let mut text = format!(
        "global\n  stats socket @socket@ mode 600 level admin\n  tune.bufsize 139264\n\
         defaults\n  mode http\n  timeout connect 3s\n  timeout client 60s\n  timeout server 60s\n\
         frontend api\n  bind {address}\n  default_backend im\n\
         backend im\n  balance random\n  option httpchk GET /readyz\n  default-server check inter 300\n"
    );
    for server in servers {
        text.push_str(&format!("  server {} {}\n", server.name, server.address));
    }
    text
}
