//! The address of this service as the client knows it.
//!
//! It is that of the request, unless a proxy says in `X-Forwarded-Proto`, `-Host`, `-Port` and `-Prefix` what the client
//! asked it for; of several values the last is that of the nearest proxy. Values that no address can have are passed
//! over: they would end up in the lists of addresses that are answered.

use std::borrow::Cow;
use std::fmt;

use axum::extract::FromRequestParts;
use http::header::HOST;
use http::request::Parts;
use http::{HeaderMap, HeaderName};
use im_api_server::Peer;
use im_domain::InfId;

use crate::error::ApiError;

/// What the names of those headers begin with.
const FORWARDED: &str = "x-forwarded-";

const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
const PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");

/// The address, without a final slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BaseUrl(String);

// === impl BaseUrl ===

impl BaseUrl {
    /// What the addresses of infrastructures begin with.
    pub(crate) fn infrastructures(&self) -> String {
        [&self.0, "/infrastructures/"].concat()
    }

    /// The address of an infrastructure.
    pub(crate) fn infrastructure(&self, id: &InfId) -> String {
        [&self.0, "/infrastructures/", id.as_str()].concat()
    }

    /// What the addresses of the machines of an infrastructure begin with.
    pub(crate) fn vms(&self, inf: &InfId) -> String {
        [&self.0, "/infrastructures/", inf.as_str(), "/vms/"].concat()
    }

    pub(crate) fn of(parts: &Parts) -> Result<Self, ApiError> {
        let peer = parts.extensions.get::<Peer>();
        let headers = &parts.headers;
        let is_forwarded = |name: &HeaderName| name.as_str().starts_with(FORWARDED);
        if !headers.keys().any(is_forwarded) {
            return Self::unforwarded(parts, peer);
        }
        let scheme = match last(headers, &PROTO)? {
            Some(proto) if proto.eq_ignore_ascii_case("https") => "https",
            Some(proto) if proto.eq_ignore_ascii_case("http") => "http",
            _ if peer.is_some_and(|peer| peer.tls) => "https",
            _ => "http",
        };
        let host = match last(headers, &FORWARDED_HOST)?.filter(|host| is_host(host)) {
            Some(host) => Cow::Borrowed(host),
            None => own_host(parts, peer)?,
        };
        let (name, own_port) = split_port(&host);
        let port = last(headers, &PORT)?.filter(|port| port.parse::<u16>().is_ok());
        let prefix = last(headers, &PREFIX)?.filter(|prefix| is_prefix(prefix));
        let prefix = prefix.unwrap_or_default().trim_end_matches('/');
        Ok(Self(match port.or(own_port) {
            Some(port) if !is_default(scheme, port) => format!("{scheme}://{name}:{port}{prefix}"),
            _ => format!("{scheme}://{name}{prefix}"),
        }))
    }

    /// The address of a request that says nothing of a proxy.
    fn unforwarded(parts: &Parts, peer: Option<&Peer>) -> Result<Self, ApiError> {
        let scheme = match peer.is_some_and(|peer| peer.tls) {
            true => "https",
            false => "http",
        };
        let host = own_host(parts, peer)?;
        let (name, port) = split_port(&host);
        let shown = match port {
            Some(port) if is_default(scheme, port) => name,
            _ => &host,
        };
        Ok(Self([scheme, "://", shown].concat()))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<S: Sync> FromRequestParts<S> for BaseUrl {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        Self::of(parts)
    }
}

/// The host that was asked for: in the request line, in `Host`, or else where the connection arrived.
fn own_host<'a>(parts: &'a Parts, peer: Option<&Peer>) -> Result<Cow<'a, str>, ApiError> {
    if let Some(authority) = parts.uri.authority() {
        return sane(Cow::Borrowed(authority.as_str()));
    }
    match parts.headers.get(HOST) {
        Some(host) => sane(String::from_utf8_lossy(host.as_bytes())),
        None => Ok(peer.map_or(Cow::Borrowed("localhost"), |peer| {
            Cow::Owned(peer.local.to_string())
        })),
    }
}

