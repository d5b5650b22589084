//! The line of credentials of a simulated cloud.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use im_util::Secret;

use crate::{CloudLine, ConnectorError, CreateIdempotency, ErrorKind, Operation, Retry, estimate};

/// Where a cloud is, how to get in, and what it does with tokens.
#[derive(Debug)]
pub(super) struct Config {
    /// `http://server:port`
    pub(super) base: String,
    /// The header `Authorization`.
    pub(super) authorization: Secret,
    /// How it recognises a repeated launch.
    pub(super) idempotency: CreateIdempotency,
}

// === impl Config ===

impl Config {
    pub(super) fn of(line: &CloudLine) -> Result<Self, ConnectorError> {
        let cloud = line.cloud()?;
        if cloud.server.is_empty() || cloud.protocol != "http" {
            return Err(invalid(
                "The host of a simulated cloud is http://server:port.",
            ));
        }
        let (Some(username), Some(password)) = (line.username(), line.password()) else {
            return Err(ConnectorError::new(
                ErrorKind::Unauthorized,
                Retry::Never,
                Operation::Connect,
                "A simulated cloud needs username and password.",
            ));
        };
        let idempotency = match line.get("idempotency").map(Secret::expose) {
            None | Some("token") => CreateIdempotency::Token,
            Some("none") => CreateIdempotency::CheckOnly,
            Some(_) => return Err(invalid("The idempotency is `token` or `none`.")),
        };
        let pair = format!("{username}:{}", password.expose());
        Ok(Self {
            base: estimate::endpoint(cloud, "http", 80),
            authorization: format!("Basic {}", BASE64_STANDARD.encode(pair)).into(),
            idempotency,
        })
    }
}

fn invalid(message: &str) -> ConnectorError {
    ConnectorError::invalid(Operation::Connect, message)
}
