//! A node as HAProxy sees it: a server with a name, an address and an id.

use std::collections::BTreeSet;
use std::str::FromStr;

/// A server of a backend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// The name of the node.
    pub name: String,
    /// Where its REST API listens: `host:port`.
    pub address: String,
    /// The number that is the same in all HAProxies; 0 where none was given.
    pub id: u32,
}

/// One of the HAProxies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its name, as `-L` gives it.
    pub name: String,
    /// Where the others reach it: `host:port`.
    pub address: String,
}

/// What is wrong with a node or a HAProxy that was named.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServerError {
    /// It is not in the form that is expected.
    #[error("'{0}' is not of the form NAME=HOST:PORT, as n1=10.0.0.21:8800.")]
    Form(String),
    /// A name has characters that HAProxy does not take.
    #[error("'{0}' is not a name: letters, digits, '-', '_', '.' and ':' are allowed.")]
    Name(String),
    /// The number is not one.
    #[error("'{0}' is not an id; expected a number from 1 on, as in n1=10.0.0.21:8800#1.")]
    Id(String),
    /// A name, address or id is there twice.
    #[error("The {what} {value} is there twice.")]
    Twice {
        /// Name, address or id.
        what: &'static str,
        /// Which.
        value: String,
    },
}

/// Gives each server without an id the lowest number that is free. Names, addresses and ids must differ.
pub fn with_ids(mut servers: Vec<Server>) -> Result<Vec<Server>, ServerError> {
    unique("name", servers.iter().map(|server| server.name.clone()))?;
    unique(
        "address",
        servers.iter().map(|server| server.address.clone()),
    )?;
    let given = servers.iter().map(|server| server.id).filter(|id| *id != 0);
    unique("id", given.clone().map(|id| id.to_string()))?;
    let taken: BTreeSet<u32> = given.collect();
    let mut free = (1..).filter(|id| !taken.contains(id));
    for server in servers.iter_mut().filter(|server| server.id == 0) {
        server.id = free.next().unwrap_or(u32::MAX);
    }
    Ok(servers)
}

fn unique(what: &'static str, values: impl Iterator<Item = String>) -> Result<(), ServerError> {
    let mut seen = BTreeSet::new();
    for value in values {
        if !seen.insert(value.clone()) {
            return Err(ServerError::Twice { what, value });
        }
    }
    Ok(())
}

/// Splits `NAME=HOST:PORT`.
fn named(text: &str) -> Result<(String, String), ServerError> {
    let form = || ServerError::Form(text.to_owned());
    let (name, address) = text.split_once('=').ok_or_else(form)?;
    let (host, port) = address.rsplit_once(':').ok_or_else(form)?;
    let host_is_one = !host.is_empty()
        && host
            .chars()
            .all(|c| !c.is_whitespace() && !"#\"'\\;=".contains(c));
    if !host_is_one || !port.parse::<u16>().is_ok_and(|port| port != 0) {
        return Err(form());
    }
    if name.is_empty()
        || !name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.:".contains(c))
    {
        return Err(ServerError::Name(name.to_owned()));
    }
    Ok((name.to_owned(), address.to_owned()))
}

// === impl Server ===

impl FromStr for Server {
    type Err = ServerError;

    /// Reads `NAME=HOST:PORT` or `NAME=HOST:PORT#ID`.
    fn from_str(text: &str) -> Result<Self, ServerError> {
        let (rest, id) = match text.split_once('#') {
            Some((rest, id)) => {
                let number = id.parse().ok().filter(|number| *number != 0);
                (rest, number.ok_or_else(|| ServerError::Id(id.to_owned()))?)
            }
            None => (text, 0),
        };
        let (name, address) = named(rest)?;
        Ok(Self { name, address, id })
    }
}

// === impl Peer ===

impl FromStr for Peer {
    type Err = ServerError;

    /// Reads `NAME=HOST:PORT`.
    fn from_str(text: &str) -> Result<Self, ServerError> {
        let (name, address) = named(text)?;
        Ok(Self { name, address })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_were_given_stay_and_the_others_fill_up() {
        let servers = ["a=h:1", "b=h:2#1", "c=h:3", "d=[::1]:4#3"];
        let servers = servers.map(|text| text.parse().unwrap()).to_vec();
        let ids: Vec<u32> = with_ids(servers)
            .unwrap()
            .iter()
            .map(|server| server.id)
            .collect();
        assert_eq!(ids, [2, 1, 4, 3]);
    }

    #[test]
    fn what_is_no_node_is_refused() {
        for text in [
            "n1",
            "n1=h",
            "n1=h:0",
            "n1=h:http",
            "=h:1",
            "n 1=h:1",
            "n1=h:1#0",
            "n1=h:1#x",
            "n1=a b:1",
            "n1=h;x:1",
        ] {
            assert!(text.parse::<Server>().is_err(), "{text}");
        }
        let twice = ["a=h:1", "a=h:2"]
            .map(|text| text.parse().unwrap())
            .to_vec();
        assert_eq!(
            with_ids(twice).unwrap_err().to_string(),
            "The name a is there twice."
        );
    }
}
