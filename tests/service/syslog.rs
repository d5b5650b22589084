//! `LOGGING_CONF`: the log of a node goes where a file says, to a real rsyslog among others.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use im_test_support::{Node, NodeBuilder, Rsyslog, Scratch, document, missing, until};

/// A file as IM comes with, whose handler is given.
fn logging_conf(directory: &Path, handler: &str) -> PathBuf {
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/../../etc/logging.conf");
    let shipped = fs::read_to_string(shipped).expect("etc/logging.conf");
    let ours = "class=logging.handlers.RotatingFileHandler\nlevel=INFO\nformatter=simpleFormatter\nargs=('/var/log/im/im.log', 'a', 10485760, 3)\n";
    assert!(shipped.contains(ours));
    let text = shipped.replace(
        ours,
        &format!("{handler}\nlevel=INFO\nformatter=simpleFormatter\n"),
    );
    let path = directory.join("logging.conf");
    fs::write(&path, text).expect("written");
    path
}

fn start(scratch: &Scratch, handler: &str) -> Node {
    NodeBuilder::new(env!("CARGO_BIN_EXE_im"), "n1")
        .option(
            "LOGGING_CONF",
            logging_conf(scratch.path(), handler).display(),
        )
        .start()
}

fn create(node: &Node) -> String {
    let answer = node.call("POST", "/infrastructures", "logger", &document(1));
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer
        .body
        .trim()
        .rsplit('/')
        .next()
        .expect("an id")
        .to_owned()
}

/// Creates an infrastructure and waits until its line has come; answers the line.
fn arrives(node: &Node, rsyslog: &Rsyslog, input: &str) -> String {
    let id = create(node);
    let mut line = None;
    until("the line comes", || {
        let messages = rsyslog.messages();
        let found = messages
            .lines()
            .find(|line| line.starts_with(input) && line.contains(&format!("Inf ID: {id}: ")));
        line = found.map(ToOwned::to_owned);
        line.is_some()
    });
    line.expect("it has come")
}

/// `imudp user.info <14>2026-11-22 17:00:00,123 - InfrastructureManager - INFO - Inf ID: ...`
fn is_as_of_python(line: &str, facility: &str, priority: u32) -> bool {
    let Some((before, message)) = line.split_once('>') else {
        return false;
    };
    before.ends_with(&format!(" {facility}.info <{priority}"))
        && message.contains(" - InfrastructureManager - INFO - Inf ID: ")
        && message.starts_with("20")
}

#[test]
fn a_daemon_gets_the_lines_over_udp() {
    if missing("a_daemon_gets_the_lines_over_udp", &Rsyslog::NEEDS) {
        return;
    }
    let (rsyslog, scratch) = (Rsyslog::start(), Scratch::new());
    let handler = format!(
        "class=logging.handlers.SysLogHandler\nargs=(('127.0.0.1', {}),)",
        rsyslog.port
    );
    let mut node = start(&scratch, &handler);
    let line = arrives(&node, &rsyslog, "imudp ");
    assert!(is_as_of_python(&line, "user", 14), "{line}");
    assert_eq!(node.log(), "", "LOG_FILE is not used");
    assert!(node.terminate().success());
    until("the last line comes", || {
        rsyslog.messages().contains("the service stops")
    });
}

#[test]
fn a_daemon_gets_the_lines_over_tcp_those_of_its_absence_too() {
    if missing(
        "a_daemon_gets_the_lines_over_tcp_those_of_its_absence_too",
        &Rsyslog::NEEDS,
    ) {
        return;
    }
    let (mut rsyslog, scratch) = (Rsyslog::start(), Scratch::new());
    let handler = format!(
        "class=handlers.SysLogHandler\nargs=(('localhost', {}), handlers.SysLogHandler.LOG_LOCAL3, handlers.socket.SOCK_STREAM)",
        rsyslog.port
    );
    let node = start(&scratch, &handler);
    let line = arrives(&node, &rsyslog, "imtcp ");
    assert!(is_as_of_python(&line, "local3", 158), "{line}");
    rsyslog.kill();
    let meanwhile: Vec<String> = (0..3).map(|_| create(&node)).collect();
    until("the node says that the daemon is away", || {
        node.complaints().contains("cannot be reached: ")
    });
    rsyslog.run();
    until("the lines of its absence come", || {
        let messages = rsyslog.messages();
        meanwhile
            .iter()
            .all(|id| messages.contains(&format!("Inf ID: {id}: ")))
    });
    until("the node says that it is back", || {
        node.complaints().contains(" takes the log again.")
    });
}

#[test]
fn the_daemon_of_the_machine_gets_the_lines_and_may_be_restarted() {
    if missing(
        "the_daemon_of_the_machine_gets_the_lines_and_may_be_restarted",
        &Rsyslog::NEEDS,
    ) {
        return;
    }
    let (mut rsyslog, scratch) = (Rsyslog::start(), Scratch::new());
    let handler = format!(
        "class=handlers.SysLogHandler\nkwargs={{'address': '{}', 'facility': 'daemon'}}",
        rsyslog.socket().display()
    );
    let node = start(&scratch, &handler);
    let line = arrives(&node, &rsyslog, "imuxsock ");
    assert!(is_as_of_python(&line, "daemon", 30), "{line}");
    rsyslog.kill();
    rsyslog.run();
    arrives(&node, &rsyslog, "imuxsock ");
}

