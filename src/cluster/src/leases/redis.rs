//! Leases in Redis, alone or found through Sentinel.
//!
//! Keys, all under `im:{<cluster>}:` so that they live in one slot: `lease:<inf>` (a [`Lease`] as text, with a long
//! expiry for tidiness alone), `inc` (the incarnation: a random text that is set by whoever finds none, so it changes
//! when Redis has forgotten everything), and the channel `inv`, on which the id of an infrastructure is told when its
//! lease has changed hands.
//!
//! Redis may be away for an hour, full, a replica, or answer nonsense: after a failure it is left alone for a moment, so
//! that no request waits for it twice, and everything goes on by the database. What went wrong is in the log once, as a
//! [`RedisTrouble`]; whatever it was, the next question after the moment finds out whether it is over.
//!
//! The user of Redis needs no more than `ACL SETUSER im on >password resetchannels ~im:{NAME}:* &im:{NAME}:inv +get +set
//! +del +publish +subscribe +ping +evalsha +script|load`, NAME being `CLUSTER_NAME`, `+select` for a database other than 0,
//! and `+role` where Sentinels are used.

mod address;
mod link;
mod listener;
mod trouble;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use im_domain::{BootId, InfId};
use im_util::Clock;
use redis::{Cmd, RedisResult, Script};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Claimed, Lease, Leases};
use link::{Link, Patience};

pub use self::address::{AddressError, RedisAddress, RedisPlace, RedisTls};
pub use self::trouble::RedisTrouble;

/// How long a lease is kept that nobody withdrew.
const TIDY_AFTER_SECONDS: u64 = 7 * 24 * 3600;

/// Where Redis is, and for whom.
#[derive(Clone, Debug)]
pub struct RedisSettings {
    /// The servers, and the login.
    pub address: RedisAddress,
    /// `CLUSTER_NAME`: services that share a Redis have different ones.
    pub cluster: String,
    /// How long one question may take.
    pub timeout: Duration,
    /// How long connecting may take. No question waits for it longer than for its answer.
    pub connect_timeout: Duration,
    /// How long Redis is left alone after it failed.
    pub pause: Duration,
}

/// Leases in Redis.
#[derive(Debug)]
pub struct RedisLeases {
    link: Link,
    prefix: String,
    wakeups: broadcast::Sender<InfId>,
    /// How many leases could not be published.
    lost: AtomicU64,
    stop: CancellationToken,
}

// === impl RedisLeases ===

impl RedisLeases {
    /// Prepares to use Redis, and begins to listen to what changes hands; nothing waits for a connection here. Ends
    /// when it is dropped.
    ///
    /// # Errors
    /// If the address cannot be used.
    pub fn new(settings: &RedisSettings, clock: Arc<dyn Clock>) -> Result<Self, AddressError> {
        settings.address.check()?;
        let address = Arc::new(settings.address.clone());
        let patience = Patience {
            question: settings.timeout,
            connect: settings.connect_timeout,
            pause: settings.pause,
        };
        let prefix = format!("im:{{{}}}:", settings.cluster);
        let wakeups = broadcast::Sender::new(1024);
        let stop = CancellationToken::new();
        let channel = format!("{prefix}inv");
        let listening = listener::listen(Arc::clone(&address), patience, channel, wakeups.clone());
        tokio::spawn(stop.clone().run_until_cancelled_owned(listening));
        Ok(Self {
            link: Link::new(address, patience, clock),
            prefix,
            wakeups,
            lost: AtomicU64::new(0),
            stop,
        })
    }

    /// Why Redis was of no use the last time; `None` if it answered.
    pub fn trouble(&self) -> Option<RedisTrouble> {
        self.link.trouble()
    }

    fn key(&self, id: &InfId) -> String {
        format!("{}lease:{id}", self.prefix)
    }

    async fn claimed(&self, held: RedisResult<Option<String>>) -> Claimed {
        match held {
            Ok(None) => Claimed::Mine,
            // What is not a lease is not believed; the row decides.
            Ok(Some(text)) => text.parse().map_or(Claimed::Silent, Claimed::HeldBy),
            Err(_) => Claimed::Silent,
        }
    }
}

impl Drop for RedisLeases {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

#[async_trait]
impl Leases for RedisLeases {
    async fn claim(&self, id: &InfId, mine: &Lease) -> Claimed {
        // One that is this boot's own is a claim, or a lease, of before: as good as a new one.
        let script = Script::new(
            "local held = redis.call('get', KEYS[1])
             if held and string.sub(held, 1, 36) ~= ARGV[2] then return held end
             redis.call('set', KEYS[1], ARGV[1], 'EX', ARGV[3])
             return false",
        );
        let mut call = script.key(self.key(id));
        call.arg(mine.to_string())
            .arg(mine.boot.to_string())
            .arg(TIDY_AFTER_SECONDS);
        let held = self.link.script(&call).await;
        self.claimed(held).await
    }

    async fn replace(&self, id: &InfId, ended: BootId, mine: &Lease) -> Claimed {
        let script = Script::new(
            "local held = redis.call('get', KEYS[1])
             if held and string.sub(held, 1, 36) ~= ARGV[2] then return held end
             redis.call('set', KEYS[1], ARGV[1], 'EX', ARGV[3])
             return false",
        );
        let mut call = script.key(self.key(id));
        call.arg(mine.to_string())
            .arg(ended.to_string())
            .arg(TIDY_AFTER_SECONDS);
        let held = self.link.script(&call).await;
        self.claimed(held).await
    }

    async fn publish(&self, id: &InfId, lease: &Lease) {
        let mut pipe = redis::pipe();
        pipe.cmd("SET")
            .arg(self.key(id))
            .arg(lease.to_string())
            .arg("EX")
            .arg(TIDY_AFTER_SECONDS)
            .ignore()
            .cmd("PUBLISH")
            .arg(format!("{}inv", self.prefix))
            .arg(id.as_str())
            .ignore();
        // The link has logged a failure; the row says the same, until all are published again.
        let published: RedisResult<()> = self.link.pipe(&pipe).await;
        if published.is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    async fn withdraw(&self, id: &InfId, boot: BootId) {
        let script = Script::new(
            "local held = redis.call('get', KEYS[1])
             if held and string.sub(held, 1, 36) == ARGV[1] then
               redis.call('del', KEYS[1])
               redis.call('publish', KEYS[2], ARGV[2])
             end",
        );
        let mut call = script.key(self.key(id));
        call.key(format!("{}inv", self.prefix))
            .arg(boot.to_string())
            .arg(id.as_str());
        let _: RedisResult<()> = self.link.script(&call).await;
    }

    async fn incarnation(&self) -> Option<String> {
        let key = format!("{}inc", self.prefix);
        let mut pipe = redis::pipe();
        pipe.cmd("SET")
            .arg(&key)
            .arg(Uuid::new_v4().to_string())
            .arg("NX")
            .ignore()
            .add_command(Cmd::get(&key));
        let (incarnation,): (String,) = self.link.pipe(&pipe).await.ok()?;
        let lost = self.lost.load(Ordering::Relaxed);
        Some(format!("{incarnation}/{lost}"))
    }

    fn wakeups(&self) -> broadcast::Receiver<InfId> {
        self.wakeups.subscribe()
    }

    fn is_reachable(&self) -> Option<bool> {
        Some(self.link.is_reachable())
    }
}
