//! `im check-config --haproxy FILE`

use std::path::Path;
use std::process::ExitCode;

use im_config::Settings;
use im_haproxy::{Config, Expected, Severity};

use crate::output::{print, read_document};

/// Says what does not agree between a configuration of HAProxy and the options of the nodes.
pub(crate) fn check(file: &Path, settings: &Settings) -> ExitCode {
    let text = match read_document(file) {
        Ok(text) => text,
        Err(error) => {
            crate::output::complain(format_args!("error: {error}"));
            return ExitCode::from(2);
        }
    };
    let limits = &settings.limits;
    let expected = Expected {
        cache_time: settings.ha.inf_cache_time,
        max_head: limits.max_request_head.get(),
        trusts_proxies: !limits.trusted_proxies.is_empty(),
        connections_per_address: limits
            .max_connections_per_address
            .map(std::num::NonZeroU32::get),
    };
    let findings = im_haproxy::check(&Config::parse(&text), &expected);
    for finding in &findings {
        print(format_args!(
            "{}:{}: {}: {}",
            file.display(),
            finding.line,
            finding.severity,
            finding.text
        ));
    }
    let errors = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .count();
    let count = |number: usize, what: &str| match number {
        1 => format!("1 {what}"),
        number => format!("{number} {what}s"),
    };
    print(match (errors, findings.len() - errors) {
        (0, 0) => format!("{} agrees with the configuration.", file.display()),
        (0, warnings) => format!(
            "{} agrees with the configuration, with {}.",
            file.display(),
            count(warnings, "warning")
        ),
        (errors, warnings) => format!(
            "{} does not agree with the configuration: {}, {}.",
            file.display(),
            count(errors, "error"),
            count(warnings, "warning")
        ),
    });
    if errors == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
