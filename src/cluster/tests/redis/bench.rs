//! What the tests ask, and for how long they wait for an answer.

use std::sync::Arc;
use std::time::Duration;

use im_cluster::leases::{
    Claimed, Lease, Leases, RedisAddress, RedisLeases, RedisPlace, RedisSettings, RedisTrouble,
};
use im_domain::{BootId, Epoch, InfId};
use im_test_support::{ChaosProxy, Redis};
use im_util::{Secret, SystemClock};
use tokio::time::{sleep, timeout};

/// How long one question to Redis may take.
pub(crate) const QUESTION: Duration = Duration::from_millis(500);

/// Whether the test cannot run here; it says so.
pub(crate) fn skipped(test: &str) -> bool {
    im_test_support::missing(test, &Redis::NEEDS)
}

/// Leases, where the address is one of those below.
pub(crate) fn connect(address: RedisAddress) -> RedisLeases {
    let settings = settings(address);
    RedisLeases::new(&settings, Arc::new(SystemClock::new())).unwrap()
}

pub(crate) fn settings(address: RedisAddress) -> RedisSettings {
    RedisSettings {
        address,
        cluster: "test".to_owned(),
        timeout: QUESTION,
        connect_timeout: Duration::from_secs(5),
        pause: Duration::from_millis(50),
    }
}

/// A server of 127.0.0.1.
pub(crate) fn server(port: u16) -> RedisAddress {
    at(RedisPlace::Server("127.0.0.1".to_owned(), port))
}

/// The master that Sentinels of 127.0.0.1 know.
pub(crate) fn sentinels(ports: &[u16], master: &str) -> RedisAddress {
    let sentinels = ports.iter().map(|port| ("127.0.0.1".to_owned(), *port));
    at(RedisPlace::Sentinels {
        sentinels: sentinels.collect(),
        master: master.to_owned(),
    })
}

fn at(place: RedisPlace) -> RedisAddress {
    RedisAddress {
        place,
        tls: None,
        user: None,
        password: None,
        sentinel_password: None,
        database: 0,
    }
}

/// The same for a user.
pub(crate) fn of_user(user: &str, password: &str, address: RedisAddress) -> RedisAddress {
    RedisAddress {
        user: Some(user.to_owned()),
        password: Some(Secret::new(password)),
        ..address
    }
}

/// A proxy before a port of 127.0.0.1.
pub(crate) async fn proxy(port: u16) -> ChaosProxy {
    let starting =
        tokio::task::spawn_blocking(move || ChaosProxy::start(&format!("127.0.0.1:{port}")));
    starting.await.unwrap()
}

/// Leases of a server, which answers.
pub(crate) async fn leases(redis: &Redis) -> RedisLeases {
    let leases = connect(server(redis.port()));
    until_claimed(&leases).await;
    leases
}

/// Waits until an infrastructure that nobody has can be claimed.
pub(crate) async fn until_claimed(leases: &RedisLeases) {
    let claimed = async {
        while leases.claim(&InfId::random(), &lease(0)).await != Claimed::Mine {
            sleep(Duration::from_millis(20)).await;
        }
    };
    patiently(claimed, || format!("{:?}", leases.trouble())).await;
    assert_eq!(leases.is_reachable(), Some(true));
    assert_eq!(leases.trouble(), None);
}

/// Claims until it is in vain for this reason; each claim ends, whatever happens.
pub(crate) async fn until_trouble(leases: &RedisLeases, is_it: impl Fn(&RedisTrouble) -> bool) {
    let troubled = async {
        loop {
            claim_ends(leases).await;
            if leases.trouble().is_some_and(|trouble| is_it(&trouble)) {
                return;
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    patiently(troubled, || format!("{:?}", leases.trouble())).await;
    assert_eq!(leases.is_reachable(), Some(false));
}

/// Claims what nobody has, and is answered by somebody or nobody.
pub(crate) async fn claim_ends(leases: &RedisLeases) -> Claimed {
    let (id, mine) = (InfId::random(), lease(0));
    let claimed = timeout(QUESTION * 10, leases.claim(&id, &mine)).await;
    claimed.expect("the caller goes on")
}

/// Publishes until another one is woken.
pub(crate) async fn until_woken(by: &RedisLeases, whom: &RedisLeases) {
    let (mut wakeups, id) = (whom.wakeups(), InfId::random());
    let woken = async {
        loop {
            // Who listens may not have subscribed yet: what is told before is missed.
            by.publish(&id, &lease(1)).await;
            if let Ok(Ok(woken)) = timeout(Duration::from_millis(50), wakeups.recv()).await {
                return woken;
            }
        }
    };
    let woken = patiently(woken, || format!("{:?}", by.trouble())).await;
    assert_eq!(woken, id);
}

/// Waits until this holds.
pub(crate) async fn until(what: &str, holds: impl Fn() -> bool) {
    let held = async {
        while !holds() {
            sleep(Duration::from_millis(20)).await;
        }
    };
    patiently(held, || what.to_owned()).await;
}

async fn patiently<T>(awaited: impl Future<Output = T>, state: impl Fn() -> String) -> T {
    match timeout(Duration::from_secs(60), awaited).await {
        Ok(happened) => happened,
        Err(_) => panic!("it did not come to this: {}", state()),
    }
}

/// A lease of a new boot.
pub(crate) fn lease(epoch: u64) -> Lease {
    Lease {
        boot: BootId::random(),
        epoch: Epoch(epoch),
        address: "127.0.0.1:8801".to_owned(),
    }
}
