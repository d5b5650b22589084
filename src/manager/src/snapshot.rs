//! Make an image of a machine's disk.

use im_auth::Credentials;
use im_domain::InfId;

use crate::{Error, Manager};

impl Manager {
    /// Makes an image of disk number `disk` (as the client wrote it); `auto_delete` deletes it with the infrastructure.
    /// Answers the address of the image.
    pub async fn snapshot(
        &self,
        credentials: &Credentials,
        id: &InfId,
        vm: &str,
        disk: &str,
        image_name: &str,
        auto_delete: bool,
    ) -> Result<String, Error> {
        todo!()
    }
}
