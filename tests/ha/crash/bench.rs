//! The parts.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use im_simulated_cloud::{Cloud, Faults, Settings};
use im_test_support::{Answer, Client, MariaDb, Node, NodeBuilder, Redis, Scratch, missing, pause};

/// A silent node is declared dead after this time, in seconds.
pub(crate) const TTL: f64 = 1.2;

/// How long anything may take before it counts as stuck.
const PATIENCE: Duration = Duration::from_secs(60);

/// How many nodes there are if nobody says otherwise.
const NODES: usize = 2;

/// Some nodes and what they need.
pub(crate) struct Bench {
    pub(crate) db: MariaDb,
    pub(crate) redis: Redis,
    pub(crate) cloud: Cloud,
    pub(crate) nodes: Vec<Node>,
    database: String,
    credentials: String,
    _scratch: Scratch,
}

/// Says that a test is skipped because something is not on this machine.
pub(crate) fn skipped(test: &str) -> bool {
    let needs = [&MariaDb::NEEDS[..], &Redis::NEEDS[..]].concat();
    missing(test, &needs)
}

/// How many nodes there are: `IM_CRASH_NODES`.
pub(crate) fn nodes() -> usize {
    std::env::var("IM_CRASH_NODES").map_or(NODES, |number| number.parse().expect("a number"))
}

// === impl Bench ===

impl Bench {
    /// As many nodes as [`nodes`] says. `idempotency` is `token` or `none`, as the line of credentials has it.
    pub(crate) fn start(idempotency: &str) -> Self {
        Self::start_with(idempotency, &[])
    }

    /// With further options of the nodes.
    pub(crate) fn start_with(idempotency: &str, options: &[(&str, &str)]) -> Self {
        let (db, redis, scratch) = (MariaDb::start(), Redis::start(), Scratch::new());
        let cloud = Cloud::start(Settings::new(scratch.path().join("cloud"))).expect("a cloud");
        let url = db.database();
        let node = |name: &str| -> Node {
            let node = NodeBuilder::new(env!("CARGO_BIN_EXE_im"), name)
                .option("DATA_DB", &url)
                .option("REDIS_URL", redis.url())
                .option("CLUSTER_PORT", 0)
                .option("CLUSTER_SECRET", "the-secret-of-the-tests")
                .option("CLUSTER_KEY", "the-key-of-the-tests")
                .option("SESSION_TTL", TTL)
                .option("BEAT", TTL / 4.0)
                .option("RECOVERY_INTERVAL", 0.5)
                .option("DRAIN_TIMEOUT", 5)
                .option("LAUNCH_VISIBILITY_TIME", 2)
                .option("DELAY_BETWEEN_VM_RETRIES", 0)
                .option("VM_INFO_UPDATE_FREQUENCY", 1)
                .option("MAX_SIMULTANEOUS_LAUNCHES", 10);
            let set = |node: NodeBuilder, (name, value): &(&str, &str)| node.option(name, value);
            options.iter().fold(node, set).start()
        };
        Self {
            nodes: (1..=nodes()).map(|n| node(&format!("n{n}"))).collect(),
            database: url.rsplit('/').next().unwrap_or_default().to_owned(),
            credentials: format!(
                "type = InfrastructureManager; username = ana; password = pass-ana\\n{}",
                cloud.credentials(idempotency)
            ),
            db,
            redis,
            cloud,
            _scratch: scratch,
        }
    }

    /// Asks a node; nothing if it gave no whole answer.
    pub(crate) fn call(&self, node: usize, method: &str, path: &str, body: &str) -> Option<Answer> {
        self.call_with(node, method, path, body, &[])
    }

