//! The value of `host` in a line of credentials: where a cloud is.
//!
//! `server`, `server:port`, `https://server:port/path`, with an IPv6 address in brackets. User name and password in
//! an address are left out, since what comes of it is stored and shown.

use thiserror::Error;

/// Where a cloud is, as far as it was said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct HostAddress {
    /// Name or address in lower case, without brackets.
    pub(crate) server: String,
    /// The port, if given.
    pub(crate) port: Option<u16>,
    /// `http`, `https` or another word in lower case; empty if not given.
    pub(crate) protocol: String,
    /// From the first `/` on, without a query.
    pub(crate) path: String,
}

/// A text that says nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum HostError {
    #[error("the word before `://` has other characters than letters, digits, `+`, `-` and `.`")]
    Protocol,
    #[error("a bracket of an IPv6 address is missing, or there is no such address in it")]
    Brackets,
    #[error("the name of the server has a character that no name has, or is longer than 253")]
    Name,
    #[error("the port is no number from 0 to 65535")]
    Port,
}

// === impl HostAddress ===

impl HostAddress {
    /// Reads the text.
    pub(crate) fn parse(text: &str) -> Result<Self, HostError> {
        let (protocol, rest) = match text.trim().split_once("://") {
            Some((protocol, rest)) => (protocol.to_ascii_lowercase(), rest),
            None => (String::new(), text.trim()),
        };
        let of_word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
        if !protocol.bytes().all(of_word) {
            return Err(HostError::Protocol);
        }
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let authority = authority
            .rsplit_once('@')
            .map_or(authority, |(_, server)| server);
        let (server, port) = match authority.strip_prefix('[') {
            Some(bracketed) => {
                let (inside, behind) = bracketed.split_once(']').ok_or(HostError::Brackets)?;
                inside
                    .parse::<std::net::Ipv6Addr>()
                    .map_err(|_| HostError::Brackets)?;
                match behind.strip_prefix(':') {
                    Some(port) => (inside, port),
                    None if behind.is_empty() => (inside, ""),
                    None => return Err(HostError::Brackets),
                }
            }
            None => authority.split_once(':').unwrap_or((authority, "")),
        };
        if server.len() > 253
            || server.chars().any(is_foreign)
            || path.chars().any(char::is_control)
        {
            return Err(HostError::Name);
        }
        let port = match port {
            "" => None,
            digits => Some(digits.parse().map_err(|_| HostError::Port)?),
        };
        Ok(Self {
            server: server.to_lowercase(),
            port,
            protocol,
            path: path.to_owned(),
        })
    }
}

/// Whether a character is in no name of a server.
fn is_foreign(c: char) -> bool {
    c.is_control() || c.is_whitespace() || matches!(c, '[' | ']' | '\\' | '"' | '\'' | '<' | '>')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(server: &str, port: Option<u16>, protocol: &str, path: &str) -> HostAddress {
        HostAddress {
            server: server.into(),
            port,
            protocol: protocol.into(),
            path: path.into(),
        }
    }

    #[test]
    fn every_part_but_the_server_may_be_missing() {
        let cases = [
            ("oneserver:2633", address("oneserver", Some(2633), "", "")),
            (
                "https://second.example",
                address("second.example", None, "https", ""),
            ),
            (
                "http://dummy.example:1234/path",
                address("dummy.example", Some(1234), "http", "/path"),
            ),
            (
                "HTTPS://[::1]:5000/v3?x=y",
                address("::1", Some(5000), "https", "/v3"),
            ),
            ("server", address("server", None, "", "")),
            ("", HostAddress::default()),
        ];
        for (text, expected) in cases {
            assert_eq!(HostAddress::parse(text), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn a_password_in_an_address_is_left_out() {
        let address = HostAddress::parse("https://ann:hunter2@server:1/").unwrap();
        assert!(!format!("{address:?}").contains("hunter2"));
        assert_eq!(address.server, "server");
    }

    #[test]
    fn what_says_nowhere_is_refused() {
        for text in [
            "http://[::1",
            "[nothing]",
            "[::1]x",
            "a b",
            "server:99999",
            "server:port",
            "a:b:c",
            "ht tp://x",
            "x\ny",
        ] {
            assert!(HostAddress::parse(text).is_err(), "{text:?}");
        }
    }
}
