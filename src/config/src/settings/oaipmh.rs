//! The catalogue of templates.

use crate::codec::{HttpUrl, OptionalText, TextOrDefault};
use crate::concern::concern;

concern! {
    /// The catalogue of TOSCA templates that is served by OAI-PMH.
    pub struct Oaipmh, "OAI-PMH and the templates to build on" in "im" {
        /// URL of the folder of a GitHub repository with the templates, such as
        /// `https://github.com/grycap/tosca/blob/main/templates/`. If it is set, what a TOSCA document imports as
        /// `template_file` comes from this folder: by its name there, or by a URL that begins so. It, the name
        /// and the description must be set for OAI-PMH to be served at `/oai`.
        base_identifier_url: Option<String> = None, "OAIPMH_REPO_BASE_IDENTIFIER_URL" as HttpUrl;
        /// Name of the OAI-PMH repository.
        name: Option<String> = None, "OAIPMH_REPO_NAME" as OptionalText;
        /// Description of the OAI-PMH repository.
        description: Option<String> = None, "OAIPMH_REPO_DESCRIPTION" as OptionalText;
        /// Email address of the administrator of the OAI-PMH repository.
        admin_email: String = "admin@localhost".to_owned(), "OAIPMH_REPO_ADMIN_EMAIL" as TextOrDefault;
    }
}

// === impl Oaipmh ===

impl Oaipmh {
    /// Whether all is set that OAI-PMH needs to be served.
    pub fn is_active(&self) -> bool {
        self.base_identifier_url.is_some() && self.name.is_some() && self.description.is_some()
    }
}
