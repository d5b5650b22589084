//! Both APIs over TLS, seen by clients of another make: Python's ssl and openssl.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::{Node, NodeBuilder, document};

/// How long a new certificate may take to be in use.
const PATIENCE: Duration = Duration::from_secs(60);

/// Certificates, made with openssl.
#[derive(Debug)]
struct Pki {
    directory: TempDir,
}

const REST_CLIENT: &str = "
import ssl, sys, urllib.request
url, ca, cert, method, body = sys.argv[1:6]
context = ssl.create_default_context(cafile=ca)
if cert:
    context.load_cert_chain(cert + '.pem', cert + '.key')
request = urllib.request.Request(url, method=method, data=body.encode() or None)
request.add_header('Authorization', 'type = InfrastructureManager; username = tls; password = x\\\\nid = dummy; type = Dummy')
request.add_header('Content-Type', 'text/plain')
print(urllib.request.urlopen(request, context=context, timeout=30).read().decode())
";

const XMLRPC_CLIENT: &str = "
import ssl, sys, xmlrpc.client
url, ca = sys.argv[1:3]
proxy = xmlrpc.client.ServerProxy(url, context=ssl.create_default_context(cafile=ca))
auth = [{'type': 'InfrastructureManager', 'username': 'tls', 'password': 'x'}, {'id': 'dummy', 'type': 'Dummy'}]
print(proxy.GetVersion(), proxy.GetInfrastructureList(auth))
";

#[test]
fn both_apis_are_served_over_tls() {
    let pki = Pki::new();
    pki.issue("server", "ca");
    let node = serve(&pki, "server", None);
    let base = format!("https://localhost:{}", port(&node.rest));
    let version = rest(&pki, &format!("{base}/version"), "", "GET", "");
    assert!(version.status.success(), "{}", text(&version));
    let created = rest(
        &pki,
        &format!("{base}/infrastructures"),
        "",
        "POST",
        &document(1),
    );
    let uri = String::from_utf8_lossy(&created.stdout).trim().to_owned();
    assert!(
        uri.starts_with(&format!("{base}/infrastructures/")),
        "{}",
        text(&created)
    );
    let read = rest(&pki, &format!("{uri}/state"), "", "GET", "");
    assert!(read.status.success(), "{}", text(&read));

    let listed = python(
        XMLRPC_CLIENT,
        &[
            &format!("https://localhost:{}", port(&node.xmlrpc)),
            &pki.path("ca.pem"),
        ],
    );
    let id = uri.rsplit('/').next().expect("an id");
    assert!(
        String::from_utf8_lossy(&listed.stdout).contains(id),
        "{}",
        text(&listed)
    );

    // Whoever speaks in clear gets no answer of HTTP.
    let clear = crate::support::exchange(&node.rest, b"GET /version HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(
        !matches!(clear, crate::support::Reply::Answered(..)),
        "{clear:?}"
    );
}

#[test]
fn certificates_of_clients_are_checked() {
    let pki = Pki::new();
    pki.authority("other");
    pki.issue("server", "ca");
    pki.issue("client", "ca");
    pki.issue("stranger", "other");
    let node = serve(&pki, "server", Some("ca"));
    let url = format!("https://localhost:{}/version", port(&node.rest));
    let right = rest(&pki, &url, "client", "GET", "");
    assert!(right.status.success(), "{}", text(&right));
    let wrong = rest(&pki, &url, "stranger", "GET", "");
    assert!(
        !wrong.status.success(),
        "a certificate of an unknown authority was accepted"
    );
    let none = rest(&pki, &url, "", "GET", "");
    assert!(
        none.status.success(),
        "a certificate is checked, not demanded: {}",
        text(&none)
    );
}

#[test]
fn replaced_certificates_are_served() {
    let pki = Pki::new();
    pki.issue("server", "ca");
    pki.issue("renewed", "ca");
    let node = serve(&pki, "server", None);
    let [old, new] = ["server", "renewed"].map(|name| pki.fingerprint(name));
    assert_eq!(served(&node.rest), Some(old.clone()));

    // Half a replacement, which does not fit together, changes nothing.
    fs::write(pki.path("server.pem"), "nothing").expect("written");
    for address in [&node.rest, &node.xmlrpc] {
        assert_eq!(served(address), Some(old.clone()));
    }
    for suffix in ["key", "pem"] {
        // As a renewal does it: a file beside it, then a change of names.
        let beside = pki.path(&format!("beside.{suffix}"));
        fs::copy(pki.path(&format!("renewed.{suffix}")), &beside).expect("copied");
        fs::rename(&beside, pki.path(&format!("server.{suffix}"))).expect("renamed");
    }
    let end = Instant::now() + PATIENCE;
    for address in [&node.rest, &node.xmlrpc] {
        while served(address) != Some(new.clone()) {
            assert!(Instant::now() < end, "the new certificate is not in use");
        }
    }
}

