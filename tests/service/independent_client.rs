//! The public client of IM, as its users run it, over both APIs.

use std::fs;
use std::path::Path;

use crate::support::{Node, Tool, document, tool};

/// The client, with the files that it reads.
#[derive(Debug)]
struct Client<'a> {
    tool: Tool,
    directory: &'a Path,
    /// `-r` or `-u`, and the address.
    api: [String; 2],
}

#[test]
fn over_rest() {
    let node = Node::start();
    whole_life(
        "over_rest",
        ["-r".to_owned(), format!("http://{}", node.rest)],
    );
}

#[test]
fn over_xml_rpc() {
    let node = Node::start();
    whole_life(
        "over_xml_rpc",
        ["-u".to_owned(), format!("http://{}", node.xmlrpc)],
    );
}

/// From the creation of an infrastructure to its end.
fn whole_life(test: &str, api: [String; 2]) {
    let Some(tool) = tool("im_client", &format!("independent_client::{test}")) else {
        return;
    };
    let directory = tempfile::tempdir().expect("a directory");
    let user = "type = InfrastructureManager; username = public; password = 'a;b = c'";
    fs::write(
        directory.path().join("auth.dat"),
        format!("{user}\nid = dummy; type = Dummy\n"),
    )
    .expect("written");
    fs::write(directory.path().join("two.radl"), document(2)).expect("written");
    fs::write(directory.path().join("more.radl"), document(1)).expect("written");
    fs::write(
        directory.path().join("larger.radl"),
        "system node (cpu.count = 3 and memory.size = 512m)\n",
    )
    .expect("written");
    let client = Client {
        tool,
        directory: directory.path(),
        api,
    };

    let version = client.run(&["getversion"]);
    assert!(version.contains("version"), "{version}");
    assert!(client.run(&["list"]).contains("No Infrastructures"));
    let created = client.run(&["create", "two.radl"]);
    let id = created.trim().rsplit(' ').next().expect("an id").to_owned();
    assert_eq!(id.len(), 36, "{created}");
    assert!(client.run(&["list"]).contains(&id));
    client.run(&["wait", &id, "60"]);
    let state = client.run(&["getstate", &id]);
    assert!(
        state.contains("in state: configured") && state.contains("VM ID: 1 "),
        "{state}"
    );
    assert!(client.run(&["getradl", &id]).contains("deploy node 2"));
    let vm = client.run(&["getvminfo", &id, "0"]);
    assert!(vm.contains("10.0.0.1"), "{vm}");
    assert!(client.run(&["getinfo", &id]).contains("10.0.0.1"));
    client.run(&["getcontmsg", &id]);
    client.run(&["getvmcontmsg", &id, "0"]);

    let added = client.run(&["-q", "addresource", &id, "more.radl"]);
    assert!(added.contains('2'), "{added}");
    client.run(&["alter", &id, "2", "larger.radl"]);
    client.run(&["removeresource", &id, "2"]);
    for (verb, state) in [("stop", "stopped"), ("start", "configured")] {
        client.run(&[verb, &id]);
        let seen = client.run(&["getstate", &id]);
        assert!(
            seen.contains(&format!("VM ID: 0 is in state: {state}")),
            "after {verb}: {seen}"
        );
    }
    for verb in ["stopvm", "startvm", "rebootvm"] {
        client.run(&[verb, &id, "1"]);
    }
    client.run(&["reconfigure", &id]);
    client.run(&["cloudimages", "dummy"]);
    client.run(&["cloudusage", "dummy"]);
    let exported = client.run(&["-q", "export", &id]);
    assert!(exported.contains(&id), "{exported}");
    client.run(&["-y", "destroy", &id]);
    assert!(client.run(&["list"]).contains("No Infrastructures"));
}

// === impl Client ===

impl Client<'_> {
    /// Runs a command that must succeed; what it said.
    fn run(&self, arguments: &[&str]) -> String {
        let output = self
            .tool
            .command()
            .current_dir(self.directory)
            .env("HOME", self.directory)
            .env("PYTHONUTF8", "1")
            .args(["-a", "auth.dat"])
            .args(&self.api)
            .args(arguments)
            .output()
            .expect("the client runs");
        let said = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(
            output.status.success() && !said.contains("Traceback"),
            "{arguments:?}: {said}"
        );
        said
    }
}
