//! A real Prometheus that watches a real cluster (`deploy/local-cluster`): its alerts come and go with a node, and every
//! question of the dashboard and of the rules is about something that is there.

mod queries;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use im_test_support::{Client, Process, Scratch, document, free_port, missing, request, until};
use serde_json::Value;

use crate::engine::alone;
use crate::{repository, said};
use queries::{Query, declared, of_dashboard};

/// A cluster and a Prometheus that watches it; both end with it.
struct Watched {
    scratch: Scratch,
    prometheus: String,
    haproxy: String,
    nodes: Vec<String>,
    _process: Process,
}

// === impl Watched ===

impl Watched {
    fn start() -> Self {
        let scratch = Scratch::new();
        let cluster = Down(scratch.path().join("cluster"));
        let help = local_cluster(&cluster.0, "up");
        let help = String::from_utf8_lossy(&help.stdout).into_owned();
        assert!(
            help.contains("prometheus --config.file=prometheus.yml"),
            "{help}"
        );
        std::mem::forget(cluster);
        let state = fs::read_to_string(scratch.path().join("cluster/cluster")).expect("its state");
        let port = |name: &str| {
            let prefix = format!("{name}=");
            let line = state.lines().find_map(|line| line.strip_prefix(&prefix));
            format!("127.0.0.1:{}", line.expect("a port"))
        };
        let (process, prometheus) = prometheus(&scratch);
        Self {
            prometheus,
            haproxy: port("HAPROXY_PORT"),
            nodes: (1..=3).map(|n| port(&format!("REST_PORT_{n}"))).collect(),
            _process: process,
            scratch,
        }
    }

    fn cluster(&self) -> PathBuf {
        self.scratch.path().join("cluster")
    }

    /// An answer of Prometheus' API: what is in `data`.
    fn ask(&self, path: &str) -> Option<Value> {
        let answer = request(&self.prometheus, "GET", path, "ana", "").ok()?;
        let value: Value = serde_json::from_str(&answer.body).ok()?;
        assert_eq!(value["status"], "success", "{path}: {}", answer.body);
        Some(value["data"].clone())
    }

    /// The labels of each series that a question gets.
    fn query(&self, query: &str) -> Vec<BTreeMap<String, String>> {
        let escaped: String = query.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let data = self.ask(&format!("/api/v1/query?query={escaped}"));
        let results = data.expect("an answer")["result"].clone();
        let results = results.as_array().cloned().unwrap_or_default();
        results
            .into_iter()
            .map(|result| serde_json::from_value(result["metric"].clone()).expect("labels"))
            .collect()
    }

    /// The states of the alerts of a name, by node.
    fn alerts(&self, name: &str) -> BTreeMap<String, String> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let data = self.ask("/api/v1/alerts").expect("an answer");
        let alerts = data["alerts"].as_array().cloned().unwrap_or_default();
        alerts
            .iter()
            .filter(|alert| alert["labels"]["alertname"] == name)
            .map(|alert| {
                let labels = &alert["labels"];
                let node = [&labels["node"], &labels["server"]].map(text).concat();
                (node, text(&alert["state"]))
            })
            .collect()
    }

    /// The names of all metrics that Prometheus has read or made.
    fn names(&self) -> BTreeSet<String> {
        let data = self
            .ask("/api/v1/label/__name__/values")
            .expect("an answer");
        serde_json::from_value(data).expect("names")
    }

    /// What users do, over all nodes.
    fn work(&self) {
        let mut client = Client::new(&self.haproxy);
        let mut call = |method: &str, path: &str, body: &str| {
            client.call(method, path, "ana", body).expect("an answer")
        };
        for round in 0..6 {
            let id = call("POST", "/infrastructures", &document(2)).id();
            let path = format!("/infrastructures/{id}");
            until("it is configured", || {
                call("GET", &format!("{path}/state"), "")
                    .body
                    .contains("configured")
            });
            call("GET", "/infrastructures", "");
            // At whichever node: those that do not own it send this on.
            for node in &self.nodes {
                let answer = request(node, "GET", &path, "ana", "").expect("an answer");
                assert_eq!(answer.status, 200, "{}", answer.body);
            }
            if round % 3 == 0 {
                call("DELETE", &path, "");
            }
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        drop(Down(self.cluster()));
    }
}

/// A directory of a cluster that is taken down.
struct Down(PathBuf);

impl Drop for Down {
    fn drop(&mut self) {
        let _ended = local_cluster(&self.0, "down");
    }
}

