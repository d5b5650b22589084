//! The compose file: what it says, and all of it running in an engine.
//!
//! The servers are those of Debian packages in one image, since nothing is pulled; the service, its configuration, secrets,
//! network, volumes and checks are those of the file. Grafana is in no Debian: only what it is given is checked.

use std::fs;
use std::process::Command;

use im_test_support::{auth, document, missing, until};

use crate::engine::Engine;
use crate::{base, image, repository, said};

/// What is put over the file where images are concerned.
const SERVERS: &str = r#"
version: "3.8"
services:
  node1: { image: "im:test" }
  node2: { image: "im:test" }
  node3: { image: "im:test" }
  haproxy: { image: "servers:1", user: "99:99" }
  mariadb:
    image: "servers:1"
    entrypoint: ["/entry/mariadb-container"]
    volumes: ["ENTRY:/entry:ro"]
    healthcheck: { test: ["CMD", "mariadb-admin", "--no-defaults", "--host=127.0.0.1", "--connect-timeout=2", "ping"] }
  redis: { image: "servers:1" }
  prometheus: { image: "servers:1", entrypoint: ["prometheus"] }
"#;

/// A project in a directory of its own, brought down and away when this is dropped.
struct Project<'a> {
    engine: &'a Engine,
    directory: std::path::PathBuf,
}

// === impl Project ===

impl<'a> Project<'a> {
    fn new(engine: &'a Engine) -> Self {
        let directory = engine.directory().join("repository");
        for room in ["deploy/compose", "deploy/monitoring", "deploy/helm"] {
            if repository(room).is_dir() {
                image::copy(&repository(room), &directory.join(room));
            }
        }
        fs::create_dir_all(directory.join("deploy/helm/im/files/rules")).expect("a directory");
        let entry = repository("tests/deploy")
            .canonicalize()
            .expect("a directory");
        let servers = SERVERS.replace("ENTRY", &entry.display().to_string());
        let directory = directory.join("deploy/compose");
        fs::write(directory.join("servers.yml"), servers).expect("it is written");
        let _there_are_others = fs::remove_dir_all(directory.join("secrets"));
        Self { engine, directory }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("docker-compose");
        command
            .envs(self.engine.reach())
            .args(["-f", "docker-compose.yml", "-f", "servers.yml", "-p", "im"])
            .args(arguments)
            .current_dir(&self.directory);
        command
    }

    #[track_caller]
    fn compose(&self, arguments: &[&str]) -> String {
        said(&mut self.command(arguments))
    }

    fn request(&self, method: &str, path: &str, body: &str) -> Option<(u16, String)> {
        let authorization = format!("Authorization: {}", auth("ana"));
        let address = format!("http://127.0.0.1:8800{path}");
        let mut arguments = vec!["-X", method, "-H", &authorization, &address];
        if !body.is_empty() {
            arguments.extend(["-H", "Content-Type: text/plain", "--data-binary", body]);
        }
        self.engine.curl(&arguments)
    }

    fn secret(&self, name: &str) -> String {
        let file = self.directory.join("secrets").join(name);
        fs::read_to_string(file)
            .expect("a secret")
            .trim()
            .to_owned()
    }
}

impl Drop for Project<'_> {
    fn drop(&mut self) {
        let _gone = self
            .command(&["down", "--volumes", "--timeout", "1"])
            .output();
    }
}

#[test]
fn haproxy_is_configured_as_im_renders_it() {
    let file = fs::read_to_string(repository("deploy/compose/haproxy.cfg")).expect("haproxy.cfg");
    let (head, rendered) = file.split_once("\n\n").expect("a first paragraph");
    let command = head.replace("\n# ", " ");
    let command = command.split('`').nth(1).expect("a command");
    let arguments: Vec<_> = command.split(' ').skip(1).collect();
    let again = said(Command::new(env!("CARGO_BIN_EXE_im")).args(arguments));
    assert_eq!(
        rendered, again,
        "deploy/compose/haproxy.cfg is not what its first lines write"
    );
}

#[test]
fn the_compose_file_runs() {
    let test = "the_compose_file_runs";
    if Engine::skipped(test) || missing(test, &["docker-compose"]) {
        return;
    }
    let engine = Engine::start();
    image::build(&engine, "im:test");
    engine.import(
        &base::debian(
            "servers",
            &["mariadb-server", "redis-server", "haproxy", "prometheus"],
        ),
        "servers:1",
    );
    let project = Project::new(&engine);
    said(&mut Command::new(project.directory.join("make-secrets")));
    let key = project.secret("cluster_key");
    said(&mut Command::new(project.directory.join("make-secrets")));
    assert_eq!(
        project.secret("cluster_key"),
        key,
        "secrets that are there stay"
    );

    // No secret is in the file, nor in what is made of it.
    let config = project.compose(&["config"]);
    for entry in fs::read_dir(project.directory.join("secrets")).expect("the secrets") {
        let name = entry.expect("an entry").file_name();
        let secret = project.secret(&name.to_string_lossy());
        assert!(!config.contains(&secret), "{name:?} is in the file");
    }
    assert!(config.contains("grafana"), "{config}");

    project.compose(&[
        "up",
        "--detach",
        "node1",
        "node2",
        "node3",
        "haproxy",
        "mariadb",
        "redis",
        "prometheus",
    ]);
    until("a node answers through HAProxy", || {
        project
            .request("GET", "/readyz", "")
            .is_some_and(|(status, _)| status == 200)
    });
    let (status, uri) = project
        .request("POST", "/infrastructures", &document(2))
        .expect("an answer");
    assert_eq!(status, 200, "{uri}");
    let path = uri.trim().split_once("/infrastructures").map(|(_, id)| id);
    let path = format!("/infrastructures{}/state", path.expect("an id"));
    let configured = || {
        project
            .request("GET", &path, "")
            .is_some_and(|(status, body)| status == 200 && body.contains("configured"))
    };
    until("it is configured", configured);

    // The three nodes are one service, and say so to who is inside one of them.
    let nodes = engine.docker(&["exec", "im_node2_1", "im", "status"]);
    for node in ["node1", "node2", "node3"] {
        assert!(nodes.contains(node), "{nodes}");
    }
    assert!(
        !nodes.contains('?'),
        "a node does not answer the others: {nodes}"
    );

    // Whoever owns it, it survives that.
    let owner = engine.docker(&[
        "exec",
        "im_node2_1",
        "im",
        "status",
        path.split('/').nth(2).unwrap(),
    ]);
    let owner = ["node1", "node2", "node3"]
        .into_iter()
        .find(|node| owner.contains(node));
    let owner = format!("im_{}_1", owner.expect("an owner"));
    engine.docker(&["kill", "--signal=KILL", &owner]);
    until("it is served by another node", configured);

    // Prometheus sees what there is, and takes the rules.
    let asked = |path: &str| {
        let answer = engine.curl(&[&format!("http://127.0.0.1:9090/api/v1/{path}")]);
        answer
            .filter(|(status, _)| *status == 200)
            .map(|(_, body)| body)
    };
    until("Prometheus has HAProxy's metrics", || {
        asked("query?query=haproxy_server_status").is_some_and(|body| body.contains("node3"))
    });
    until("Prometheus has the metrics of the nodes that live", || {
        asked("query?query=im_build_info").is_some_and(|body| {
            ["node1", "node2", "node3"]
                .into_iter()
                .filter(|node| !owner.contains(node))
                .all(|node| body.contains(&format!("{node}:9100")))
        })
    });
    assert!(asked("rules").is_some_and(|body| body.contains("ImNodeAway")));
}
