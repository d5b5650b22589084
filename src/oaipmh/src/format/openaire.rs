//! The form of `OpenAIRE`.

use super::rights;
use crate::record::{Property, Record};
use crate::xml::Element;

pub(super) fn elements(record: &Record) -> Vec<Element> {
    let named = record.properties.iter().filter_map(|(property, text)| {
        let name = match property {
            Property::Title => "dc:title",
            Property::Version => "oaire:version",
            Property::Creator => "dc:creator",
            Property::Date => "dc:date",
            Property::Description => "dc:description",
            Property::Subject => return None,
        };
        Some(Element::text(name, text))
    });
    let common = [
        Element::text("dc:identifier", &record.identifier),
        Element::text("dc:resourceType", "software"),
        rights(),
    ];
    named.chain(common).collect()
}
