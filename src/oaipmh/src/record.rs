//! A template as a record.

use im_tosca::yaml::{Bounds, Node, Value, read};
use jiff::civil::{Date, date};

/// The date of records that have none, and the earliest one.
pub(crate) const EARLIEST: Date = date(2000, 1, 1);

/// A template in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    /// Its address.
    pub(crate) identifier: String,
    /// When it was made.
    pub(crate) datestamp: Date,
    /// What it says of itself, in its order.
    pub(crate) properties: Vec<(Property, String)>,
}

/// What templates say of themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Property {
    Title,
    Version,
    Creator,
    Date,
    Description,
    Subject,
}

// === impl Record ===

impl Record {
    /// Reads the part `metadata` of a template. The error says what is wrong with it.
    pub(crate) fn read(identifier: String, template: &str) -> Result<Self, String> {
        let bounds = Bounds {
            bytes: 4 << 20,
            values: 200_000,
            depth: 60,
        };
        let template = read(template, bounds).map_err(|error| error.to_string())?;
        if template.as_map().is_none() {
            return Err("it is not a mapping".to_owned());
        }
        let metadata = template.get_map("metadata").into_iter().flatten();
        let properties: Vec<_> = metadata
            .filter_map(|(key, value)| Some((Property::by_key(key.as_str())?, value)))
            .flat_map(|(property, value)| {
                let texts = texts(value).into_iter();
                texts.map(move |text| (property, text))
            })
            .collect();
        let made = properties
            .iter()
            .find(|(known, _)| *known == Property::Date);
        let made = made.and_then(|(_, text)| text.get(..10)?.parse().ok());
        Ok(Self {
            identifier,
            datestamp: made.map_or(EARLIEST, |date: Date| date.max(EARLIEST)),
            properties,
        })
    }
}

// === impl Property ===

impl Property {
    fn by_key(key: &str) -> Option<Self> {
        Some(match key {
            "display_name" => Self::Title,
            "template_version" => Self::Version,
            "template_author" => Self::Creator,
            "creation_date" => Self::Date,
            "description" => Self::Description,
            "tag" => Self::Subject,
            _ => return None,
        })
    }
}

/// The texts of a value: a list has several.
fn texts(value: &Node) -> Vec<String> {
    match &value.value {
        Value::Text(text) | Value::Date(text) => vec![text.to_string()],
        Value::Number(number) => vec![number.to_string()],
        Value::List(items) => items.iter().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) | Value::Map(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(metadata: &str) -> Record {
        Record::read("i".to_owned(), metadata).expect("a record")
    }

    #[test]
    fn properties_keep_their_order_and_lists_are_several() {
        let of = record(
            "metadata:\n  template_version: 3.10\n  template_name: n\n  tag: [a, b]\n  display_name: N & M\n  \
             creation_date: 2023-01-02\n",
        );
        let expected = [
            (Property::Version, "3.1"),
            (Property::Subject, "a"),
            (Property::Subject, "b"),
            (Property::Title, "N & M"),
            (Property::Date, "2023-01-02"),
        ];
        let expected = expected.map(|(property, text)| (property, text.to_owned()));
        assert_eq!(of.properties, expected);
        assert_eq!(of.datestamp, date(2023, 1, 2));
    }

    #[test]
    fn a_date_that_is_none_is_the_earliest() {
        for text in [
            "a: 1",
            "metadata: {}",
            "metadata: 1",
            "metadata:\n  creation_date: yesterday",
            "metadata:\n  creation_date: ééééé",
            "metadata:\n  creation_date: 1999-01-01",
            "metadata:\n  creation_date: 2023-99-01",
        ] {
            assert_eq!(record(text).datestamp, EARLIEST, "{text}");
        }
        let with_time = record("metadata:\n  creation_date: 2023-01-02T03:04:05\n");
        assert_eq!(with_time.datestamp, date(2023, 1, 2));
    }

    #[test]
    fn what_is_no_template_is_none() {
        for text in ["", "- a", "a: [", "text"] {
            assert!(Record::read("i".to_owned(), text).is_err(), "{text}");
        }
    }
}
