//! Where this reader answers differently from the reference, with the reasons.

/// Case, member, reason.
const DEVIATIONS: &[(&str, &str, &str)] = &[
    (
        "own/json-id-number",
        "json",
        "An id is a text; a number as id is read as its digits and written as a text.",
    ),
    ("own/json-id-number", "simple", "See above."),
];

/// Whether a difference in a member of a case is wanted.
pub(crate) fn is_wanted(case: &str, member: &str) -> bool {
    DEVIATIONS
        .iter()
        .any(|(name, differing, _)| *name == case && *differing == member)
}
