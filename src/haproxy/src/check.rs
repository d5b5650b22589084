//! What must agree between a configuration of HAProxy and the options of the nodes.
//!
//! An *error* is what makes the service answer wrongly or not at all; a *warning* what costs hops, delays or failed
//! requests at some time. HAProxy itself says what it does not take: `haproxy -c -f FILE`.

mod head;
mod nodes;
mod table;
mod units;

use std::fmt;
use std::time::Duration;

use crate::{Config, Section};

/// The options of the nodes that HAProxy has to agree with.
#[derive(Clone, Debug)]
pub struct Expected {
    /// `INF_CACHE_TIME`.
    pub cache_time: Option<Duration>,
    /// `MAX_REQUEST_HEAD`.
    pub max_head: u64,
    /// Whether `TRUSTED_PROXIES` names anybody.
    pub trusts_proxies: bool,
    /// `MAX_CONNECTIONS_PER_ADDRESS`.
    pub connections_per_address: Option<u32>,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It works, worse than it could.
    Warning,
    /// It does not work.
    Error,
}

/// Something that does not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// The line that it is about.
    pub line: usize,
    /// A full sentence.
    pub text: String,
}

/// Compares; the findings are in the order of the lines.
pub fn check(config: &Config, expected: &Expected) -> Vec<Finding> {
    let mut findings = Findings::default();
    let mut backends: Vec<&Section> = config
        .backends()
        .filter(|backend| {
            nodes::servers(backend).next().is_some() || nodes::template(backend).is_some()
        })
        .collect();
    if backends.is_empty() {
        backends = filled_later(config);
        if let Some(first) = backends.first() {
            findings.warning(
                first.number,
                "No backend has a server: nobody answers until 'im haproxy sync' has added the nodes."
                    .to_owned(),
            );
        }
    }
    let Some(first) = backends.first() else {
        findings.error(
            1,
            "No backend has a server: nobody would answer.".to_owned(),
        );
        return findings.0;
    };
    nodes::check(config, &backends, &mut findings);
    table::check(config, &backends, expected, &mut findings);
    head::check(config, expected, &mut findings);
    if let Some(limit) = expected
        .connections_per_address
        .filter(|_| !expected.trusts_proxies)
    {
        let line = nodes::servers(first)
            .next()
            .map_or(first.number, |server| server.line);
        findings.warning(
            line,
            format!(
                "TRUSTED_PROXIES names nobody, so that a node closes what comes beyond {limit} connections \
                 (MAX_CONNECTIONS_PER_ADDRESS) from this HAProxy, which brings the connections of everybody; name its \
                 addresses in TRUSTED_PROXIES."
            ),
        );
    }
    findings.0.sort_by_key(|finding| finding.line);
    findings.0
}

/// The backends to which nodes can be added at run time: over the runtime socket, and where pins are learnt.
fn filled_later(config: &Config) -> Vec<&Section> {
    let has_socket = config
        .section("global")
        .is_some_and(|global| global.matching(&["stats", "socket"]).next().is_some());
    config
        .backends()
        .filter(|backend| {
            has_socket
                && backend
                    .matching(&["stick", "store-response"])
                    .next()
                    .is_some()
        })
        .collect()
}

#[derive(Debug, Default)]
struct Findings(Vec<Finding>);

// === impl Findings ===

impl Findings {
    fn error(&mut self, line: usize, text: String) {
        self.0.push(Finding {
            severity: Severity::Error,
            line,
            text,
        });
    }

    fn warning(&mut self, line: usize, text: String) {
        self.0.push(Finding {
            severity: Severity::Warning,
            line,
            text,
        });
    }
}

// === impl Severity ===

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}
