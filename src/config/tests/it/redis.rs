//! Where Redis is, and what belongs to it.

use im_config::{Redis, RedisPlace};

use crate::bench::Bench;

const SHARED: &str = "DATA_DB = mysql://im:pw@db/im\nCLUSTER_SECRET = 0123456789abcdef\n";

fn bench(lines: &str) -> Bench {
    Bench::new().im(&format!("{SHARED}{lines}"))
}

fn read(url: &str) -> Redis {
    let loaded = bench(&format!("REDIS_URL = {url}")).load();
    assert_eq!(loaded.warnings, [], "{url}");
    loaded.settings.ha.redis_url.expect("a Redis")
}

fn error(lines: &str) -> String {
    let errors = bench(lines).errors();
    assert_eq!(errors.len(), 1, "{errors:#?}");
    errors.concat()
}

fn hosts(redis: &Redis) -> Vec<(&str, u16)> {
    let hosts = match &redis.place {
        RedisPlace::Server(host) => std::slice::from_ref(host),
        RedisPlace::Sentinels { sentinels, .. } => sentinels,
    };
    let hosts = hosts.iter().map(|at| (at.host.as_str(), at.port));
    hosts.collect()
}

#[test]
fn a_server_is_read() {
    let plain = read("redis://r.example.org");
    assert_eq!(hosts(&plain), [("r.example.org", 6379)]);
    assert_eq!(
        (plain.tls, &plain.user, &plain.password, plain.database),
        (false, &None, &None, 0)
    );

    let full = read("rediss://im%40site:p%3A%2F%3F%23%25%C3%A9@[::1]:7000/12");
    assert_eq!(hosts(&full), [("::1", 7000)]);
    assert_eq!((full.tls, full.database), (true, 12));
    assert_eq!(full.user.as_deref(), Some("im@site"));
    assert_eq!(full.password.as_ref().expect("one").expose(), "p:/?#%é");
    assert_eq!(full.to_string(), "rediss://***@[::1]:7000/12");

    let password_alone = read("redis://:pw@10.0.0.1:7000/");
    assert_eq!(password_alone.user, None);
    assert_eq!(password_alone.password.expect("one").expose(), "pw");
}

#[test]
fn sentinels_are_read() {
    let redis = read("redis+sentinel://im:pw@a:1,b,[fd00::1]:3/my-master/2");
    assert_eq!(hosts(&redis), [("a", 1), ("b", 26379), ("fd00::1", 3)]);
    assert_eq!(redis.database, 2);
    assert_eq!(
        redis.to_string(),
        "redis+sentinel://***@a:1,b:26379,[fd00::1]:3/my-master/2"
    );
    let redis = read("rediss+sentinel://a/m");
    assert!(redis.tls);
    assert!(matches!(redis.place, RedisPlace::Sentinels { master, .. } if master == "m"));
}

#[test]
fn what_cannot_be_read_is_refused_without_the_password() {
    for (url, words) in [
        (":hunter2@r", "no '://'"),
        ("http://:hunter2@r", "part before '://'"),
        ("redis://", "name of a server is missing"),
        ("redis://:hunter2@", "name of a server is missing"),
        ("redis://:hunter2@r:port", "not a number from 1 to 65535"),
        ("redis://:hunter2@r:0", "not a number from 1 to 65535"),
        ("redis://:hunter2@r/db", "not a number from 0 to 65535"),
        ("redis://:hunter2@r/1/2", "not a number from 0 to 65535"),
        ("redis://:hunter2@[::1", "closing bracket"),
        ("redis://:hunter2@[r]", "no IPv6 address"),
        ("redis://:hunter2@[::1]7", "followed by something else"),
        ("redis://:hunter2@r,s", "other signs"),
        ("redis://:hunter2/x@r", "%2F for /"),
        ("redis://:hunter2#x@r", "%23 for #"),
        ("redis://:hunter2@r?db=1", "%3F for ?"),
        ("redis://:hunter2%2x@r", "two hexadecimal digits"),
        ("redis://:hunter2%ff@r", "not UTF-8"),
        ("redis://hunter2@r", ":password@"),
        ("redis://hunter2:@r", "password of the user is missing"),
        ("redis+sentinel://:hunter2@a:1", "the name by which"),
        ("redis+sentinel://:hunter2@a:1/", "the name by which"),
        (
            "redis+sentinel://:hunter2@a,,b/m",
            "name of a server is missing",
        ),
        (
            "redis+sentinel://:hunter2@a/m%20",
            "name of the master has other signs",
        ),
    ] {
        let refused = error(&format!("REDIS_URL = {url}"));
        assert!(
            refused.contains("REDIS_URL")
                && refused.contains(words)
                && !refused.contains("hunter2"),
            "{url}: {refused}"
        );
    }
}

#[test]
fn authorities_belong_to_tls() {
    let found = "so REDIS_URL was expected to begin with rediss:// or rediss+sentinel://, but it";
    assert_eq!(
        error("REDIS_CA_CERTS = /nowhere\nREDIS_URL = redis://:hunter2@r"),
        format!("REDIS_CA_CERTS is set, {found} begins with redis://.")
    );
    assert_eq!(
        error("REDIS_CA_CERTS = /nowhere"),
        format!("REDIS_CA_CERTS is set, {found} is blank.")
    );
}

#[test]
fn authorities_are_a_file_of_certificates() {
    let url = "REDIS_URL = rediss://r\nREDIS_CA_CERTS =";
    let nowhere = error(&format!("{url} /nowhere/ca.pem"));
    assert!(
        nowhere.starts_with(
            "REDIS_CA_CERTS was expected to be a file of certificates in PEM, but /nowhere/ca.pem cannot be read: "
        ),
        "{nowhere}"
    );
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("ca.pem");
    let lines = format!("{url} {}", file.display());
    let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    for (text, words) in [
        ("", "holds none."),
        ("no PEM at all\n", "holds none."),
        (key, "holds none."),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n", "is broken: "),
        (
            "-----BEGIN CERTIFICATE-----\n(((\n-----END CERTIFICATE-----\n",
            "is broken: ",
        ),
    ] {
        std::fs::write(&file, text).unwrap();
        let refused = error(&lines);
        assert!(
            refused.contains("REDIS_CA_CERTS") && refused.contains(words),
            "{text}: {refused}"
        );
    }
    let certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    std::fs::write(&file, format!("{key}{certificate}")).unwrap();
    let loaded = bench(&lines).load();
    assert_eq!(loaded.settings.ha.redis_ca_certs, Some(file));
}

#[test]
fn the_password_of_the_sentinels_belongs_to_sentinels() {
    let refused = error("REDIS_SENTINEL_PASSWORD = hunter2\nREDIS_URL = rediss://r");
    assert_eq!(
        refused,
        "REDIS_SENTINEL_PASSWORD is set, so REDIS_URL was expected to begin with redis+sentinel:// or rediss+sentinel://, but it begins with rediss://."
    );
    let loaded = bench("REDIS_SENTINEL_PASSWORD = hunter2\nREDIS_URL = redis+sentinel://a/m");
    let loaded = loaded.load();
    let shown = format!("{:?}", loaded.effective);
    assert!(!shown.contains("hunter2"), "{shown}");
}
