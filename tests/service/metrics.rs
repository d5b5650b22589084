//! What Prometheus reads: that its own tools understand it, that labels do not grow with what clients send, and that
//! each counter moves on what it is named for.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::Stdio;

use crate::support::{Node, NodeBuilder, document, request, tool, xmlrpc};

/// Names with their labels, as they are written, and values.
type Samples = BTreeMap<String, f64>;

fn watched() -> NodeBuilder {
    NodeBuilder::new().option("METRICS_PORT", "0")
}

/// The text that a scraper gets.
fn scrape(node: &Node) -> String {
    let said = node.said();
    let address = said
        .lines()
        .find_map(|line| {
            line.strip_prefix("Metrics: http://")?
                .strip_suffix("/metrics")
        })
        .expect("the node says where its metrics are");
    let answer = request(address, "GET", "/metrics", &[], "").expect("an answer");
    assert_eq!(answer.status, 200, "{}", answer.body);
    let kind = answer.header("content-type").expect("a media type");
    assert!(kind.starts_with("text/plain; version=0.0.4"), "{kind}");
    answer.body
}

fn samples(node: &Node) -> Samples {
    let text = scrape(node);
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').expect("a name and a value");
            (name.to_owned(), value.parse().expect("a number"))
        })
        .collect()
}

/// By how much a sample has grown.
fn growth(before: &Samples, after: &Samples, name: &str) -> f64 {
    let value = |samples: &Samples| samples.get(name).copied().unwrap_or_default();
    value(after) - value(before)
}

