//! The filter of a list: a regular expression from a stranger.
//!
//! The engine has neither back references nor look-around, so a search takes time in proportion to the length of the
//! text times that of the expression, and both are limited.

use im_domain::Infrastructure;
use regex::{Regex, RegexBuilder};

use crate::Error;
use crate::view::visible;

/// The longest expression, in bytes.
const MAX_PATTERN_BYTES: usize = 4096;

/// The most memory that a compiled expression may take, in bytes.
const MAX_COMPILED_BYTES: usize = 1 << 20;

/// What is searched in documents.
#[derive(Debug)]
pub(crate) struct Filter(Regex);

// === impl Filter ===

impl Filter {
    /// A filter of this expression.
    ///
    /// # Errors
    /// `Invalid` if it is no regular expression, or exceeds a limit.
    pub(crate) fn new(pattern: &str) -> Result<Self, Error> {
        if pattern.len() > MAX_PATTERN_BYTES {
            return Err(Error::invalid(format!(
                "The filter has {} bytes, and at most {MAX_PATTERN_BYTES} are allowed.",
                pattern.len()
            )));
        }
        RegexBuilder::new(pattern)
            .size_limit(MAX_COMPILED_BYTES)
            .dfa_size_limit(MAX_COMPILED_BYTES)
            .build()
            .map(Self)
            .map_err(|error| Error::invalid(reason(&error)).caused_by(error))
    }

    /// Whether the expression is found in the RADL or the TOSCA text.
    pub(crate) fn matches(&self, infrastructure: &Infrastructure) -> bool {
        let tosca = infrastructure
            .extra_info
            .get("TOSCA")
            .and_then(|text| text.as_str());
        tosca.is_some_and(|text| self.0.is_match(text))
            || self.0.is_match(&visible(&infrastructure.radl).to_text())
    }
}

/// One line: the engine draws the expression and an arrow over several.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    let last = last.strip_prefix("error: ").unwrap_or(last);
    format!("The filter is not a regular expression that this service accepts: {last}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    #[test]
    fn what_is_no_expression_is_refused_in_one_line() {
        for pattern in [
            "[",
            "(",
            "(?=x)",
            r"(a)\1",
            "a{100000}{100000}",
            &"a".repeat(5000),
        ] {
            let error = Filter::new(pattern).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Invalid, "{pattern:.20}");
            assert!(!error.message.contains('\n'), "{}", error.message);
        }
    }
}
