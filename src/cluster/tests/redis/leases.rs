//! What leases do.

use im_cluster::leases::{Claimed, Leases};
use im_domain::{BootId, InfId};
use im_test_support::Redis;

use crate::bench::{lease, leases, skipped, until_woken};

#[tokio::test]
async fn a_lease_is_claimed_held_replaced_and_withdrawn_by_its_owner_alone() {
    if skipped("a_lease_is_claimed_held_replaced_and_withdrawn_by_its_owner_alone") {
        return;
    }
    let redis = Redis::start();
    let leases = leases(&redis).await;
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
    if skipped("who_waits_is_woken_when_a_lease_changes_hands") {
        return;
    }
    let redis = Redis::start();
    let (one, two) = (leases(&redis).await, leases(&redis).await);
    until_woken(&one, &two).await;
}
