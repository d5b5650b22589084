//! Nodes that only read, or only read and delete (`BOOT_MODE`), among nodes that do everything.

use im_test_support::document;

use crate::cluster::{Cluster, Setup, USER, skipped};

/// A node for each mode; the place of a node is its mode.
fn mixed() -> Cluster {
    Setup::nodes(3)
        .own(1, "BOOT_MODE", 1)
        .own(2, "BOOT_MODE", 2)
        .start()
}

/// The status of the answer of a node.
fn asked(cluster: &Cluster, place: usize, method: &str, path: &str, body: &str) -> u16 {
    cluster.members[place]
        .node
        .call(method, path, USER, body)
        .status
}

#[test]
fn a_mode_refuses_before_anything_is_forwarded() {
    if skipped("a_mode_refuses_before_anything_is_forwarded") {
        return;
    }
    let cluster = mixed();
    let id = cluster.members[0]
        .node
        .call("POST", "/infrastructures", USER, &document(2))
        .id();
    assert_eq!(cluster.owner(&id), Some(0));
    let inf = format!("/infrastructures/{id}");
    for place in [1, 2] {
        let refused = |method: &str, path: &str, body: &str| {
            let status = asked(&cluster, place, method, path, body);
            assert_eq!(status, 403, "{method} {path} in mode {place}");
        };
        refused("POST", "/infrastructures", &document(1));
        refused("POST", &inf, &document(1));
        refused("PUT", &format!("{inf}/stop"), "");
        refused("PUT", &format!("{inf}/start"), "");
        refused("PUT", &format!("{inf}/reconfigure"), "");
        refused("PUT", &format!("{inf}/vms/0/stop"), "");
        assert_eq!(asked(&cluster, place, "GET", &inf, ""), 200, "mode {place}");
        assert_eq!(
            asked(&cluster, place, "GET", &format!("{inf}/state"), ""),
            200
        );
        assert_eq!(asked(&cluster, place, "GET", "/infrastructures", ""), 200);
    }
    assert_eq!(
        asked(&cluster, 1, "DELETE", &format!("{inf}/vms/0"), ""),
        403
    );
    assert_eq!(asked(&cluster, 1, "DELETE", &inf, ""), 403);
    let shown = cluster.members[0].node.call("GET", &inf, USER, "").body;
    assert_eq!(shown.lines().count(), 2, "nothing was changed: {shown}");
    assert_eq!(asked(&cluster, 2, "DELETE", &inf, ""), 200);
    assert_eq!(asked(&cluster, 0, "GET", &inf, ""), 404);
}

#[test]
fn what_a_dead_node_left_does_not_change_a_mode() {
    if skipped("what_a_dead_node_left_does_not_change_a_mode") {
        return;
    }
    let mut cluster = mixed();
    let id = cluster.members[0]
        .node
        .call("POST", "/infrastructures", USER, &document(1))
        .id();
    let inf = format!("/infrastructures/{id}");
    cluster.members[0].node.kill();
    im_test_support::until("another node answers", || {
        asked(&cluster, 1, "GET", &inf, "") == 200
    });
    for place in [1, 2] {
        assert_eq!(
            asked(&cluster, place, "POST", &inf, &document(1)),
            403,
            "mode {place}"
        );
    }
    assert_eq!(asked(&cluster, 1, "DELETE", &inf, ""), 403);
    cluster.members[0].node.run();
    im_test_support::until("it can be changed again", || {
        asked(&cluster, 0, "POST", &inf, &document(1)) == 200
    });
    assert_eq!(asked(&cluster, 2, "DELETE", &inf, ""), 200);
    assert_eq!(asked(&cluster, 1, "GET", &inf, ""), 404);
}
