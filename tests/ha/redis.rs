//! Nodes and their Redis: users, TLS, Sentinels, and what is said of one that cannot be used.

use std::path::Path;

use im_test_support::{
    Authority, MariaDb, Node, NodeBuilder, Redis, Sentinels, document, missing, until,
};

/// What the user of a node needs, as the documentation says.
const RIGHTS: &str = "resetchannels ~im:{im}:* &im:{im}:inv \
     +get +set +del +publish +subscribe +ping +evalsha +script|load +role";
/// The password, and how it stands in an address.
const PASSWORD: &str = "p@:/?#%w";
const ENCODED: &str = "p%40%3A%2F%3F%23%25w";

fn skipped(test: &str) -> bool {
    missing(test, &[&MariaDb::NEEDS[..], &Redis::NEEDS[..]].concat())
}

/// A node of a service, which has this database.
fn node(name: &str, data: &str, url: &str) -> NodeBuilder {
    NodeBuilder::new(env!("CARGO_BIN_EXE_im"), name)
        .option("DATA_DB", data)
        .option("REDIS_URL", url)
        .option("CLUSTER_PORT", 0)
        .option("CLUSTER_SECRET", "the-secret-of-the-tests")
        .option("SESSION_TTL", 3)
        .option("BEAT", 0.75)
}

/// Waits until a node says this of its Redis.
fn until_redis(node: &Node, reachable: bool) {
    until(&format!("redis is {reachable} for {}", node.name), || {
        let said = node.call("GET", "/readyz", "ana", "");
        assert_eq!(said.status, 200, "a node needs no Redis");
        said.body.contains(&format!("\"redis\":{reachable}"))
    });
}

/// Creates an infrastructure at one node and sees it at another one.
fn create_and_see(at: &Node, from: &Node) -> String {
    let id = at
        .call("POST", "/infrastructures", "ana", &document(1))
        .id();
    let path = format!("/infrastructures/{id}");
    let seen = from.call("GET", &path, "ana", "");
    assert_eq!(seen.status, 200, "{}", seen.body);
    id
}

/// Waits until the lease of an infrastructure is in Redis: a node does not wait for that, and what could not be published
/// is published later. It is not a claim, whose epoch is 0.
fn until_leased(redis: &Redis, id: &str) {
    until("the lease is in Redis", || {
        let lease = redis.ask(&format!("GET im:{{im}}:lease:{id}"));
        lease.contains("|127.0.0.1:") && !lease.contains("|0|")
    });
}

/// Fails if a password can be read in what a node has said or written.
fn says_no_password(node: &Node) {
    let out = std::fs::read_to_string(node.directory().join("out")).unwrap_or_default();
    let said = [node.log(), node.complaints(), out].concat();
    for password in [PASSWORD, ENCODED] {
        assert!(!said.contains(password), "{said}");
    }
}

fn starts_not(node: &mut Node, words: &str) {
    node.launch();
    assert!(!node.process().wait().success());
    let said = node.complaints();
    assert!(said.contains(words), "{said}");
    says_no_password(node);
}

fn secured(authority: &Authority) -> Redis {
    let redis = Redis::secured(authority, &authority.issue("127.0.0.1"), &[]);
    let added = redis.ask(&format!("ACL SETUSER im@site on >{PASSWORD} {RIGHTS}"));
    assert!(added.starts_with("+OK"), "{added}");
    redis
}

fn path(path: &Path) -> String {
    path.display().to_string()
}

#[test]
fn redis_is_used_over_tls_by_a_user_and_what_is_wrong_is_said_without_the_password() {
    if skipped("redis_is_used_over_tls_by_a_user_and_what_is_wrong_is_said_without_the_password") {
        return;
    }
    let (db, authority) = (MariaDb::start(), Authority::new());
    let (data, redis) = (db.database(), secured(&authority));
    let url = |password: &str, port: u16| format!("rediss://im%40site:{password}@127.0.0.1:{port}");
    let right = url(ENCODED, redis.tls_port());
    let one = node("n1", &data, &right).option("REDIS_CA_CERTS", path(&authority.file()));
    let one = one.start();
    until_redis(&one, true);
    // The authority is one that this machine trusts.
    let two = node("n2", &data, &right).variable("SSL_CERT_FILE", path(&authority.file()));
    let mut two = two.start();
    until_redis(&two, true);
    until_leased(&redis, &create_and_see(&one, &two));
    says_no_password(&two);

    let is_said = |node: &mut Node, words: &str| {
        node.terminate();
        node.run();
        until_redis(node, false);
        create_and_see(&one, node);
        create_and_see(node, &one);
        let log = node.log();
        assert!(log.contains(words), "{log}");
        says_no_password(node);
    };
    two.set("REDIS_CA_CERTS", path(&authority.file()));
    two.set("REDIS_URL", url("hunter2", redis.tls_port()));
    is_said(&mut two, "it refuses the user or the password of REDIS_URL");
    two.set("REDIS_URL", &right);
    two.set("REDIS_CA_CERTS", path(&Authority::new().file()));
    two.terminate();
    starts_not(
        &mut two,
        "REDIS_CA_CERTS was expected to be a file of certificates in PEM, but",
    );
    let another = Authority::new();
    two.set("REDIS_CA_CERTS", path(&another.file()));
    two.run();
    is_said(
        &mut two,
        "TLS cannot be spoken with it: invalid peer certificate",
    );
    let broken = two.directory().join("broken.pem");
    let text = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    std::fs::write(&broken, text).expect("a file");
    two.set("REDIS_CA_CERTS", path(&broken));
    two.terminate();
    starts_not(&mut two, "REDIS_CA_CERTS cannot be used");
}

#[test]
fn nodes_follow_their_sentinels_to_another_master() {
    if skipped("nodes_follow_their_sentinels_to_another_master") {
        return;
    }
    let (db, authority) = (MariaDb::start(), Authority::new());
    let (mut master, replica) = (secured(&authority), secured(&authority));
    replica.ask(&format!("REPLICAOF 127.0.0.1 {}", master.tls_port()));
    let tls = (&authority, &authority.issue("127.0.0.1"));
    let watched = ("the-master", master.tls_port());
    let sentinels = Sentinels::secured(3, watched, 1, tls, "sentinels-own");
    let (data, hosts) = (db.database(), sentinels.hosts());
    let url = format!("rediss+sentinel://im%40site:{ENCODED}@{hosts}/the-master");
    let start = |name: &str| {
        node(name, &data, &url)
            .option("REDIS_CA_CERTS", path(&authority.file()))
            .option("REDIS_SENTINEL_PASSWORD", "sentinels-own")
            .start()
    };
    let (one, two) = (start("n1"), start("n2"));
    for node in [&one, &two] {
        until_redis(node, true);
    }
    let before = create_and_see(&one, &two);
    until_leased(&master, &before);

    master.process().kill();
    until_redis(&one, false);
    let meanwhile = create_and_see(&one, &two);
    for node in [&one, &two] {
        until_redis(node, true);
    }
    until("all Sentinels agree", || {
        sentinels.master(0) == replica.tls_port()
    });
    until_leased(&replica, &meanwhile);
    until_leased(&replica, &create_and_see(&two, &one));
    for id in [before, meanwhile] {
        let path = format!("/infrastructures/{id}");
        assert_eq!(two.call("DELETE", &path, "ana", "").status, 200);
    }
    for node in [&one, &two] {
        says_no_password(node);
    }
}
