//! Lines for a syslog daemon, as Python's `SysLogHandler` writes them: `<priority>` and the line, without a header of
//! its own, so that what reads the messages of IM reads these.
//!
//! Two things are different, since daemons take them as they were meant: there is no zero byte at the end of a message,
//! and over a stream each ends with a line feed (RFC 6587, "non-transparent framing"; a message has none in it).
//!
//! A daemon that is away is tried again and again. Meanwhile lines wait in the queue, up to its limit, and are sent when
//! it is back. Nothing more can be promised: syslog has no receipts, so what was sent into a connection whose end was
//! not seen yet is lost.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs, UdpSocket};
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::path::Path;
use std::time::Duration;

use im_util::Backoff;

use crate::settings::{SyslogAddress, SyslogSettings};
use crate::target::to_stderr;

/// The way to a daemon.
#[derive(Debug)]
pub(crate) struct Syslog {
    settings: SyslogSettings,
    connection: Option<Connection>,
    /// Failed tries in a row.
    failures: u32,
}

#[derive(Debug)]
enum Connection {
    Udp(UdpSocket),
    Tcp(TcpStream),
    Datagram(UnixDatagram),
    Stream(UnixStream),
}

/// How long it may take to connect, and a daemon may not read.
const PATIENCE: Duration = Duration::from_secs(3);

/// Between two tries.
const BACKOFF: Backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(5));

/// What the operating system says of a datagram that is too long, on Linux.
const TOO_LONG: i32 = 90;

// === impl Syslog ===

impl Syslog {
    /// Connects with the first line.
    pub(crate) fn new(settings: SyslogSettings) -> Self {
        Self {
            settings,
            connection: None,
            failures: 0,
        }
    }

    pub(crate) fn disconnect(&mut self) {
        self.connection = None;
    }

    /// Sends whole lines. If there is to be no other try, the rest goes to standard error.
    pub(crate) fn write(&mut self, lines: &[u8], wait: &dyn Fn(Duration) -> bool) {
        if self.connection.as_mut().is_some_and(Connection::is_over) {
            self.connection = None;
        }
        let mut rest = lines;
        while !rest.is_empty() {
            let end = rest.iter().position(|byte| *byte == b'\n');
            let (line, later) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
            match self.send(line) {
                Ok(()) => {
                    self.succeeded();
                    rest = later;
                }
                Err(error) => {
                    self.failed(&error);
                    if !wait(BACKOFF.random_delay(self.failures)) {
                        return to_stderr(rest);
                    }
                }
            }
        }
    }

    fn send(&mut self, line: &[u8]) -> io::Result<()> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::open(&self.settings.address)?,
        };
        connection.send(line)?;
        self.connection = Some(connection);
        Ok(())
    }

    fn succeeded(&mut self) {
        if self.failures > 1 {
            to_stderr(
                format!("syslog at {} takes the log again.\n", self.settings.address).as_bytes(),
            );
        }
        self.failures = 0;
    }

    /// One failure is a daemon that was restarted; the second is told.
    fn failed(&mut self, error: &io::Error) {
        self.failures = self.failures.saturating_add(1);
        if self.failures == 2 {
            let text = format!(
                "syslog at {} cannot be reached: {error}. The lines of the log wait for it.\n",
                self.settings.address
            );
            to_stderr(text.as_bytes());
        }
    }
}

// === impl Connection ===

impl Connection {
    fn open(address: &SyslogAddress) -> io::Result<Self> {
        match address {
            SyslogAddress::Udp(host, port) => first(host, *port, |address| {
                let any: SocketAddr = match address {
                    SocketAddr::V4(_) => ([0, 0, 0, 0], 0).into(),
                    SocketAddr::V6(_) => ([0u16; 8], 0).into(),
                };
                let socket = UdpSocket::bind(any)?;
                socket.connect(address)?;
                Ok(Self::Udp(socket))
            }),
            SyslogAddress::Tcp(host, port) => first(host, *port, |address| {
                let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
                stream.set_write_timeout(Some(PATIENCE))?;
                Ok(Self::Tcp(stream))
            }),
            SyslogAddress::Unix(path) => Self::open_unix(path),
        }
    }

    /// Datagrams are usual; a daemon that wants a stream says that it is the wrong kind of socket.
    fn open_unix(path: &Path) -> io::Result<Self> {
        let socket = UnixDatagram::unbound()?;
        match socket.connect(path) {
            Ok(()) => {
                socket.set_write_timeout(Some(PATIENCE))?;
                Ok(Self::Datagram(socket))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Err(error),
            Err(error) => {
                let stream = UnixStream::connect(path).map_err(|_| error)?;
                stream.set_write_timeout(Some(PATIENCE))?;
                Ok(Self::Stream(stream))
            }
        }
    }

    fn send(&mut self, line: &[u8]) -> io::Result<()> {
        let message = line.strip_suffix(b"\n").unwrap_or(line);
        match self {
            Self::Udp(socket) => datagram(message, |message| socket.send(message)),
            Self::Datagram(socket) => datagram(message, |message| socket.send(message)),
            Self::Tcp(stream) => stream.write_all(line),
            Self::Stream(stream) => stream.write_all(line),
        }
    }

    /// Whether the daemon has closed it. It never says anything else.
    fn is_over(&mut self) -> bool {
        match self {
            Self::Udp(_) | Self::Datagram(_) => false,
            Self::Tcp(stream) => {
                let _ = stream.set_nonblocking(true);
                let over = has_ended(stream);
                stream.set_nonblocking(false).is_err() || over
            }
            Self::Stream(stream) => {
                let _ = stream.set_nonblocking(true);
                let over = has_ended(stream);
                stream.set_nonblocking(false).is_err() || over
            }
        }
    }
}

/// Connects to the first address of a host that lets itself be connected to.
fn first(
    host: &str,
    port: u16,
    connect: impl Fn(SocketAddr) -> io::Result<Connection>,
) -> io::Result<Connection> {
    let mut last = io::Error::new(ErrorKind::NotFound, "the host has no address");
    for address in (host, port).to_socket_addrs()? {
        match connect(address) {
            Ok(connection) => return Ok(connection),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Sends a message; as much of it as fits, if it is too long for a datagram.
fn datagram(message: &[u8], send: impl Fn(&[u8]) -> io::Result<usize>) -> io::Result<()> {
    let mut part = message;
    loop {
        match send(part) {
            Err(error) if error.raw_os_error() == Some(TOO_LONG) && part.len() > 1 => {
                part = part.get(..part.len() / 2).unwrap_or_default();
            }
            sent => return sent.map(|_| ()),
        }
    }
}

fn has_ended(stream: &mut impl Read) -> bool {
    match stream.read(&mut [0; 64]) {
        Ok(count) => count == 0,
        Err(error) => error.kind() != ErrorKind::WouldBlock,
    }
}

// === impl SyslogAddress ===

impl std::fmt::Display for SyslogAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Udp(host, port) => write!(f, "{host} port {port} (UDP)"),
            Self::Tcp(host, port) => write!(f, "{host} port {port} (TCP)"),
            Self::Unix(path) => path.display().fmt(f),
        }
    }
}
