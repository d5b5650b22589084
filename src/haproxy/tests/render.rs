//! What is rendered: HAProxy takes it, and the file in `haproxy/` is it.

#![allow(clippy::unwrap_used, reason = "a test may stop where it fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use im_haproxy::{Config, Expected, Options, Peer, Server, check, render, with_ids};

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// The example: three nodes behind two HAProxies.
fn example() -> (Vec<Server>, Options) {
    let nodes = [21, 22, 23].map(|host| {
        format!("n{}=10.0.0.{host}:8800", host - 20)
            .parse()
            .unwrap()
    });
    let peers =
        ["lb1=10.0.0.11:10000", "lb2=10.0.0.12:10000"].map(|peer| peer.parse::<Peer>().unwrap());
    let options = Options {
        peers: peers.to_vec(),
        ..Options::default()
    };
    (with_ids(nodes.to_vec()).unwrap(), options)
}

/// What `haproxy -c` says, and whether it agrees; `None` where there is no HAProxy.
fn judge(file: &Path) -> Option<(bool, String)> {
    let output = Command::new("haproxy")
        .args(["-c", "-f"])
        .arg(file)
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    // That a name has no address now is said, and does no harm.
    let warns = said
        .lines()
        .any(|line| line.contains("[WARNING]") && !line.contains("could not resolve"));
    Some((output.status.success() && !warns, said))
}

#[test]
fn the_committed_file_is_what_is_rendered_for_three_nodes() {
    let (servers, options) = example();
    let committed = fs::read_to_string(project().join("haproxy/haproxy.cfg")).unwrap();
    let command = "im haproxy render --node n1=10.0.0.21:8800 --node n2=10.0.0.22:8800 --node n3=10.0.0.23:8800 \
                   --lb lb1=10.0.0.11:10000 --lb lb2=10.0.0.12:10000 > haproxy/haproxy.cfg";
    assert!(
        committed == render(&servers, &options),
        "haproxy/haproxy.cfg is old; write it again: {command}"
    );
}

#[test]
fn haproxy_takes_what_is_rendered_without_a_warning() {
    let directory = tempfile::tempdir().unwrap();
    let certificate = directory.path().join("im.pem");
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
        .args(["-subj", "/CN=im.example.org", "-keyout"])
        .arg(&certificate)
        .arg("-out")
        .arg(directory.path().join("cert"))
        .output()
        .unwrap();
    assert!(made.status.success());
    let chain = fs::read_to_string(directory.path().join("cert")).unwrap();
    let key = fs::read_to_string(&certificate).unwrap();
    fs::write(&certificate, chain + &key).unwrap();
    let (servers, example) = example();
    let tls = Some(certificate.display().to_string());
    let named = with_ids(vec!["im-0=im-0.invalid:8800#7".parse().unwrap()]).unwrap();
    let cases = [
        ("example", servers.clone(), example.clone()),
        (
            "tls",
            servers.clone(),
            Options {
                tls_certificate: tls.clone(),
                ..example.clone()
            },
        ),
        (
            "tls alone",
            servers.clone(),
            Options {
                tls_certificate: tls,
                bind: None,
                ..example.clone()
            },
        ),
        ("one HAProxy", servers, Options::default()),
        (
            "behind other proxies, without a node as yet",
            Vec::new(),
            Options {
                proxies: vec!["10.0.0.0/8".into(), "fd00::/8".into()],
                unprivileged: true,
                ..Options::default()
            },
        ),
        (
            "a name that cannot be resolved",
            named,
            Options {
                unprivileged: true,
                ..Options::default()
            },
        ),
    ];
    for (name, servers, options) in cases {
        let file = directory.path().join("haproxy.cfg");
        fs::write(&file, render(&servers, &options)).unwrap();
        let Some((agrees, said)) = judge(&file) else {
            println!("skipped: what is rendered needs HAProxy (Debian package haproxy)");
            return;
        };
        assert!(agrees, "{name}: {said}");
    }
}

#[test]
fn the_example_of_the_manual_is_one_that_haproxy_takes() {
    let file = project().join("haproxy/im-example.cfg");
    let Some((_, said)) = judge(&file) else {
        println!("skipped: the example of the manual needs HAProxy (Debian package haproxy)");
        return;
    };
    assert!(said.contains("Configuration file is valid"), "{said}");
}

#[test]
fn what_is_rendered_agrees_with_the_options_it_was_rendered_for() {
    let (servers, options) = example();
    let expected = Expected {
        cache_time: Some(std::time::Duration::from_secs(options.expire)),
        max_head: options.max_head,
        trusts_proxies: true,
        connections_per_address: Some(512),
    };
    let findings = check(&Config::parse(&render(&servers, &options)), &expected);
    assert_eq!(findings, []);
}
