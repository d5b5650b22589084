//! The credentials that a client brought last.

use im_util::{Secret, is_same_text};

use crate::credentials::Credentials;
use crate::error::CredentialsError;
use crate::single_site::SingleSite;

/// The longest header that is remembered, in bytes: there is one for each open connection.
const LONGEST: usize = 4 * 1024;

/// The last `Authorization` header of a client, and what was read of it: clients bring the same one with each request.
///
/// It is overwritten in memory when another one comes, and when this is dropped. What a header says is remembered, and not
/// whether it suffices: that is decided for each request.
#[derive(Clone, Debug, Default)]
pub struct LastCredentials(Option<(Secret, Credentials)>);

// === impl LastCredentials ===

impl LastCredentials {
    /// As [`Credentials::from_header`], of which `single_site` is the same each time.
    ///
    /// # Errors
    /// As those of [`Credentials::from_header`].
    pub fn read(
        &mut self,
        header: &[u8],
        single_site: Option<&SingleSite>,
    ) -> Result<Credentials, CredentialsError> {
        let text = str::from_utf8(header).ok();
        if let (Some(text), Some((last, credentials))) = (text, &self.0)
            && is_same_text(text, last.expose())
        {
            return Ok(credentials.clone());
        }
        self.0 = None;
        let credentials = Credentials::from_header(header, single_site)?;
        let kept = text.filter(|text| text.len() <= LONGEST);
        self.0 = kept.map(|text| (Secret::new(text), credentials.clone()));
        Ok(credentials)
    }
}
