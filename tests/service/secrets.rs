//! Secrets that are marked, in every place where a user or an operator may put one: none of them may be found in the
//! log, on standard output or standard error, or in the text of an error.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::xmlrpc::{call, credentials, is_refusal, string};
use crate::support::{Node, NodeBuilder, RawRequest, Reply, document, exchange};

/// The marked secrets, and what was said to users in errors.
#[derive(Debug, Default)]
struct Marks {
    marks: Vec<String>,
    errors: Vec<String>,
}

#[test]
fn no_secret_is_in_a_log_of_text() {
    requests_full_of_secrets("text");
}

#[test]
fn no_secret_is_in_a_log_of_json() {
    requests_full_of_secrets("json");
}

#[test]
fn a_start_that_fails_tells_no_secret() {
    let mut marks = Marks::default();
    let options = [
        (
            "DATA_DB",
            format!("mysql://user:{}@127.0.0.1:1/im", marks.mark("mysql")),
        ),
        (
            "DATA_DB",
            format!("mongodb://user:{}@127.0.0.1:1/im", marks.mark("mongo")),
        ),
        (
            "DATA_DB",
            format!("postgres://user:{}@127.0.0.1:1/im", marks.mark("postgres")),
        ),
        ("DATA_DB", format!("mysql://user:{}", marks.mark("cut"))),
        (
            "ADMIN_USER",
            format!(
                "{{\"username\": \"admin\", \"password\": \"{}\"",
                marks.mark("open")
            ),
        ),
        (
            "ADMIN_USER",
            format!(
                "{{\"username\": \"admin\", \"password\": [\"{}\"]}}",
                marks.mark("list")
            ),
        ),
        ("ADMIN_USER", marks.mark("bare")),
        (
            "ADMIN_USER",
            format!(
                "[{{\"username\": 1, \"password\": \"{}\"}}]",
                marks.mark("number")
            ),
        ),
        ("OIDC_ADMIN_GROUPS", "x".to_owned()),
    ];
    for (name, value) in options {
        let secret = marks.mark("oidc");
        let output = NodeBuilder::new()
            .option("OIDC_CLIENT_SECRET", &secret)
            .option(name, &value)
            .option("LOG_FILE", "")
            .fail();
        assert!(
            !output.status.success(),
            "{name} = {value} is no reason to stop"
        );
        let said = [output.stdout, output.stderr].concat();
        marks.absent_from(
            "what a start says that fails",
            &String::from_utf8_lossy(&said),
        );
    }
}

#[test]
fn the_check_of_a_configuration_tells_no_secret() {
    let mut marks = Marks::default();
    let directory = tempfile::tempdir().expect("a directory");
    let text = format!(
        "[im]\nDATA_DB = mysql://user:{}@localhost/im\nADMIN_USER = {{\"username\": \"admin\", \"password\": \"{}\"}}\n\
         OIDC_CLIENT_SECRET = {}\nOIDC_CLIENT_SECRETT = {}\n",
        marks.mark("db"),
        marks.mark("admin"),
        marks.mark("oidc"),
        marks.mark("misspelt"),
    );
    fs::write(directory.path().join("im.cfg"), text).expect("written");
    let from_file = marks.mark("file");
    fs::write(
        directory.path().join("secret"),
        format!("sqlite:///{from_file}?password={}", marks.mark("query")),
    )
    .expect("written");
    for environment in [
        vec![],
        vec![("IM_OIDC_CLIENT_SECRET", marks.mark("environment"))],
        vec![("IM_ADMIN_USER", format!("[\"{}\"", marks.mark("broken")))],
        vec![("IM_OIDC_CLIENT_SECRET_FILE", "secret".to_owned())],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_im"))
            .args(["check-config", "--config", "im.cfg"])
            .current_dir(directory.path())
            .env_clear()
            .envs(environment)
            .output()
            .expect("im runs");
        let said = [output.stdout, output.stderr].concat();
        marks.absent_from("im check-config", &String::from_utf8_lossy(&said));
    }
}

