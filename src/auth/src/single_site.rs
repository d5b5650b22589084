//! A service for one cloud, whose users are those of the cloud.

use im_util::Secret;

use crate::credentials::Credentials;
use crate::error::CredentialsError;
use crate::line::{AuthLine, SERVICE};

/// The one cloud of the options `SINGLE_SITE_...`: user and password, or the token, of a request are those of both
/// this service and that cloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SingleSite {
    /// `SINGLE_SITE_TYPE`: the type of the cloud.
    pub kind: String,
    /// `SINGLE_SITE_AUTH_HOST`: where it is.
    pub host: String,
}

// === impl SingleSite ===

impl SingleSite {
    pub(crate) fn with_password(
        &self,
        username: &str,
        password: &Secret,
    ) -> Result<Credentials, CredentialsError> {
        self.credentials(&[("username", username), ("password", password.expose())])
    }

    pub(crate) fn with_token(&self, token: &Secret) -> Result<Credentials, CredentialsError> {
        self.credentials(&[("token", token.expose())])
    }

    fn credentials(&self, who: &[(&str, &str)]) -> Result<Credentials, CredentialsError> {
        let service = [("type", SERVICE)];
        let cloud = [("type", self.kind.as_str()), ("host", self.host.as_str())];
        let line = |what: &[(&str, &str)]| {
            AuthLine::from_texts(
                what.iter()
                    .chain(who)
                    .map(|(key, value)| (*key, (*value).to_owned())),
            )
        };
        Ok(Credentials::new(vec![line(&service)?, line(&cloud)?]))
    }
}
