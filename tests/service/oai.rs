//! The templates of a repository: harvested with a client of others, and built on by documents.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Node, NodeBuilder, python_with, request};

/// More templates than one answer of a list has.
const MANY: usize = 205;

const FIRST: &str = "\
tosca_definitions_version: tosca_simple_yaml_1_0
description: One machine
metadata:
  display_name: One <machine> & more
  template_version: 1.0.0
  template_author: Ada
  creation_date: 2024-05-06
  tag: simple
topology_template:
  node_templates:
    front:
      type: tosca.nodes.Compute
";

/// A repository of git with templates, served over HTTP; it ends with this.
struct Repository {
    server: Child,
    // The server goes on as long as this is open.
    _open: ChildStdin,
    folder: String,
    _directory: TempDir,
}

// === impl Repository ===

impl Repository {
    fn serve() -> Self {
        let directory = TempDir::new().expect("a directory");
        let write = |name: &str, text: &str| {
            let path = directory.path().join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            fs::write(path, text).expect("written");
        };
        write("types.yaml", "node_types: {}");
        write("README.md", "# Templates");
        write("templates/000.yaml", FIRST);
        for number in 1..MANY {
            let text =
                format!("metadata:\n  display_name: T{number}\n  creation_date: 2020-01-01\n");
            write(&format!("templates/{number:03}.yaml"), &text);
        }
        for arguments in [
            &["init", "--quiet", "--initial-branch", "main"][..],
            &["add", "."],
            &[
                "-c",
                "user.name=a",
                "-c",
                "user.email=a@example.org",
                "commit",
                "--quiet",
                "-m",
                "a",
            ],
        ] {
            let done = Command::new("git")
                .args(arguments)
                .current_dir(&directory)
                .status();
            assert!(done.expect("git runs").success(), "{arguments:?}");
        }
        let mut server = Command::new("python3")
            .arg(script("repository.py"))
            .arg(directory.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 runs");
        let open = server.stdin.take().expect("standard input");
        let mut port = String::new();
        let out = server.stdout.take().expect("standard output");
        BufReader::new(out).read_line(&mut port).expect("a port");
        Self {
            server,
            _open: open,
            folder: format!("http://127.0.0.1:{}/o/r/blob/main/templates/", port.trim()),
            _directory: directory,
        }
    }

    fn node(&self) -> NodeBuilder {
        NodeBuilder::new()
            .option("OAIPMH_REPO_BASE_IDENTIFIER_URL", &self.folder)
            .option("OAIPMH_REPO_NAME", "Templates & more")
            .option("OAIPMH_REPO_DESCRIPTION", "All of them")
    }
}

impl Drop for Repository {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/service/oai")
        .join(name)
}

#[test]
fn a_harvester_gets_every_template() {
    let Some(python) = python_with("sickle", "oai::a_harvester_gets_every_template") else {
        return;
    };
    let repository = Repository::serve();
    let node = repository
        .node()
        .option("DOCUMENTS_ALLOWED_NETWORKS", "127.0.0.1")
        .start();
    for method in ["GET", "POST"] {
        let base = format!("http://{}/oai", node.rest);
        let output = python
            .command()
            .arg(script("harvest.py"))
            .args([&base, method])
            .output();
        let output = output.expect("python3 runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(found["name"], "Templates & more");
        assert_eq!(found["base"], base.as_str());
        assert_eq!(found["granularity"], "YYYY-MM-DD");
        let formats = ["oai_dc", "oai_openaire", "oai_datacite"];
        assert_eq!(found["formats"], serde_json::json!(formats));
        for format in formats {
            assert_eq!(found["records"][format], MANY, "{format}");
        }
        let identifiers: Vec<String> = (0..MANY)
            .map(|number| format!("{}{number:03}.yaml", repository.folder))
            .collect();
        assert_eq!(found["identifiers"], serde_json::json!(identifiers));
        assert_eq!(found["late"], serde_json::json!([identifiers[0]]));
        assert_eq!(found["first"]["title"][0], "One <machine> & more");
        assert_eq!(found["first"]["creator"][0], "Ada");
        let errors = ["IdDoesNotExist", "NoRecordsMatch", "NoSetHierarchy"];
        assert_eq!(found["errors"], serde_json::json!(errors));
    }
}

#[test]
fn a_document_builds_on_a_template_of_the_repository_where_it_may_be_reached() {
    let repository = Repository::serve();
    let document = "tosca_definitions_version: tosca_simple_yaml_1_0\nimports:\n  - template_file: 000.yaml\n\
                    topology_template: {}\n";
    let create = |node: &Node, document: &str| {
        let auth = "type = InfrastructureManager; username = oai; password = oai\\nid = dummy; type = Dummy";
        let headers = [("Authorization", auth), ("Content-Type", "text/yaml")];
        let answer = request(&node.rest, "POST", "/infrastructures", &headers, document);
        answer.expect("an answer")
    };
    let closed = repository.node().start();
    let refused = create(&closed, document);
    assert_eq!(refused.status, 400, "{}", refused.body);
    assert!(
        refused.body.contains("'127.0.0.1' is not a public address"),
        "{}",
        refused.body
    );

    let open = repository
        .node()
        .option("DOCUMENTS_ALLOWED_NETWORKS", "127.0.0.0/8")
        .start();
    let created = create(&open, document);
    assert_eq!(created.status, 200, "{}", created.body);
    let elsewhere = document.replace("000.yaml", "http://127.0.0.1/000.yaml");
    let refused = create(&open, &elsewhere);
    let expected = format!(
        "must be imported from the TOSCA repository: {}",
        repository.folder
    );
    assert!(refused.body.contains(&expected), "{}", refused.body);
}
