//! Passwords that replace those that came with an image.

use im_util::Secret;
use rand::RngExt;
use rand::distr::Alphanumeric;

const LENGTH: usize = 8;

/// A new password: 8 letters and digits from the cryptographic generator of the thread.
pub(crate) fn new_password() -> Secret {
    let text: String = rand::rng()
        .sample_iter(Alphanumeric)
        .take(LENGTH)
        .map(char::from)
        .collect();
    Secret::new(text)
}
