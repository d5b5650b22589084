//! Documents by their address.

use std::sync::Arc;

use im_config::Settings;
use im_documents::{DocumentSettings, Documents, TemplateRepository};
use im_util::Clock;

/// The documents of the process. The error is a full sentence.
pub(crate) fn open(settings: &Settings, clock: &Arc<dyn Clock>) -> Result<Documents, String> {
    Documents::new(self::settings(settings), Arc::clone(clock)).map_err(|error| error.to_string())
}

fn settings(settings: &Settings) -> DocumentSettings {
    let documents = &settings.documents;
    let templates = settings.oaipmh.base_identifier_url.as_deref();
    DocumentSettings {
        directory: documents.dir.clone(),
        allowed_networks: documents.allowed_networks.clone(),
        ca_file: documents.ca_certs.clone(),
        max_bytes: usize::try_from(documents.max_size.get()).unwrap_or(usize::MAX),
        timeout: documents.timeout,
        request_timeout: documents.request_timeout,
        max_documents: count(documents.max_number.get()),
        max_redirects: count(documents.max_redirects),
        cache_bytes: documents.cache_size.get(),
        cache_time: documents.cache_time,
        templates: templates.map(TemplateRepository::new),
        ..DocumentSettings::default()
    }
}

fn count(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
