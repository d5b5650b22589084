//! A MariaDB.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::{Process, Scratch, free_port, until};

/// A server with the user `im`, who may do everything.
#[derive(Debug)]
pub struct MariaDb {
    process: Option<Process>,
    port: u16,
    scratch: Scratch,
}

/// A directory with the tables of a new server, made once and copied for each.
static TEMPLATE: LazyLock<Scratch> = LazyLock::new(|| {
    let scratch = Scratch::new();
    let status = Command::new("mariadb-install-db")
        .args([
            "--no-defaults",
            "--skip-test-db",
            "--auth-root-authentication-method=normal",
        ])
        .arg(format!(
            "--datadir={}",
            scratch.path().join("data").display()
        ))
        .arg(tmpdir(scratch.path()))
        .args(user())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(
        status.expect("mariadb-install-db runs").success(),
        "mariadb-install-db failed"
    );
    scratch
});

/// A server that starts deletes temporary tables: those of others too, if they share a directory.
fn tmpdir(directory: &Path) -> String {
    format!("--tmpdir={}", directory.display())
}

fn user() -> Option<&'static str> {
    let id = Command::new("id")
        .arg("-u")
        .output()
        .expect("id runs")
        .stdout;
    (id == b"0\n").then_some("--user=root")
}

// === impl MariaDb ===

impl MariaDb {
    /// What has to be on the machine.
    pub const NEEDS: [&'static str; 2] = ["mariadbd", "mariadb-install-db"];

    /// Starts one.
    pub fn start() -> Self {
        let scratch = Scratch::new();
        let copied = Command::new("cp")
            .arg("-a")
            .arg(TEMPLATE.path().join("data"))
            .arg(scratch.path())
            .status();
        assert!(copied.expect("cp runs").success());
        let mut server = Self {
            process: None,
            port: free_port(),
            scratch,
        };
        server.run();
        server.statements(
            "CREATE USER im@'127.0.0.1' IDENTIFIED BY 'im'; CREATE USER im@localhost IDENTIFIED BY 'im'; \
             GRANT ALL ON *.* TO im@'127.0.0.1'; GRANT ALL ON *.* TO im@localhost",
        );
        server
    }

    /// Starts the process again, on its directory and port, and waits until it listens.
    pub fn run(&mut self) {
        let binary = if Path::new("/usr/sbin/mariadbd").exists() {
            "/usr/sbin/mariadbd"
        } else {
            "mariadbd"
        };
        let directory = self.scratch.path();
        let mut command = Command::new(binary);
        command
            .arg("--no-defaults")
            .arg(format!("--datadir={}", directory.join("data").display()))
            .arg(format!("--socket={}", self.socket().display()))
            .arg(format!("--port={}", self.port))
            .arg(format!("--log-error={}", directory.join("log").display()))
            .args([
                "--bind-address=127.0.0.1",
                "--innodb-buffer-pool-size=64M",
                "--max-connections=600",
            ])
            .args([
                "--innodb-log-file-size=48M",
                "--skip-name-resolve",
                "--innodb-flush-log-at-trx-commit=1",
            ])
            .arg(tmpdir(directory))
            .args(user());
        self.process = Some(Process::start(&mut command, directory));
        let port = self.port;
        until("MariaDB listens", || {
            std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() && self.socket().exists()
        });
    }

    /// A new, empty database: its address for the option `DATA_DB`.
    pub fn database(&self) -> String {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("im_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        self.statements(&format!("CREATE DATABASE {name} CHARACTER SET latin1"));
        self.url(&name)
    }

    /// The address of a database.
    pub fn url(&self, database: &str) -> String {
        format!("mysql://im:im@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs statements as root; what they answer, a row a line, with tabs.
    pub fn statements(&self, statements: &str) -> String {
        let output = Command::new("mariadb")
            .args([
                "--no-defaults",
                "-u",
                "root",
                "-N",
                "-B",
                "-e",
                statements,
                "-S",
            ])
            .arg(self.socket())
            .output()
            .expect("mariadb runs");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process; it must run.
    pub fn process(&mut self) -> &mut Process {
        self.process.as_mut().expect("the server runs")
    }

    fn socket(&self) -> PathBuf {
        self.scratch.path().join("s")
    }
}
