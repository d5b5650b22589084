//! The names under which IM's log knows the rooms.

/// Prefix of the crates of this service.
const OWN_CRATES: &str = "im_";

/// The name of the program, which is a crate too.
const PROGRAM: &str = "im";

/// The loggers of IM: the service, what talks to clouds, what configures machines.
pub(crate) const SERVICE: &str = "InfrastructureManager";
pub(crate) const CLOUDS: &str = "CloudConnector";
pub(crate) const MACHINES: &str = "ConfManager";

/// The logger of an event with this target: what talks to clouds, what configures machines, the rest of the service,
/// or the name of a library.
pub(crate) fn name(target: &str) -> &str {
    let krate = crate_of(target);
    match krate {
        "im_connectors" => CLOUDS,
        "im_contextualization" | "im_ssh" => MACHINES,
        _ if is_own(krate) => SERVICE,
        _ => krate,
    }
}

/// Whether it is one of the three loggers of IM.
pub(crate) fn is_general(name: &str) -> bool {
    [SERVICE, CLOUDS, MACHINES].contains(&name)
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
