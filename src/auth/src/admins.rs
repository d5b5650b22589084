//! The administrators of the option `ADMIN_USER`.

use im_domain::Identity;
use im_util::Secret;
use serde::Deserialize;
use thiserror::Error;

/// An `ADMIN_USER` that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "ADMIN_USER: expected an object with username and password, both texts that are not empty, or a list of such objects."
)]
pub struct AdminUserError;

#[derive(Deserialize)]
struct Admin {
    username: String,
    password: Secret,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Admins {
    One(Admin),
    Several(Vec<Admin>),
}

/// Reads `ADMIN_USER`: a JSON object with `username` and `password`, or a list of them; blank for nobody.
///
/// # Errors
/// [`AdminUserError`], which does not show the text. An administrator without a password is refused, since anybody
/// could claim the name.
pub fn parse_admins(text: &str) -> Result<Vec<Identity>, AdminUserError> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let admins = match serde_json::from_str(text).map_err(|_| AdminUserError)? {
        Admins::One(admin) => vec![admin],
        Admins::Several(admins) => admins,
    };
    admins
        .into_iter()
        .map(|admin| {
            if admin.username.is_empty() || admin.password.is_empty() {
                return Err(AdminUserError);
            }
            Ok(Identity::new(admin.username, admin.password))
        })
        .collect()
}
