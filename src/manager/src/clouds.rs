//! What the caller's clouds offer.

use im_auth::Credentials;
use im_connectors::{Image, ImageFilter, Quotas};

use crate::{Error, Manager};

impl Manager {
    /// The images of a cloud of the caller's credentials.
    pub async fn images(
        &self,
        credentials: &Credentials,
        cloud_id: &str,
        filter: &ImageFilter,
    ) -> Result<Vec<Image>, Error> {
        todo!()
    }

    /// The quotas of a cloud of the caller's credentials.
    pub async fn quotas(&self, credentials: &Credentials, cloud_id: &str) -> Result<Quotas, Error> {
        todo!()
    }
}
