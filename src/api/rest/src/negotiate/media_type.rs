//! The media types of the API.

/// A media type that is answered where JSON is not wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MediaType {
    /// `text/plain`.
    Text,
    /// `text/uri-list`.
    UriList,
    /// `text/csv`.
    Csv,
    /// `application/json`.
    Json,
}

// === impl MediaType ===

impl MediaType {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text/plain",
            Self::UriList => "text/uri-list",
            Self::Csv => "text/csv",
            Self::Json => "application/json",
        }
    }
}

/// The media types of a header, in order, without parameters. The types of YAML are one.
pub(crate) fn list_of(header: &str) -> Vec<String> {
    // Many requests have no such header.
    if header.is_empty() {
        return Vec::new();
    }
    header
        .split(',')
        .filter_map(|item| item.split(';').next())
        .map(str::trim)
        .filter(|kind| !kind.is_empty())
        .map(|kind| match kind {
            "text/x-yaml" | "application/yaml" => "text/yaml".to_owned(),
            other => other.to_owned(),
        })
        .collect()
}

/// Media types as messages show them: `['text/html', 'text/yaml']`.
pub(crate) fn python_list(types: &[String]) -> String {
    let quoted: Vec<String> = types
        .iter()
        .map(|kind| {
            let escaped = kind.escape_debug().to_string().replace("\\\"", "\"");
            if kind.contains('\'') && !kind.contains('"') {
                format!("\"{}\"", escaped.replace("\\'", "'"))
            } else {
                format!("'{escaped}'")
            }
        })
        .collect();
    format!("[{}]", quoted.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_and_empty_items_are_dropped_and_yaml_is_one_type() {
        assert_eq!(
            list_of("text/html;q=0.1 , application/json; charset=utf-8,, ,text/x-yaml"),
            ["text/html", "application/json", "text/yaml"]
        );
        assert!(list_of("").is_empty());
    }

    #[test]
    fn lists_are_shown_as_they_always_were() {
        assert_eq!(python_list(&list_of("a/b, c/d")), "['a/b', 'c/d']");
        assert_eq!(python_list(&list_of("a'b")), "[\"a'b\"]");
        assert_eq!(python_list(&[]), "[]");
    }
}