#[test]
fn the_daemon_may_come_later_than_the_node() {
    if missing("the_daemon_may_come_later_than_the_node", &Rsyslog::NEEDS) {
        return;
    }
    let (mut rsyslog, scratch) = (Rsyslog::start(), Scratch::new());
    rsyslog.kill();
    let handler = format!(
        "class=handlers.SysLogHandler\nargs=(('127.0.0.1', {}), 1, 1)",
        rsyslog.port
    );
    let mut node = start(&scratch, &handler);
    rsyslog.run();
    until("the first line comes", || {
        rsyslog.messages().contains("the service is ready")
    });
    rsyslog.kill();
    create(&node);
    // A daemon that stays away holds nobody up.
    assert!(node.terminate().success());
    assert!(
        node.complaints().contains("the service stops"),
        "{}",
        node.complaints()
    );
}

#[test]
fn one_line_may_go_to_several_places() {
    let scratch = Scratch::new();
    let path = |name: &str| scratch.path().join(name).display().to_string();
    let text = format!(
        "[loggers]\nkeys=root,clouds\n[handlers]\nkeys=all,clouds,out\n[formatters]\nkeys=json\n\
         [logger_root]\nlevel=INFO\nhandlers=all,out\n\
         [logger_clouds]\nlevel=DEBUG\nhandlers=clouds\nqualname=CloudConnector\n\
         [handler_all]\nclass=FileHandler\nformatter=json\nargs=('{}', 'w')\n\
         [handler_clouds]\nclass=handlers.RotatingFileHandler\nargs=('{}', 'a', 1024 * 1024, 2)\n\
         [handler_out]\nclass=StreamHandler\nlevel=WARNING\nargs=(sys.stdout,)\n\
         [formatter_json]\nclass=pythonjsonlogger.json.JsonFormatter\nformat=%(asctime)s %(hostname)s %(name)s %(message)s\n",
        path("all.log"),
        path("clouds.log"),
    );
    fs::write(scratch.path().join("logging.conf"), text).expect("written");
    fs::write(scratch.path().join("all.log"), "of before").expect("written");
    let mut node = NodeBuilder::new(env!("CARGO_BIN_EXE_im"), "n1")
        .option("LOGGING_CONF", path("logging.conf"))
        .start();
    let id = create(&node);
    assert!(node.terminate().success());
    let all = fs::read_to_string(path("all.log")).expect("a log");
    let machine = fs::read_to_string("/proc/sys/kernel/hostname").expect("a name");
    let lines: Vec<serde_json::Value> = all
        .lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect();
    assert!(
        lines.iter().all(|line| line["hostname"] == machine.trim()),
        "{all}"
    );
    assert!(
        lines
            .iter()
            .any(|line| line["inf_id"] == id.as_str() && line["name"] == "InfrastructureManager"),
        "{all}"
    );
    assert!(Path::new(&path("clouds.log")).exists());
}

#[test]
fn a_file_that_is_wrong_is_refused_with_line_and_section() {
    let scratch = Scratch::new();
    let conf = logging_conf(
        scratch.path(),
        "class=handlers.SysLogHandler\nargs=('127.0.0.1:514',)",
    );
    let line = fs::read_to_string(&conf)
        .expect("the file")
        .lines()
        .position(|line| line.starts_with("args="))
        .expect("the line")
        + 1;
    let config = scratch.path().join("im.cfg");
    let text = format!(
        "[im]\nLOGGING_CONF = {}\nLOG_LEVEL = DEBUG\n",
        conf.display()
    );
    fs::write(&config, text).expect("written");
    for command in ["check-config", "serve"] {
        let output = Command::new(env!("CARGO_BIN_EXE_im"))
            .args([command, "--config"])
            .arg(&config)
            .output()
            .expect("im runs");
        assert!(!output.status.success());
        let said = String::from_utf8_lossy(&output.stderr);
        let expected = format!(
            "error: {}, line {line}, section [handler_fileHandler]: the address is '127.0.0.1:514', but a host and a port, as in ('logs.example.org', 514), or a path, as in '/dev/log', was expected.",
            conf.display()
        );
        assert!(said.contains(&expected), "{said}");
        assert!(
            said.contains("(LOGGING_CONF), so that these options are not used: LOG_LEVEL."),
            "{said}"
        );
    }
    fs::remove_file(&conf).expect("removed");
    let output = Command::new(env!("CARGO_BIN_EXE_im"))
        .args(["check-config", "--config"])
        .arg(&config)
        .output()
        .expect("im runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("logging.conf cannot be read") && said.contains("LOGGING_CONF says"),
        "{said}"
    );
}

#[test]
fn sigusr1_opens_the_file_again() {
    let mut node = NodeBuilder::new(env!("CARGO_BIN_EXE_im"), "n1").start();
    let (log, moved) = (
        node.directory().join("im.log"),
        node.directory().join("moved"),
    );
    fs::rename(&log, &moved).expect("moved");
    node.signal("USR1");
    // Without a single request, and without the end of the process, which the signal is for those who do not handle it.
    until("there is a file again", || {
        node.log().contains("the files of the log are opened again")
    });
    let id = create(&node);
    assert!(node.terminate().success());
    assert!(node.log().contains(&id));
    assert!(
        !fs::read_to_string(moved)
            .expect("the old file")
            .contains(&id)
    );
}
