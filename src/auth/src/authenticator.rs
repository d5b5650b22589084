//! The decision who is asking.

use std::path::PathBuf;
use std::sync::Arc;

use im_domain::Identity;
use im_util::Clock;

use crate::caller::Caller;
use crate::credentials::Credentials;
use crate::error::AuthError;
use crate::line::AuthLine;
use crate::token;
use crate::user_db::UserDb;

/// User names that begin like this are kept for users who come with a token.
const RESERVED_PREFIX: &str = "__OPENID__";

/// What decides who is let in.
#[derive(Clone, Debug, Default)]
pub struct AuthSettings {
    /// `USER_DB`: the file with the only users that are let in. Without it everybody is, by any name and password.
    pub user_db: Option<PathBuf>,
    /// `ADMIN_USER`: who may see and manage every infrastructure.
    pub admins: Vec<Identity>,
    /// `FORCE_OIDC_AUTH`: whether tokens alone are accepted.
    pub force_oidc: bool,
}

/// Decides who is asking.
///
/// Every line for this service must convince; the caller is everybody that they name. With `USER_DB` that holds for
/// administrators too.
#[derive(Debug)]
pub struct Authenticator {
    settings: AuthSettings,
    users: Option<UserDb>,
}

// === impl Authenticator ===

impl Authenticator {
    /// An authenticator with these settings. The file of `USER_DB` is first read when somebody asks.
    pub fn new(settings: AuthSettings, clock: Arc<dyn Clock>) -> Self {
        let users = settings
            .user_db
            .as_ref()
            .map(|path| UserDb::new(path.clone(), clock));
        Self { settings, users }
    }

    /// Decides who is asking with these credentials.
    ///
    /// # Errors
    /// The first [`AuthError`] that stands against one of the lines for this service, or that there is none.
    pub fn authenticate(&self, credentials: &Credentials) -> Result<Caller, AuthError> {
        credentials.well_formed()?;
        let identities = credentials
            .service_lines()
            .map(|line| self.identify(line))
            .collect::<Result<Vec<_>, _>>()?;
        if identities.is_empty() {
            return Err(AuthError::NoCredentials);
        }
        let is_admin = identities.iter().fold(false, |found, identity| {
            found | is_among(identity, &self.settings.admins)
        });
        Ok(Caller::new(identities, is_admin, credentials.clone()))
    }

    fn identify(&self, line: &AuthLine) -> Result<Identity, AuthError> {
        if line.get("token").is_some() {
            return Err(token::refuse(&line.secret("token").unwrap_or_default()));
        }
        if self.settings.force_oidc {
            return Err(AuthError::NoToken);
        }
        let username = line
            .text("username")
            .filter(|name| !name.is_empty())
            .ok_or(AuthError::NoUsername)?;
        if username.starts_with(RESERVED_PREFIX) {
            return Err(AuthError::ReservedUsername);
        }
        let identity = Identity {
            username: username.to_owned(),
            password: line.secret("password"),
        };
        if let Some(users) = &self.users
            && !is_among(&identity, &users.current())
        {
            return Err(AuthError::UnknownUser);
        }
        Ok(identity)
    }
}

/// Whether somebody is in a list, in a time that does not tell where.
fn is_among(identity: &Identity, list: &[Identity]) -> bool {
    list.iter()
        .fold(false, |found, other| found | (other == identity))
}
