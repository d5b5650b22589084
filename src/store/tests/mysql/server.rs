//! A MariaDB of the tests' own: a directory, a port and a process that nobody else has.
//!
//! The process has a guardian, a shell that waits for the end of the tests' process (its standard input ends then,
//! however the tests end), kills the server by its number and deletes the directory.

use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

use sqlx::mysql::MySqlConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, MySqlConnection};

/// The password of the tests' user.
pub(crate) const PASSWORD: &str = "p@ss/wörd";

/// The same, as an address has it.
const ENCODED: &str = "p%40ss%2Fw%C3%B6rd";

/// What is needed to start a server.
const NEEDED: [&str; 2] = ["mariadbd", "mariadb-install-db"];

/// A directory with the tables of a new server, made once and copied for each.
static TEMPLATE: LazyLock<Template> = LazyLock::new(|| {
    let directory = tempfile::tempdir().unwrap().keep();
    let status = Command::new("mariadb-install-db")
        .args([
            "--no-defaults",
            "--skip-test-db",
            "--auth-root-authentication-method=normal",
        ])
        .arg(format!("--datadir={}", directory.join("data").display()))
        // A server that starts deletes temporary tables: those of others too, if they share a directory.
        .arg(format!("--tmpdir={}", directory.display()))
        .args(user())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "mariadb-install-db failed: {status}");
    let guardian = Command::new("sh")
        .args(["-c", "cat >/dev/null; rm -rf \"$1\"", "guardian"])
        .arg(&directory)
        .process_group(0)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    Template {
        directory,
        _guardian: guardian,
    }
});

struct Template {
    directory: PathBuf,
    _guardian: Child,
}

/// The server that the tests share that do not hurt it.
static SHARED: LazyLock<Server> = LazyLock::new(Server::start);

/// A server. It ends when this is dropped, or the tests end.
pub(crate) struct Server {
    directory: PathBuf,
    port: u16,
    guardian: Mutex<Option<Child>>,
}

/// What is missing on this machine to start one.
pub(crate) fn missing() -> Option<&'static str> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let is_there = |name: &&str| {
        std::env::split_paths(&path)
            .chain([PathBuf::from("/usr/sbin")])
            .any(|directory| directory.join(name).is_file())
    };
    let all = NEEDED.iter().all(is_there);
    (!all).then_some("MariaDB (Debian package mariadb-server)")
}

/// Says that a test is skipped, and answers whether it is.
pub(crate) fn skipped(name: &str) -> bool {
    let missing = missing();
    if let Some(what) = missing {
        println!("skipped: {name} needs {what}");
    }
    missing.is_some()
}

fn user() -> Option<&'static str> {
    let id = Command::new("id").arg("-u").output().unwrap().stdout;
    (id == b"0\n").then_some("--user=root")
}

// === impl Server ===

impl Server {
    /// The server that tests share.
    pub(crate) fn shared() -> &'static Self {
        &SHARED
    }

    /// A server of one test.
    pub(crate) fn start() -> Self {
        let directory = tempfile::tempdir().unwrap().keep();
        let copied = Command::new("cp")
            .arg("-a")
            .arg(TEMPLATE.directory.join("data"))
            .arg(&directory)
            .status()
            .unwrap();
        assert!(copied.success());
        let port = TcpListener::bind(("127.0.0.1", 0))
            .and_then(|listener| listener.local_addr())
            .unwrap()
            .port();
        let server = Self {
            directory,
            port,
            guardian: Mutex::new(None),
        };
        server.run();
        let made = Command::new("mariadb")
            .args(["--no-defaults", "-u", "root", "-e"])
            .arg(format!(
                "CREATE USER im@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'; CREATE USER im@localhost IDENTIFIED BY '{PASSWORD}'; \
                 GRANT ALL ON *.* TO im@'127.0.0.1'; GRANT ALL ON *.* TO im@localhost"
            ))
            .arg("-S")
            .arg(server.socket())
            .status()
            .unwrap();
        assert!(made.success());
        server
    }

    /// Starts the process on the server's own directory and port, and waits until it listens.
    pub(crate) fn run(&self) {
        let data = self.directory.join("data");
        let script = "\"$@\" </dev/null & server=$!; echo $server > \"$DIRECTORY/pid\"; cat >/dev/null; \
             kill -9 $server; wait $server; [ -e \"$DIRECTORY/keep\" ] || rm -rf \"$DIRECTORY\"";
        let binary = if Path::new("/usr/sbin/mariadbd").exists() {
            "/usr/sbin/mariadbd"
        } else {
            "mariadbd"
        };
        let guardian = Command::new("sh")
            .args(["-c", script, "guardian", binary, "--no-defaults"])
            .arg(format!("--datadir={}", data.display()))
            .arg(format!("--tmpdir={}", self.directory.display()))
            .arg(format!("--socket={}", self.socket().display()))
            .arg(format!("--port={}", self.port))
            .arg(format!(
                "--log-error={}",
                self.directory.join("log").display()
            ))
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
            .args(user())
            .env("DIRECTORY", &self.directory)
            // What ends the tests from outside must not end the guardian first.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        *self.guardian.lock().unwrap() = Some(guardian);
        let deadline = Instant::now() + Duration::from_secs(60);
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err()
            || !self.socket().exists()
        {
            assert!(Instant::now() < deadline, "the server does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Kills the process, as a crash does, and waits for its end.
    pub(crate) fn kill(&self) {
        std::fs::write(self.directory.join("keep"), "").unwrap();
        self.end();
        std::fs::remove_file(self.directory.join("keep")).unwrap();
    }

    fn end(&self) {
        if let Some(mut guardian) = self.guardian.lock().unwrap().take() {
            drop(guardian.stdin.take());
            guardian.wait().unwrap();
        }
    }

    /// Sends the process a signal: `STOP` or `CONT`.
    pub(crate) fn signal(&self, name: &str) {
        let pid = std::fs::read_to_string(self.directory.join("pid")).unwrap();
        let sent = Command::new("kill")
            .args([&format!("-{name}"), pid.trim()])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.directory.join("s")
    }

    /// A new, empty database.
    pub(crate) async fn database(&self) -> String {
        let name = format!("im_{}", uuid::Uuid::new_v4().simple());
        let mut connection = self.stranger("mysql").await;
        let create = format!("CREATE DATABASE {name} CHARACTER SET latin1");
        execute(&mut connection, &create).await;
        connection.close().await.unwrap();
        name
    }

    /// The address of a database, for the option.
    pub(crate) fn url(&self, database: &str) -> String {
        url(self.port, database)
    }

    /// A connection of another program.
    pub(crate) async fn stranger(&self, database: &str) -> MySqlConnection {
        let options = MySqlConnectOptions::new()
            .host("127.0.0.1")
            .port(self.port)
            .username("im")
            .password(PASSWORD)
            .database(database);
        options.connect().await.unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

/// The address of a database behind a port.
pub(crate) fn url(port: u16, database: &str) -> String {
    format!("mysql://im:{ENCODED}@127.0.0.1:{port}/{database}")
}

/// Runs statements.
pub(crate) async fn execute(connection: &mut MySqlConnection, statements: &str) {
    sqlx::raw_sql(AssertSqlSafe(statements.to_owned()))
        .execute(connection)
        .await
        .unwrap();
}
