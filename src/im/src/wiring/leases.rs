//! The leases, in Redis.

use std::sync::Arc;
use std::time::Duration;

use im_cluster::leases::{Leases, RedisAddress, RedisLeases, RedisPlace, RedisSettings, RedisTls};
use im_config::{Ha, Redis, RedisHost};
use im_util::Clock;

/// How long a question to Redis may take, and a connection, and how long it is left alone after it failed.
const TIMEOUT: Duration = Duration::from_millis(500);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_secs(1);

/// The leases, if there is a Redis; nothing waits for it. The error is a full sentence.
pub(super) fn leases(ha: &Ha, clock: &Arc<dyn Clock>) -> Result<Option<Arc<dyn Leases>>, String> {
    let made = redis(ha, clock, TIMEOUT)?;
    Ok(made.map(|leases| Arc::new(leases) as Arc<dyn Leases>))
}

/// Asks Redis, if there is one, whether it can be used: as a node does that enters, by the key from which nodes see that
/// it has forgotten everything. The error is a full sentence.
pub(crate) async fn probe(ha: &Ha, clock: &Arc<dyn Clock>) -> Result<Option<()>, String> {
    let Some(leases) = redis(ha, clock, CONNECT_TIMEOUT * 2)? else {
        return Ok(None);
    };
    match (leases.incarnation().await, leases.trouble()) {
        (Some(_), _) => Ok(Some(())),
        (None, Some(trouble)) => Err(format!("The Redis of REDIS_URL cannot be used: {trouble}.")),
        (None, None) => Err("The Redis of REDIS_URL did not answer.".to_owned()),
    }
}

fn redis(
    ha: &Ha,
    clock: &Arc<dyn Clock>,
    timeout: Duration,
) -> Result<Option<RedisLeases>, String> {
    let Some(redis) = &ha.redis_url else {
        return Ok(None);
    };
    let settings = RedisSettings {
        address: address(redis, ha)?,
        cluster: ha.cluster_name.clone(),
        timeout,
        connect_timeout: CONNECT_TIMEOUT,
        pause: PAUSE,
    };
    let leases = RedisLeases::new(&settings, Arc::clone(clock))
        .map_err(|error| format!("REDIS_URL and REDIS_CA_CERTS cannot be used: {error}."))?;
    Ok(Some(leases))
}

fn address(redis: &Redis, ha: &Ha) -> Result<RedisAddress, String> {
    let place = match &redis.place {
        im_config::RedisPlace::Server(server) => {
            RedisPlace::Server(server.host.clone(), server.port)
        }
        im_config::RedisPlace::Sentinels { sentinels, master } => RedisPlace::Sentinels {
            sentinels: sentinels.iter().map(host_and_port).collect(),
            master: master.clone(),
        },
    };
    let authorities = match &ha.redis_ca_certs {
        None => None,
        Some(file) => Some(std::fs::read(file).map_err(|error| {
            format!(
                "REDIS_CA_CERTS was expected to be a file of certificates in PEM, but {} cannot be read: {error}.",
                file.display()
            )
        })?),
    };
    Ok(RedisAddress {
        place,
        tls: redis.tls.then_some(RedisTls { authorities }),
        user: redis.user.clone(),
        password: redis.password.clone(),
        sentinel_password: ha.redis_sentinel_password.clone(),
        database: redis.database,
    })
}

fn host_and_port(at: &RedisHost) -> (String, u16) {
    (at.host.clone(), at.port)
}
