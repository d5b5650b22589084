//! The checker finds every disagreement that was made, on its line, and no other.

#![allow(clippy::unwrap_used, reason = "a test may stop where it fails")]

use std::time::Duration;

use im_haproxy::{Config, Expected, Options, Severity, check, render, with_ids};

fn expected() -> Expected {
    Expected {
        cache_time: Some(Duration::from_secs(3600)),
        max_head: 128 << 10,
        trusts_proxies: true,
        connections_per_address: Some(512),
    }
}

fn right() -> String {
    let nodes = ["n1=10.0.0.21:8800", "n2=10.0.0.22:8800"].map(|node| node.parse().unwrap());
    render(&with_ids(nodes.to_vec()).unwrap(), &Options::default())
}

#[test]
fn every_disagreement_is_found_on_its_line() {
    use Severity::{Error, Warning};
    // What is replaced, by what, where the finding is (a part of the line), how bad it is, and a part of the sentence.
    let cases = [
        (
            "expire 1h",
            "expire 59m",
            "stick-table type string",
            Error,
            "INF_CACHE_TIME is 3600 s",
        ),
        (
            "expire 1h",
            "expire 3599s",
            "stick-table type string",
            Error,
            "pins expire after 3599 s",
        ),
        (
            "expire 1h",
            "expire soon",
            "stick-table type string",
            Error,
            "'soon' is not a time",
        ),
        (
            "len 64",
            "len 32",
            "stick-table type string",
            Warning,
            "keeps 32 characters",
        ),
        (
            "string len 64",
            "string",
            "stick-table type string",
            Warning,
            "keeps 31 characters",
        ),
        (
            " srvkey addr peers lb",
            " srvkey addr",
            "stick-table type string",
            Warning,
            "has no 'peers'",
        ),
        (
            "stick match path,field(3,/),lower",
            "stick match path,field(3,/)",
            "stick match",
            Warning,
            "in capitals",
        ),
        (
            "stick match path",
            "stick on path",
            "stick on",
            Warning,
            "learns from requests",
        ),
        (
            "  stick store-response res.hdr(InfID),lower\n",
            "  stick store-response res.hdr(Id),lower\n",
            "res.hdr(Id)",
            Error,
            "does not read the header InfID",
        ),
        (
            "uri /readyz",
            "uri /version",
            "uri /version",
            Warning,
            "checked at /version",
        ),
        (
            "  http-request set-timeout server 600s unless { method GET HEAD OPTIONS }
",
            "",
            "timeout server 60s",
            Warning,
            "'timeout server' is 60 s",
        ),
        (
            "timeout connect 3s",
            "timeout connect 600s",
            "timeout connect",
            Warning,
            "'timeout connect' is 600 s",
        ),
        (
            "  option redispatch 1\n",
            "",
            "backend im",
            Warning,
            "has no 'option redispatch'",
        ),
        (
            "tune.bufsize 139264",
            "tune.bufsize 65536",
            "tune.bufsize 65536",
            Warning,
            "64512 bytes",
        ),
        (
            concat!(
                "  http-check disable-on-404\n  http-check send-state\n",
                "  http-request disable-l7-retry unless { method GET HEAD OPTIONS }\n",
                "  http-request set-timeout server 600s unless { method GET HEAD OPTIONS }\n",
                "  stick store-response res.hdr(InfID),lower table im\n"
            ),
            concat!(
                "  http-request disable-l7-retry unless { method GET HEAD OPTIONS }\n",
                "  stick store-response res.hdr(InfID),lower table im\n"
            ),
            "n1 10.0.0.21:8800 id 1 track",
            Error,
            "only one of the backends",
        ),
        (
            "id 2 track im/n2",
            "id 7 track im/n2",
            "id 7 track",
            Error,
            "another address or id",
        ),
        (
            "id 2 track im/n2",
            "id 2 track im/n7",
            "track im/n7",
            Error,
            "which is not there",
        ),
        (
            "10.0.0.22:8800 id 2\n",
            "10.0.0.22:8800 id 1\n",
            "n2 10.0.0.22:8800 id 1",
            Error,
            "the same id 1",
        ),
        (
            "10.0.0.22:8800 id 2\n",
            "10.0.0.22:8800\n",
            "server n2 10.0.0.22:8800",
            Warning,
            "has no 'id N'",
        ),
        (
            "slowstart 10s pool-purge-delay 1s\n  server",
            "on-marked-down shutdown-sessions\n  server",
            "default-server check",
            Warning,
            "cuts what is running",
        ),
        (
            "default-server check inter",
            "default-server inter",
            "server n1 10.0.0.21:8800 id 1",
            Error,
            "is not checked",
        ),
        (
            "  http-request disable-l7-retry unless { method GET HEAD OPTIONS }\n",
            "",
            "retry-on conn-failure",
            Error,
            "created twice",
        ),
    ];
    for (from, to, line, severity, sentence) in cases {
        let text = right();
        assert!(text.contains(from), "{from}");
        let text = text.replace(from, to);
        let findings = check(&Config::parse(&text), &expected());
        let found = findings
            .iter()
            .find(|finding| finding.text.contains(sentence));
        let found = found.unwrap_or_else(|| panic!("{to}: not found in {findings:#?}"));
        assert_eq!(found.severity, severity, "{}", found.text);
        let number = found.line;
        let at = text.lines().nth(number - 1).unwrap();
        assert!(at.contains(line), "{}: line {number} is {at}", found.text);
        assert!(found.text.ends_with('.'), "{}", found.text);
    }
}

#[test]
fn what_the_options_leave_open_is_said() {
    let open = Expected {
        cache_time: None,
        trusts_proxies: false,
        ..expected()
    };
    let findings = check(&Config::parse(&right()), &open);
    let texts: Vec<_> = findings
        .iter()
        .map(|finding| finding.text.as_str())
        .collect();
    assert_eq!(findings.len(), 2, "{texts:?}");
    assert!(texts[0].starts_with("INF_CACHE_TIME is not set"));
    assert!(texts[1].starts_with("TRUSTED_PROXIES names nobody"));
}

#[test]
fn nodes_that_are_added_later_are_missed_once() {
    let text = render(&[], &Options::default());
    let findings = check(&Config::parse(&text), &expected());
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert_eq!(findings[0].severity, Severity::Warning);
    assert!(findings[0].text.contains("'im haproxy sync'"));
    // The rest is checked all the same.
    let wrong = text.replace("expire 1h", "expire 59m");
    assert_eq!(check(&Config::parse(&wrong), &expected()).len(), 2);
    // Without the socket nobody can add them.
    let without = text.replace("  stats socket", "  #stats socket");
    let findings = check(&Config::parse(&without), &expected());
    assert_eq!(findings[0].severity, Severity::Error);
}

#[test]
fn nothing_is_too_strange_to_be_read() {
    for text in [
        "",
        "backend",
        "server",
        "stick\nbackend x\nstick\nstick on\nserver a\nserver a b\nstick-table\n'",
        "\u{0}\n\"",
        "backend a from\n",
    ] {
        check(&Config::parse(text), &expected());
    }
    let empty = check(&Config::parse(""), &expected());
    assert_eq!(empty[0].severity, Severity::Error);
}
