//! Access tokens of OpenID Connect, as far as they can be read without asking anybody.
//!
//! The claims of a token say who issued it. No issuer can be configured yet, so that every token that can be read is
//! refused, before anything it says is believed; the check of its signature belongs between the two.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use im_util::Secret;
use serde::Deserialize;

use crate::error::AuthError;

/// The claims that decide whom to ask about a token. Nothing of them is known to be true.
#[derive(Deserialize)]
struct Claims {
    /// The issuer.
    iss: String,
}

/// Why a token is not accepted.
pub(crate) fn refuse(token: &Secret) -> AuthError {
    match claims(token) {
        Ok(claims) => {
            tracing::debug!(issuer = %claims.iss, "Refused a token: its issuer is not accepted.");
            AuthError::IssuerNotAccepted
        }
        Err(error) => error,
    }
}

fn claims(token: &Secret) -> Result<Claims, AuthError> {
    let mut parts = token.expose().split('.');
    let (Some(_), Some(payload), Some(_), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(AuthError::UndecodableToken(
            "expected three parts separated by points.",
        ));
    };
    let json = URL_SAFE_NO_PAD
        .decode(payload.trim_end_matches('='))
        .map_err(|_| AuthError::UndecodableToken("the second part is not base64url."))?;
    serde_json::from_slice(&json)
        .map_err(|_| AuthError::UndecodableToken("the second part has no claim iss."))
}
