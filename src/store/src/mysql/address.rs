//! The option `DATA_DB` taken apart: `mysql://user:password@host:port/database?options`.
//!
//! User and password may be written with `%` codes. Options that are not known are refused, since one that is misspelt
//! could mean a connection without TLS.

use percent_encoding::percent_decode_str;
use sqlx::ConnectOptions;
use sqlx::mysql::{MySqlConnectOptions, MySqlSslMode};

use crate::{StoreError, StoreErrorKind};

const FORM: &str = "DATA_DB must be an address like 'mysql://user:password@host:port/database'";

/// Statements that a connection keeps prepared: those of a fixed text, and those of each size that `lists` has.
const STATEMENTS: usize = 256;

/// Connections to keep: three nodes fit into what a server allows where nothing is configured (151).
const CONNECTIONS: u32 = 32;

/// Where the database is, and how to reach it.
#[derive(Clone)]
pub(super) struct Address {
    pub(super) options: MySqlConnectOptions,
    /// At most this many connections for infrastructures; sessions have more of their own.
    pub(super) connections: u32,
    /// Server and database, to be shown.
    pub(super) place: String,
}

// === impl Address ===

impl Address {
    /// Reads what follows `mysql://`. The errors show no part of it that may hold a password.
    pub(super) fn parse(text: &str) -> Result<Self, StoreError> {
        let (text, query) = text.split_once('?').unwrap_or((text, ""));
        let (user, server) = text
            .rsplit_once('@')
            .ok_or_else(|| refused("it names no user"))?;
        let (host, database) = server
            .split_once('/')
            .ok_or_else(|| refused("it names no database"))?;
        let (user, password) = user.split_once(':').unwrap_or((user, ""));
        let (host, port) = host_and_port(host)?;
        let (user, database) = (decoded(user)?, decoded(database)?);
        if user.is_empty() {
            return Err(refused("it names no user"));
        }
        if database.is_empty() || database.contains('/') {
            return Err(refused("it names no database"));
        }
        let mut options = MySqlConnectOptions::new()
            .host(host)
            .port(port)
            .username(&user)
            .database(&database)
            .statement_cache_capacity(STATEMENTS)
            .disable_statement_logging();
        let password = decoded(password)?;
        if !password.is_empty() {
            options = options.password(&password);
        }
        let mut address = Self {
            options,
            connections: CONNECTIONS,
            place: format!("{host}:{port}/{database}"),
        };
        for option in query.split('&').filter(|option| !option.is_empty()) {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            address.set(name, &decoded(value)?)?;
        }
        Ok(address)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), StoreError> {
        let options = self.options.clone();
        self.options = match name {
            "ssl-mode" => options.ssl_mode(ssl_mode(value)?),
            "ssl-ca" => options.ssl_ca(value),
            "ssl-cert" => options.ssl_client_cert(value),
            "ssl-key" => options.ssl_client_key(value),
            "socket" => {
                self.place = format!("{value}, {}", self.place);
                options.socket(value)
            }
            "connections" => {
                self.connections = value
                    .parse()
                    .ok()
                    .filter(|count| (1..=10_000).contains(count))
                    .ok_or_else(|| {
                        refused("its option 'connections' is a number from 1 to 10000")
                    })?;
                options
            }
            _ => {
                return Err(refused(
                    "its options are ssl-mode, ssl-ca, ssl-cert, ssl-key, socket and connections, and it has another one",
                ));
            }
        };
        Ok(())
    }
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Address")
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

fn ssl_mode(value: &str) -> Result<MySqlSslMode, StoreError> {
    match value.to_ascii_uppercase().replace('-', "_").as_str() {
        "DISABLED" => Ok(MySqlSslMode::Disabled),
        "PREFERRED" => Ok(MySqlSslMode::Preferred),
        "REQUIRED" => Ok(MySqlSslMode::Required),
        "VERIFY_CA" => Ok(MySqlSslMode::VerifyCa),
        "VERIFY_IDENTITY" => Ok(MySqlSslMode::VerifyIdentity),
        _ => Err(refused(
            "its option 'ssl-mode' is DISABLED, PREFERRED, REQUIRED, VERIFY_CA or VERIFY_IDENTITY",
        )),
    }
}

fn host_and_port(text: &str) -> Result<(&str, u16), StoreError> {
    let (host, port) = match text.strip_prefix('[') {
        // An address of version 6 stands in brackets.
        Some(rest) => {
            let (host, port) = rest
                .split_once(']')
                .ok_or_else(|| refused("its host begins with '[' and has no ']'"))?;
            (host, port.strip_prefix(':'))
        }
        None => match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    if host.is_empty() {
        return Err(refused("it names no host"));
    }
    match port.map_or(Ok(3306), str::parse) {
        Ok(port) => Ok((host, port)),
        Err(_) => Err(refused("its port is no number from 0 to 65535")),
    }
}

fn decoded(text: &str) -> Result<String, StoreError> {
    match percent_decode_str(text).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(refused("it has '%' codes that are no text")),
    }
}

fn refused(why: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Other,
        None,
        format!("{FORM}; the one given is refused: {why}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart() {
        for (text, place) in [
            ("im:secret@db/imdb", "db:3306/imdb"),
            ("im:p%40s%2Fw@db:3307/imdb", "db:3307/imdb"),
            ("im:p@ss:word@db/imdb", "db:3306/imdb"),
            (
                "im@[::1]:3307/imdb?ssl-mode=verify_ca&ssl-ca=/a/b.pem",
                "::1:3307/imdb",
            ),
            (
                "im@db/imdb?socket=/run/my.sock&connections=4",
                "/run/my.sock, db:3306/imdb",
            ),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!(address.place, place);
            assert_eq!(address.options.get_username(), "im");
            assert_eq!(address.options.get_database(), Some("imdb"));
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        for (text, why) in [
            ("", "no user"),
            ("s3cr3t", "no user"),
            ("im:s3cr3t@host", "no database"),
            ("im:s3cr3t@host/", "no database"),
            ("im:s3cr3t@/db", "no host"),
            (":s3cr3t@host/db", "no user"),
            ("im:s3cr3t@host:port/db", "port"),
            ("im:s3cr3t@[::1/db", "']'"),
            ("im:s3cr3t%ff@host/db", "'%'"),
            ("im:s3cr3t@host/db?tls=true", "another one"),
            ("im:s3cr3t@host/db?ssl-mode=s3cr3t", "ssl-mode"),
            ("im:s3cr3t@host/db?connections=0", "connections"),
        ] {
            let error = Address::parse(text).unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(
                shown.contains(why) && shown.contains("DATA_DB"),
                "{text}: {shown}"
            );
            assert!(!shown.contains("s3cr3t"), "{shown}");
        }
        let address = Address::parse("im:s3cr3t@host/db").unwrap();
        assert!(!format!("{address:?}").contains("s3cr3t"));
    }
}
