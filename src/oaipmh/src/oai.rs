//! The repository as a harvester sees it.

use std::sync::Arc;

use im_documents::{Documents, TemplateRepository};
use im_util::Clock;

use crate::catalogue::{Catalogue, Unavailable};
use crate::error::OaiError;
use crate::request::{Arguments, Request};
use crate::verbs::answer;
use crate::xml::Page;

/// What a repository says of itself.
#[derive(Clone, Debug)]
pub struct OaiSettings {
    /// Its name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// Whom to write to.
    pub admin_email: String,
    /// How many records or headers one answer has; the rest is for further requests.
    pub page: usize,
}

/// Answers harvesters. Cheap to clone; every clone is the same.
#[derive(Clone, Debug)]
pub struct Oai {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    settings: OaiSettings,
    catalogue: Catalogue,
    clock: Arc<dyn Clock>,
}

// === impl OaiSettings ===

impl OaiSettings {
    /// With the usual number of records in one answer.
    pub fn new(name: &str, description: &str, admin_email: &str) -> Self {
        Self {
            name: name.to_owned(),
            description: description.to_owned(),
            admin_email: admin_email.to_owned(),
            page: 200,
        }
    }
}

// === impl Oai ===

impl Oai {
    /// The templates of a repository, which are got as documents.
    pub fn new(
        settings: OaiSettings,
        repository: TemplateRepository,
        documents: Documents,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                settings,
                catalogue: Catalogue::new(repository, documents, Arc::clone(&clock)),
                clock,
            }),
        }
    }

    /// Answers a request with an XML document. `base_url` is where this repository is for the client; the arguments are
    /// those of the query and of the body, in order.
    pub async fn answer(
        &self,
        base_url: &str,
        arguments: &[(String, String)],
    ) -> Result<String, Unavailable> {
        let inner = &*self.inner;
        let arguments = Arguments::new(arguments);
        let (echo, outcome) = match Request::read(&arguments) {
            Ok(request) => {
                let outcome = answer(&request, &inner.settings, base_url, &inner.catalogue).await?;
                (arguments.pairs(), outcome)
            }
            // The arguments of a request that is none are not repeated.
            Err(error) if error.is_of_the_request() => (&[][..], Err(error)),
            Err(error) => (arguments.pairs(), Err(error)),
        };
        let page = Page {
            now: inner.clock.now(),
            base_url,
            echo,
        };
        Ok(match outcome {
            Ok(body) => page.write(&body),
            Err(error) => page.write(&error_element(&error)),
        })
    }
}

fn error_element(error: &OaiError) -> crate::xml::Element {
    crate::xml::Element::text("error", error.text()).with("code", error.code())
}
