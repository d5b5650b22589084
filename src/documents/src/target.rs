//! Addresses as documents name them.

use url::{Host, Url};

use crate::error::DocumentError;

/// The longest address.
const LONGEST: usize = 4096;

/// Where a document is: an `http` or `https` address with a host and without a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    url: Url,
}

// === impl Target ===

impl Target {
    /// Understands an address. The part after `#` is left out: it is not for the server.
    pub(crate) fn parse(text: &str) -> Result<Self, DocumentError> {
        let wrong = |what: &str| Err(DocumentError::Address(what.to_owned()));
        if text.len() > LONGEST {
            return wrong("the address is too long");
        }
        match Url::parse(text) {
            Ok(url) => Self::checked(url),
            Err(error) => wrong(&format!("it is not an address: {error}")),
        }
    }

    /// Where a redirect leads. One may lead from `http` to `https` and never back.
    pub(crate) fn redirected(&self, location: &str) -> Result<Self, DocumentError> {
        let wrong = |what: &str| Err(DocumentError::Address(format!("a redirect {what}")));
        if location.len() > LONGEST {
            return wrong("has too long an address");
        }
        let Ok(url) = self.url.join(location) else {
            return wrong("has no address that can be understood");
        };
        if self.is_secure() && url.scheme() != "https" {
            return wrong("leads from https to something else");
        }
        Self::checked(url)
    }

    fn checked(mut url: Url) -> Result<Self, DocumentError> {
        let wrong = |what: &str| Err(DocumentError::Address(what.to_owned()));
        if !matches!(url.scheme(), "http" | "https") {
            return wrong("only http and https addresses are asked for documents");
        }
        if url.host_str().is_none_or(str::is_empty) {
            return wrong("the address has no host");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return wrong("the address has a user name or password in it");
        }
        url.set_fragment(None);
        Ok(Self { url })
    }

    pub(crate) fn as_str(&self) -> &str {
        self.url.as_str()
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    pub(crate) fn is_secure(&self) -> bool {
        self.url.scheme() == "https"
    }

    pub(crate) fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or(443)
    }

    pub(crate) fn host(&self) -> Host<&str> {
        self.url.host().unwrap_or(Host::Domain(""))
    }

    /// The host and, unless it is the usual one, the port, as the head of a request has them.
    pub(crate) fn authority(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        match self.url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// What the server is asked for.
    pub(crate) fn path_and_query(&self) -> String {
        match self.url.query() {
            Some(query) => format!("{}?{query}", self.url.path()),
            None => self.url.path().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_schemes_and_users_are_refused() {
        for text in [
            "file:///etc/passwd",
            "ftp://example.org/a",
            "gopher://example.org/",
            "https://user:password@example.org/a",
            "https://user@example.org/a",
            "http://",
            "http://[::1",
            "//example.org/a",
            "a.yaml",
            "data:text/plain,a",
        ] {
            assert!(Target::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_spelling_of_an_address_is_that_address() {
        for text in [
            "http://127.1/",
            "http://0x7f000001/",
            "http://2130706433/",
            "http://0177.0.0.1/",
            "http://127.0.0.1./",
            "http://１２７.0.0.1/",
        ] {
            let target = Target::parse(text).expect(text);
            let Host::Ipv4(address) = target.host() else {
                panic!("{text} is {:?}", target.host());
            };
            assert!(address.is_loopback(), "{text}");
        }
    }

    #[test]
    fn a_redirect_does_not_lead_out_of_tls() {
        let target = Target::parse("https://example.org/a/b?c#d").expect("an address");
        assert_eq!(target.as_str(), "https://example.org/a/b?c");
        let next = target.redirected("../e").expect("a redirect");
        assert_eq!(next.as_str(), "https://example.org/e");
        for location in [
            "http://example.org/",
            "file:///etc/passwd",
            "https://u:p@a/",
        ] {
            assert!(target.redirected(location).is_err(), "{location}");
        }
    }
}
