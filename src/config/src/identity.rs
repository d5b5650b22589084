//! Who administers the service.

use im_util::Secret;

/// An administrator: may list, read and manage every infrastructure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminUser {
    /// The user name, as in the credentials of type `InfrastructureManager`; `__OPENID__` and the name for a user of
    /// OpenID Connect.
    pub username: String,
    /// The password; issuer and subject for a user of OpenID Connect.
    pub password: Secret,
}

/// A group of OpenID Connect whose members are administrators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminGroup {
    /// The issuer that vouches for the membership.
    pub issuer: String,
    /// The name of the group.
    pub group: String,
}
