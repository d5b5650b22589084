//! Leases in Redis, alone or found through Sentinel.
//!
//! Keys, all under `im:{<cluster>}:` so that they live in one slot: `lease:<inf>` (a [`Lease`] as text, with a long
//! expiry for tidiness alone), `inc` (the incarnation: a random text that is set by whoever finds none, so it changes
//! when Redis has forgotten everything), and the channel `inv`, on which the id of an infrastructure is told when its
//! lease has changed hands.
//!
//! Redis may be away for an hour, or answer nonsense: after a failure it is left alone for a moment, so that no request
//! waits for it twice, and everything goes on by the database.

mod address;
mod link;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use im_domain::{BootId, InfId};
use im_util::Clock;
use redis::{Cmd, RedisResult, Script};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Claimed, Lease, Leases};
use link::Link;

pub use self::address::AddressError;

/// How long a lease is kept that nobody withdrew.
const TIDY_AFTER_SECONDS: u64 = 7 * 24 * 3600;

/// Where Redis is, and for whom.
#[derive(Clone, Debug)]
pub struct RedisSettings {
    /// `REDIS_URL`: `redis://`, `rediss://`, `redis+sentinel://host:port,host:port/master` or `rediss+sentinel://`.
    pub url: im_util::Secret,
    /// `CLUSTER_NAME`: services that share a Redis have different ones.
    pub cluster: String,
    /// How long one question may take.
    pub timeout: Duration,
    /// How long Redis is left alone after it failed.
    pub pause: Duration,
}

/// Leases in Redis.
#[derive(Debug)]
pub struct RedisLeases {
    link: Arc<Link>,
    prefix: String,
    wakeups: broadcast::Sender<InfId>,
    stop: CancellationToken,
}

// === impl RedisLeases ===

impl RedisLeases {
    /// Prepares to use Redis, and begins to listen to what changes hands; nothing waits for a connection here. Ends
    /// when it is dropped.
    ///
    /// # Errors
    /// If the address cannot be understood.
    pub fn new(settings: &RedisSettings, clock: Arc<dyn Clock>) -> Result<Self, AddressError> {
        let address = address::parse(settings.url.expose())?;
        let prefix = format!("im:{{{}}}:", settings.cluster);
        let link = Arc::new(Link::new(address, settings.timeout, settings.pause, clock));
        let wakeups = broadcast::Sender::new(1024);
        let stop = CancellationToken::new();
        let listening = {
            let (link, wakeups) = (Arc::clone(&link), wakeups.clone());
            let channel = format!("{prefix}inv");
            async move { link.listen(&channel, &wakeups).await }
        };
        tokio::spawn(stop.clone().run_until_cancelled_owned(listening));
        Ok(Self {
            link,
            prefix,
            wakeups,
            stop,
        })
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
        // The link has logged a failure; the row says the same.
        let _: RedisResult<()> = self.link.pipe(&pipe).await;
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
        Some(incarnation)
    }

    fn wakeups(&self) -> broadcast::Receiver<InfId> {
        self.wakeups.subscribe()
    }

    fn is_reachable(&self) -> Option<bool> {
        Some(self.link.is_reachable())
    }
}
