//! Users and administrators.

use im_auth::{AuthSettings, SingleSite};
use im_config::Settings;
use im_domain::Identity;

/// Who is let in.
pub(crate) fn settings(settings: &Settings) -> AuthSettings {
    AuthSettings {
        user_db: settings.basic.user_db.clone(),
        admins: settings
            .basic
            .admins
            .iter()
            .map(|admin| Identity::new(admin.username.clone(), admin.password.clone()))
            .collect(),
        force_oidc: settings.oidc.force_auth,
    }
}

/// The cloud whose front this service is, if it is one.
pub(crate) fn single_site(settings: &Settings) -> Option<SingleSite> {
    let site = &settings.single_site;
    let (true, Some(kind), Some(host)) = (site.active, &site.kind, &site.auth_host) else {
        return None;
    };
    Some(SingleSite {
        kind: kind.clone(),
        host: host.clone(),
    })
}
