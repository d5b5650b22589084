//! What is answered to each verb.

use crate::catalogue::{Catalogue, Unavailable};
use crate::error::OaiError;
use crate::format::Format;
use crate::oai::OaiSettings;
use crate::record::{EARLIEST, Record};
use crate::request::Request;
use crate::token::Token;
use crate::xml::Element;

/// What is in an answer.
type Outcome = Result<Element, OaiError>;

/// Answers a request. The outer error says that the records cannot be had.
pub(crate) async fn answer(
    request: &Request<'_>,
    settings: &OaiSettings,
    base_url: &str,
    catalogue: &Catalogue,
) -> Result<Outcome, Unavailable> {
    Ok(match request {
        Request::Identify => Ok(identify(settings, base_url)),
        Request::ListSets => Err(OaiError::NoSetHierarchy),
        Request::ListMetadataFormats { identifier: None } => Ok(formats()),
        Request::ListMetadataFormats {
            identifier: Some(identifier),
        } => find(&catalogue.records().await?, identifier).map(|_| formats()),
        Request::GetRecord { identifier, format } => {
            let records = catalogue.records().await?;
            let found = find(&records, identifier);
            found.map(|found| Element::of("GetRecord", vec![record(found, *format)]))
        }
        Request::List { headers_only, part } => {
            let records = catalogue.records().await?;
            list(&records, *headers_only, part, settings.page)
        }
    })
}

fn identify(settings: &OaiSettings, base_url: &str) -> Element {
    let description = Format::Dc.wrap(vec![
        Element::text("dc:title", &settings.name),
        Element::text("dc:description", &settings.description),
    ]);
    Element::of(
        "Identify",
        vec![
            Element::text("repositoryName", &settings.name),
            Element::text("baseURL", base_url),
            Element::text("protocolVersion", "2.0"),
            Element::text("adminEmail", &settings.admin_email),
            Element::text("earliestDatestamp", EARLIEST.to_string()),
            Element::text("deletedRecord", "no"),
            Element::text("granularity", "YYYY-MM-DD"),
            Element::of("description", vec![description]),
        ],
    )
}

fn formats() -> Element {
    let format = |format: Format| {
        Element::of(
            "metadataFormat",
            vec![
                Element::text("metadataPrefix", format.prefix()),
                Element::text("schema", format.schema()),
                Element::text("metadataNamespace", format.namespace()),
            ],
        )
    };
    Element::of(
        "ListMetadataFormats",
        Format::ALL.into_iter().map(format).collect(),
    )
}

fn find<'a>(records: &'a [Record], identifier: &str) -> Result<&'a Record, OaiError> {
    let found = records
        .iter()
        .find(|record| record.identifier == identifier);
    found.ok_or(OaiError::IdDoesNotExist)
}

fn header(record: &Record) -> Element {
    Element::of(
        "header",
        vec![
            Element::text("identifier", &record.identifier),
            Element::text("datestamp", record.datestamp.to_string()),
        ],
    )
}

fn record(record: &Record, format: Format) -> Element {
    let metadata = Element::of("metadata", vec![format.describe(record)]);
    Element::of("record", vec![header(record), metadata])
}

fn list(records: &[Record], headers_only: bool, part: &Token, page: usize) -> Outcome {
    let asked: Vec<&Record> = records
        .iter()
        .filter(|record| part.from.is_none_or(|from| record.datestamp >= from))
        .filter(|record| part.until.is_none_or(|until| record.datestamp <= until))
        .collect();
    let here = asked.get(part.cursor..).unwrap_or_default();
    if here.is_empty() {
        return Err(match part.cursor {
            0 => OaiError::NoRecordsMatch,
            _ => OaiError::BadResumptionToken,
        });
    }
    let here = here.iter().take(page.max(1));
    let next = part.cursor + here.len();
    let mut elements: Vec<Element> = here
        .map(|one| match headers_only {
            true => header(one),
            false => record(one, part.format),
        })
        .collect();
    let rest = (next < asked.len()).then(|| Token {
        cursor: next,
        ..part.clone()
    });
    if rest.is_some() || part.cursor > 0 {
        let rest = rest.map(|rest| rest.to_string()).unwrap_or_default();
        let token = Element::text("resumptionToken", rest)
            .with("completeListSize", asked.len().to_string())
            .with("cursor", part.cursor.to_string());
        elements.push(token);
    }
    let name = if headers_only {
        "ListIdentifiers"
    } else {
        "ListRecords"
    };
    Ok(Element::of(name, elements))
}
