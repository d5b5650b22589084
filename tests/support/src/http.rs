//! A small HTTP client that shows everything of an answer, and repeats nothing of its own accord.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers; names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// A client that keeps its connection as long as the server does.
#[derive(Debug)]
pub struct Client {
    address: String,
    patience: Duration,
    connection: Option<BufReader<TcpStream>>,
}

/// Credentials of a user for the Dummy cloud, as the header `Authorization` has them.
pub fn auth(user: &str) -> String {
    format!(
        "type = InfrastructureManager; username = {user}; password = pass-{user}\\nid = dummy; type = Dummy"
    )
}

/// A document of `count` machines without contextualization.
pub fn document(count: usize) -> String {
    format!(
        "network lan (outbound = 'no')\nsystem node (\ncpu.count = 1 and\nmemory.size = 256m and\n\
         net_interface.0.connection = 'lan' and\ndisk.0.image.url = 'mock0://img/base'\n)\n\
         contextualize ()\ndeploy node {count}\n"
    )
}

/// Sends one request of a user over a connection of its own.
pub fn request(
    address: &str,
    method: &str,
    path: &str,
    user: &str,
    body: &str,
) -> io::Result<Answer> {
    Client::new(address).call(method, path, user, body)
}

// === impl Answer ===

impl Answer {
    /// A header by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(header, _)| header == name)
            .map(|(_, value)| value.as_str())
    }

    /// The id of the infrastructure whose URI is the body.
    pub fn id(&self) -> String {
        assert_eq!(self.status, 200, "{}", self.body);
        let uri = self.body.trim().trim_matches('"');
        uri.rsplit('/').next().unwrap_or_default().to_owned()
    }
}

// === impl Client ===

impl Client {
    /// A client of `host:port`; nothing is opened yet.
    pub fn new(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            patience: Duration::from_secs(60),
            connection: None,
        }
    }

    /// Gives up an answer after this time without a byte.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Sends a request of a user.
    pub fn call(&mut self, method: &str, path: &str, user: &str, body: &str) -> io::Result<Answer> {
        let auth = auth(user);
        self.send(
            method,
            path,
            &[("Authorization", &auth), ("Content-Type", "text/plain")],
            body,
        )
    }

    /// Sends a request with these headers.
    pub fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> io::Result<Answer> {
        let mut text = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\n",
            self.address,
            body.len()
        );
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str("\r\n");
        text.push_str(body);
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                let stream = TcpStream::connect(&self.address)?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(self.patience))?;
                BufReader::new(stream)
            }
        };
        connection.get_mut().write_all(text.as_bytes())?;
        let (answer, keep) = read(&mut connection, method)?;
        self.connection = keep.then_some(connection);
        Ok(answer)
    }
}

fn read(connection: &mut BufReader<TcpStream>, method: &str) -> io::Result<(Answer, bool)> {
    let broken = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let status_line = line(connection)?;
    let status = status_line
        .split(' ')
        .nth(1)
        .and_then(|word| word.parse().ok())
        .ok_or_else(|| broken("no status"))?;
    let mut headers = Vec::new();
    loop {
        let text = line(connection)?;
        if text.is_empty() {
            break;
        }
        if let Some((name, value)) = text.split_once(':') {
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    let mut answer = Answer {
        status,
        headers,
        body: String::new(),
    };
    let mut body = Vec::new();
    let mut keep = !answer
        .header("connection")
        .is_some_and(|value| value.eq_ignore_ascii_case("close"));
    if method == "HEAD" || status == 204 || status == 304 {
        return Ok((answer, keep));
    }
    if answer
        .header("transfer-encoding")
        .is_some_and(|value| value.eq_ignore_ascii_case("chunked"))
    {
        loop {
            let size = line(connection)?;
            let size = usize::from_str_radix(size.split(';').next().unwrap_or_default().trim(), 16)
                .map_err(|_| broken("no size of a chunk"))?;
            let mut chunk = vec![0; size];
            connection.read_exact(&mut chunk)?;
            body.extend(chunk);
            line(connection)?;
            if size == 0 {
                break;
            }
        }
    } else if let Some(length) = answer
        .header("content-length")
        .and_then(|length| length.parse().ok())
    {
        body = vec![0; length];
        connection.read_exact(&mut body)?;
    } else {
        connection.read_to_end(&mut body)?;
        keep = false;
    }
    answer.body = String::from_utf8_lossy(&body).into_owned();
    Ok((answer, keep))
}

fn line(connection: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut text = String::new();
    if connection.read_line(&mut text)? == 0 {
        return Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "the connection was closed without an answer",
        ));
    }
    Ok(text.trim_end().to_owned())
}
