//! `REDIS_URL`, understood.

use redis::sentinel::{SentinelClient, SentinelClientBuilder, SentinelServerType};
use redis::{Client, ConnectionAddr, IntoConnectionInfo, RedisError, TlsMode};
use thiserror::Error;
use tokio::sync::Mutex;

/// A `REDIS_URL` that cannot be used. The address itself is not shown: it may hold a password.
#[derive(Debug, Error)]
pub enum AddressError {
    /// It cannot be read.
    #[error(
        "REDIS_URL must be an address like 'redis://host:6379', 'rediss://user:password@host:6379/0' or 'redis+sentinel://host:26379,host:26379/master': {0}"
    )]
    Refused(String),
}

/// Where Redis is.
pub(super) enum Address {
    /// One server.
    Server(Client),
    /// Servers of which Sentinels know the master.
    Sentinel(Mutex<SentinelClient>),
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Server(_) => "Server",
            Self::Sentinel(_) => "Sentinel",
        })
    }
}

pub(super) fn parse(url: &str) -> Result<Address, AddressError> {
    let (scheme, rest) = url
        .split_once("://")
        .ok_or_else(|| AddressError::Refused("it has no '://'.".to_owned()))?;
    match scheme {
        "redis" | "rediss" => Client::open(url).map(Address::Server).map_err(refused),
        "redis+sentinel" => sentinel("redis", rest),
        "rediss+sentinel" => sentinel("rediss", rest),
        _ => Err(AddressError::Refused("its scheme is not known.".to_owned())),
    }
}

/// `[user:password@]host:port,host:port/master[/db]`; user and password are those of the servers.
fn sentinel(scheme: &str, rest: &str) -> Result<Address, AddressError> {
    let (authority, path) = rest
        .split_once('/')
        .ok_or_else(|| AddressError::Refused("it does not name the master.".to_owned()))?;
    let (credentials, hosts) = match authority.rsplit_once('@') {
        Some((credentials, hosts)) => (Some(credentials), hosts),
        None => (None, authority),
    };
    let (master, db) = path.split_once('/').unwrap_or((path, "0"));
    if master.is_empty() {
        return Err(AddressError::Refused(
            "it does not name the master.".to_owned(),
        ));
    }
    let mut sentinels = Vec::new();
    for host in hosts.split(',') {
        let info = format!("{scheme}://{host}")
            .into_connection_info()
            .map_err(refused)?;
        sentinels.push(ConnectionAddr::clone(info.addr()));
    }
    // The library reads user, password and number of the database as it does for one server.
    let credentials = credentials.map(|c| format!("{c}@")).unwrap_or_default();
    let server = format!("redis://{credentials}server/{db}")
        .into_connection_info()
        .map_err(refused)?;
    let mut builder = SentinelClientBuilder::new(sentinels, master, SentinelServerType::Master)
        .map_err(refused)?
        .set_client_to_redis_db(server.redis_settings().db());
    if let Some(username) = server.redis_settings().username() {
        builder = builder.set_client_to_redis_username(username);
    }
    if let Some(password) = server.redis_settings().password() {
        builder = builder.set_client_to_redis_password(password);
    }
    if scheme == "rediss" {
        builder = builder
            .set_client_to_redis_tls_mode(TlsMode::Secure)
            .set_client_to_sentinel_tls_mode(TlsMode::Secure);
    }
    let client = builder.build().map_err(refused)?;
    Ok(Address::Sentinel(Mutex::new(client)))
}

/// The message of the library without its detail, which may quote the address.
fn refused(error: RedisError) -> AddressError {
    AddressError::Refused(format!("{}.", error.category()))
}

// === impl Address ===

impl Address {
    /// The client of the server that is to be asked now.
    pub(super) async fn client(&self) -> Result<Client, RedisError> {
        match self {
            Self::Server(client) => Ok(client.clone()),
            Self::Sentinel(sentinel) => sentinel.lock().await.async_get_client().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_servers_and_sentinels_are_read() {
        for url in [
            "redis://127.0.0.1:6379",
            "rediss://user:secret@redis.example:6379/2",
            "redis+sentinel://10.0.0.1:26379,10.0.0.2:26379/mymaster",
            "rediss+sentinel://:secret@10.0.0.1:26379/mymaster/3",
        ] {
            assert!(parse(url).is_ok(), "{url}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        for url in [
            "127.0.0.1:6379",
            "http://:hunter2@x",
            "redis+sentinel://:hunter2@x:1",
            "redis+sentinel://:hunter2@x:1/",
            "redis://:hunter2@x:port",
            "redis://:hunter2@x:1/db",
        ] {
            let error = parse(url).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
    }
}
