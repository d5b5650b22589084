//! What belongs to Redis: certificates to TLS, the password of the Sentinels to Sentinels.

use std::path::Path;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use super::super::contradiction;
use crate::redis::RedisPlace;
use crate::settings::Settings;
use crate::values::Values;

pub(super) fn check(settings: &Settings, values: &mut Values<'_>) {
    let ha = &settings.ha;
    let redis = ha.redis_url.as_ref();
    let found = redis.map_or("is blank".to_owned(), |redis| {
        format!("begins with {}", redis.scheme())
    });
    let is_secure = redis.is_some_and(|redis| redis.tls);
    if let Some(file) = &ha.redis_ca_certs {
        contradiction(
            values,
            &["REDIS_CA_CERTS", "REDIS_URL"],
            !is_secure,
            &format!(
                "REDIS_CA_CERTS is set, so REDIS_URL was expected to begin with rediss:// or rediss+sentinel://, but it {found}."
            ),
        );
        if let Some(complaint) = authorities(file).filter(|_| is_secure) {
            contradiction(
                values,
                &["REDIS_CA_CERTS"],
                true,
                &format!(
                    "REDIS_CA_CERTS was expected to be a file of certificates in PEM, but {} {complaint}.",
                    file.display()
                ),
            );
        }
    }
    let by_sentinels = |place: &RedisPlace| matches!(place, RedisPlace::Sentinels { .. });
    contradiction(
        values,
        &["REDIS_SENTINEL_PASSWORD", "REDIS_URL"],
        ha.redis_sentinel_password.is_some() && !redis.is_some_and(|r| by_sentinels(&r.place)),
        &format!(
            "REDIS_SENTINEL_PASSWORD is set, so REDIS_URL was expected to begin with redis+sentinel:// or rediss+sentinel://, but it {found}."
        ),
    );
}

/// What is wrong with a file of certificates.
fn authorities(file: &Path) -> Option<String> {
    let text = match std::fs::read(file) {
        Ok(text) => text,
        Err(error) => return Some(format!("cannot be read: {error}")),
    };
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match certificates {
        Ok(certificates) if certificates.is_empty() => Some("holds none".to_owned()),
        Ok(_) => None,
        Err(error) => Some(format!("is broken: {error}")),
    }
}
