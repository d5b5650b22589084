//! Requests byte by byte, also such as no honest client would send.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;

use super::Answer;

/// How long an answer may take before the server counts as silent.
const PATIENCE: Duration = Duration::from_secs(30);

/// What came back.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// The first answer, and all the bytes that came.
    Answered(Answer, Vec<u8>),
    /// The connection was closed without an answer.
    Closed,
    /// Nothing more came in time, and the connection is still open.
    Silent,
}

/// A request whose every part may be wrong.
#[derive(Clone, Debug)]
pub(crate) struct RawRequest {
    method: Vec<u8>,
    target: Vec<u8>,
    headers: Vec<(Vec<u8>, Vec<u8>)>,
    body: Vec<u8>,
}

/// Sends bytes and reads until the server closes the connection.
pub(crate) fn exchange(address: &str, bytes: &[u8]) -> Reply {
    let Ok(mut stream) = TcpStream::connect(address) else {
        return Reply::Closed;
    };
    let mut writer = stream.try_clone().expect("a second handle");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    writer
        .set_write_timeout(Some(PATIENCE))
        .expect("a time-out");
    let mut read = Vec::new();
    let mut silent = false;
    // Reading goes on beside the writing: a server may refuse what it has not read to its end.
    thread::scope(|scope| {
        scope.spawn(move || {
            let _ = writer.write_all(bytes);
        });
        let mut piece = [0; 8192];
        loop {
            match stream.read(&mut piece) {
                Ok(0) => break,
                Ok(count) => read.extend_from_slice(&piece[..count]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    silent = matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
                    break;
                }
            }
        }
        let _ = stream.shutdown(Shutdown::Both);
    });
    match Answer::parse(&read) {
        Some(answer) => Reply::Answered(answer, read),
        None if silent => Reply::Silent,
        None => Reply::Closed,
    }
}

// === impl RawRequest ===

impl RawRequest {
    /// A request without headers but `Host` and `Connection: close`.
    pub(crate) fn new(method: impl AsRef<[u8]>, target: impl AsRef<[u8]>) -> Self {
        Self {
            method: method.as_ref().to_vec(),
            target: target.as_ref().to_vec(),
            headers: vec![
                (b"Host".to_vec(), b"127.0.0.1".to_vec()),
                (b"Connection".to_vec(), b"close".to_vec()),
            ],
            body: Vec::new(),
        }
    }

    /// Adds a header.
    pub(crate) fn header(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        self.headers
            .push((name.as_ref().to_vec(), value.as_ref().to_vec()));
        self
    }

    /// Adds a body with its length.
    pub(crate) fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        let length = body.as_ref().len().to_string();
        self.body = body.as_ref().to_vec();
        self.header("Content-Length", length)
    }

    /// Adds a body that no header announces.
    pub(crate) fn unannounced(mut self, body: impl AsRef<[u8]>) -> Self {
        self.body = body.as_ref().to_vec();
        self
    }

    /// As it goes over the wire.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend_from_slice(&self.method);
        bytes.push(b' ');
        bytes.extend_from_slice(&self.target);
        bytes.extend_from_slice(b" HTTP/1.1\r\n");
        for (name, value) in &self.headers {
            bytes.extend_from_slice(name);
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }
}