fn serve(pki: &Pki, name: &str, authority: Option<&str>) -> Node {
    let mut builder = NodeBuilder::new();
    for api in ["REST", "XMLRCP"] {
        builder = builder
            .option(&format!("{api}_SSL"), "True")
            .option(
                &format!("{api}_SSL_KEYFILE"),
                pki.path(&format!("{name}.key")),
            )
            .option(
                &format!("{api}_SSL_CERTFILE"),
                pki.path(&format!("{name}.pem")),
            )
            .option(
                &format!("{api}_SSL_CA_CERTS"),
                authority
                    .map(|name| pki.path(&format!("{name}.pem")))
                    .unwrap_or_default(),
            );
    }
    builder.start()
}

fn rest(pki: &Pki, url: &str, client: &str, method: &str, body: &str) -> Output {
    let certificate = if client.is_empty() {
        String::new()
    } else {
        pki.path(client)
    };
    python(
        REST_CLIENT,
        &[url, &pki.path("ca.pem"), &certificate, method, body],
    )
}

fn python(script: &str, arguments: &[&str]) -> Output {
    Command::new("python3")
        .args(["-c", script])
        .args(arguments)
        .output()
        .expect("python3 runs")
}

/// The fingerprint of the certificate that a server shows.
fn served(address: &str) -> Option<String> {
    let script = "import hashlib, ssl, sys; host, port = sys.argv[1].rsplit(':', 1); \
                  print(hashlib.sha256(ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate((host, int(port))))).hexdigest())";
    let output = python(script, &[address]);
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn port(address: &str) -> &str {
    address.rsplit(':').next().expect("a port")
}

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

// === impl Pki ===

impl Pki {
    /// A directory with an authority, `ca`.
    fn new() -> Self {
        let pki = Self {
            directory: tempfile::tempdir().expect("a directory"),
        };
        pki.authority("ca");
        pki
    }

    fn path(&self, name: &str) -> String {
        self.directory.path().join(name).display().to_string()
    }

    fn authority(&self, name: &str) {
        let subject = format!("/CN={name}");
        self.openssl(&[
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
            "-subj",
            &subject,
            "-keyout",
            &format!("{name}.key"),
            "-out",
            &format!("{name}.pem"),
            "-addext",
            "keyUsage=critical,keyCertSign",
        ]);
    }

    /// A certificate of an authority for localhost, good for servers and clients.
    fn issue(&self, name: &str, authority: &str) {
        let [key, request, certificate] =
            ["key", "csr", "pem"].map(|suffix| format!("{name}.{suffix}"));
        self.openssl(&[
            "req",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-subj",
            &format!("/CN={name}"),
            "-keyout",
            &key,
            "-out",
            &request,
        ]);
        fs::write(
            self.path("extensions"),
            "basicConstraints=CA:FALSE\nsubjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n",
        )
        .expect("written");
        self.openssl(&[
            "x509",
            "-req",
            "-in",
            &request,
            "-CA",
            &format!("{authority}.pem"),
            "-CAkey",
            &format!("{authority}.key"),
            "-CAcreateserial",
            "-days",
            "2",
            "-extfile",
            "extensions",
            "-out",
            &certificate,
        ]);
    }

    fn fingerprint(&self, name: &str) -> String {
        let script = "import hashlib, ssl, sys; print(hashlib.sha256(ssl.PEM_cert_to_DER_cert(open(sys.argv[1]).read())).hexdigest())";
        let output = python(script, &[&self.path(&format!("{name}.pem"))]);
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn openssl(&self, arguments: &[&str]) {
        let directory: &Path = self.directory.path();
        let output = Command::new("openssl")
            .args(arguments)
            .current_dir(directory)
            .output()
            .expect("openssl runs");
        assert!(
            output.status.success(),
            "openssl {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
