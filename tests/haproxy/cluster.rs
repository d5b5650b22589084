//! Nodes that share a database: who answers for whom.

use std::sync::LazyLock;

use crate::lab::{Lab, USER, builder, by, skipped};
use im_test_support::{Client, MariaDb, Node, Redis, until};

/// The servers that all clusters share, each with a database of its own.
static SERVERS: LazyLock<(MariaDb, Redis)> = LazyLock::new(|| (MariaDb::start(), Redis::start()));

/// Nodes of one cluster.
pub(crate) fn cluster(count: usize, options: &[(&str, &str)]) -> Vec<Node> {
    let (mariadb, redis) = &*SERVERS;
    let database = mariadb.database();
    let name = database.rsplit('/').next().unwrap_or_default().to_owned();
    let start = |number| {
        let mut node = builder(number)
            .option("DATA_DB", &database)
            .option("REDIS_URL", redis.url())
            .option("CLUSTER_NAME", &name)
            .option("CLUSTER_SECRET", "the secret of the tests")
            .option("CLUSTER_KEY", "the-key-of-the-tests")
            .option("CLUSTER_PORT", 0)
            .option("SESSION_TTL", 2)
            .option("BEAT", 0.3);
        for (name, value) in options {
            node = node.option(name, value);
        }
        node.start()
    };
    (1..=count).map(start).collect()
}

/// E3, E8 with nodes that can answer for each other: the pin moves to who took over, and stays there.
#[test]
fn who_takes_over_gets_the_pin() {
    if skipped("who_takes_over_gets_the_pin") {
        return;
    }
    let mut lab = Lab::new(cluster(2, &[]));
    let id = lab.create_at("n1");
    lab.node("n1").kill();
    until("the other answers", || lab.get(&id).status == 200);
    let answer = lab.get(&id);
    assert_eq!(
        (by(&answer).as_str(), answer.header("infid")),
        ("n2", Some(id.as_str()))
    );
    assert_eq!(lab.pin(&id).as_deref(), Some("n2"));
    lab.node("n1").run();
    lab.becomes("n1", "UP");
    let answer = lab.get(&id);
    assert_eq!((by(&answer).as_str(), answer.status), ("n2", 200));
}

/// E8, E18: a node that is told to end gets no new infrastructures and keeps its pins until it has given them away.
#[test]
fn a_node_that_drains_serves_its_pins_and_creates_nothing() {
    if skipped("a_node_that_drains_serves_its_pins_and_creates_nothing") {
        return;
    }
    let mut lab = Lab::new(cluster(2, &[("DRAIN_TIMEOUT", "20")]));
    let id = lab.create_at("n1");
    lab.node("n1").signal("TERM");
    for backend in ["im", "im_any"] {
        until("HAProxy sees it", || {
            lab.haproxy
                .stat(backend, "n1", "status")
                .starts_with("NOLB")
        });
    }
    let answer = lab.get(&id);
    assert_eq!((answer.status, by(&answer).as_str()), (200, "n1"));
    for _ in 0..3 {
        let (_, created_by) = lab.create();
        assert_eq!(created_by, "n2");
    }
    assert!(lab.node("n1").process().wait().success());
    let answer = lab.get(&id);
    assert_eq!((answer.status, by(&answer).as_str()), (200, "n2"));
    assert_eq!(lab.pin(&id).as_deref(), Some("n2"));
}

/// Without any stickiness every node answers for every infrastructure, and only the owner says that it owns it.
#[test]
fn without_pins_everything_is_answered() {
    if skipped("without_pins_everything_is_answered") {
        return;
    }
    let lab = Lab::changed(cluster(3, &[]), |text| {
        let text = text.replace(
            "  balance hash path,field(3,/),lower\n  hash-type consistent\n",
            "  balance roundrobin\n",
        );
        text.replace("  stick match path,field(3,/),lower\n", "")
    });
    let id = lab.create_at("n2");
    let mut client = Client::new(&lab.haproxy.address);
    for method in ["GET", "PUT"] {
        for _ in 0..6 {
            let path = match method {
                "GET" => format!("/infrastructures/{id}"),
                _ => format!("/infrastructures/{id}/stop"),
            };
            let answer = client.call(method, &path, USER, "").expect("an answer");
            assert_eq!(answer.status, 200, "{method}: {}", answer.body);
            let owner = answer.header("infid").is_some();
            assert_eq!(owner, by(&answer) == "n2", "{method} at {}", by(&answer));
        }
    }
}
