//! Documents by their address.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use im_config::Settings;
use im_documents::{DocumentSettings, Documents, TemplateRepository};
use im_manager::{DocumentSource, FetchError};
use im_util::Clock;

/// The documents of the process, for the use cases.
#[derive(Debug)]
struct Source {
    documents: Documents,
    settings: DocumentSettings,
}

/// The documents of the process. The error is a full sentence.
pub(crate) fn open(
    settings: &Settings,
    clock: &Arc<dyn Clock>,
) -> Result<Arc<dyn DocumentSource>, String> {
    let settings = self::settings(settings);
    let documents = Documents::new(settings.clone(), Arc::clone(clock));
    let documents = documents.map_err(|error| error.to_string())?;
    Ok(Arc::new(Source {
        documents,
        settings,
    }))
}

#[async_trait]
impl DocumentSource for Source {
    async fn fetch(&self, url: &str) -> Result<Arc<str>, FetchError> {
        Ok(self.documents.get(url).await?)
    }

    fn patience(&self) -> Duration {
        self.settings.request_timeout
    }

    fn most_documents(&self) -> usize {
        self.settings.max_documents
    }

    fn template_repository(&self) -> Option<&str> {
        let templates = self.settings.templates.as_ref();
        templates.map(TemplateRepository::base)
    }
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
