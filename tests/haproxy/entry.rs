//! The door: what HAProxy refuses, and what it changes.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use crate::lab::{Lab, USER, alone, by, options, skipped};
use im_haproxy::Options;
use im_test_support::{Client, Haproxy, Scratch, auth, free_port};

#[test]
fn what_only_the_inside_may_say_is_not_believed() {
    if skipped("what_only_the_inside_may_say_is_not_believed") {
        return;
    }
    let lab = Lab::new(alone(1));
    let auth = auth(USER);
    let headers = [
        ("Authorization", auth.as_str()),
        ("Content-Type", "text/plain"),
        ("X-Forwarded-Host", "evil.example.org"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Port", "1"),
        ("X-Forwarded-Prefix", "/evil"),
        ("X-Request-ID", "my-own-request-7"),
    ];
    let mut client = Client::new(&lab.haproxy.address);
    let answer = client
        .send(
            "POST",
            "/infrastructures",
            &headers,
            &im_test_support::document(1),
        )
        .expect("an answer");
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(
        answer
            .body
            .starts_with(&format!("http://{}/infrastructures/", lab.haproxy.address)),
        "{}",
        answer.body
    );
    assert_eq!(answer.header("x-request-id"), Some("my-own-request-7"));
    let answer = client
        .send("GET", "/version", &[("X-Request-ID", "not sane")], "")
        .expect("an answer");
    let id = answer.header("x-request-id").expect("an id");
    assert!(id.len() == 36 && id != "not sane", "{id}");
}

#[test]
fn what_a_proxy_before_it_says_is_believed() {
    if skipped("what_a_proxy_before_it_says_is_believed") {
        return;
    }
    let nodes = alone(1);
    let options = Options {
        proxies: vec!["192.0.2.0/24".into(), "127.0.0.1".into()],
        rate: 3,
        ..options("lb1")
    };
    let text = crate::lab::configuration(&crate::lab::servers(&nodes), &options);
    let haproxy = Haproxy::start("lb1", options.bind.as_deref().unwrap_or_default(), &text);
    let auth = auth(USER);
    let mut client = Client::new(&haproxy.address);
    let created = client
        .send(
            "POST",
            "/infrastructures",
            &[
                ("Authorization", auth.as_str()),
                ("Content-Type", "text/plain"),
                ("X-Forwarded-For", "10.9.9.9, 203.0.113.7"),
                ("X-Forwarded-Host", "im.example.org"),
                ("X-Forwarded-Proto", "https"),
                ("X-Forwarded-Prefix", "/im"),
            ],
            &im_test_support::document(1),
        )
        .expect("an answer");
    assert_eq!(created.status, 200, "{}", created.body);
    assert!(
        created
            .body
            .starts_with("https://im.example.org/im/infrastructures/"),
        "{}",
        created.body
    );
    // The limits are for each client of the proxy, by the address that the proxy has seen: not for all of them together,
    // and not for what a client says of itself.
    let mut statuses = |client_says: &str, seen: &str| -> Vec<u16> {
        (0..5)
            .map(|index| {
                let forwarded = format!("{client_says}{index}, {seen}");
                client
                    .send("GET", "/version", &[("X-Forwarded-For", &forwarded)], "")
                    .expect("an answer")
                    .status
            })
            .collect()
    };
    assert_eq!(
        statuses("198.51.100.", "203.0.113.8"),
        [200, 200, 200, 429, 429]
    );
    assert_eq!(
        statuses("198.51.100.", "203.0.113.9"),
        [200, 200, 200, 429, 429]
    );
}

#[test]
fn what_is_too_large_odd_or_slow_is_refused() {
    if skipped("what_is_too_large_odd_or_slow_is_refused") {
        return;
    }
    let lab = Lab::changed(alone(1), |text| {
        text.replace("timeout http-request 10s", "timeout http-request 1s")
    });
    let exchange = |bytes: &str| {
        let mut stream = TcpStream::connect(&lab.haproxy.address).expect("a connection");
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .expect("a time-out");
        stream.write_all(bytes.as_bytes()).expect("it is sent");
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        answer.split(' ').nth(1).unwrap_or_default().to_owned()
    };
    let large = "POST /infrastructures HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\nConnection: close\r\n\r\n";
    assert_eq!(exchange(large), "413");
    assert_eq!(
        exchange("TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
        "405"
    );
    assert_eq!(
        exchange("GET / HTTP/1.1\r\nHost: a\r\nX_Odd: 1\r\nConnection: close\r\n\r\n"),
        "403"
    );
    // A head that never ends.
    assert_eq!(exchange("GET / HTTP/1.1\r\nHost: a\r\nX-"), "408");
    // The largest head that a node takes comes through: the node answers, not HAProxy.
    let auth = format!("{}\\n{}", auth(USER), "x".repeat(120 << 10));
    let answer = Client::new(&lab.haproxy.address)
        .send("GET", "/infrastructures", &[("Authorization", &auth)], "")
        .expect("an answer");
    assert_eq!(by(&answer), "n1");
}

#[test]
fn one_client_cannot_take_everything() {
    if skipped("one_client_cannot_take_everything") {
        return;
    }
    let lab = Lab::changed(alone(1), |text| text.replace("gt 1000000 }", "gt 20 }"));
    let mut client = Client::new(&lab.haproxy.address);
    let statuses: Vec<u16> = (0..30)
        .map(|_| {
            client
                .call("GET", "/version", USER, "")
                .expect("an answer")
                .status
        })
        .collect();
    assert_eq!(statuses[..20], [200; 20]);
    assert_eq!(statuses[29], 429);
}

#[test]
fn metrics_are_on_their_own_door() {
    if skipped("metrics_are_on_their_own_door") {
        return;
    }
    let nodes = alone(1);
    let options = options("lb1");
    let text = crate::lab::configuration(&crate::lab::servers(&nodes), &options);
    let haproxy = Haproxy::start("lb1", options.bind.as_deref().unwrap_or_default(), &text);
    let get = |address: &str, path: &str| {
        Client::new(address)
            .call("GET", path, USER, "")
            .expect("an answer")
    };
    let metrics = get(&options.metrics, "/metrics");
    assert_eq!(metrics.status, 200);
    for name in ["haproxy_server_status", "haproxy_sticktable_used"] {
        assert!(metrics.body.contains(name), "{name}");
    }
    assert_eq!(get(&options.metrics, "/alive").status, 200);
    let outside = get(&haproxy.address, "/metrics");
    assert!(
        outside.status >= 400 && !outside.body.contains("haproxy_"),
        "{outside:?}"
    );
    drop(nodes);
    im_test_support::until("no node is left", || {
        get(&options.metrics, "/alive").status == 503
    });
    let nobody = get(&haproxy.address, "/version");
    assert_eq!(
        (nobody.status, nobody.header("retry-after")),
        (503, Some("2"))
    );
}

#[test]
fn with_a_certificate_there_is_tls_beside() {
    if skipped("with_a_certificate_there_is_tls_beside") {
        return;
    }
    let scratch = Scratch::new();
    let path = |name: &str| scratch.path().join(name).display().to_string();
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "1",
        ])
        .args([
            "-subj",
            "/CN=localhost",
            "-keyout",
            &path("key"),
            "-out",
            &path("chain"),
        ])
        .output()
        .expect("openssl runs");
    assert!(made.status.success());
    let file = |name: &str| {
        std::fs::read_to_string(scratch.path().join(name)).expect("what openssl wrote")
    };
    std::fs::write(scratch.path().join("im.pem"), file("chain") + &file("key"))
        .expect("the certificate");
    let nodes = alone(1);
    let options = Options {
        tls_bind: format!("127.0.0.1:{}", free_port()),
        tls_certificate: Some(path("im.pem")),
        ..options("lb1")
    };
    let text = crate::lab::configuration(&crate::lab::servers(&nodes), &options);
    let haproxy = Haproxy::start("lb1", options.bind.as_deref().unwrap_or_default(), &text);
    let curl = |words: &[&str]| {
        let output = Command::new("curl")
            .args(["-sS", "-i", "-k", "--noproxy", "*"])
            .args(words)
            .output()
            .expect("curl runs");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).to_ascii_lowercase()
    };
    let auth = format!("Authorization: {}", auth(USER));
    let document = im_test_support::document(1);
    let uri = format!("https://{}/infrastructures", options.tls_bind);
    let answer = curl(&[
        "--http2",
        "-H",
        &auth,
        "-H",
        "Content-Type: text/plain",
        "--data-binary",
        &document,
        &uri,
    ]);
    assert!(answer.starts_with("http/2 200"), "{answer}");
    assert!(
        answer.contains("strict-transport-security: max-age="),
        "{answer}"
    );
    assert!(
        answer.contains(&format!("{uri}/")),
        "the URI of the infrastructure is one of TLS: {answer}"
    );
    let plain = curl(&[&format!("http://{}/version", haproxy.address)]);
    assert!(
        plain.starts_with("http/1.1 200") && !plain.contains("strict-transport-security"),
        "{plain}"
    );
}
