//! OpenID Connect.

use im_util::Secret;

use crate::codec::{
    AdminGroups, Bool, Issuers, Names, OptionalText, Password, Scopes, TextOrDefault,
};
use crate::concern::concern;
use crate::identity::AdminGroup;

concern! {
    /// OpenID Connect.
    pub struct Oidc, "OpenID Connect" in "im" {
        /// URLs of the issuers whose tokens are accepted, separated by commas.
        issuers: Vec<String> = Vec::new(), "OIDC_ISSUERS" as Issuers;
        /// Text that must appear in the claim `aud` of a token. Leave it blank to accept any.
        audience: Option<String> = None, "OIDC_AUDIENCE" as OptionalText;
        /// Client ID of the service; needed for `OIDC_SCOPES`.
        client_id: Option<String> = None, "OIDC_CLIENT_ID" as OptionalText;
        /// Client secret of the service; needed for `OIDC_SCOPES`.
        client_secret: Option<Secret> = None, "OIDC_CLIENT_SECRET" as Password;
        /// Scopes that a token must have, separated by commas or spaces; `OIDC_CLIENT_ID` and `OIDC_CLIENT_SECRET`
        /// must be set too.
        scopes: Vec<String> = Vec::new(), "OIDC_SCOPES" as Scopes;
        /// Names of the groups whose members may use the service, separated by commas. Leave it blank to admit all.
        groups: Vec<String> = Vec::new(), "OIDC_GROUPS" as Names;
        /// Claim of a token that names the groups.
        groups_claim: String = "groups".to_owned(), "OIDC_GROUPS_CLAIM" as TextOrDefault;
        /// Groups whose members are administrators: a JSON list such as
        /// `[{"issuer": "https://issuer.example.org/", "group": "name"}]`.
        admin_groups: Vec<AdminGroup> = Vec::new(), "OIDC_ADMIN_GROUPS" as AdminGroups;
        /// Whether users must present a valid token, so that user name and password are not enough.
        force_auth: bool = false, "FORCE_OIDC_AUTH" as Bool;
    }
}
