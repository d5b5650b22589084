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
    templates: Option<TemplateRepository>,
    patience: Duration,
    most_documents: usize,
}

/// The documents of the process. The error is a full sentence.
pub(crate) fn open(settings: &Settings, clock: &Arc<dyn Clock>) -> Result<Documents, String> {
    Documents::new(self::settings(settings), Arc::clone(clock)).map_err(|error| error.to_string())
}

/// The documents as the use cases take them.
pub(crate) fn source(settings: &Settings, documents: &Documents) -> Arc<dyn DocumentSource> {
    Arc::new(Source {
        documents: documents.clone(),
        templates: templates(settings),
        patience: settings.documents.request_timeout,
        most_documents: count(settings.documents.max_number.get()),
    })
}

#[async_trait]
impl DocumentSource for Source {
    async fn fetch(&self, url: &str) -> Result<Arc<str>, FetchError> {
        Ok(self.documents.get(url).await?)
    }

    fn patience(&self) -> Duration {
        self.patience
    }

    fn most_documents(&self) -> usize {
        self.most_documents
    }

    fn template_repository(&self) -> Option<&str> {
        self.templates.as_ref().map(TemplateRepository::base)
    }
}

fn settings(settings: &Settings) -> DocumentSettings {
    let documents = &settings.documents;
    DocumentSettings {
        directory: documents.dir.clone(),
        allowed_networks: documents.allowed_networks.clone(),
        ca_file: documents.ca_certs.clone(),
        max_bytes: usize::try_from(documents.max_size.get()).unwrap_or(usize::MAX),
        timeout: documents.timeout,
        max_redirects: count(documents.max_redirects),
        cache_bytes: documents.cache_size.get(),
        cache_time: documents.cache_time,
        templates: templates(settings),
        ..DocumentSettings::default()
    }
}

/// The templates that others may build on.
fn templates(settings: &Settings) -> Option<TemplateRepository> {
    let address = settings.oaipmh.base_identifier_url.as_deref();
    address.map(TemplateRepository::new)
}

fn count(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
