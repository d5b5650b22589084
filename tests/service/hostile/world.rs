//! The node under attack: the attacker, with an infrastructure of its own, and somebody innocent beside it.

use std::time::Duration;

use crate::support::{
    Node, NodeBuilder, RawRequest, auth, comes_to_rest, document, resident_bytes,
};

use super::case::Case;

/// Who attacks.
pub(crate) const ATTACKER: &str = "mallory";
/// Who is there as well.
pub(crate) const INNOCENT: &str = "alice";

/// How much more memory a node may hold after the attack than before. Its allocator keeps some of what was freed.
const MEMORY_BOUND: u64 = 256 << 20;

/// The node and those who use it.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) node: Node,
    /// The Authorization of the attacker.
    pub(crate) auth: String,
    /// The infrastructure of the attacker.
    pub(crate) own: String,
    /// An infrastructure of the innocent user.
    pub(crate) foreign: String,
    innocence: Vec<String>,
    memory: u64,
}

// === impl World ===

impl World {
    /// Starts a node and makes the infrastructures.
    pub(crate) fn start(builder: NodeBuilder) -> Self {
        let node = builder.option("LOG_LEVEL", "INFO").start();
        let foreign = create(&node, INNOCENT);
        create(&node, INNOCENT);
        let own = create(&node, ATTACKER);
        assert!(
            comes_to_rest(node.pid(), Duration::from_secs(60)),
            "the node never came to rest"
        );
        let innocence = view(&node, INNOCENT);
        let memory = resident_bytes(node.pid());
        Self {
            node,
            auth: auth(ATTACKER),
            own,
            foreign,
            innocence,
            memory,
        }
    }

    /// A request of the attacker.
    pub(crate) fn request(&self, method: &str, target: impl AsRef<[u8]>) -> RawRequest {
        RawRequest::new(method, target).header("Authorization", &self.auth)
    }

    /// Sends all the requests of a table, several at a time, and complains of all that went wrong.
    pub(crate) fn attack(&self, address: &str, cases: &[Case]) {
        const ATTACKERS: usize = 4;
        let faults: Vec<String> = std::thread::scope(|scope| {
            let share = cases.len().div_ceil(ATTACKERS).max(1);
            let threads: Vec<_> = cases
                .chunks(share)
                .map(|cases| {
                    scope.spawn(move || {
                        cases
                            .iter()
                            .filter_map(|case| case.run(address).err())
                            .collect()
                    })
                })
                .collect();
            threads
                .into_iter()
                .flat_map(|thread| -> Vec<String> { thread.join().expect("it ended") })
                .collect()
        });
        assert!(
            faults.is_empty(),
            "{} of {} hostile requests went wrong:\n{}",
            faults.len(),
            cases.len(),
            faults
                .iter()
                .take(40)
                .cloned()
                .collect::<Vec<_>>()
                .join("\n")
        );
    }

    /// The node answers at once, holds no more memory than is due, comes to rest, and the innocent user sees what was
    /// there before.
    pub(crate) fn is_unharmed(&self) {
        let begin = std::time::Instant::now();
        let answer = crate::support::request(&self.node.rest, "GET", "/version", &[], "")
            .expect("an answer");
        assert_eq!(answer.status, 200);
        assert!(
            begin.elapsed() < Duration::from_secs(2),
            "/version took {:?}",
            begin.elapsed()
        );
        assert!(
            comes_to_rest(self.node.pid(), Duration::from_secs(60)),
            "a core stays busy"
        );
        let memory = resident_bytes(self.node.pid());
        assert!(
            memory < self.memory + MEMORY_BOUND,
            "{} MiB before, {} MiB after",
            self.memory >> 20,
            memory >> 20
        );
        assert_eq!(
            view(&self.node, INNOCENT),
            self.innocence,
            "the innocent user sees something else than before"
        );
    }

    /// Whatever the attacker made can be listed, read and destroyed.
    pub(crate) fn cleans_up(&self) {
        let listed = self.node.rest("GET", "/infrastructures", ATTACKER, "");
        assert_eq!(listed.status, 200, "{}", listed.body);
        for id in listed
            .body
            .lines()
            .filter_map(|line| line.rsplit('/').next())
        {
            for part in ["", "/state", "/radl", "/contmsg", "/data", "/authorization"] {
                let answer =
                    self.node
                        .rest("GET", &format!("/infrastructures/{id}{part}"), ATTACKER, "");
                assert!(
                    answer.status < 500,
                    "GET {id}{part}: {} {}",
                    answer.status,
                    answer.body
                );
            }
            let answer = self
                .node
                .rest("DELETE", &format!("/infrastructures/{id}"), ATTACKER, "");
            assert_eq!(
                answer.status, 200,
                "{id} cannot be destroyed: {}",
                answer.body
            );
        }
        let left = self.node.rest("GET", "/infrastructures", ATTACKER, "");
        assert_eq!((left.status, left.body.as_str()), (200, ""));
    }
}

fn create(node: &Node, user: &str) -> String {
    let answer = node.rest("POST", "/infrastructures", user, &document(2));
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body.rsplit('/').next().expect("an id").to_owned()
}

/// What a user sees of all that is theirs.
fn view(node: &Node, user: &str) -> Vec<String> {
    let listed = node.rest("GET", "/infrastructures", user, "");
    assert_eq!(listed.status, 200, "{}", listed.body);
    let mut ids: Vec<&str> = listed
        .body
        .lines()
        .filter_map(|line| line.rsplit('/').next())
        .collect();
    ids.sort_unstable();
    let mut seen = Vec::new();
    for id in ids {
        for part in [
            "",
            "/state",
            "/radl",
            "/authorization",
            "/vms/0/cpu.count",
            "/vms/1/state",
        ] {
            let answer = node.rest("GET", &format!("/infrastructures/{id}{part}"), user, "");
            seen.push(format!("{id}{part}: {} {}", answer.status, answer.body));
        }
    }
    seen
}
