//! Why Redis is of no use.

use std::error::Error;
use std::io;
use std::sync::Arc;

use redis::{ErrorKind, RedisError, ServerErrorKind};
use thiserror::Error;

/// Why Redis is of no use now, by what somebody can do about it. Nothing in it comes from the address, nor from the
/// text of an answer, which may quote a password.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RedisTrouble {
    /// The login is wrong.
    #[error("it refuses the user or the password of REDIS_URL")]
    Credentials,
    /// The user may not do what it takes.
    #[error("the user of REDIS_URL lacks a permission for its keys, its channel or a command")]
    Forbidden,
    /// Its memory is full.
    #[error("its memory is full, and it may evict nothing")]
    Full,
    /// It is not the master.
    #[error("it is a replica, which cannot be written to")]
    ReadOnly,
    /// It starts, or waits for its master.
    #[error("it is not ready yet")]
    NotReady,
    /// The Sentinels do not know the master.
    #[error("no Sentinel knows a master of the name in REDIS_URL that is up")]
    NoMaster,
    /// It cannot be trusted, or does not trust.
    #[error("TLS cannot be spoken with it: {0}")]
    Tls(String),
    /// It cannot be reached.
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    /// It says nothing.
    #[error("it did not answer in time")]
    Silent,
    /// It refuses for a reason of its own.
    #[error("it answers with the error {0}")]
    Refused(String),
}

/// The words of Redis for a script of somebody who lacks a permission.
const IN_SCRIPT: &str = "The user executing the script can't ";

// === impl RedisTrouble ===

impl RedisTrouble {
    /// Whether it is of the same kind, whatever the words.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }

    fn of_code(code: &str) -> Self {
        match code {
            "NOAUTH" | "WRONGPASS" => Self::Credentials,
            "NOPERM" => Self::Forbidden,
            "OOM" => Self::Full,
            "READONLY" => Self::ReadOnly,
            "LOADING" | "MASTERDOWN" => Self::NotReady,
            // Codes are short words in capitals; what is none is not repeated.
            word if word.len() <= 20 && word.bytes().all(|byte| byte.is_ascii_uppercase()) => {
                Self::Refused(word.to_owned())
            }
            _ => Self::Refused("of no known kind".to_owned()),
        }
    }
}

impl From<&RedisError> for RedisTrouble {
    fn from(error: &RedisError) -> Self {
        match error.kind() {
            ErrorKind::AuthenticationFailed => Self::Credentials,
            ErrorKind::MasterNameNotFoundBySentinel => Self::NoMaster,
            ErrorKind::Server(ServerErrorKind::NoPerm) => Self::Forbidden,
            // What a user may not do within a script has no code of its own.
            ErrorKind::Server(ServerErrorKind::ResponseError)
                if error.detail().is_some_and(|text| text.contains(IN_SCRIPT)) =>
            {
                Self::Forbidden
            }
            ErrorKind::Io if error.is_timeout() => Self::Silent,
            ErrorKind::Io => {
                match io_error(error) {
                    // What the library puts into an error of its own is the complaint about a certificate, or an alert.
                    Some(io)
                        if io
                            .get_ref()
                            .is_some_and(|inner| inner.is::<rustls::Error>()) =>
                    {
                        Self::Tls(io.to_string())
                    }
                    Some(io) => Self::Unreachable(io.to_string()),
                    None => Self::Unreachable("the connection has ended".to_owned()),
                }
            }
            _ => match (error.code(), error.clone().into_server_errors()) {
                (Some(code), _) => Self::of_code(code),
                (None, Some(errors)) => errors
                    .first()
                    .map_or(Self::Silent, |(_, error)| Self::of_code(error.code())),
                (None, None) => Self::Refused("of no known kind".to_owned()),
            },
        }
    }
}

/// The error of the system behind an error, which the library keeps in a shared box.
fn io_error(error: &RedisError) -> Option<&io::Error> {
    let cause = error.source()?;
    match cause.downcast_ref::<Arc<dyn Error + Send + Sync>>() {
        Some(shared) => shared.downcast_ref(),
        None => cause.downcast_ref(),
    }
}
