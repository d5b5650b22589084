//! The form of `DataCite`.

use super::{OAIRE, rights};
use crate::record::{Property, Record};
use crate::xml::Element;

pub(super) fn elements(record: &Record) -> Vec<Element> {
    let named = record.properties.iter().filter_map(|(property, text)| {
        Some(match property {
            Property::Title => Element::text("datacite:title", text),
            Property::Version => Element::text("dc:version", text),
            Property::Creator => {
                let name = Element::text("datacite:creatorName", text);
                Element::of("datacite:creator", vec![name])
            }
            Property::Date => Element::text("datacite:date", text).with("dateType", "Issued"),
            Property::Description => Element::text("dc:description", text),
            Property::Subject => return None,
        })
    });
    let common = [
        Element::text("datacite:identifier", &record.identifier).with("identifierType", "URN"),
        Element::text("oaire:resourceType", "software")
            .with("xmlns:oaire", OAIRE)
            .with("resourceTypeGeneral", "software")
            .with("uri", "http://purl.org/coar/resource_type/c_5ce6"),
        rights(),
    ];
    named.chain(common).collect()
}
