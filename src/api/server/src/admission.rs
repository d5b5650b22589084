//! Who may open one more connection.
//!
//! The counts are changed under one lock, which is never held across an await; a [`Ticket`] gives its place back when it
//! is dropped, so that no path out of a connection can forget it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use ipnet::IpNet;

use crate::ServerLimits;
use crate::open_files;

/// Counts connections, in all and for each client.
#[derive(Debug)]
pub struct Admission {
    total_limit: usize,
    client_limit: usize,
    trusted: Vec<IpNet>,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    total: usize,
    clients: HashMap<IpAddr, usize>,
}

/// The place of one connection.
#[derive(Debug)]
pub struct Ticket {
    admission: Arc<Admission>,
    client: IpAddr,
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The server has all the connections that it takes.
    Full,
    /// The client has all the connections that it may have.
    TooMany,
}

// === impl Admission ===

impl Admission {
    /// Nobody is in.
    pub fn new(limits: &ServerLimits) -> Self {
        Self {
            total_limit: open_files::for_connections(limits.connections),
            client_limit: limits.connections_per_client,
            trusted: limits.trusted_proxies.clone(),
            counts: Mutex::default(),
        }
    }

    /// A place for a connection from this address.
    ///
    /// # Errors
    /// If there is none.
    pub fn enter(self: &Arc<Self>, address: IpAddr) -> Result<Ticket, Refusal> {
        let address = address.to_canonical();
        let client = client_of(address);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.total >= self.total_limit {
            return Err(Refusal::Full);
        }
        let of_client = counts.clients.get(&client).copied().unwrap_or_default();
        if of_client >= self.client_limit && !self.is_trusted(address) {
            return Err(Refusal::TooMany);
        }
        counts.total += 1;
        counts.clients.insert(client, of_client + 1);
        Ok(Ticket {
            admission: Arc::clone(self),
            client,
        })
    }

    fn is_trusted(&self, address: IpAddr) -> bool {
        self.trusted
            .iter()
            .any(|proxies| proxies.contains(&address))
    }

    /// How many connections there are.
    pub fn connections(&self) -> usize {
        self.counts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .total
    }

    fn leave(&self, client: IpAddr) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.total = counts.total.saturating_sub(1);
        if let Entry::Occupied(mut entry) = counts.clients.entry(client) {
            *entry.get_mut() = entry.get().saturating_sub(1);
            if *entry.get() == 0 {
                entry.remove();
            }
        }
    }
}

/// Whoever has one IPv6 address usually has 2^64 of them.
fn client_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

// === impl Ticket ===

impl Drop for Ticket {
    fn drop(&mut self) {
        self.admission.leave(self.client);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admission(connections: usize, per_client: usize, trusted: &[&str]) -> Arc<Admission> {
        Arc::new(Admission::new(&ServerLimits {
            connections,
            connections_per_client: per_client,
            trusted_proxies: trusted.iter().map(|text| text.parse().unwrap()).collect(),
            ..ServerLimits::default()
        }))
    }

    #[test]
    fn a_client_gets_so_many_places_and_gives_them_back() {
        let admission = admission(10, 2, &[]);
        let address = "192.0.2.1".parse().unwrap();
        let first = admission.enter(address).unwrap();
        let _second = admission.enter(address).unwrap();
        assert_eq!(admission.enter(address).unwrap_err(), Refusal::TooMany);
        assert!(admission.enter("192.0.2.2".parse().unwrap()).is_ok());
        drop(first);
        assert!(admission.enter(address).is_ok());
        assert_eq!(admission.connections(), 1);
    }

    #[test]
    fn neighbours_in_ipv6_are_one_client_and_mapped_addresses_are_ipv4() {
        let admission = admission(10, 1, &[]);
        let _one = admission.enter("2001:db8::1".parse().unwrap()).unwrap();
        assert!(admission.enter("2001:db8::2".parse().unwrap()).is_err());
        let _four = admission.enter("192.0.2.1".parse().unwrap()).unwrap();
        assert!(
            admission
                .enter("::ffff:192.0.2.1".parse().unwrap())
                .is_err()
        );
    }

    #[test]
    fn a_trusted_proxy_is_held_by_the_total_alone() {
        let admission = admission(3, 1, &["192.0.2.8/31"]);
        let proxy = "::ffff:192.0.2.9".parse().unwrap();
        let _places: Vec<_> = (0..3).map(|_| admission.enter(proxy).unwrap()).collect();
        assert_eq!(admission.enter(proxy).unwrap_err(), Refusal::Full);
    }
}
