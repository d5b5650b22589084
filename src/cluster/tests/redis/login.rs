//! Passwords, users, and what they may do.

use im_cluster::leases::{Claimed, Leases, RedisAddress, RedisTrouble};
use im_domain::InfId;
use im_test_support::Redis;
use im_util::Secret;

use crate::bench::{
    connect, lease, of_user, server, skipped, until_claimed, until_trouble, until_woken,
};

/// What the user of a node needs, as the documentation says.
const RIGHTS: &str = "resetchannels ~im:{test}:* &im:{test}:inv \
     +get +set +del +publish +subscribe +ping +evalsha +script|load";

#[tokio::test]
async fn a_user_needs_no_more_rights_than_are_documented() {
    if skipped("a_user_needs_no_more_rights_than_are_documented") {
        return;
    }
    let redis = Redis::start();
    let password = "p@:/?#% \"é";
    let added = redis.ask(&format!(
        "ACL SETUSER im@site on \">p@:/?#% \\\"é\" {RIGHTS} +select"
    ));
    assert!(added.starts_with("+OK"), "{added}");
    let address = RedisAddress {
        database: 3,
        ..of_user("im@site", password, server(redis.port()))
    };
    let (one, two) = (connect(address.clone()), connect(address));
    until_claimed(&one).await;
    until_woken(&one, &two).await;
    let (id, mine, other) = (InfId::random(), lease(1), lease(0));
    one.publish(&id, &mine).await;
    assert_eq!(two.claim(&id, &other).await, Claimed::HeldBy(mine.clone()));
    one.withdraw(&id, mine.boot).await;
    assert_eq!(two.claim(&id, &other).await, Claimed::Mine);
    assert!(two.incarnation().await.is_some());
    assert_eq!((one.trouble(), two.trouble()), (None, None));
    let keyspace = redis.ask("INFO keyspace");
    assert!(keyspace.contains("db3:keys=") && !keyspace.contains("db0:"));
}

#[tokio::test]
async fn a_wrong_password_is_said_and_the_right_one_is_used_as_soon_as_it_is_right() {
    if skipped("a_wrong_password_is_said_and_the_right_one_is_used_as_soon_as_it_is_right") {
        return;
    }
    let redis = Redis::start();
    redis.ask(&format!("ACL SETUSER im on >other {RIGHTS}"));
    let address = of_user("im", "hunter2", server(redis.port()));
    let (one, two) = (connect(address.clone()), connect(address));
    until_trouble(&one, |trouble| *trouble == RedisTrouble::Credentials).await;
    let said = format!("{one:?} {}", RedisTrouble::Credentials);
    assert!(!said.contains("hunter2"), "{said}");
    redis.ask("ACL SETUSER im >hunter2");
    until_claimed(&one).await;
    until_woken(&one, &two).await;
}

#[tokio::test]
async fn a_password_without_a_user_is_that_of_the_default_user() {
    if skipped("a_password_without_a_user_is_that_of_the_default_user") {
        return;
    }
    let redis = Redis::start();
    redis.ask("CONFIG SET requirepass hunter2");
    let without = connect(server(redis.port()));
    until_trouble(&without, |trouble| *trouble == RedisTrouble::Credentials).await;
    let leases = connect(RedisAddress {
        password: Some(Secret::new("hunter2")),
        ..server(redis.port())
    });
    until_claimed(&leases).await;
}

#[tokio::test]
async fn a_right_that_is_taken_away_is_said_and_used_again_when_it_is_given_back() {
    if skipped("a_right_that_is_taken_away_is_said_and_used_again_when_it_is_given_back") {
        return;
    }
    let redis = Redis::start();
    redis.ask(&format!("ACL SETUSER im on >hunter2 {RIGHTS}"));
    let leases = connect(of_user("im", "hunter2", server(redis.port())));
    until_claimed(&leases).await;
    for (taken, given) in [
        ("-evalsha", "+evalsha"),
        ("-set", "+set"),
        ("resetkeys", "~im:{test}:*"),
    ] {
        redis.ask(&format!("ACL SETUSER im {taken}"));
        until_trouble(&leases, |trouble| *trouble == RedisTrouble::Forbidden).await;
        redis.ask(&format!("ACL SETUSER im {given}"));
        until_claimed(&leases).await;
    }
}
