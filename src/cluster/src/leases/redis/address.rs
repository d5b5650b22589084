//! Where Redis is: one server, or the master that Sentinels name.

use std::fmt;

use futures::future::select_ok;
use im_util::Secret;
use redis::sentinel::{SentinelClient, SentinelClientBuilder, SentinelServerType};
use redis::{
    Client, ConnectionAddr, IntoConnectionInfo, RedisConnectionInfo, RedisError, RedisResult,
    TlsCertificates, TlsMode,
};
use thiserror::Error;

/// Where Redis is, and who asks it.
#[derive(Clone, Debug)]
pub struct RedisAddress {
    /// The servers.
    pub place: RedisPlace,
    /// How they, and the Sentinels, are spoken to over TLS; `None`: they are not.
    pub tls: Option<RedisTls>,
    /// The user; `None` is the one that is called `default`.
    pub user: Option<String>,
    /// The password.
    pub password: Option<Secret>,
    /// The password of the Sentinels.
    pub sentinel_password: Option<Secret>,
    /// The number of the database.
    pub database: u16,
}

/// The servers.
#[derive(Clone, Debug)]
pub enum RedisPlace {
    /// One server: a host and a port.
    Server(String, u16),
    /// Servers of which Sentinels know the master.
    Sentinels {
        /// Their hosts and ports.
        sentinels: Vec<(String, u16)>,
        /// The name by which they know the master.
        master: String,
    },
}

/// Whom to trust.
#[derive(Clone, Default)]
pub struct RedisTls {
    /// The authorities, in PEM; `None`: those that the machine trusts.
    pub authorities: Option<Vec<u8>>,
}

/// An address that cannot be used, whatever Redis says.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum AddressError {
    /// The certificates of the authorities are none.
    #[error("the certificates of the authorities of Redis cannot be used: {0}")]
    Authorities(String),
    /// There is no server in it.
    #[error("the address of Redis names no server")]
    NoServer,
}

// === impl RedisAddress ===

impl RedisAddress {
    /// Whether it can be used at all.
    pub(super) fn check(&self) -> Result<(), AddressError> {
        // The certificates are all that can be wrong before somebody is asked; the message quotes nothing else.
        let refused = |error: RedisError| AddressError::Authorities(error.to_string());
        match &self.place {
            RedisPlace::Server(host, port) => self.server(host, *port).map(drop).map_err(refused),
            RedisPlace::Sentinels { sentinels, .. } if sentinels.is_empty() => {
                Err(AddressError::NoServer)
            }
            RedisPlace::Sentinels { sentinels, master } => sentinels
                .iter()
                .try_for_each(|at| self.sentinel(at, master).map(drop))
                .map_err(refused),
        }
    }

    /// The client of the server that is to be asked now.
    ///
    /// Of the Sentinels all are asked at once, over new connections, and who names first a master that agrees is
    /// believed: one that hangs, or whose connection has died unnoticed, holds up nothing.
    pub(super) async fn client(&self) -> RedisResult<Client> {
        let (sentinels, master) = match &self.place {
            RedisPlace::Server(host, port) => return self.server(host, *port),
            RedisPlace::Sentinels { sentinels, master } => (sentinels, master),
        };
        let questions = sentinels
            .iter()
            .map(|at| Box::pin(async move { self.sentinel(at, master)?.async_get_client().await }));
        let (client, _) = select_ok(questions).await?;
        Ok(client)
    }

    fn server(&self, host: &str, port: u16) -> RedisResult<Client> {
        let mut login = RedisConnectionInfo::default().set_db(self.database.into());
        if let Some(user) = &self.user {
            login = login.set_username(user);
        }
        if let Some(password) = &self.password {
            login = login.set_password(password.expose());
        }
        let info = self.at(host, port).into_connection_info()?;
        let info = info.set_redis_settings(login);
        match &self.tls {
            Some(tls) => Client::build_with_tls(info, tls.certificates()),
            None => Client::open(info),
        }
    }

    /// Asks one Sentinel.
    fn sentinel(&self, (host, port): &(String, u16), master: &str) -> RedisResult<SentinelClient> {
        let mut builder =
            SentinelClientBuilder::new([self.at(host, *port)], master, SentinelServerType::Master)?
                .set_client_to_redis_db(self.database.into());
        if let Some(user) = &self.user {
            builder = builder.set_client_to_redis_username(user);
        }
        if let Some(password) = &self.password {
            builder = builder.set_client_to_redis_password(password.expose());
        }
        if let Some(password) = &self.sentinel_password {
            builder = builder.set_client_to_sentinel_password(password.expose());
        }
        if let Some(tls) = &self.tls {
            builder = builder
                .set_client_to_redis_tls_mode(TlsMode::Secure)
                .set_client_to_redis_certificates(tls.certificates())
                .set_client_to_sentinel_tls_mode(TlsMode::Secure)
                .set_client_to_sentinel_certificates(tls.certificates());
        }
        builder.build()
    }

    fn at(&self, host: &str, port: u16) -> ConnectionAddr {
        match self.tls {
            None => ConnectionAddr::Tcp(host.to_owned(), port),
            Some(_) => ConnectionAddr::TcpTls {
                host: host.to_owned(),
                port,
                insecure: false,
                tls_params: None,
            },
        }
    }
}

// === impl RedisTls ===

impl RedisTls {
    fn certificates(&self) -> TlsCertificates {
        TlsCertificates {
            client_tls: None,
            root_cert: self.authorities.clone(),
        }
    }
}

impl fmt::Debug for RedisTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisTls")
            .field("private", &self.authorities.is_some())
            .finish()
    }
}
