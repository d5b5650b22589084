//! Sentinels, who name the master.

use im_cluster::leases::{RedisAddress, RedisTrouble};
use im_test_support::{Authority, Redis, Sentinels, until};
use im_util::Secret;

use crate::bench::{
    connect, of_user, sentinels, skipped, until_claimed, until_trouble, until_woken,
};
use crate::tls::trusting;

/// What the user of a node needs where Sentinels are used, as the documentation says.
const RIGHTS: &str = "resetchannels ~im:{test}:* &im:{test}:inv \
     +get +set +del +publish +subscribe +ping +evalsha +script|load +role";

fn replica_of(port: u16, replica: &Redis) {
    let answer = replica.ask(&format!("REPLICAOF 127.0.0.1 {port}"));
    assert!(answer.starts_with("+OK"), "{answer}");
    until("the replica follows", || {
        replica
            .ask("INFO replication")
            .contains("master_link_status:up")
    });
}

#[tokio::test]
async fn another_master_is_used_after_the_death_of_the_first() {
    if skipped("another_master_is_used_after_the_death_of_the_first") {
        return;
    }
    let (mut master, replica) = (Redis::start(), Redis::start());
    replica_of(master.port(), &replica);
    let watching = Sentinels::start(3, "the-master", master.port(), 1);
    let address = sentinels(&watching.ports(), "the-master");
    let (one, two) = (connect(address.clone()), connect(address));
    until_claimed(&one).await;
    until_woken(&one, &two).await;
    let before = master.ask("DBSIZE");
    assert!(
        before.starts_with(':') && !before.starts_with(":0"),
        "{before}"
    );

    master.process().kill();
    until_trouble(&one, |_| true).await;
    until_claimed(&one).await;
    until("all Sentinels agree", || {
        watching.master(0) == replica.port()
    });
    assert!(replica.ask("ROLE").contains("master"));
    until_woken(&one, &two).await;

    // The first comes back, is made a replica (here: a Sentinel that finds the machine slow takes its time), and dies
    // again: nobody minds.
    master.run();
    replica_of(replica.port(), &master);
    until_claimed(&one).await;
    master.process().kill();
    until_claimed(&one).await;
}

#[tokio::test]
async fn sentinels_that_hang_or_are_dead_hold_up_nobody() {
    if skipped("sentinels_that_hang_or_are_dead_hold_up_nobody") {
        return;
    }
    let (master, replica) = (Redis::start(), Redis::start());
    replica_of(master.port(), &replica);
    let mut watching = Sentinels::start(3, "the-master", master.port(), 1);
    let address = sentinels(&watching.ports(), "the-master");
    watching.process(0).signal("STOP");
    watching.process(1).kill();
    let (one, two) = (connect(address.clone()), connect(address));
    until_claimed(&one).await;
    until_woken(&one, &two).await;
    watching.process(2).kill();
    // Who has a connection needs no Sentinel.
    until_claimed(&one).await;
}

#[tokio::test]
async fn a_master_that_no_sentinel_knows_is_said() {
    if skipped("a_master_that_no_sentinel_knows_is_said") {
        return;
    }
    let master = Redis::start();
    let watching = Sentinels::start(1, "the-master", master.port(), 0);
    let leases = connect(sentinels(&watching.ports(), "another"));
    until_trouble(&leases, |trouble| *trouble == RedisTrouble::NoMaster).await;
}

#[tokio::test]
async fn tls_users_and_the_password_of_the_sentinels_go_together() {
    if skipped("tls_users_and_the_password_of_the_sentinels_go_together") {
        return;
    }
    let authority = Authority::new();
    let pair = authority.issue("127.0.0.1");
    let (mut master, replica) = (
        Redis::secured(&authority, &pair, &[]),
        Redis::secured(&authority, &pair, &[]),
    );
    for redis in [&master, &replica] {
        redis.ask(&format!("ACL SETUSER im on >hunter2 {RIGHTS}"));
    }
    replica_of(master.tls_port(), &replica);
    let tls = (&authority, &pair);
    let watched = ("the-master", master.tls_port());
    let watching = Sentinels::secured(3, watched, 1, tls, "sentinels-own");
    let address = sentinels(&watching.ports(), "the-master");
    let address = trusting(Some(&authority.pem()), of_user("im", "hunter2", address));
    let without = connect(address.clone());
    until_trouble(&without, |trouble| *trouble == RedisTrouble::Credentials).await;
    let address = RedisAddress {
        sentinel_password: Some(Secret::new("sentinels-own")),
        ..address
    };
    let (one, two) = (connect(address.clone()), connect(address));
    until_claimed(&one).await;
    until_woken(&one, &two).await;
    master.process().kill();
    until_trouble(&one, |_| true).await;
    until_claimed(&one).await;
    until("all Sentinels agree", || {
        watching.master(0) == replica.tls_port()
    });
    until_woken(&one, &two).await;
}
