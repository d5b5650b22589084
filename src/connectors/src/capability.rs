//! What a type of cloud can do, declared rather than tried.

/// How a repeated `launch` is recognised by the cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreateIdempotency {
    /// The cloud takes a token and answers the first machine again.
    Token,
    /// Names are unique: a repeat is refused by name.
    Name,
    /// Nothing: look for the token before every repeat.
    CheckOnly,
}

/// What a type of cloud can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capability {
    /// How a repeated launch is recognised.
    pub create_idempotency: CreateIdempotency,
    /// Stop and start.
    pub power: bool,
    /// Reboot.
    pub reboot: bool,
    /// Change of size.
    pub alter: bool,
    /// Snapshots and deletion of images.
    pub snapshot: bool,
    /// List of images.
    pub images: bool,
    /// Quotas.
    pub quotas: bool,
}
