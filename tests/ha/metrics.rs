//! What nodes count of each other: requests that are sent on, infrastructures that change hands, nodes that die.

use im_test_support::{document, free_port, request, until};

use crate::cluster::{Setup, USER, skipped};

/// A sample of a node, by its name with its labels; 0 if there is none yet.
fn sample(port: u16, name: &str) -> f64 {
    let address = format!("127.0.0.1:{port}");
    let text = request(&address, "GET", "/metrics", USER, "")
        .expect("the metrics")
        .body;
    let mut lines = text.lines().filter_map(|line| line.rsplit_once(' '));
    lines
        .find(|(sample, _)| *sample == name)
        .map_or(0.0, |(_, value)| value.parse().expect("a number"))
}

#[test]
fn nodes_count_what_goes_between_them() {
    if skipped("nodes_count_what_goes_between_them") {
        return;
    }
    let ports = [free_port(), free_port()];
    let mut cluster = Setup::nodes(2)
        .own(0, "METRICS_PORT", ports[0])
        .own(1, "METRICS_PORT", ports[1])
        .start();
    let [one, other] = ports;
    let created = cluster.members[0]
        .node
        .call("POST", "/infrastructures", USER, &document(1));
    let id = created.id();
    let path = format!("/infrastructures/{id}");
    assert_eq!(
        sample(one, r#"im_leases_acquired_total{from="created"}"#),
        1.0
    );
    assert_eq!(sample(one, "im_leases_held"), 1.0);

    // Sent on, and counted as a request where the client sent it.
    let requests = r#"im_http_requests_total{api="rest",method="GET",route="/infrastructures/{infId}",status="200"}"#;
    assert_eq!(
        cluster.members[1].node.call("GET", &path, USER, "").status,
        200
    );
    let forwarded = r#"im_forwarded_requests_total{outcome="answered"}"#;
    assert_eq!(sample(other, forwarded), 1.0);
    assert_eq!(sample(other, requests), 1.0);
    assert_eq!(sample(one, "im_forwarded_requests_served_total"), 1.0);
    assert_eq!(sample(one, requests), 0.0);

    // After some of them it is offered to where its requests come in.
    until("it has changed hands", || {
        assert_eq!(
            cluster.members[1].node.call("GET", &path, USER, "").status,
            200
        );
        sample(other, "im_leases_held") == 1.0
    });
    assert_eq!(
        sample(one, r#"im_leases_handed_over_total{reason="offered"}"#),
        1.0
    );
    assert_eq!(sample(one, "im_leases_held"), 0.0);
    assert_eq!(
        sample(one, "im_vms{connector=\"Dummy\",state=\"configured\"}"),
        0.0
    );

    // Another program takes the row: the next change meets the fence.
    assert_eq!(sample(other, "im_fence_conflicts_total"), 0.0);
    cluster.sql(&format!(
        "UPDATE inf_list SET epoch = epoch + 5 WHERE id = '{id}'"
    ));
    cluster.members[1]
        .node
        .call("PUT", &format!("{path}/stop"), USER, "");
    until("the fence was met", || {
        sample(other, "im_fence_conflicts_total") >= 1.0
    });
    assert!(sample(other, r#"im_leases_lost_total{reason="fence"}"#) >= 1.0);

    // Its owner dies, and the other node takes it over.
    until("it is owned again", || {
        cluster.members[1]
            .node
            .call("POST", &path, USER, &document(1))
            .status
            == 200
            && cluster.owner(&id) == Some(1)
    });
    assert_eq!(sample(one, "im_recovery_takeovers_total"), 0.0);
    cluster.members[1].node.kill();
    until("it is taken over", || {
        cluster.members[0]
            .node
            .call("POST", &path, USER, &document(1))
            .status
            == 200
    });
    assert_eq!(sample(one, "im_recovery_takeovers_total"), 1.0);
    assert_eq!(
        sample(one, r#"im_leases_acquired_total{from="ended"}"#),
        1.0
    );

    // What keeps it alive, and tells it who owns what.
    let renewed = r#"im_session_renewals_total{outcome="renewed"}"#;
    let before = sample(one, renewed);
    until("the session is renewed", || sample(one, renewed) > before);
    assert_eq!(sample(one, "im_session_fresh"), 1.0);
    assert_eq!(sample(one, "im_redis_reachable"), 1.0);
    assert!(
        sample(
            one,
            r#"im_redis_calls_total{call="claim",outcome="answered"}"#
        ) >= 1.0
    );
    cluster.redis.process().kill();
    until("Redis is missed", || {
        sample(one, "im_redis_reachable") == 0.0
    });
    assert!(sample(one, r#"im_store_calls_total{call="beat",error="none"}"#) >= 1.0);
}
