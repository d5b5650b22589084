//! A document that was posted, in RADL.

use im_auth::Caller;
use im_domain::{InfId, Infrastructure, VmId};
use im_radl::Radl;
use im_tosca::{Context, ExistingMachine, Limits, Resolver, Template, ToscaError};
use im_util::Secret;

use super::stored_text;
use crate::journal::digest;
use crate::{Document, Error, Manager};

/// What a TOSCA document is posted for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose<'a> {
    /// A new infrastructure.
    Create(&'a InfId),
    /// An infrastructure that was made from TOSCA: it is laid over the document that is stored, and asks for what is
    /// missing and too many.
    Update(&'a Infrastructure),
    /// Recipes or sizes for the machines of an infrastructure, whatever that was made from.
    Describe(&'a Infrastructure),
}

/// A document, read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Posted {
    /// What it asks for: of TOSCA the translation.
    pub(crate) radl: Radl,
    /// The numbers of the machines that are too many, as the document names them.
    pub(crate) removal: Vec<VmId>,
    /// The TOSCA document as it is to be stored, if it is one.
    pub(crate) tosca: Option<String>,
}

/// A translation to be made.
struct Order {
    text: String,
    /// The document that it is laid over.
    stored: Option<String>,
    existing: Vec<ExistingMachine>,
    token: Option<Secret>,
    unique: String,
}

// === impl Manager ===

impl Manager {
    /// Reads a TOSCA document for an infrastructure before its turn comes, so that nobody has the turn while other
    /// documents are fetched. What is wrong with it is said [in turn](Manager::posted_in_turn).
    pub(crate) async fn posted_ahead(
        &self,
        caller: &Caller,
        document: &Document,
        purpose: Purpose<'_>,
    ) -> Option<Posted> {
        match document {
            Document::Tosca(_) => self.posted(caller, document.clone(), purpose).await.ok(),
            Document::RadlText(_) | Document::Radl(_) => None,
        }
    }

    /// A document for an infrastructure whose turn has come: as it was read ahead for `seen`, if that has not changed.
    ///
    /// # Errors
    /// As those of [`Manager::posted`].
    pub(crate) async fn posted_in_turn(
        &self,
        caller: &Caller,
        document: Document,
        (seen, ahead): (&Infrastructure, Option<Posted>),
        purpose: Purpose<'_>,
    ) -> Result<Posted, Error> {
        let is_same = purpose
            .infrastructure()
            .is_some_and(|now| std::ptr::eq(now, seen));
        match ahead.filter(|_| is_same) {
            Some(posted) => Ok(posted),
            None => self.posted(caller, document, purpose).await,
        }
    }

    /// Reads a document. RADL text is parsed here and not before; TOSCA is translated.
    ///
    /// # Errors
    /// `Invalid` or `TooLarge`, with the message for the author of the document.
    pub(crate) async fn posted(
        &self,
        caller: &Caller,
        document: Document,
        purpose: Purpose<'_>,
    ) -> Result<Posted, Error> {
        let text = match document {
            Document::RadlText(text) => return Ok(Posted::plain(Radl::parse(&text)?)),
            Document::Radl(radl) => return Ok(Posted::plain(*radl)),
            Document::Tosca(text) => text,
        };
        let order = Order {
            text,
            stored: purpose.stored()?,
            existing: purpose.existing(),
            token: token(caller),
            unique: unique(purpose.id()),
        };
        let work =
            move |resolver: &dyn Resolver, limits: &Limits| order.translate(resolver, limits);
        let posted = self.inner.desk.work(work).await?;
        self.inner
            .desk
            .can_be_read_again(posted.tosca.as_deref().unwrap_or_default())?;
        Ok(posted)
    }
}

// === impl Purpose ===

impl Purpose<'_> {
    fn infrastructure(&self) -> Option<&Infrastructure> {
        match self {
            Self::Create(_) => None,
            Self::Update(infrastructure) | Self::Describe(infrastructure) => Some(infrastructure),
        }
    }

    fn id(&self) -> &InfId {
        match self {
            Self::Create(id) => id,
            Self::Update(infrastructure) | Self::Describe(infrastructure) => &infrastructure.id,
        }
    }

    fn stored(&self) -> Result<Option<String>, Error> {
        match self {
            Self::Create(_) => Ok(None),
            Self::Describe(infrastructure) => Ok(stored_text(infrastructure).map(str::to_owned)),
            Self::Update(infrastructure) => match stored_text(infrastructure) {
                Some(text) => Ok(Some(text.to_owned())),
                None => Err(Error::invalid(
                    "A TOSCA document cannot be added to an infrastructure that was not made from TOSCA. Expected RADL.",
                )),
            },
        }
    }

    /// The machines that are there, without those that are on their way out.
    fn existing(&self) -> Vec<ExistingMachine> {
        let live = self.infrastructure().into_iter();
        let live = live.flat_map(Infrastructure::live_vms);
        let stay = live.filter(|vm| !vm.deleting);
        let known = stay.filter_map(|vm| {
            Some(ExistingMachine {
                id: vm.id.0,
                system: vm.requested.first_system()?.id.to_string(),
                created: vm.creation_date.unwrap_or_default(),
            })
        });
        known.collect()
    }
}

// === impl Posted ===

impl Posted {
    fn plain(radl: Radl) -> Self {
        Self {
            radl,
            ..Self::default()
        }
    }
}

// === impl Order ===

impl Order {
    fn translate(&self, resolver: &dyn Resolver, limits: &Limits) -> Result<Posted, ToscaError> {
        let mut template = Template::parse(&self.text, resolver, limits)?;
        if let Some(stored) = &self.stored {
            template = template.over(stored, resolver)?;
        }
        let translation = template.translate(&Context {
            resolver,
            token: self.token.as_ref().map(Secret::expose),
            existing: &self.existing,
            unique: &self.unique,
        })?;
        Ok(Posted {
            radl: translation.radl,
            removal: translation.removal.into_iter().map(VmId).collect(),
            tosca: Some(template.to_yaml()),
        })
    }
}

/// The token of whoever asks, for inputs that want it.
pub(super) fn token(caller: &Caller) -> Option<Secret> {
    let lines = caller.credentials().service_lines();
    lines.into_iter().find_map(|line| line.secret("token"))
}

/// What makes names of container systems unique: the same for every translation for one infrastructure.
fn unique(id: &InfId) -> String {
    let mut digest = digest(&[id.as_str()]);
    digest.truncate(8);
    digest
}