/// Looks again and again, until the samples are as they should be.
fn until(node: &Node, what: &str, condition: impl Fn(&Samples) -> bool) -> Samples {
    let begun = std::time::Instant::now();
    loop {
        let now = samples(node);
        if condition(&now) {
            return now;
        }
        assert!(
            begun.elapsed().as_secs() < 60,
            "never came: {what}\n{now:#?}"
        );
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

fn create(node: &Node, user: &str, machines: usize) -> String {
    let created = node.rest("POST", "/infrastructures", user, &document(machines));
    assert_eq!(created.status, 200, "{}", created.body);
    created.header("infid").expect("InfID").to_owned()
}

/// Some of everything.
fn use_it(node: &Node, user: &str) -> String {
    let id = create(node, user, 2);
    for path in [
        "",
        "/state",
        "/radl",
        "/vms/0",
        "/vms/0/state",
        "/vms/9",
        "/nonsense",
    ] {
        node.rest("GET", &format!("/infrastructures/{id}{path}"), user, "");
    }
    node.rest("PUT", &format!("/infrastructures/{id}/stop"), user, "");
    node.rest("GET", "/clouds/dummy/quotas", user, "");
    id
}

#[test]
fn the_tools_of_prometheus_understand_it() {
    let node = watched().start();
    use_it(&node, "tools");
    let text = scrape(&node);
    let Some(promtool) = tool("promtool", "the_tools_of_prometheus_understand_it") else {
        return;
    };
    let mut child = promtool
        .command()
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool starts");
    let mut input = child.stdin.take().expect("standard input");
    input.write_all(text.as_bytes()).expect("it reads");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    let complaints = String::from_utf8_lossy(&output.stderr);
    let complaints: Vec<&str> = complaints.lines().filter(|line| !line.is_empty()).collect();
    assert!(
        output.status.success() && complaints.is_empty(),
        "{complaints:#?}"
    );
}

#[test]
fn labels_do_not_grow_with_what_clients_send() {
    let node = watched().start();
    let ids = [
        use_it(&node, "ada-of-metrics"),
        use_it(&node, "bob-of-metrics"),
    ];
    let noise = |round: usize| {
        for number in 0..20 {
            let mark = format!("mark-{round}-{number}");
            for (method, path) in [
                ("GET", format!("/infrastructures/{mark}")),
                (
                    "GET",
                    format!("/infrastructures/{mark}/vms/{number}?{mark}"),
                ),
                ("DELETE", format!("/infrastructures/{}/vms/{mark}", ids[0])),
                ("GET", format!("/{mark}/{mark}")),
                ("GET", format!("/clouds/{mark}/images")),
                ("PUT", format!("/infrastructures/{}/{mark}", ids[1])),
            ] {
                node.rest(method, &path, &mark, "");
            }
            request(
                &node.rest,
                &format!("X{round}{number}"),
                "/version",
                &[],
                "",
            )
            .expect("an answer");
            xmlrpc::call(&node.xmlrpc, &format!("Get{round}x{number}"), &[]);
            let auth = format!("id = a; type = Kind{round}x{number}");
            let headers = [("Authorization", auth.as_str())];
            request(&node.rest, "GET", "/infrastructures", &headers, "").expect("an answer");
        }
    };
    let names = |samples: &Samples| samples.keys().cloned().collect::<Vec<_>>();
    noise(0);
    let before = names(&samples(&node));
    noise(1);
    noise(2);
    let after = names(&samples(&node));
    let new: Vec<&String> = after.iter().filter(|name| !before.contains(name)).collect();
    assert!(new.is_empty(), "{new:#?}");
    let text = scrape(&node);
    for forbidden in ["mark-", "Kind", "of-metrics", &ids[0], &ids[1]] {
        assert!(!text.contains(forbidden), "{forbidden} is in the metrics");
    }
}

#[test]
fn counters_move_on_what_they_are_named_for() {
    let node = watched().start();
    let before = samples(&node);
    let id = create(&node, "moves", 2);
    let path = format!("/infrastructures/{id}");
    assert_eq!(node.rest("GET", &path, "moves", "").status, 200);
    assert_eq!(node.rest("GET", &path, "another", "").status, 403);
    let unknown = "/infrastructures/00000000-0000-0000-0000-000000000000";
    assert_eq!(node.rest("GET", unknown, "moves", "").status, 404);
    let after = until(&node, "the creation ends", |now| {
        growth(
            &before,
            now,
            r#"im_operations_total{kind="create",outcome="done"}"#,
        ) == 1.0
    });
    let route = r#"api="rest",method="GET",route="/infrastructures/{infId}""#;
    for (name, by) in [
        (
            format!(r#"im_http_requests_total{{{route},status="200"}}"#),
            1.0,
        ),
        (
            format!(r#"im_http_requests_total{{{route},status="403"}}"#),
            1.0,
        ),
        (
            format!(r#"im_http_requests_total{{{route},status="404"}}"#),
            1.0,
        ),
        (
            format!("im_http_request_duration_seconds_count{{{route}}}"),
            3.0,
        ),
        (
            r#"im_operations_begun_total{kind="create"}"#.to_owned(),
            1.0,
        ),
        (
            r#"im_operation_duration_seconds_count{kind="create"}"#.to_owned(),
            1.0,
        ),
        (
            r#"im_leases_acquired_total{from="created"}"#.to_owned(),
            1.0,
        ),
        ("im_leases_held".to_owned(), 1.0),
        ("im_cache_entries".to_owned(), 1.0),
        ("im_cache_hits_total".to_owned(), 2.0),
        ("im_cache_misses_total".to_owned(), 1.0),
        (cloud("launch", "none"), 2.0),
        (
            r#"im_store_calls_total{call="insert",error="none"}"#.to_owned(),
            1.0,
        ),
    ] {
        assert_eq!(growth(&before, &after, &name), by, "{name}\n{after:#?}");
    }
    assert!(after["im_cache_bytes"] > 0.0, "{}", after["im_cache_bytes"]);
    assert!(after["process_resident_memory_bytes"] > 1e6);
    let all = |now: &Samples, state: &str, number: f64| {
        now.get(&format!(r#"im_vms{{connector="Dummy",state="{state}"}}"#)) == Some(&number)
    };
    let running = until(&node, "the machines are configured", |now| {
        all(now, "configured", 2.0)
    });
    assert_eq!(running[r#"im_infrastructures{state="configured"}"#], 1.0);
    assert_eq!(
        node.rest("PUT", &format!("{path}/stop"), "moves", "")
            .status,
        200
    );
    let stopped = until(&node, "the machines are stopped", |now| {
        all(now, "stopped", 2.0) && all(now, "configured", 0.0)
    });
    assert_eq!(growth(&after, &stopped, &cloud("stop", "none")), 2.0);
    assert_eq!(node.rest("DELETE", &path, "moves", "").status, 200);
    let gone = until(&node, "the destruction ends", |now| {
        growth(
            &before,
            now,
            r#"im_operations_total{kind="destroy",outcome="done"}"#,
        ) == 1.0
    });
    assert!(all(&gone, "stopped", 0.0), "{gone:#?}");
    assert_eq!(growth(&after, &gone, &cloud("finalize", "none")), 2.0);
    assert_eq!(gone["im_operations_oldest_age_seconds"], 0.0);
    assert!(
        gone.iter()
            .filter(|(name, _)| name.starts_with("im_operations_open"))
            .all(|(_, value)| *value == 0.0)
    );
}

#[test]
fn failures_of_clouds_are_counted_by_their_kind() {
    let node = watched()
        .option("MAX_VM_FAILS", "1")
        .section("Dummy", "DUMMY_CAPACITY", "1")
        .start();
    let before = samples(&node);
    create(&node, "fails", 3);
    let after = until(&node, "the creation ends", |now| {
        growth(
            &before,
            now,
            r#"im_operation_duration_seconds_count{kind="create"}"#,
        ) == 1.0
    });
    assert_eq!(growth(&before, &after, &cloud("launch", "none")), 1.0);
    assert_eq!(growth(&before, &after, &cloud("launch", "capacity")), 2.0);
    assert_eq!(after[r#"im_vms{connector="Dummy",state="failed"}"#], 2.0);
}

#[test]
fn what_a_killed_node_left_is_taken_up_and_counted() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut first = watched()
        .directory(directory.path())
        .section("Dummy", "DUMMY_LATENCY_MS", "5000")
        .start();
    let rest = first.rest.clone();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let auth = crate::support::auth("killed");
            let headers = [
                ("Authorization", auth.as_str()),
                ("Content-Type", "text/plain"),
            ];
            let _cut_off = request(&rest, "POST", "/infrastructures", &headers, &document(1));
        });
        let open = until(&first, "a creation is open", |now| {
            now.get(r#"im_operations_open{kind="create"}"#) == Some(&1.0)
        });
        assert!(open["im_operations_oldest_age_seconds"] < 60.0);
        first.kill();
    });
    let second = watched()
        .directory(directory.path())
        .option("RECOVERY_INTERVAL", "0.2")
        .start();
    let now = until(&second, "the creation is taken over", |now| {
        now.get(r#"im_operations_taken_over_total{kind="create"}"#) == Some(&1.0)
    });
    assert_eq!(now["im_recovery_takeovers_total"], 1.0, "{now:#?}");
    assert_eq!(now[r#"im_operations_open{kind="create"}"#], 1.0);
    until(&second, "its age grows", |now| {
        now["im_operations_oldest_age_seconds"] >= 1.0
    });
}

#[test]
fn without_a_port_nothing_listens() {
    let node = Node::start();
    assert!(!node.said().contains("Metrics"), "{}", node.said());
    let answer = request(&node.rest, "GET", "/metrics", &[], "").expect("an answer");
    assert_ne!(answer.status, 200, "the REST API shows no metrics");
}

#[test]
fn two_listeners_cannot_have_one_port() {
    let output = watched()
        .option("METRICS_PORT", "8800")
        .option("REST_PORT", "8800")
        .fail();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(
        said.contains(
            "METRICS_PORT and REST_PORT are both 8800, but two different ports were expected."
        ),
        "{said}"
    );
}

fn cloud(call: &str, error: &str) -> String {
    format!(r#"im_cloud_calls_total{{call="{call}",connector="Dummy",error="{error}"}}"#)
}
