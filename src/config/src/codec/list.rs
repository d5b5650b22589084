//! Lists in one line.

use std::net::IpAddr;

use ipnet::IpNet;

use super::text::is_http_url;
use super::{Codec, Refusal};

/// Names, separated by commas.
pub(crate) struct Names;
/// Scopes, separated by commas or white space.
pub(crate) struct Scopes;
/// OpenID Connect issuers, separated by commas.
pub(crate) struct Issuers;
/// Origins of pages that may call the API, separated by commas.
pub(crate) struct Origins;
/// IP networks, separated by commas; an address alone is a network of one.
pub(crate) struct Networks;

// === impl Codec ===

impl Codec for Names {
    type Value = Vec<String>;
    const EXPECTED: &'static str = "a list of names separated by commas";

    fn parse(text: &str) -> Result<Self::Value, Refusal> {
        Ok(items(text).map(str::to_owned).collect())
    }

    fn text(value: &Self::Value) -> String {
        value.join(",")
    }
}

impl Codec for Scopes {
    type Value = Vec<String>;
    const EXPECTED: &'static str = "a list of scopes separated by commas or spaces";

    fn parse(text: &str) -> Result<Self::Value, Refusal> {
        Ok(items(text)
            .flat_map(str::split_whitespace)
            .map(str::to_owned)
            .collect())
    }

    fn text(value: &Self::Value) -> String {
        value.join(",")
    }
}

impl Codec for Issuers {
    type Value = Vec<String>;
    const EXPECTED: &'static str =
        "a list of URLs, each beginning with https:// or http://, separated by commas";

    fn parse(text: &str) -> Result<Self::Value, Refusal> {
        each(text, |item| is_http_url(item).then(|| item.to_owned()))
    }

    fn text(value: &Self::Value) -> String {
        value.join(",")
    }
}

impl Codec for Origins {
    type Value = Vec<String>;
    const EXPECTED: &'static str =
        "* or a list of origins such as https://ui.example.org, separated by commas";

    fn parse(text: &str) -> Result<Self::Value, Refusal> {
        each(text, |item| {
            (item == "*" || is_http_url(item)).then(|| item.to_owned())
        })
    }

    fn text(value: &Self::Value) -> String {
        value.join(",")
    }
}

impl Codec for Networks {
    type Value = Vec<IpNet>;
    const EXPECTED: &'static str = "a list of networks such as 10.0.0.0/8, separated by commas";

    fn parse(text: &str) -> Result<Self::Value, Refusal> {
        each(text, |item| {
            item.parse()
                .ok()
                .or_else(|| item.parse::<IpAddr>().map(IpNet::from).ok())
        })
    }

    fn text(value: &Self::Value) -> String {
        let texts: Vec<String> = value.iter().map(ToString::to_string).collect();
        texts.join(",")
    }
}

/// The items of a list, the blank ones left out.
fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
}

/// Understands each item, or tells which one was not understood.
fn each<T>(text: &str, understand: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, Refusal> {
    items(text)
        .map(|item| {
            understand(item).ok_or_else(|| Refusal::because(format!("'{item}' is not one")))
        })
        .collect()
}