    /// With further headers.
    pub(crate) fn call_with(
        &self,
        node: usize,
        method: &str,
        path: &str,
        body: &str,
        further: &[(&str, &str)],
    ) -> Option<Answer> {
        let kind = match body.starts_with("tosca_definitions_version") {
            true => "text/yaml",
            false => "text/plain",
        };
        let mut headers = vec![
            ("Authorization", self.credentials.as_str()),
            ("Content-Type", kind),
            ("Accept", "application/json"),
        ];
        headers.extend(further);
        Client::new(&self.nodes[node].rest)
            .patience(Duration::from_secs(30))
            .send(method, path, &headers, body)
            .ok()
    }

    /// Asks any node until one answers well.
    #[track_caller]
    pub(crate) fn ask(&self, path: &str) -> Answer {
        let end = Instant::now() + PATIENCE;
        loop {
            let asked = (0..self.nodes.len()).map(|node| self.call(node, "GET", path, ""));
            let answers: Vec<_> = asked.collect();
            let good = answers.iter().flatten().find(|answer| answer.status < 500);
            if let Some(answer) = good {
                return answer.clone();
            }
            assert!(
                Instant::now() < end,
                "nobody answers GET {path}: {answers:?}\n{}",
                self.logs()
            );
            pause();
        }
    }

    /// Runs a statement in the database; what it answers, a row a line.
    pub(crate) fn sql(&self, statement: &str) -> String {
        let statement = format!("USE {}; {statement}", self.database);
        self.db.statements(&statement)
    }

    /// Sets what happens at a point of a node.
    pub(crate) fn arm(&self, node: usize, point: &str, actions: &str) {
        let answer = self.switchboard(node, &format!("{point}={actions}"));
        assert_eq!(answer.as_deref(), Some("ok"), "{point}={actions}");
    }

    /// How often something has happened at a point of a node, in all its lives.
    pub(crate) fn passed(&self, node: usize, point: &str) -> usize {
        let line = format!("failpoint {point}: ");
        let said = self.nodes[node].complaints();
        said.lines().filter(|said| said.starts_with(&line)).count()
    }

    fn switchboard(&self, node: usize, line: &str) -> Option<String> {
        let said = fs::read_to_string(self.nodes[node].directory().join("out")).ok()?;
        let address = said
            .lines()
            .find_map(|line| line.strip_prefix("Failpoints: "))?;
        let mut stream = TcpStream::connect(address).ok()?;
        writeln!(stream, "{line}").ok()?;
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer).ok()?;
        (!answer.is_empty()).then(|| answer.trim().to_owned())
    }

    pub(crate) fn is_dead(&mut self, node: usize) -> bool {
        self.nodes[node].process().ended().is_some()
    }

    /// Starts the nodes that have died again, and lets nothing more happen anywhere.
    pub(crate) fn revive(&mut self, points: &[&str]) {
        self.cloud.set_faults(Faults::default());
        for node in 0..self.nodes.len() {
            if self.is_dead(node) {
                self.nodes[node].run();
            } else {
                for point in points {
                    self.arm(node, point, "off");
                }
            }
        }
    }

    /// Waits until nothing is left to be done. If no node lives, one is started.
    #[track_caller]
    pub(crate) fn settle(&mut self) {
        let open = "SELECT kind, state, inf_id FROM im_operation WHERE ended_at IS NULL";
        let mut left = String::new();
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            left = self.sql(open);
            if left.trim().is_empty() {
                return;
            }
            if (0..self.nodes.len()).all(|node| self.is_dead(node)) {
                self.nodes[0].run();
            }
            pause();
        }
        panic!("operations are stuck:\n{left}\n{}", self.logs());
    }

    /// The end of what the nodes logged, for who wonders.
    pub(crate) fn logs(&self) -> String {
        let mut logs = String::new();
        for node in &self.nodes {
            let log = node.log();
            let lines: Vec<&str> = log.lines().collect();
            let last = lines.len().saturating_sub(60);
            let last = lines.get(last..).unwrap_or_default().join("\n");
            logs.push_str(&format!(
                "--- {}\n{last}\n{}\n",
                node.name,
                node.complaints()
            ));
        }
        logs
    }
}
