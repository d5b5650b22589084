//! The front of a single cloud.

use crate::codec::{Bool, OptionalText, Text};
use crate::concern::concern;

concern! {
    /// The service as the front of a single cloud, whose users log in with Basic or Bearer.
    pub struct SingleSite, "Single site" in "im" {
        /// Whether the service is the front of a single cloud.
        active: bool = false, "SINGLE_SITE" as Bool;
        /// Type of the cloud, as in the lines of credentials: `OpenNebula`, `OpenStack` ...
        kind: Option<String> = None, "SINGLE_SITE_TYPE" as OptionalText;
        /// Host of the cloud, as in the lines of credentials.
        auth_host: Option<String> = None, "SINGLE_SITE_AUTH_HOST" as OptionalText;
        /// Prefix of the URLs of the images of the cloud.
        image_url_prefix: String = String::new(), "SINGLE_SITE_IMAGE_URL_PREFIX" as Text;
    }
}
