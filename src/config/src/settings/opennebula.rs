//! The `OpenNebula` connector.

use crate::codec::{HttpUrl, Text};
use crate::concern::concern;

concern! {
    /// The `OpenNebula` connector.
    pub struct OpenNebula, "OpenNebula connector" in "OpenNebula" {
        /// Text to add to the CONTEXT section of the template of a VM, except `SSH_PUBLIC_KEY`.
        template_context: String = String::new(), "TEMPLATE_CONTEXT" as Text;
        /// Text to add to the template of a VM, other than NAME, CPU, VCPU, MEMORY, OS, DISK and CONTEXT.
        template_other: String = r#"GRAPHICS = [type="vnc",listen="0.0.0.0"]"#.to_owned(), "TEMPLATE_OTHER" as Text;
        /// Owner of the disk images, where they are given by name.
        image_uname: String = String::new(), "IMAGE_UNAME" as Text;
        /// URL of the token translation service. Leave it blank to use none.
        tts_url: Option<String> = None, "TTS_URL" as HttpUrl;
    }
}
