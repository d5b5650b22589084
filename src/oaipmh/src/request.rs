//! Requests: a verb and its arguments.

use jiff::civil::Date;

use crate::error::OaiError;
use crate::format::Format;
use crate::token::Token;

/// The arguments of a request as they came.
#[derive(Debug)]
pub(crate) struct Arguments<'a>(&'a [(String, String)]);

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Request<'a> {
    Identify,
    ListSets,
    ListMetadataFormats { identifier: Option<&'a str> },
    GetRecord { identifier: &'a str, format: Format },
    List { headers_only: bool, part: Token },
}

// === impl Arguments ===

impl<'a> Arguments<'a> {
    pub(crate) fn new(pairs: &'a [(String, String)]) -> Self {
        Self(pairs)
    }

    pub(crate) fn pairs(&self) -> &'a [(String, String)] {
        self.0
    }

    fn get(&self, name: &str) -> Option<&'a str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    fn count(&self, name: &str) -> usize {
        self.0.iter().filter(|(known, _)| known == name).count()
    }

    /// That there are these arguments and no others, none twice.
    fn only(&self, allowed: &[&str]) -> Result<(), OaiError> {
        let is_right =
            |name: &str| (name == "verb" || allowed.contains(&name)) && self.count(name) == 1;
        if self.0.iter().all(|(name, _)| is_right(name)) {
            Ok(())
        } else {
            Err(OaiError::BadArgument)
        }
    }

    fn date(&self, name: &str) -> Result<Option<Date>, OaiError> {
        self.get(name).map(day).transpose()
    }
}

// === impl Request ===

impl<'a> Request<'a> {
    pub(crate) fn read(arguments: &Arguments<'a>) -> Result<Self, OaiError> {
        if arguments.count("verb") != 1 {
            return Err(OaiError::BadVerb);
        }
        match arguments.get("verb").unwrap_or_default() {
            "Identify" => {
                arguments.only(&[])?;
                Ok(Self::Identify)
            }
            "ListSets" => {
                arguments.only(&["resumptionToken"])?;
                Ok(Self::ListSets)
            }
            "ListMetadataFormats" => {
                arguments.only(&["identifier"])?;
                let identifier = arguments.get("identifier");
                Ok(Self::ListMetadataFormats { identifier })
            }
            "GetRecord" => {
                arguments.only(&["identifier", "metadataPrefix"])?;
                let needed = |name| arguments.get(name).ok_or(OaiError::BadArgument);
                Ok(Self::GetRecord {
                    identifier: needed("identifier")?,
                    format: Format::by_prefix(needed("metadataPrefix")?)?,
                })
            }
            "ListIdentifiers" => list(arguments, true),
            "ListRecords" => list(arguments, false),
            _ => Err(OaiError::BadVerb),
        }
    }
}

fn list<'a>(arguments: &Arguments<'a>, headers_only: bool) -> Result<Request<'a>, OaiError> {
    if let Some(token) = arguments.get("resumptionToken") {
        arguments.only(&["resumptionToken"])?;
        let part = token.parse()?;
        return Ok(Request::List { headers_only, part });
    }
    arguments.only(&["metadataPrefix", "from", "until", "set"])?;
    let prefix = arguments.get("metadataPrefix");
    let prefix = prefix.ok_or(OaiError::BadArgument)?;
    let (from, until) = (arguments.date("from")?, arguments.date("until")?);
    if from.zip(until).is_some_and(|(from, until)| from > until) {
        return Err(OaiError::BadArgument);
    }
    if arguments.get("set").is_some() {
        return Err(OaiError::NoSetHierarchy);
    }
    let part = Token {
        cursor: 0,
        format: Format::by_prefix(prefix)?,
        from,
        until,
    };
    Ok(Request::List { headers_only, part })
}

/// A date in the only granularity: `YYYY-MM-DD`.
pub(crate) fn day(text: &str) -> Result<Date, OaiError> {
    let is_plain = text.len() == 10 && text.bytes().all(|b| b == b'-' || b.is_ascii_digit());
    let date = is_plain.then(|| text.parse().ok()).flatten();
    date.ok_or(OaiError::BadArgument)
}
