//! Whether a recipe is YAML: one document, without tags that only a program of the author's could resolve.
//!
//! The events of the parser are looked at one by one and no value is built, so that aliases cannot multiply.

use granit_parser::{Event, Options, Parser, Tag};

/// The prefix of the tags that YAML itself defines.
const STANDARD: &str = "tag:yaml.org,2002:";

/// The tags that YAML itself defines.
const TAGS: &[&str] = &[
    "binary",
    "bool",
    "float",
    "int",
    "map",
    "merge",
    "null",
    "omap",
    "pairs",
    "seq",
    "set",
    "str",
    "timestamp",
    "value",
];

/// Checks a recipe. The error says what is wrong and where in the recipe.
pub(crate) fn yaml(recipe: &str) -> Result<(), String> {
    let mut options = Options::default();
    options.emit_comments = false;
    options.emit_anchor_events = false;
    let mut documents = 0;
    for event in Parser::new_from_str_with_options(recipe, options) {
        let (event, span) = event.map_err(|error| error.to_string())?;
        let place = || {
            format!(
                "line {}, column {}",
                span.start.line(),
                span.start.col() + 1
            )
        };
        match event {
            Event::DocumentStart(..) => {
                documents += 1;
                if documents > 1 {
                    return Err(format!(
                        "expected a single document, but found another one at {}",
                        place()
                    ));
                }
            }
            Event::Scalar(_, _, _, tag)
            | Event::SequenceStart(_, _, tag)
            | Event::MappingStart(_, _, tag) => {
                if let Some(tag) = tag.filter(|tag| !is_known(tag)) {
                    return Err(format!(
                        "could not determine a constructor for the tag '{tag}' at {}",
                        place()
                    ));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn is_known(tag: &Tag) -> bool {
    let is_non_specific = tag.handle() == "!" && tag.suffix().is_empty();
    is_non_specific
        || tag
            .suffix_in_namespace(STANDARD)
            .is_some_and(|suffix| TAGS.contains(&&*suffix))
}
