//! What the caller's clouds offer.

use std::sync::Arc;

use im_auth::Credentials;
use im_connectors::{CloudLine, Connector, Image, ImageFilter, Quotas};

use crate::access::Verb;
use crate::{Error, Manager};

impl Manager {
    /// The images of a cloud of the caller's credentials.
    #[tracing::instrument(target = "im_trace", name = "manager.images", skip_all)]
    pub async fn images(
        &self,
        credentials: &Credentials,
        cloud_id: &str,
        filter: &ImageFilter,
    ) -> Result<Vec<Image>, Error> {
        let cloud = self.cloud(credentials, cloud_id)?;
        Ok(cloud.list_images(filter).await?)
    }

    /// The quotas of a cloud of the caller's credentials.
    #[tracing::instrument(target = "im_trace", name = "manager.quotas", skip_all)]
    pub async fn quotas(&self, credentials: &Credentials, cloud_id: &str) -> Result<Quotas, Error> {
        let cloud = self.cloud(credentials, cloud_id)?;
        Ok(cloud.quotas().await?)
    }

    /// The cloud of the line with this id; case counts.
    fn cloud(
        &self,
        credentials: &Credentials,
        cloud_id: &str,
    ) -> Result<Arc<dyn Connector>, Error> {
        let caller = self.enter(Verb::Read, credentials)?;
        let lines = CloudLine::all(caller.credentials());
        let line = lines
            .iter()
            .find(|line| line.id() == cloud_id)
            .ok_or_else(|| Error::invalid(format!("Cloud ID {cloud_id} not found.")))?;
        Ok(self.inner.registry.connector(line)?)
    }
}
