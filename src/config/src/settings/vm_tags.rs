//! The tags of virtual machines.

use crate::codec::OptionalText;
use crate::concern::concern;

concern! {
    /// The names of the tags that virtual machines get in their cloud.
    pub struct VmTags, "Virtual machine tags" in "im" {
        /// Name of the tag with the name of the user. Leave it blank not to set the tag.
        username: Option<String> = None, "VM_TAG_USERNAME" as OptionalText;
        /// Name of the tag with the ID of the infrastructure. Leave it blank not to set the tag.
        inf_id: Option<String> = None, "VM_TAG_INF_ID" as OptionalText;
        /// Name of the tag with the URL of the service. Leave it blank not to set the tag.
        im_url: Option<String> = None, "VM_TAG_IM_URL" as OptionalText;
        /// Name of the tag with the text `es.grycap.upv.im`. Leave it blank not to set the tag.
        im: Option<String> = None, "VM_TAG_IM" as OptionalText;
    }
}
