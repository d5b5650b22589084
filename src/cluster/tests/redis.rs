//! Leases in a real Redis, started here on a free port.
#![cfg(test)]

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use im_cluster::leases::{Claimed, Lease, Leases, RedisLeases, RedisSettings};
use im_domain::{BootId, Epoch, InfId};
use im_util::{Secret, SystemClock};
use tokio::time::{sleep, timeout};

struct Redis {
    process: Child,
    port: u16,
    _directory: tempfile::TempDir,
}

impl Redis {
    /// `None`, with a line that says so, where Redis is not installed.
    fn start(port: u16) -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let started = Command::new("redis-server")
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
            .args(["--save", "", "--appendonly", "no", "--dir"])
            .arg(directory.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(process) = started else {
            println!("skipped: redis-server is not installed");
            return None;
        };
        Some(Self {
            process,
            port,
            _directory: directory,
        })
    }

    async fn leases(&self) -> RedisLeases {
        let leases = connect(self.port);
        until_reachable(&leases).await;
        leases
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn connect(port: u16) -> RedisLeases {
    let settings = RedisSettings {
        url: Secret::new(format!("redis://127.0.0.1:{port}")),
        cluster: "test".to_owned(),
        timeout: Duration::from_millis(500),
        pause: Duration::from_millis(50),
    };
    RedisLeases::new(&settings, Arc::new(SystemClock::new())).unwrap()
}

async fn until_reachable(leases: &RedisLeases) {
    let reached = async {
        while leases.incarnation().await.is_none() {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(10), reached).await.unwrap();
}

fn lease(epoch: u64) -> Lease {
    Lease {
        boot: BootId::random(),
        epoch: Epoch(epoch),
        address: "127.0.0.1:8801".to_owned(),
    }
}

#[tokio::test]
async fn a_lease_is_claimed_held_replaced_and_withdrawn_by_its_owner_alone() {
    let Some(redis) = Redis::start(free_port()) else {
        return;
    };
    let leases = redis.leases().await;
    let id = InfId::random();
    let (one, two) = (lease(0), lease(0));
    assert_eq!(leases.claim(&id, &one).await, Claimed::Mine);
    assert_eq!(leases.claim(&id, &one).await, Claimed::Mine);
    assert_eq!(leases.claim(&id, &two).await, Claimed::HeldBy(one.clone()));
    leases.withdraw(&id, two.boot).await;
    assert_eq!(leases.claim(&id, &two).await, Claimed::HeldBy(one.clone()));
    let stranger = BootId::random();
    assert_eq!(
        leases.replace(&id, stranger, &two).await,
        Claimed::HeldBy(one.clone())
    );
    assert_eq!(leases.replace(&id, one.boot, &two).await, Claimed::Mine);
    leases.withdraw(&id, two.boot).await;
    assert_eq!(leases.claim(&id, &one).await, Claimed::Mine);
}

#[tokio::test]
async fn who_waits_is_woken_when_a_lease_changes_hands() {
    let Some(redis) = Redis::start(free_port()) else {
        return;
    };
    let (one, two) = (redis.leases().await, redis.leases().await);
    let mut wakeups = two.wakeups();
    let id = InfId::random();
    let woken = async {
        loop {
            // The listener may not have subscribed yet: what is told before is missed.
            one.publish(&id, &lease(1)).await;
            if let Ok(Ok(woken)) = timeout(Duration::from_millis(50), wakeups.recv()).await {
                return woken;
            }
        }
    };
    assert_eq!(timeout(Duration::from_secs(10), woken).await.unwrap(), id);
}

#[tokio::test]
async fn a_redis_that_is_away_holds_up_nobody_and_is_used_again_when_it_is_back() {
    let Some(redis) = Redis::start(free_port()) else {
        return;
    };
    let leases = redis.leases().await;
    let before = leases.incarnation().await.unwrap();
    assert_eq!(leases.incarnation().await, Some(before.clone()));
    let port = redis.port;
    drop(redis);
    let id = InfId::random();
    let mine = lease(0);
    for _ in 0..1_000 {
        let claimed = timeout(Duration::from_secs(2), leases.claim(&id, &mine)).await;
        assert_eq!(claimed.unwrap(), Claimed::Silent);
    }
    assert_eq!(leases.is_reachable(), Some(false));
    let _redis = Redis::start(port).unwrap();
    until_reachable(&leases).await;
    assert_eq!(leases.claim(&id, &mine).await, Claimed::Mine);
    assert_ne!(
        leases.incarnation().await,
        Some(before),
        "it forgot everything"
    );
}