fn sane(host: Cow<'_, str>) -> Result<Cow<'_, str>, ApiError> {
    if is_host(&host) {
        Ok(host)
    } else {
        Err(ApiError::bad_request(
            "The host that the request names is not a host name or address.",
        ))
    }
}

fn is_host(host: &str) -> bool {
    let (name, port) = split_port(host);
    let bracketed = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'));
    let letters = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    let good = match bracketed {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !name.is_empty() && name.bytes().all(letters),
    };
    good && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

fn is_prefix(prefix: &str) -> bool {
    let letters =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'~' | b'/');
    prefix.starts_with('/') && !prefix.starts_with("//") && prefix.bytes().all(letters)
}

fn is_default(scheme: &str, port: &str) -> bool {
    matches!((scheme, port), ("http", "80") | ("https", "443"))
}

/// The port is after the last colon that is not inside the brackets of an IPv6 address.
fn split_port(host: &str) -> (&str, Option<&str>) {
    let colon = host.bytes().rposition(|byte| byte == b':');
    match colon.map(|colon| (&host[..colon], &host[colon + 1..])) {
        Some((name, port)) if !port.contains(']') => (name, Some(port)),
        _ => (host, None),
    }
}

fn last<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, ApiError> {
    let Some(value) = headers.get_all(name).iter().next_back() else {
        return Ok(None);
    };
    let text = std::str::from_utf8(value.as_bytes())
        .map_err(|_| ApiError::bad_request(format!("The header {name} is not UTF-8 text.")))?;
    let last = text.rsplit(',').next().unwrap_or_default().trim();
    Ok((!last.is_empty()).then_some(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(headers: &[(&str, &str)]) -> Result<String, String> {
        let mut request = http::Request::builder().uri("/x");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        BaseUrl::of(&parts)
            .map(|base| base.to_string())
            .map_err(|error| error.message().to_owned())
    }

    #[test]
    fn the_proxy_knows_better_than_the_request() {
        let host = ("Host", "node:8800");
        let forwarded = ("X-Forwarded-Host", "im.example.org");
        for (headers, expected) in [
            (vec![host], "http://node:8800"),
            (
                vec![host, ("X-Forwarded-Proto", "https")],
                "https://node:8800",
            ),
            (vec![host, forwarded], "http://im.example.org"),
            (
                vec![host, forwarded, ("X-Forwarded-Port", "9000")],
                "http://im.example.org:9000",
            ),
            (
                vec![host, ("X-Forwarded-Host", "a.example, b.example")],
                "http://b.example",
            ),
            (
                vec![host, ("X-Forwarded-Prefix", "/im/")],
                "http://node:8800/im",
            ),
            (vec![("Host", "node:80")], "http://node"),
            (vec![("Host", "[::1]:8800")], "http://[::1]:8800"),
            (vec![("Host", "[::1]")], "http://[::1]"),
            (vec![], "http://localhost"),
        ] {
            assert_eq!(base(&headers).as_deref(), Ok(expected), "{headers:?}");
        }
    }

    #[test]
    fn what_no_address_can_have_does_not_end_up_in_one() {
        for bad in ["a b", "a/b", "a\"b", "a:b", "a:99999", "<x>", ":80", "::1"] {
            assert!(base(&[("Host", bad)]).is_err(), "{bad}");
            let forwarded = [("Host", "n"), ("X-Forwarded-Host", bad)];
            assert_eq!(base(&forwarded).unwrap(), "http://n");
        }
        for bad in ["im", "//evil", "/a b", "/<x>", "/a?b"] {
            let forwarded = [("Host", "n"), ("X-Forwarded-Prefix", bad)];
            assert_eq!(base(&forwarded).unwrap(), "http://n");
        }
        let odd = [
            ("Host", "n"),
            ("X-Forwarded-Proto", "javascript"),
            ("X-Forwarded-Port", "x"),
        ];
        assert_eq!(base(&odd).unwrap(), "http://n");
    }
}
