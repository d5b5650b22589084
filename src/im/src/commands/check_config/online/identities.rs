//! Who vouches for users, and who keeps their credentials: the issuers of `OIDC_ISSUERS`, and the Vault of `VAULT_URL`.
//!
//! Both are asked what anybody may ask, so no secret is sent.

use std::sync::Arc;

use im_config::Settings;
use im_documents::{DocumentError, DocumentSettings, Documents};
use im_util::{Clock, SystemClock};
use serde_json::Value;

use super::{Asked, in_time};

/// Where an issuer describes itself: OpenID Connect Discovery 1.0, section 4.
const DISCOVERY: &str = "/.well-known/openid-configuration";

/// Where a Vault says how it is. A server that stands by passes requests on, and is well too:
/// <https://openbao.org/api-docs/system/health/>.
const HEALTH: &str = "/v1/sys/health?standbyok=true&perfstandbyok=true";

/// What each says.
pub(super) async fn ask(settings: &Settings) -> Vec<Asked> {
    let issuers = &settings.oidc.issuers;
    let vault = settings.vault.url.as_deref();
    if issuers.is_empty() && vault.is_none() {
        return Vec::new();
    }
    let web = match web() {
        Ok(web) => web,
        Err(error) => return vec![Err(error)],
    };
    let mut answers = Vec::new();
    for url in issuers {
        answers.push(in_time(&format!("The issuer {url}"), issuer(&web, url)).await);
    }
    if let Some(url) = vault {
        answers.push(in_time(&format!("The Vault {url}"), self::vault(&web, url)).await);
    }
    answers
}

/// The operator names these addresses, so they may be anywhere.
fn web() -> Result<Documents, String> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let everywhere = ["0.0.0.0/0", "::/0"].map(str::parse).into_iter().flatten();
    let settings = DocumentSettings {
        allowed_networks: everywhere.collect(),
        ..DocumentSettings::default()
    };
    Documents::new(settings, clock).map_err(|error| error.to_string())
}

async fn issuer(web: &Documents, url: &str) -> Asked {
    let bare = url.trim_end_matches('/');
    let unusable = |why: &str| Err(format!("The issuer {url} cannot be used: {why}."));
    let described = match web.get(&format!("{bare}{DISCOVERY}")).await {
        Ok(described) => described,
        Err(error) => return unusable(&format!("{} ({bare}{DISCOVERY})", said(&error))),
    };
    let described: Value = serde_json::from_str(&described).unwrap_or_default();
    let text = |name: &str| described.get(name).and_then(Value::as_str);
    let Some(named) = text("issuer") else {
        return unusable(&format!("{bare}{DISCOVERY} is no description of an issuer"));
    };
    if named.trim_end_matches('/') != bare {
        return unusable(&format!(
            "it calls itself {named}, and so will its tokens; OIDC_ISSUERS has to name it in the same way"
        ));
    }
    match text("jwks_uri") {
        Some(_) => Ok(format!("OIDC_ISSUERS: {url} answers.")),
        None => unusable("it does not say where its keys are (jwks_uri)"),
    }
}

async fn vault(web: &Documents, url: &str) -> Asked {
    let unusable = |why: &str| Err(format!("The Vault {url} cannot be used: {why}."));
    let health = format!("{}{HEALTH}", url.trim_end_matches('/'));
    match web.get(&health).await {
        Ok(said) => {
            let said: Value = serde_json::from_str(&said).unwrap_or_default();
            match said.get("version").and_then(Value::as_str) {
                Some(version) => Ok(format!("VAULT_URL: {url} answers ({version}).")),
                None => unusable("what answers there is no Vault"),
            }
        }
        Err(DocumentError::Status { status: 501, .. }) => unusable("it is not initialized"),
        Err(DocumentError::Status { status: 503, .. }) => unusable("it is sealed"),
        Err(error) => unusable(&said(&error)),
    }
}

fn said(error: &DocumentError) -> String {
    match error {
        DocumentError::Status { status, reason, .. } => format!("it answers {status} {reason}"),
        other => other.to_string(),
    }
}
