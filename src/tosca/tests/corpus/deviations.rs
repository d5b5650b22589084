//! Where this implementation answers otherwise on purpose. Each entry: the case, the members, the reason.

/// Members that may differ, by case.
const DEVIATIONS: &[(&str, &[&str], &str)] = &[
    (
        "own/random-input",
        &["radl", "json"],
        "Functions in instance_name are evaluated; the reference prints the address of an object.",
    ),
    (
        "own/invalid-input-without-default",
        &["radl", "json"],
        "As above; without a value the name of the node is used.",
    ),
    (
        "own/faas-exposed",
        &["radl", "json"],
        "Each key of exposed has its own value, so that the document can be read again.",
    ),
    (
        "own/invalid-bad-size",
        &["error"],
        "The two errors about \"None\" follow from the first one and say nothing.",
    ),
    (
        "grycap-tosca/k8s_galaxy.yaml",
        &["error"],
        "An unknown input inside of another function is named too.",
    ),
    ("grycap-tosca/stac_vm.yaml", &["error"], "As above."),
];

/// Whether a difference in a member of a case is wanted.
pub(crate) fn is_wanted(case: &str, member: &str) -> bool {
    DEVIATIONS
        .iter()
        .any(|(name, members, _)| *name == case && members.contains(&member))
}
