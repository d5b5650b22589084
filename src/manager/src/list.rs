//! List infrastructures.

use im_auth::Credentials;
use im_domain::InfId;

use crate::{Error, Manager};

impl Manager {
    /// The live infrastructures that the caller owns (administrators: all), most recently saved first. `filter` is a
    /// regular expression searched in the RADL and the TOSCA text; linear in their length.
    pub async fn list(
        &self,
        credentials: &Credentials,
        filter: Option<&str>,
    ) -> Result<Vec<InfId>, Error> {
        todo!()
    }
}
