//! The catalogue of templates.

use std::sync::Arc;

use im_config::Settings;
use im_documents::{Documents, TemplateRepository};
use im_oaipmh::{Oai, OaiSettings};
use im_util::Clock;

/// The catalogue, if all is set that it needs.
pub(crate) fn open(
    settings: &Settings,
    documents: &Documents,
    clock: &Arc<dyn Clock>,
) -> Option<Oai> {
    let oaipmh = &settings.oaipmh;
    let (Some(address), Some(name), Some(description)) = (
        &oaipmh.base_identifier_url,
        &oaipmh.name,
        &oaipmh.description,
    ) else {
        return None;
    };
    let repository = TemplateRepository::new(address);
    if repository.index().is_none() {
        tracing::warn!(
            "OAIPMH_REPO_BASE_IDENTIFIER_URL is not the address of a folder of a repository on GitHub, such as \
             https://github.com/grycap/tosca/blob/main/templates/, so that its templates cannot be listed at /oai"
        );
    }
    let about = OaiSettings::new(name, description, &oaipmh.admin_email);
    Some(Oai::new(
        about,
        repository,
        documents.clone(),
        Arc::clone(clock),
    ))
}
