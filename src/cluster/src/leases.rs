//! Who owns what, without asking the database: hints that may be wrong or missing at any time.
//!
//! Nothing here is ever the safety. A lease that is wrong costs a forward to a node that says 'not mine', after which
//! the row is asked; a lease that is missing costs a read of the row. So no method fails: whatever goes wrong is
//! [`Claimed::Silent`], or nothing.
//!
//! [`RedisLeases`] keeps them in Redis; [`NoLeases`] is for a service without it, where the column `owner_boot` answers
//! the same question.

mod measured;
mod redis;

use std::fmt;
use std::str::FromStr;

use async_trait::async_trait;
use im_domain::{BootId, Epoch, InfId};
use tokio::sync::broadcast;

pub use self::redis::{
    AddressError, RedisAddress, RedisLeases, RedisPlace, RedisSettings, RedisTls, RedisTrouble,
};
pub use measured::Measured;

/// A lease: `<boot>|<epoch>|<peer address>`. Epoch 0: a claim by somebody who is about to take it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Whose it is.
    pub boot: BootId,
    /// The epoch at which it was taken.
    pub epoch: Epoch,
    /// Where the owner listens to peers.
    pub address: String,
}

/// What came of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// It is claimed for who asked.
    Mine,
    /// Somebody has it.
    HeldBy(Lease),
    /// The leases do not answer.
    Silent,
}

/// Where leases are kept.
#[async_trait]
pub trait Leases: Send + Sync + fmt::Debug {
    /// Claims what nobody has.
    async fn claim(&self, id: &InfId, mine: &Lease) -> Claimed;

    /// Claims what a boot has that is known to have ended, if it still has it.
    async fn replace(&self, id: &InfId, ended: BootId, mine: &Lease) -> Claimed;

    /// Says that this lease holds, whatever is there.
    async fn publish(&self, id: &InfId, lease: &Lease);

    /// Takes back a lease, if it is still this boot's, and wakes who waits for it.
    async fn withdraw(&self, id: &InfId, boot: BootId);

    /// Changes when everything was forgotten, and when leases could not be published; `None` if it cannot be asked.
    async fn incarnation(&self) -> Option<String>;

    /// Infrastructures whose lease has changed hands.
    fn wakeups(&self) -> broadcast::Receiver<InfId>;

    /// Whether the last question was answered; `None` if there is nothing to ask.
    fn is_reachable(&self) -> Option<bool>;
}

/// A service without leases.
#[derive(Debug)]
pub struct NoLeases {
    wakeups: broadcast::Sender<InfId>,
}

/// A text that is no lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotALease;

// === impl Lease ===

impl fmt::Display for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}|{}|{}", self.boot, self.epoch, self.address)
    }
}

impl FromStr for Lease {
    type Err = NotALease;

    fn from_str(text: &str) -> Result<Self, NotALease> {
        let mut parts = text.splitn(3, '|');
        let mut part = || parts.next().ok_or(NotALease);
        Ok(Self {
            boot: part()?.parse().map_err(|_| NotALease)?,
            epoch: Epoch(part()?.parse().map_err(|_| NotALease)?),
            address: part()?.to_owned(),
        })
    }
}

// === impl NoLeases ===

impl Default for NoLeases {
    fn default() -> Self {
        Self {
            wakeups: broadcast::Sender::new(1),
        }
    }
}

#[async_trait]
impl Leases for NoLeases {
    async fn claim(&self, _id: &InfId, _mine: &Lease) -> Claimed {
        Claimed::Silent
    }

    async fn replace(&self, _id: &InfId, _ended: BootId, _mine: &Lease) -> Claimed {
        Claimed::Silent
    }

    async fn publish(&self, _id: &InfId, _lease: &Lease) {}

    async fn withdraw(&self, _id: &InfId, _boot: BootId) {}

    async fn incarnation(&self) -> Option<String> {
        None
    }

    fn wakeups(&self) -> broadcast::Receiver<InfId> {
        self.wakeups.subscribe()
    }

    fn is_reachable(&self) -> Option<bool> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_is_read_as_it_was_written() {
        let lease = Lease {
            boot: "00000000-0000-0000-0000-000000000007".parse().unwrap(),
            epoch: Epoch(3),
            address: "[::1]:8801".to_owned(),
        };
        assert_eq!(lease.to_string().parse(), Ok(lease));
        for text in ["", "x|1|a", "00000000-0000-0000-0000-000000000007|x|a"] {
            assert_eq!(text.parse::<Lease>(), Err(NotALease), "{text}");
        }
    }
}
