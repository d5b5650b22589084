//! Dublin Core.

use crate::record::{Property, Record};
use crate::xml::Element;

pub(super) fn elements(record: &Record) -> Vec<Element> {
    let named = record.properties.iter().map(|(property, text)| {
        let name = match property {
            Property::Title => "dc:title",
            Property::Version => "dc:version",
            Property::Creator => "dc:creator",
            Property::Date => "dc:date",
            Property::Description => "dc:description",
            Property::Subject => "dc:subject",
        };
        Element::text(name, text)
    });
    let common = [
        Element::text("dc:identifier", &record.identifier),
        Element::text("dc:resourceType", "software"),
        Element::text("dc:rights", "openaccess"),
    ];
    named.chain(common).collect()
}
