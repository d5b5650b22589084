//! The value of an `Authorization` header, in each of its forms.

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use im_util::Secret;
use serde_json::Value;

use crate::credentials::{Credentials, MAX_BYTES};
use crate::error::CredentialsError;
use crate::single_site::SingleSite;
use crate::{json_form, line_form};

/// Standard base64, with or without its padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

const BAD_BASIC: CredentialsError =
    CredentialsError::Unreadable("after Basic, expected the base64 of user:password.");

pub(crate) fn read(
    header: &[u8],
    single_site: Option<&SingleSite>,
) -> Result<Credentials, CredentialsError> {
    if header.len() > MAX_BYTES {
        return Err(CredentialsError::TooLarge);
    }
    let text = std::str::from_utf8(header)
        .map_err(|_| CredentialsError::Unreadable("the header is not UTF-8."))?;
    if let Some(encoded) = after_scheme(text, "Basic") {
        let (username, password) = basic(encoded)?;
        return single_site.map_or_else(
            || Ok(Credentials::default()),
            |site| site.with_password(&username, &password),
        );
    }
    if let Some(token) = after_scheme(text, "Bearer") {
        return single_site.map_or_else(
            || Ok(Credentials::default()),
            |site| site.with_token(&Secret::new(token)),
        );
    }
    if single_site.is_some() {
        return Err(CredentialsError::Unreadable(
            "this service takes Basic or Bearer credentials alone.",
        ));
    }
    let bare = line_form::without_blank_ends(text);
    if may_be_json(bare)
        && let Ok(value) = serde_json::from_str::<Value>(bare)
    {
        return json_form::read(value);
    }
    line_form::read(text)
}

/// Whether a text begins as one of JSON does.
fn may_be_json(text: &str) -> bool {
    match text.as_bytes().first() {
        Some(b'[' | b'{' | b'"' | b'-' | b'0'..=b'9') => true,
        _ => matches!(text, "null" | "true" | "false"),
    }
}

/// What follows the name of a scheme, which is compared without case.
fn after_scheme<'a>(text: &'a str, scheme: &str) -> Option<&'a str> {
    let (name, rest) = text.trim_start().split_once(' ')?;
    name.eq_ignore_ascii_case(scheme).then(|| rest.trim())
}

fn basic(encoded: &str) -> Result<(String, Secret), CredentialsError> {
    let bytes = BASE64.decode(encoded).map_err(|_| BAD_BASIC)?;
    let pair = String::from_utf8(bytes)
        .map(Secret::new)
        .map_err(|_| BAD_BASIC)?;
    let (username, password) = pair.expose().split_once(':').ok_or(BAD_BASIC)?;
    Ok((username.to_owned(), Secret::new(password)))
}
