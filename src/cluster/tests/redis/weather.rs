//! Bad weather. Whatever happens, callers go on, and when it is over leases are claimed again without anybody's help.

use std::time::Duration;

use im_cluster::leases::{Claimed, Leases, RedisTrouble};
use im_domain::InfId;
use im_test_support::{Chaos, Redis};

use crate::bench::{
    QUESTION, claim_ends, connect, lease, leases, proxy, server, skipped, until, until_claimed,
    until_trouble, until_woken,
};

#[tokio::test]
async fn a_redis_that_is_away_holds_up_nobody_and_is_used_again_when_it_is_back() {
    if skipped("a_redis_that_is_away_holds_up_nobody_and_is_used_again_when_it_is_back") {
        return;
    }
    let mut redis = Redis::start();
    let (one, two) = (leases(&redis).await, leases(&redis).await);
    let before = one.incarnation().await.unwrap();
    assert_eq!(one.incarnation().await, Some(before.clone()));
    until_woken(&one, &two).await;
    redis.process().kill();
    for _ in 0..1_000 {
        assert_eq!(claim_ends(&one).await, Claimed::Silent);
    }
    assert_eq!(one.is_reachable(), Some(false));
    assert!(matches!(one.trouble(), Some(RedisTrouble::Unreachable(_))));
    redis.run();
    until_claimed(&one).await;
    until_woken(&one, &two).await;
    let after = one.incarnation().await;
    assert!(
        after.is_some() && after != Some(before),
        "it forgot everything"
    );
}

#[tokio::test]
async fn a_redis_that_was_not_there_yet_is_used_when_it_comes() {
    if skipped("a_redis_that_was_not_there_yet_is_used_when_it_comes") {
        return;
    }
    let mut redis = Redis::start();
    redis.process().kill();
    let (one, two) = (connect(server(redis.port())), connect(server(redis.port())));
    until_trouble(&one, |_| true).await;
    redis.run();
    until_claimed(&one).await;
    until_woken(&one, &two).await;
}

#[tokio::test]
async fn a_redis_that_stands_still_holds_up_nobody() {
    if skipped("a_redis_that_stands_still_holds_up_nobody") {
        return;
    }
    let mut redis = Redis::start();
    let (one, two) = (leases(&redis).await, leases(&redis).await);
    until_woken(&one, &two).await;
    redis.process().signal("STOP");
    // All who ask at once wait once, not one after the other.
    let claims = (0..100).map(|_| claim_ends(&one));
    for claimed in futures::future::join_all(claims).await {
        assert_eq!(claimed, Claimed::Silent);
    }
    assert_eq!(one.trouble(), Some(RedisTrouble::Silent));
    // One that has no connection yet does not wait longer.
    let late = connect(server(redis.port()));
    until_trouble(&late, |trouble| *trouble == RedisTrouble::Silent).await;
    redis.process().signal("CONT");
    for leases in [&one, &two, &late] {
        until_claimed(leases).await;
    }
    until_woken(&one, &two).await;
    until_woken(&late, &two).await;
}

