//! How to log in.

use im_radl::Features;

use crate::ToscaError;
use crate::yaml::{Node, text};

/// The features of a login to a system; the user must be there.
pub(super) fn set_system_login(
    features: &mut Features,
    credential: &Node,
) -> Result<(), ToscaError> {
    let prefix = "disk.0.os.credentials";
    if credential
        .get_some("user")
        .is_none_or(|user| !user.is_truthy())
    {
        return Err(ToscaError::invalid(
            "User must be specified in the image credentials.",
        ));
    }
    set_token(features, prefix, credential);
    set_user(features, prefix, credential);
    Ok(())
}

/// The features of any other login.
pub(super) fn set_login(features: &mut Features, prefix: &str, credential: &Node) {
    set_user(features, prefix, credential);
    set_token(features, prefix, credential);
}

fn set_user(features: &mut Features, prefix: &str, credential: &Node) {
    if let Some(user) = credential.get_some("user") {
        features.set_str(&format!("{prefix}.username"), &text(user));
    }
}

fn set_token(features: &mut Features, prefix: &str, credential: &Node) {
    let Some(token) = credential.get_some("token").filter(|it| it.is_truthy()) else {
        return;
    };
    let kind = credential.get_str("token_type").unwrap_or("password");
    if matches!(kind, "password" | "private_key" | "public_key") {
        features.set_str(&format!("{prefix}.{kind}"), &text(token));
    }
}
