//! What any end point may answer instead of what was asked for.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};

/// The errors, in text, HTML or JSON as the client accepts.
pub(crate) struct Refused;

const REASONS: [(&str, &str); 9] = [
    ("400", "The request cannot be served as it is."),
    ("401", "The credentials are missing or do not suffice."),
    (
        "403",
        "The infrastructure belongs to others, or this node does not do it.",
    ),
    ("404", "There is no such thing, or no longer."),
    ("405", "The path has no such method, or does not exist."),
    ("413", "The body is too long."),
    (
        "415",
        "The body is of another type, or nothing that is accepted can be answered.",
    ),
    (
        "500",
        "A fault of the service. The message names the request, under which the log explains it.",
    ),
    ("503", "The service cannot do it now; nothing was done."),
];

// === impl Refused ===

impl IntoResponses for Refused {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let answer = |description: &str| {
            let form = Ref::from_schema_name("Error");
            let content = ContentBuilder::new().schema(Some(form)).build();
            let response = ResponseBuilder::new()
                .description(description)
                .content("application/json", content);
            RefOr::T(response.build())
        };
        REASONS
            .iter()
            .map(|(status, description)| ((*status).to_owned(), answer(description)))
            .collect()
    }
}