fn local_cluster(directory: &Path, command: &str) -> Output {
    let output = Command::new(repository("deploy/local-cluster"))
        .args([command, "--dir", &directory.display().to_string()])
        .args(["--im", env!("CARGO_BIN_EXE_im")])
        .output()
        .expect("the script runs");
    assert!(
        output.status.success() || std::thread::panicking(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// Starts Prometheus as the cluster says, but with a shorter breath.
fn prometheus(scratch: &Scratch) -> (Process, String) {
    let config = scratch.path().join("cluster/prometheus.yml");
    said(
        Command::new("promtool")
            .args(["check", "config"])
            .arg(&config),
    );
    let text = fs::read_to_string(&config).expect("its configuration");
    fs::write(&config, text.replace("interval: 5s", "interval: 1s")).expect("it is written");
    let address = format!("127.0.0.1:{}", free_port());
    let mut command = Command::new("prometheus");
    command
        .arg(format!("--config.file={}", config.display()))
        .arg(format!(
            "--storage.tsdb.path={}",
            scratch.path().join("tsdb").display()
        ))
        .arg(format!("--web.listen-address={address}"));
    let process = Process::start(&mut command, scratch.path());
    until("Prometheus is ready", || {
        request(&address, "GET", "/-/ready", "ana", "").is_ok_and(|answer| answer.status == 200)
    });
    (process, address)
}

/// The process of a part of the cluster.
fn pid(cluster: &Path, part: &str) -> String {
    let text = fs::read_to_string(cluster.join(format!("{part}.pid"))).expect("its process");
    text.split(' ').next().unwrap_or_default().to_owned()
}

#[test]
fn alerts_come_and_go_with_a_node_and_every_question_has_an_answer() {
    let test = "alerts_come_and_go_with_a_node";
    let needs = [
        "prometheus",
        "promtool",
        "mariadbd",
        "redis-server",
        "haproxy",
        "curl",
    ];
    if missing(test, &needs) {
        return;
    }
    let _alone = alone();
    let watched = Watched::start();
    until("Prometheus reads all nodes and HAProxy", || {
        watched.query("up == 1").len() == 4
    });
    watched.work();
    assert_eq!(watched.alerts("ImNodeAway"), BTreeMap::new());

    // A node dies. The alert names it, and no other.
    said(Command::new("kill").args(["-9", &pid(&watched.cluster(), "node2")]));
    let named = |state: &str| BTreeMap::from([("node2".to_owned(), state.to_owned())]);
    until("the alert waits whether the node comes back", || {
        watched.alerts("ImNodeAway") == named("pending")
    });
    // The others take over what it owned, and go on.
    for id in request(&watched.haproxy, "GET", "/infrastructures", "ana", "")
        .expect("an answer")
        .body
        .split_whitespace()
    {
        let id = id.rsplit('/').next().unwrap_or_default();
        let state = request(
            &watched.haproxy,
            "GET",
            &format!("/infrastructures/{id}/state"),
            "ana",
            "",
        );
        assert_eq!(state.expect("an answer").status, 200);
    }
    until("the alert comes", || {
        watched.alerts("ImNodeAway") == named("firing")
    });
    until("HAProxy's alert of it waits or comes", || {
        watched.alerts("ImNodeDown").contains_key("node2")
    });
    assert_eq!(watched.alerts("ImNoNodeLeft"), BTreeMap::new());

    // It comes back, and the alerts go.
    let up = local_cluster(&watched.cluster(), "up");
    assert!(up.status.success());
    for alert in ["ImNodeAway", "ImNodeDown"] {
        until(&format!("{alert} goes"), || {
            watched.alerts(alert).is_empty()
        });
    }
    watched.work();
    questions(&watched);
}

/// Every question of the dashboard and of the rules is about what is there, and gets what its legend names.
fn questions(watched: &Watched) {
    let declared = declared();
    let mut queries = of_dashboard();
    let mut recorded = Vec::new();
    let rules = watched.ask("/api/v1/rules").expect("an answer");
    for group in rules["groups"].as_array().expect("groups") {
        for rule in group["rules"].as_array().expect("rules") {
            assert_eq!(rule["health"], "ok", "{rule}");
            let text = rule["query"].as_str().expect("a query");
            let name = rule["name"].as_str().unwrap_or_default();
            queries.push(Query::new(name, text, ""));
            if rule["type"] == "recording" {
                recorded.push(name.to_owned());
            }
        }
    }
    assert!(queries.len() > 60, "{}", queries.len());
    until("the second scrape of all", || {
        watched
            .query("min(count_over_time(im_build_info[1m])) > 3")
            .len()
            == 1
    });
    // A rate comes with the second scrape of a counter that has risen, and what is recorded of it with the next evaluation.
    for name in recorded {
        until(&format!("{name} is recorded"), || {
            watched.names().contains(&name)
        });
    }
    let names = watched.names();
    let mut wrong = Vec::new();
    for query in &queries {
        for metric in query.metrics() {
            let is_there = names.contains(&metric);
            // What seldom happens, such as lost ownership, has no series until it does; the table of the README is made
            // from the declarations.
            let is_declared = declared.contains_key(&metric);
            if !is_there && !is_declared {
                wrong.push(format!("{}: there is no {metric}", query.title));
            }
        }
        for label in query.labels() {
            if !query
                .metrics()
                .iter()
                .any(|metric| has(watched, &declared, metric, &label))
            {
                wrong.push(format!("{}: nothing has the label {label}", query.title));
            }
        }
        if !query.is_of_dashboard() || !query.metrics().iter().all(|metric| names.contains(metric))
        {
            continue;
        }
        let results = watched.query(&query.plain());
        if results.is_empty() && !query.compares() {
            wrong.push(format!("{}: no answer to {}", query.title, query.plain()));
        }
        for label in query.legend() {
            if let Some(result) = results.iter().find(|result| !result.contains_key(&label)) {
                wrong.push(format!("{}: {result:?} has no label {label}", query.title));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn has(
    watched: &Watched,
    declared: &BTreeMap<String, BTreeSet<String>>,
    metric: &str,
    label: &str,
) -> bool {
    declared
        .get(metric)
        .is_some_and(|labels| labels.contains(label))
        || watched
            .query(&format!("{metric}{{{label}!=\"\"}}"))
            .iter()
            .any(|labels| labels.contains_key(label))
}
