//! The names under which IM's log knows the rooms.

use tracing::Metadata;
use tracing::level_filters::LevelFilter;

/// Prefix of the crates of this service.
const OWN_CRATES: &str = "im_";

/// The name of the program, which is a crate too.
const PROGRAM: &str = "im";

/// The logger of an event with this target: what talks to clouds, what configures machines, the rest of the service,
/// or the name of a library.
pub(crate) fn name(target: &str) -> &str {
    let krate = crate_of(target);
    match krate {
        "im_connectors" => "CloudConnector",
        "im_contextualization" | "im_ssh" => "ConfManager",
        _ if is_own(krate) => "InfrastructureManager",
        _ => krate,
    }
}

/// Whether an event is severe enough: libraries may warn, no more.
pub(crate) fn is_enabled(metadata: &Metadata<'_>, filter: LevelFilter) -> bool {
    let filter = if is_own_target(metadata.target()) {
        filter
    } else {
        filter.min(LevelFilter::WARN)
    };
    *metadata.level() <= filter
}

/// Whether a target is in one of this service's own crates.
pub(crate) fn is_own_target(target: &str) -> bool {
    is_own(crate_of(target))
}

fn crate_of(target: &str) -> &str {
    target.split_once("::").map_or(target, |(krate, _)| krate)
}

fn is_own(krate: &str) -> bool {
    krate == PROGRAM || krate.starts_with(OWN_CRATES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_have_the_names_of_old() {
        let table = [
            ("im_connectors::dummy", "CloudConnector"),
            ("im_manager::create", "InfrastructureManager"),
            ("im_ssh", "ConfManager"),
            ("im", "InfrastructureManager"),
            ("image_store", "image_store"),
            ("sqlx::query", "sqlx"),
        ];
        for (target, logger) in table {
            assert_eq!(name(target), logger);
        }
    }
}
