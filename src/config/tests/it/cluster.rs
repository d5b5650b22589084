//! What several nodes need to be one service.

use im_config::ReadMode;

use crate::bench::Bench;

const SHARED: &str = "DATA_DB = mysql://im:pw@db/im\nCLUSTER_SECRET = 0123456789abcdef\n";

fn error(lines: &str) -> String {
    let errors = Bench::new().im(lines).errors();
    assert_eq!(errors.len(), 1, "{errors:#?}");
    errors.concat()
}

#[test]
fn all_of_it_is_read() {
    let loaded = Bench::new()
        .im(&format!(
            "{SHARED}CLUSTER_KEY = one-key-of-sixteen, another-of-sixteen\nCLUSTER_ADDRESS = n1.example.org\nCLUSTER_PORT = 0\n\
             CLUSTER_NAME = prod\nNODE_NAME = n1\nREDIS_URL = rediss://:pw@r:6379/0\nSESSION_TTL = 1.5\nBEAT = 0.4\n\
             READ_MODE = validated\nDRAIN_TIMEOUT = 5\nRECOVERY_INTERVAL = 0.5\nCACHE_MAX_BYTES = 1000"
        ))
        .load();
    assert_eq!(loaded.warnings, []);
    let ha = loaded.settings.ha;
    assert_eq!(ha.cluster_key.len(), 2);
    assert_eq!(ha.cluster_key[1].expose(), "another-of-sixteen");
    assert_eq!(ha.cluster_address, "n1.example.org");
    assert_eq!(ha.session_ttl.as_millis(), 1500);
    assert_eq!(ha.read_mode, ReadMode::Validated);
    assert_eq!(ha.cache_max_bytes.get(), 1000);
}

#[test]
fn several_nodes_share_a_database() {
    assert_eq!(
        error("DATA_DB = sqlite:///tmp/inf.dat\nCLUSTER_SECRET = 0123456789abcdef"),
        "CLUSTER_SECRET is set, so several nodes share the database and DATA_DB was expected to begin with mysql://, but it is sqlite:///tmp/inf.dat."
    );
    assert_eq!(
        error("DATA_DB = sqlite:///tmp/inf.dat\nREDIS_URL = redis://r"),
        "REDIS_URL is set, so several nodes share the database and DATA_DB was expected to begin with mysql://, but it is sqlite:///tmp/inf.dat."
    );
}

#[test]
fn a_node_that_misses_a_beat_is_not_dead() {
    assert_eq!(
        error("BEAT = 4"),
        "SESSION_TTL is 10 seconds, but more than three times BEAT (4 seconds) was expected, so that a node that misses a beat is not declared dead."
    );
}

#[test]
fn secrets_are_long_and_not_shown() {
    let short = error("DATA_DB = mysql://im:pw@db/im\nCLUSTER_SECRET = hunter2");
    assert!(
        short.starts_with("CLUSTER_SECRET is too short") && !short.contains("hunter2"),
        "{short}"
    );
    let short = error(&format!("{SHARED}CLUSTER_KEY = hunter2"));
    assert!(
        short.starts_with("CLUSTER_KEY is too short") && !short.contains("hunter2"),
        "{short}"
    );
    let refused = error(&format!("{SHARED}REDIS_URL = http://:hunter2@r"));
    assert!(
        refused.contains("redis+sentinel://") && !refused.contains("hunter2"),
        "{refused}"
    );
}

#[test]
fn nodes_listen_on_a_port_of_their_own() {
    assert_eq!(
        error(&format!(
            "{SHARED}ACTIVATE_REST = True\nCLUSTER_PORT = 8800"
        )),
        "CLUSTER_PORT and REST_PORT are both 8800, but two different ports were expected."
    );
}
