//! The runtime socket of a running HAProxy: one command a connection, an answer of text.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long HAProxy may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running HAProxy.
#[derive(Clone, Debug)]
pub struct Runtime {
    socket: PathBuf,
}

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// HAProxy cannot be reached: try again later.
    #[error("HAProxy cannot be reached at {}: {error}.", socket.display())]
    Unreachable {
        /// The socket.
        socket: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// HAProxy refused.
    #[error("HAProxy refused '{command}': {answer}")]
    Refused {
        /// The command.
        command: String,
        /// What it said.
        answer: String,
    },
}

/// A server of a running HAProxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerState {
    /// The backend.
    pub backend: String,
    /// The name of the server.
    pub name: String,
    /// Its id.
    pub id: u32,
    /// Its address, `host:port`.
    pub address: String,
    /// Whether it takes traffic, as far as the checks say.
    pub running: bool,
    /// Whether somebody, or its configuration, has taken it out (`maint`).
    pub maintained: bool,
    /// Whether somebody has told it to drain.
    pub draining: bool,
}

// === impl Runtime ===

impl Runtime {
    /// Speaks over this socket. Nothing is opened yet.
    pub fn new(socket: impl Into<PathBuf>) -> Self {
        Self {
            socket: socket.into(),
        }
    }

    /// Where the socket is.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Sends a command and reads the whole answer.
    pub fn ask(&self, command: &str) -> Result<String, RuntimeError> {
        let unreachable = |error| RuntimeError::Unreachable {
            socket: self.socket.clone(),
            error,
        };
        let mut stream = UnixStream::connect(&self.socket).map_err(unreachable)?;
        stream
            .set_read_timeout(Some(PATIENCE))
            .map_err(unreachable)?;
        stream
            .set_write_timeout(Some(PATIENCE))
            .map_err(unreachable)?;
        stream
            .write_all(format!("{command}\n").as_bytes())
            .map_err(unreachable)?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).map_err(unreachable)?;
        Ok(String::from_utf8_lossy(&answer).trim().to_owned())
    }

    /// Sends a command that answers nothing, or one of these, when it is carried out.
    pub fn order(&self, command: &str, done: &[&str]) -> Result<(), RuntimeError> {
        let answer = self.ask(command)?;
        if answer.is_empty() || done.iter().any(|known| answer.contains(known)) {
            return Ok(());
        }
        Err(RuntimeError::Refused {
            command: command.to_owned(),
            answer,
        })
    }

    /// The servers of a backend.
    pub fn servers(&self, backend: &str) -> Result<Vec<ServerState>, RuntimeError> {
        let command = format!("show servers state {backend}");
        let answer = self.ask(&command)?;
        if !answer.starts_with('1') {
            return Err(RuntimeError::Refused { command, answer });
        }
        Ok(servers(&answer))
    }

    /// The pins of a table that lead to a server: their keys.
    pub fn pins(&self, table: &str, id: u32) -> Result<Vec<String>, RuntimeError> {
        let command = format!("show table {table} data.server_id eq {id}");
        let answer = self.ask(&command)?;
        if !answer.is_empty() && !answer.starts_with("# table") {
            return Err(RuntimeError::Refused { command, answer });
        }
        Ok(answer.lines().filter_map(key).collect())
    }
}

/// The key of an entry: `0x55..: key=... use=0 exp=.. server_id=1 server_key=..`.
fn key(line: &str) -> Option<String> {
    let rest = line.split_once("key=")?.1;
    Some(rest.split(" use=").next()?.to_owned())
}

/// Reads `show servers state` (version 1): the names of the columns are in the line that begins with `#`.
fn servers(text: &str) -> Vec<ServerState> {
    let columns: Vec<&str> = text
        .lines()
        .find_map(|line| line.strip_prefix("# "))
        .map(|line| line.split(' ').collect())
        .unwrap_or_default();
    let read = |line: &str| {
        let fields: Vec<&str> = line.split(' ').collect();
        let field = |name: &str| {
            let at = columns.iter().position(|column| *column == name)?;
            fields.get(at).copied()
        };
        let admin: u32 = field("srv_admin_state")?.parse().ok()?;
        // Where it has no address (yet), its name says who it is.
        let address = field("srv_addr").filter(|address| *address != "-");
        let host = address.or_else(|| field("srv_fqdn"))?;
        Some(ServerState {
            backend: field("be_name")?.to_owned(),
            name: field("srv_name")?.to_owned(),
            id: field("srv_id")?.parse().ok()?,
            address: match host.contains(':') {
                true => format!("[{host}]:{}", field("srv_port")?),
                false => format!("{host}:{}", field("srv_port")?),
            },
            // 0 stopped, 1 starting, 2 running, 3 stopping softly.
            running: field("srv_op_state")? != "0",
            // Bits: 1 forced, 2 inherited, 4 by the configuration, 32 without address are maintenance; 8 and 16 drain.
            maintained: admin & (1 | 2 | 4 | 32) != 0,
            draining: admin & (8 | 16) != 0,
        })
    };
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(read)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_of_servers_is_read_by_the_names_of_its_columns() {
        let text = "1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_fqdn srv_port\n\
                    3 im 1 n1 10.0.0.21 2 0 - 8800\n3 im 2 n2 ::1 0 1 - 8800\n3 im 3 n3 - 2 8 im-3 8800\n";
        let read = servers(text);
        assert_eq!(read.len(), 3);
        assert_eq!(
            (
                read[0].address.as_str(),
                read[0].running,
                read[0].maintained
            ),
            ("10.0.0.21:8800", true, false)
        );
        assert_eq!(
            (
                read[1].address.as_str(),
                read[1].running,
                read[1].maintained
            ),
            ("[::1]:8800", false, true)
        );
        assert_eq!(
            (read[2].address.as_str(), read[2].draining, read[2].id),
            ("im-3:8800", true, 3)
        );
    }

    #[test]
    fn the_key_of_a_pin_is_what_stands_between_key_and_use() {
        let line = "0x5: key=ab-cd use=0 exp=3599 shard=0 server_id=1 server_key=10.0.0.1:8800";
        assert_eq!(key(line).as_deref(), Some("ab-cd"));
        assert_eq!(key("# table: im, type: string"), None);
    }
}
