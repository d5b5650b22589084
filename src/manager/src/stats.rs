//! Statistics over infrastructures, deleted ones too.

use im_auth::Credentials;
use serde::Serialize;

use crate::{Error, Manager};

/// One infrastructure in the statistics; the names are those of the answer. Field set to be completed from the corpus.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InfrastructureStats {}

impl Manager {
    /// The statistics of the caller's infrastructures created between two days (inclusive), given in seconds of the epoch of
    /// their beginning and end; those without creation date are never left out.
    pub async fn stats(
        &self,
        credentials: &Credentials,
        from: Option<i64>,
        until: Option<i64>,
    ) -> Result<Vec<InfrastructureStats>, Error> {
        todo!()
    }
}