#[tokio::test]
async fn a_redis_that_is_full_is_said_and_used_again_when_it_has_room() {
    if skipped("a_redis_that_is_full_is_said_and_used_again_when_it_has_room") {
        return;
    }
    let redis = Redis::with(&["--maxmemory-policy", "noeviction"]);
    let (one, two) = (leases(&redis).await, leases(&redis).await);
    let (id, mine) = (InfId::random(), lease(1));
    assert_eq!(one.claim(&id, &mine).await, Claimed::Mine);
    redis.ask("CONFIG SET maxmemory 1");
    until_trouble(&one, |trouble| *trouble == RedisTrouble::Full).await;
    let publishing = async {
        loop {
            two.publish(&id, &mine).await;
            if two.trouble() == Some(RedisTrouble::Full) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let published = tokio::time::timeout(Duration::from_secs(60), publishing).await;
    published.expect("publishing ends, and says the same");
    redis.ask("CONFIG SET maxmemory 0");
    until_claimed(&one).await;
    until_claimed(&two).await;
    until_woken(&one, &two).await;
}

#[tokio::test]
async fn a_replica_is_said_and_used_when_it_is_made_the_master() {
    if skipped("a_replica_is_said_and_used_when_it_is_made_the_master") {
        return;
    }
    let (master, replica) = (Redis::start(), Redis::start());
    let (of_master, of_replica) = (leases(&master).await, leases(&replica).await);
    replica.ask(&format!("REPLICAOF 127.0.0.1 {}", master.port()));
    until_trouble(&of_replica, |trouble| *trouble == RedisTrouble::ReadOnly).await;
    assert_eq!(of_replica.incarnation().await, None);
    until_claimed(&of_master).await;
    replica.ask("REPLICAOF NO ONE");
    until_claimed(&of_replica).await;
}

#[tokio::test]
async fn what_is_forgotten_is_claimed_anew() {
    if skipped("what_is_forgotten_is_claimed_anew") {
        return;
    }
    let redis = Redis::start();
    let leases = leases(&redis).await;
    let before = leases.incarnation().await.unwrap();
    let (id, one, two) = (InfId::random(), lease(1), lease(0));
    leases.publish(&id, &one).await;
    assert_eq!(leases.claim(&id, &two).await, Claimed::HeldBy(one));
    redis.ask("FLUSHALL");
    assert_eq!(leases.claim(&id, &two).await, Claimed::Mine);
    let after = leases.incarnation().await;
    assert!(after.is_some() && after != Some(before));
    // Scripts that were forgotten are sent again at once.
    redis.ask("SCRIPT FLUSH");
    assert_eq!(leases.claim(&id, &two).await, Claimed::Mine);
    // What is there and is no lease is not believed, and what is no text is none.
    redis.ask(&format!("SET im:{{test}}:lease:{id} nonsense"));
    assert_eq!(leases.claim(&id, &lease(0)).await, Claimed::Silent);
    redis.ask(&format!("DEL im:{{test}}:lease:{id}"));
    redis.ask(&format!("LPUSH im:{{test}}:lease:{id} x"));
    assert_eq!(leases.claim(&id, &lease(0)).await, Claimed::Silent);
    until_claimed(&leases).await;
}

#[tokio::test]
async fn connections_that_die_unnoticed_are_made_anew() {
    if skipped("connections_that_die_unnoticed_are_made_anew") {
        return;
    }
    let redis = Redis::start();
    let proxy = proxy(redis.port()).await;
    let direct = leases(&redis).await;
    let behind = connect(server(proxy.port()));
    until_claimed(&behind).await;
    until_woken(&direct, &behind).await;
    // The server forgets the connections, and nothing of that gets through.
    proxy.set(Chaos::BlackHole);
    until_trouble(&behind, |trouble| *trouble == RedisTrouble::Silent).await;
    redis.ask("CLIENT KILL TYPE normal SKIPME yes");
    redis.ask("CLIENT KILL TYPE pubsub");
    proxy.set(Chaos::Pass);
    until_claimed(&behind).await;
    until_woken(&direct, &behind).await;
}

#[tokio::test]
async fn who_listens_to_a_dead_connection_notices_and_listens_anew() {
    if skipped("who_listens_to_a_dead_connection_notices_and_listens_anew") {
        return;
    }
    let redis = Redis::start();
    let proxy = proxy(redis.port()).await;
    let direct = leases(&redis).await;
    let behind = connect(server(proxy.port()));
    until_woken(&direct, &behind).await;
    // Whether the other side is there is asked when nothing is heard for a while. The question is lost; so nothing more
    // gets through that connection, and what is lost after it went through another one.
    proxy.set(Chaos::Hold(b"PING".to_vec()));
    until("the second connection is tried", || proxy.struck() >= 2).await;
    proxy.set(Chaos::Pass);
    until_woken(&direct, &behind).await;
}

#[tokio::test]
async fn a_lease_that_could_not_be_published_is_not_taken_for_published() {
    if skipped("a_lease_that_could_not_be_published_is_not_taken_for_published") {
        return;
    }
    let mut redis = Redis::start();
    let leases = leases(&redis).await;
    let before = leases.incarnation().await;
    assert!(before.is_some());
    redis.process().signal("STOP");
    leases.publish(&InfId::random(), &lease(1)).await;
    redis.process().signal("CONT");
    until_claimed(&leases).await;
    let after = leases.incarnation().await;
    assert!(after.is_some() && after != before);
    assert_eq!(leases.incarnation().await, after);
}

#[tokio::test]
async fn a_distant_redis_is_used_although_connecting_takes_longer_than_a_question_may() {
    if skipped("a_distant_redis_is_used_although_connecting_takes_longer_than_a_question_may") {
        return;
    }
    let redis = Redis::start();
    let proxy = proxy(redis.port()).await;
    // There and back takes less than a question may, twice of that more.
    proxy.set(Chaos::Delay(QUESTION * 3 / 10));
    let leases = connect(server(proxy.port()));
    until_claimed(&leases).await;
}
