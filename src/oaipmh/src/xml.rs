//! The documents, as trees that are written in one go.

use jiff::Timestamp;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

/// An element.
#[derive(Clone, Debug)]
pub(crate) struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Text(String),
    Elements(Vec<Element>),
}

/// What is around every answer.
#[derive(Debug)]
pub(crate) struct Page<'a> {
    pub(crate) now: Timestamp,
    pub(crate) base_url: &'a str,
    /// The arguments of the request.
    pub(crate) echo: &'a [(String, String)],
}

/// The arguments that can be repeated, since the protocol has them.
const ARGUMENTS: [&str; 7] = [
    "verb",
    "identifier",
    "metadataPrefix",
    "from",
    "until",
    "set",
    "resumptionToken",
];

// === impl Element ===

impl Element {
    /// An element with text. What XML has no way to write is left out.
    pub(crate) fn text(name: &'static str, text: impl AsRef<str>) -> Self {
        Self {
            name,
            attributes: Vec::new(),
            content: Content::Text(clean(text.as_ref())),
        }
    }

    /// An element with others in it.
    pub(crate) fn of(name: &'static str, elements: Vec<Element>) -> Self {
        Self {
            name,
            attributes: Vec::new(),
            content: Content::Elements(elements),
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl AsRef<str>) -> Self {
        self.attributes.push((name, clean(value.as_ref())));
        self
    }

    fn write(&self, out: &mut Writer<Vec<u8>>) -> std::io::Result<()> {
        let attributes = self.attributes.iter();
        let start = BytesStart::new(self.name)
            .with_attributes(attributes.map(|(name, value)| (*name, value.as_str())));
        match &self.content {
            Content::Text(text) if text.is_empty() => out.write_event(Event::Empty(start)),
            Content::Elements(elements) if elements.is_empty() => {
                out.write_event(Event::Empty(start))
            }
            Content::Text(text) => {
                out.write_event(Event::Start(start))?;
                out.write_event(Event::Text(BytesText::new(text)))?;
                out.write_event(Event::End(BytesEnd::new(self.name)))
            }
            Content::Elements(elements) => {
                out.write_event(Event::Start(start))?;
                for element in elements {
                    element.write(out)?;
                }
                out.write_event(Event::End(BytesEnd::new(self.name)))
            }
        }
    }
}

// === impl Page ===

impl Page<'_> {
    /// The document with an answer in it.
    pub(crate) fn write(&self, answer: &Element) -> String {
        let mut request = Element::text("request", self.base_url);
        for (name, value) in self.echo {
            if let Some(name) = ARGUMENTS.iter().find(|known| *known == name) {
                request = request.with(name, value);
            }
        }
        let now = self.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let page = Element::of(
            "OAI-PMH",
            vec![Element::text("responseDate", now), request, answer.clone()],
        )
        .with("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
        .with(
            "xsi:schemaLocation",
            "http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd",
        )
        .with("xmlns", "http://www.openarchives.org/OAI/2.0/");
        let mut out = Writer::new_with_indent(Vec::new(), b' ', 2);
        let declaration = Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None));
        // Writing to memory does not fail.
        let _ = out
            .write_event(declaration)
            .and_then(|()| page.write(&mut out));
        let mut text = String::from_utf8_lossy(&out.into_inner()).into_owned();
        text.push('\n');
        text
    }
}

/// A text without the characters that no XML document may have.
fn clean(text: &str) -> String {
    let is_allowed = |c: &char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().filter(is_allowed).collect()
}
