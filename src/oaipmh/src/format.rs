//! The forms in which records are described.

mod datacite;
mod dc;
mod openaire;

use crate::error::OaiError;
use crate::record::Record;
use crate::xml::Element;

/// A form of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Dc,
    Openaire,
    Datacite,
}

// === impl Format ===

impl Format {
    pub(crate) const ALL: [Self; 3] = [Self::Dc, Self::Openaire, Self::Datacite];

    pub(crate) fn by_prefix(prefix: &str) -> Result<Self, OaiError> {
        let found = Self::ALL
            .into_iter()
            .find(|format| format.prefix() == prefix);
        found.ok_or(OaiError::CannotDisseminateFormat)
    }

    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::Dc => "oai_dc",
            Self::Openaire => "oai_openaire",
            Self::Datacite => "oai_datacite",
        }
    }

    pub(crate) fn schema(self) -> &'static str {
        match self {
            Self::Dc => "http://www.openarchives.org/OAI/2.0/oai_dc.xsd",
            Self::Openaire => "https://www.openaire.eu/schema/1.0/oaf-1.0.xsd",
            Self::Datacite => "https://schema.datacite.org/meta/kernel-4.3/metadata.xsd",
        }
    }

    pub(crate) fn namespace(self) -> &'static str {
        match self {
            Self::Dc => "http://www.openarchives.org/OAI/2.0/oai_dc/",
            Self::Openaire => OAIRE,
            Self::Datacite => DATACITE,
        }
    }

    /// A record in this form.
    pub(crate) fn describe(self, record: &Record) -> Element {
        self.wrap(match self {
            Self::Dc => dc::elements(record),
            Self::Openaire => openaire::elements(record),
            Self::Datacite => datacite::elements(record),
        })
    }

    /// The outermost element of this form.
    pub(crate) fn wrap(self, elements: Vec<Element>) -> Element {
        let outer = match self {
            Self::Dc => Element::of("oai_dc:dc", elements)
                .with("xmlns:oai_dc", self.namespace())
                .with("xmlns:dc", DC),
            Self::Openaire => Element::of("oaire:resource", elements)
                .with("xmlns:dc", DC)
                .with("xmlns:datacite", DATACITE)
                .with("xmlns:oaire", OAIRE),
            Self::Datacite => Element::of("datacite:resource", elements)
                .with("xmlns:dc", DC)
                .with("xmlns:datacite", DATACITE),
        };
        let location = format!("{} {}", self.namespace(), self.schema());
        outer.with("xsi:schemaLocation", location)
    }
}

const DC: &str = "http://purl.org/dc/elements/1.1/";
const DATACITE: &str = "http://datacite.org/schema/kernel-4";
const OAIRE: &str = "http://namespace.openaire.eu/schema/oaire/";

/// Everybody may read the templates.
fn rights() -> Element {
    Element::text("datacite:rights", "openaccess")
        .with("rightsURI", "http://purl.org/coar/access_right/c_abf2")
}
