//! TLS: who is trusted, and who is not.

use std::sync::Arc;

use im_cluster::leases::{AddressError, RedisAddress, RedisLeases, RedisTls, RedisTrouble};
use im_test_support::{Authority, Redis};
use im_util::SystemClock;

use crate::bench::{
    claim_ends, connect, of_user, server, settings, skipped, until_claimed, until_trouble,
    until_woken,
};

/// The same over TLS, where the one with this certificate is trusted.
pub(crate) fn trusting(pem: Option<&str>, address: RedisAddress) -> RedisAddress {
    let authorities = pem.map(|pem| pem.as_bytes().to_vec());
    RedisAddress {
        tls: Some(RedisTls { authorities }),
        ..address
    }
}

fn is_tls(trouble: &RedisTrouble) -> bool {
    matches!(trouble, RedisTrouble::Tls(_))
}

#[tokio::test]
async fn a_private_authority_is_trusted_if_it_is_given_and_not_otherwise() {
    if skipped("a_private_authority_is_trusted_if_it_is_given_and_not_otherwise") {
        return;
    }
    let (authority, other) = (Authority::new(), Authority::new());
    let redis = Redis::secured(&authority, &authority.issue("127.0.0.1"), &[]);
    redis.ask("ACL SETUSER im on >hunter2 +@all ~* &*");
    let address = of_user("im", "hunter2", server(redis.tls_port()));
    let both = format!("{}{}", other.pem(), authority.pem());
    for pem in [authority.pem(), both] {
        let address = trusting(Some(&pem), address.clone());
        let (one, two) = (connect(address.clone()), connect(address));
        until_claimed(&one).await;
        until_woken(&one, &two).await;
    }
    for pem in [None, Some(other.pem())] {
        let leases = connect(trusting(pem.as_deref(), address.clone()));
        until_trouble(&leases, is_tls).await;
        let said = format!("{:?}", leases.trouble());
        assert!(said.contains("UnknownIssuer"), "{said}");
    }
}

#[tokio::test]
async fn a_certificate_for_another_host_is_refused() {
    if skipped("a_certificate_for_another_host_is_refused") {
        return;
    }
    let authority = Authority::new();
    let redis = Redis::secured(&authority, &authority.issue("other.example"), &[]);
    let leases = connect(trusting(Some(&authority.pem()), server(redis.tls_port())));
    until_trouble(&leases, is_tls).await;
    let said = leases.trouble().expect("trouble").to_string();
    assert!(said.contains("not valid for name \"127.0.0.1\""), "{said}");
}

#[tokio::test]
async fn who_speaks_tls_and_who_does_not_do_not_understand_each_other() {
    if skipped("who_speaks_tls_and_who_does_not_do_not_understand_each_other") {
        return;
    }
    let authority = Authority::new();
    let redis = Redis::secured(&authority, &authority.issue("127.0.0.1"), &[]);
    let plain = connect(server(redis.tls_port()));
    let secured = connect(trusting(Some(&authority.pem()), server(redis.port())));
    for leases in [plain, secured] {
        until_trouble(&leases, |_| true).await;
        claim_ends(&leases).await;
    }
}

#[tokio::test]
async fn a_certificate_that_was_wrong_is_replaced_without_a_restart() {
    if skipped("a_certificate_that_was_wrong_is_replaced_without_a_restart") {
        return;
    }
    let authority = Authority::new();
    let wrong = authority.issue("other.example");
    let redis = Redis::secured(&authority, &wrong, &[]);
    let leases = connect(trusting(Some(&authority.pem()), server(redis.tls_port())));
    until_trouble(&leases, is_tls).await;
    let right = authority.issue("127.0.0.1");
    let set = redis.ask(&format!(
        "CONFIG SET tls-cert-file {} tls-key-file {}",
        right.certificate.display(),
        right.key.display()
    ));
    assert!(set.starts_with("+OK"), "{set}");
    until_claimed(&leases).await;
}

#[tokio::test]
async fn what_is_no_certificate_is_refused_before_anybody_is_asked() {
    let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let settings = settings(trusting(Some(pem), server(1)));
    let refused = RedisLeases::new(&settings, Arc::new(SystemClock::new()));
    assert!(matches!(refused, Err(AddressError::Authorities(_))));
}
