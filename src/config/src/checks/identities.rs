//! Who may use the service: user file, OpenID Connect, single site.

use super::{contradiction, suspicion};
use crate::settings::{Oidc, Settings};
use crate::values::Values;

/// Checks users and their proofs of identity.
pub(super) fn check(settings: &Settings, values: &mut Values<'_>) {
    if let Some(file) = &settings.basic.user_db {
        suspicion(
            values,
            &["USER_DB"],
            !file.is_file(),
            &format!(
                "USER_DB is {}, which is not a file now; nobody is admitted until it is.",
                file.display()
            ),
        );
    }
    let site = &settings.single_site;
    contradiction(
        values,
        &["SINGLE_SITE", "SINGLE_SITE_TYPE", "SINGLE_SITE_AUTH_HOST"],
        site.active && (site.kind.is_none() || site.auth_host.is_none()),
        "SINGLE_SITE is True, so values for SINGLE_SITE_TYPE and SINGLE_SITE_AUTH_HOST were expected.",
    );
    oidc(&settings.oidc, values);
}

/// Checks OpenID Connect.
fn oidc(oidc: &Oidc, values: &mut Values<'_>) {
    contradiction(
        values,
        &["OIDC_SCOPES", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"],
        !oidc.scopes.is_empty() && (oidc.client_id.is_none() || oidc.client_secret.is_none()),
        "OIDC_SCOPES is set, so values for OIDC_CLIENT_ID and OIDC_CLIENT_SECRET were expected.",
    );
    suspicion(
        values,
        &["FORCE_OIDC_AUTH", "OIDC_ISSUERS"],
        oidc.force_auth && oidc.issuers.is_empty(),
        "FORCE_OIDC_AUTH is True and OIDC_ISSUERS names none, so that nobody is admitted.",
    );
    let only_with_issuers: [(&str, bool); 4] = [
        ("OIDC_AUDIENCE", oidc.audience.is_some()),
        ("OIDC_SCOPES", !oidc.scopes.is_empty()),
        ("OIDC_GROUPS", !oidc.groups.is_empty()),
        ("OIDC_ADMIN_GROUPS", !oidc.admin_groups.is_empty()),
    ];
    for (option, is_set) in only_with_issuers {
        suspicion(
            values,
            &[option, "OIDC_ISSUERS"],
            is_set && oidc.issuers.is_empty(),
            &format!("{option} has no effect, since OIDC_ISSUERS names none."),
        );
    }
    for group in &oidc.admin_groups {
        let known =
            |issuer: &String| issuer.trim_end_matches('/') == group.issuer.trim_end_matches('/');
        suspicion(
            values,
            &["OIDC_ADMIN_GROUPS", "OIDC_ISSUERS"],
            !oidc.issuers.is_empty() && !oidc.issuers.iter().any(known),
            &format!(
                "OIDC_ADMIN_GROUPS names the issuer {}, which is not one of OIDC_ISSUERS.",
                group.issuer
            ),
        );
    }
    suspicion(
        values,
        &["OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"],
        oidc.client_id.is_some() != oidc.client_secret.is_some(),
        "Only one of OIDC_CLIENT_ID and OIDC_CLIENT_SECRET is set; they are of use together.",
    );
}