fn requests_full_of_secrets(format: &str) {
    let directory = tempfile::tempdir().expect("a directory");
    let mut marks = Marks::default();
    let users = directory.path().join("users.json");
    let password = marks.mark("user");
    fs::write(
        &users,
        format!(r#"{{"users": [{{"username": "sue", "password": "{password}"}}]}}"#),
    )
    .expect("written");
    let mut node = NodeBuilder::new()
        .directory(directory.path())
        .option("LOG_FORMAT", format)
        .option("USER_DB", users.display())
        .option(
            "ADMIN_USER",
            format!(
                r#"{{"username": "admin", "password": "{}"}}"#,
                marks.mark("admin")
            ),
        )
        .option("OIDC_CLIENT_SECRET", marks.mark("oidc"))
        .start();
    let id = create(&node, &mut marks, &password);
    wrong_credentials(&node, &mut marks, &id);
    wrong_documents(&node, &mut marks, &id, &password);
    calls_of_xml_rpc(&node, &mut marks, &id, &password);
    let _destroyed = rest(
        &node,
        &mut marks,
        "DELETE",
        &format!("/infrastructures/{id}"),
        &authorization(&password),
        "",
        "",
    );
    assert!(node.terminate(), "the node ended with an error");

    let log = logs(directory.path());
    assert!(log.contains(&id), "the log tells of the infrastructure");
    marks.absent_from("the log", &log);
    marks.absent_from("standard output or standard error", &node.said());
    assert!(
        marks.errors.len() > 80,
        "only {} errors were seen",
        marks.errors.len()
    );
    for error in &marks.errors {
        marks.absent_from("an error", error);
    }
}

/// A request that succeeds, full of secrets; the id of what it made.
fn create(node: &Node, marks: &mut Marks, password: &str) -> String {
    let auth = format!(
        "{}\\nid = ost; type = OpenStack; host = https://cloud.example:5000; username = u; tenant = t; password = {}\\n\
         id = key; type = EC2; username = u; password = {}; private_key = {}; token = {}; proxy = {}",
        authorization(password),
        marks.mark("openstack"),
        marks.mark("ec2"),
        marks.mark("privatekey"),
        marks.mark("token"),
        marks.mark("proxy"),
    );
    let text = document(1).replace(
        "cpu.count = 1",
        &format!("cpu.count = 1 and\n{}", secret_features(marks)),
    );
    let answer = rest(
        node,
        marks,
        "POST",
        "/infrastructures",
        &auth,
        "text/plain",
        &text,
    )
    .expect("an answer");
    assert_eq!(answer.0, 200, "{}", answer.1);
    let id = answer.1.rsplit('/').next().expect("an id").to_owned();
    for part in [
        "",
        "/state",
        "/radl",
        "/contmsg",
        "/data",
        "/authorization",
        "/vms/0",
        "/vms/0/disk.0.os.credentials.password",
    ] {
        let _seen = rest(
            node,
            marks,
            "GET",
            &format!("/infrastructures/{id}{part}"),
            &auth,
            "",
            "",
        );
    }
    for target in [
        "/infrastructures",
        "/stats",
        "/clouds/ost/images",
        "/clouds/key/quotas",
        "/clouds/dummy/images",
    ] {
        let token = marks.mark("query");
        let _seen = rest(
            node,
            marks,
            "GET",
            &format!("{target}?access_token={token}"),
            &auth,
            "",
            "",
        );
    }
    id
}

/// Features whose values nobody may see.
fn secret_features(marks: &mut Marks) -> String {
    format!(
        "disk.0.os.credentials.username = 'u' and\ndisk.0.os.credentials.password = '{}' and\n\
         disk.0.os.credentials.new.password = '{}' and\ndisk.0.os.credentials.private_key = '{}'",
        marks.mark("password"),
        marks.mark("newpassword"),
        marks.mark("privatekey"),
    )
}

/// Credentials that are refused, each in the ways that an Authorization may be written.
fn wrong_credentials(node: &Node, marks: &mut Marks, id: &str) {
    let user = "type = InfrastructureManager; username = sue";
    let mut texts = vec![
        format!("{user}; password = {}", marks.mark("wrong")),
        format!("{user}; password = \"{}\"", marks.mark("quoted")),
        format!("{user}; password = '{}", marks.mark("open")),
        format!("{user}; password {}", marks.mark("bare")),
        format!("{user}; token = {}", marks.mark("token")),
        format!("{user}; token = e30.{}.x", marks.mark("jwt")),
        format!("password = {}", marks.mark("alone")),
        format!("; = {}", marks.mark("nameless")),
        format!("id = \u{e9}; password = {}", marks.mark("badid")),
        marks.mark("nothing"),
        format!("Bearer {}", marks.mark("bearer")),
        format!("Bearer e30.{}.x", marks.mark("bearerjwt")),
        format!("Basic {}", marks.mark("basic")),
        format!(
            r#"[{{"type": "InfrastructureManager", "username": "sue", "password": "{}"}}]"#,
            marks.mark("json")
        ),
        format!(
            r#"[{{"type": "InfrastructureManager", "username": "sue", "password": "{}"}}"#,
            marks.mark("jsonopen")
        ),
        format!(
            r#"[{{"type": "InfrastructureManager", "username": "sue", "password": ["{}"]}}]"#,
            marks.mark("jsonlist")
        ),
        format!(r#"["{}"]"#, marks.mark("jsontext")),
    ];
    // "sue:" and the password, as a browser writes it.
    let encoded = "c3VlOlNFQ1JFVE1BUktFRFNFQ1JFVA==";
    marks.marks.push(encoded.trim_end_matches('=').to_owned());
    texts.push(format!("Basic {encoded}"));
    for auth in texts {
        for (method, target) in [
            ("GET", "/infrastructures".to_owned()),
            ("POST", "/infrastructures".to_owned()),
            ("GET", format!("/infrastructures/{id}")),
            ("DELETE", format!("/infrastructures/{id}")),
        ] {
            let body = if method == "POST" {
                document(1)
            } else {
                String::new()
            };
            let answer = rest(node, marks, method, &target, &auth, "text/plain", &body);
            assert!(
                answer.is_none_or(|(status, _)| status >= 400),
                "{method} {target} with {auth}"
            );
        }
    }
}

/// Documents that are refused because of something beside a secret, or because of the secret itself.
fn wrong_documents(node: &Node, marks: &mut Marks, id: &str, password: &str) {
    const PASSWORD: &str = "disk.0.os.credentials.password";
    let radl = [
        format!(
            "system s (\n{PASSWORD} = '{}' and\n{PASSWORD} = '{}'\n)",
            marks.mark("one"),
            marks.mark("two")
        ),
        format!(
            "system s (\n{PASSWORD} = '{}' '{}'\n)",
            marks.mark("one"),
            marks.mark("two")
        ),
        format!("system s (\n{PASSWORD} >= '{}'\n)", marks.mark("operator")),
        format!(
            "system s (\n{PASSWORD} = '{}' and\ncpu.count = 'x'\n)",
            marks.mark("beside")
        ),
        format!("system s (\n{PASSWORD} = '{}' and\n)", marks.mark("and")),
        format!(
            "system s (\ndisk.0.os.credentials.private_key = '{}' and x\n)",
            marks.mark("key")
        ),
        format!(
            "system s (\ndisk.0.os.credentials.token = ['{}']\n)",
            marks.mark("list")
        ),
        format!(
            "system s (\n{PASSWORD} = 5 and\n{PASSWORD} = '{}'\n)",
            marks.mark("types")
        ),
        format!(
            "ansible a (\ncredentials.password = '{}'\n)",
            marks.mark("ansible")
        ),
        format!(
            "network n (\nvpn.password = '{}' and\noutports = 'x'\n)",
            marks.mark("vpn")
        ),
    ];
    let json = [
        format!(
            r#"[{{"class": "system", "id": "s", "{PASSWORD}": {{"{}": 1}}}}]"#,
            marks.mark("object")
        ),
        format!(
            r#"[{{"class": "system", "id": "s", "{PASSWORD}": ["{}"], "cpu.count": "x"}}]"#,
            marks.mark("array")
        ),
        format!(
            r#"[{{"class": "system", "id": "s", "{PASSWORD}": "{}", "cpu.count": "x"}}]"#,
            marks.mark("count")
        ),
        format!(
            r#"[{{"class": "system", "id": "s", "{PASSWORD}": "{}"}}"#,
            marks.mark("open")
        ),
        format!(
            r#"[{{"class": "system", "{PASSWORD}": "{}"}}]"#,
            marks.mark("noid")
        ),
        format!(
            r#"{{"vm_list": "{}", "auth": [{{"password": "{}"}}]}}"#,
            marks.mark("vms"),
            marks.mark("auth")
        ),
        format!(
            r#"{{"id": 1, "vm_list": [], "auth": [{{"password": "{}"}}]}}"#,
            marks.mark("import")
        ),
        format!(
            r#"{{"username": 1, "password": "{}"}}"#,
            marks.mark("owner")
        ),
        format!(
            r#"{{"username": "x", "password": {{"a": "{}"}}}}"#,
            marks.mark("ownerobject")
        ),
        format!(r#"{{"password": "{}"}}"#, marks.mark("nameless")),
    ];
    let auth = authorization(password);
    for (kind, bodies) in [("text/plain", radl), ("application/json", json)] {
        for body in &bodies {
            for (method, target) in [
                ("POST", "/infrastructures".to_owned()),
                ("PUT", "/infrastructures".to_owned()),
                ("POST", "/infrastructures?dry_run=yes".to_owned()),
                ("POST", format!("/infrastructures/{id}")),
                ("POST", format!("/infrastructures/{id}/authorization")),
                ("PUT", format!("/infrastructures/{id}/vms/0")),
                ("PUT", format!("/infrastructures/{id}/reconfigure")),
            ] {
                let _refused = rest(node, marks, method, &target, &auth, kind, body);
            }
        }
    }
}

fn calls_of_xml_rpc(node: &Node, marks: &mut Marks, id: &str, password: &str) {
    let user = [
        ("type", "InfrastructureManager"),
        ("username", "sue"),
        ("password", password),
    ];
    let wrong_password = marks.mark("wrong");
    let wrong_user = [
        ("type", "InfrastructureManager"),
        ("username", "sue"),
        ("password", wrong_password.as_str()),
    ];
    let cloud_password = marks.mark("cloud");
    let cloud = [
        ("id", "ost"),
        ("type", "OpenStack"),
        ("password", cloud_password.as_str()),
    ];
    let dummy = [("id", "dummy"), ("type", "Dummy")];
    let right = credentials(&[&user, &cloud, &dummy]);
    let wrong = credentials(&[&wrong_user, &cloud, &dummy]);
    let two = format!(
        "system s (\ndisk.0.os.credentials.password = '{}' and\ndisk.0.os.credentials.password = '{}'\n)",
        marks.mark("one"),
        marks.mark("two")
    );
    let bare = marks.mark("bare");
    let new_owner = marks.mark("owner");
    let owner = credentials(&[&[("type", "Nothing"), ("password", new_owner.as_str())]]);
    for auth in [&right, &wrong, &string(&bare), &credentials(&[&cloud])] {
        for (method, values) in [
            ("CreateInfrastructure", vec![string(&two)]),
            ("AddResource", vec![string(id), string(&two)]),
            ("AlterVM", vec![string(id), string("0"), string(&two)]),
            (
                "ChangeInfrastructureAuth",
                vec![string(id), owner.clone(), string("x")],
            ),
            (
                "ImportInfrastructure",
                vec![string(&format!("{{\"vm_list\": \"{bare}\"}}"))],
            ),
            ("GetCloudImageList", vec![string("ost")]),
            (
                "GetVMProperty",
                vec![string(id), string("0"), string(&bare)],
            ),
            ("NoSuchMethod", vec![string(&bare)]),
        ] {
            let answer = call(&node.xmlrpc, method, &[values, vec![auth.clone()]].concat());
            if is_refusal(&answer.body) || answer.status >= 400 {
                marks.errors.push(answer.body);
            }
        }
    }
}

/// Sends a request; what is refused is kept as an error. The status and the body of the answer, if there was one.
fn rest(
    node: &Node,
    marks: &mut Marks,
    method: &str,
    target: &str,
    auth: &str,
    kind: &str,
    body: &str,
) -> Option<(u16, String)> {
    let mut request = RawRequest::new(method, target).header("Authorization", auth);
    if !kind.is_empty() {
        request = request.header("Content-Type", kind).body(body);
    }
    let Reply::Answered(answer, bytes) = exchange(&node.rest, &request.bytes()) else {
        return None;
    };
    assert!(answer.status < 500, "{method} {target}: {}", answer.body);
    if answer.status >= 400 {
        marks
            .errors
            .push(String::from_utf8_lossy(&bytes).into_owned());
    }
    Some((answer.status, answer.body))
}

fn authorization(password: &str) -> String {
    format!(
        "type = InfrastructureManager; username = sue; password = {password}\\nid = dummy; type = Dummy"
    )
}

/// The log and its rotated files.
fn logs(directory: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(directory).expect("the directory") {
        let path = entry.expect("an entry").path();
        if path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("im.log"))
        {
            text.push_str(&fs::read_to_string(path).expect("a text"));
        }
    }
    text
}

// === impl Marks ===

impl Marks {
    /// A new secret.
    fn mark(&mut self, what: &str) -> String {
        let mark = format!("zqMARK-{}{what}qz", self.marks.len());
        self.marks.push(mark.clone());
        mark
    }

    /// None of the secrets is in the text.
    fn absent_from(&self, place: &str, text: &str) {
        for mark in &self.marks {
            if let Some(at) = text.find(mark.as_str()) {
                let line_start = text[..at].rfind('\n').map_or(0, |end| end + 1);
                let line: String = text[line_start..].chars().take(500).collect();
                panic!("the secret {mark} is in {place}: {line}");
            }
        }
    }
}
