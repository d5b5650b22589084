//! The Vault that keeps the users' credentials.

use crate::codec::{HttpUrl, OptionalText, TextOrDefault};
use crate::concern::concern;

concern! {
    /// The Vault from which the credentials of a user with a Bearer token are read.
    pub struct Vault, "Vault" in "im" {
        /// URL of the API of the Vault server. Leave it blank to use none.
        url: Option<String> = None, "VAULT_URL" as HttpUrl;
        /// Path of the secret in the KV (version 1) store; `#USER_SUB#` stands for the subject of the token.
        path: String = "vault_entity_id".to_owned(), "VAULT_PATH" as TextOrDefault;
        /// Mount point of the KV (version 1) store.
        mount_point: String = "credentials/".to_owned(), "VAULT_MOUNT_POINT" as TextOrDefault;
        /// Role with the permission to read the store. Blank, it is the default of the JWT authentication method.
        role: Option<String> = None, "VAULT_ROLE" as OptionalText;
    }
}
