//! Texts that are not documents, or only just.

use im_radl::Radl;
use proptest::prelude::*;

const WORDS: &[&str] = &[
    "ansible",
    "and",
    "configure",
    "contains",
    "contextualize",
    "deploy",
    "description",
    "network",
    "option",
    "soft",
    "step",
    "system",
    "with",
    "(",
    ")",
    "(",
    ")",
    "[",
    "]",
    ",",
    "=",
    "<",
    ">",
    "<=",
    ">=",
    "'",
    "\\",
    "'a'",
    "''",
    "'it\\'s'",
    "'random(5)'",
    "'random(55)'",
    "1",
    "2.5",
    "3.",
    "007",
    "99999999999999999999999",
    "M",
    "GiB",
    "s",
    "n",
    "cpu.count",
    "memory.size",
    "disk.0.size",
    "disk.-1.size",
    "disk.0.image.url",
    "net_interface.0.connection",
    "disk.0.applications",
    "name",
    "outports",
    "'22,80/tcp-90'",
    "@begin",
    "@end",
    "\n",
    "\n@end",
    "\n@begin",
    "#",
    "-",
    "- a: [",
    "!!python/x y",
    "ñ",
    "日",
    "\u{feff}",
    "\r\n",
    "\t",
    "\0",
];

const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"class\"",
    "\"system\"",
    "\"network\"",
    "\"configure\"",
    "\"deploy\"",
    "\"id\"",
    "\"softs\"",
    "\"items\"",
    "\"weight\"",
    "\"recipes\"",
    "\"contextualize\"",
    "\"x_min\"",
    "\"x_max\"",
    "\"x\"",
    "\"\"",
    "\"\\ud83d\\ude80\"",
    "\"\\ud83d\"",
    "\"\\n\\\\\"",
    "1",
    "-1",
    "2.5",
    "1e999",
    "-1e400",
    "NaN",
    "Infinity",
    "-Infinity",
    "null",
    "true",
    "false",
    "99999999999999999999",
    "\"disk.0.image.url\"",
    " ",
    "[{\"class\":\"system\",\"id\":\"s\",\"x\":",
    "}]",
    "{\"class\":\"network\",\"id\":\"n\",",
];

/// Words of the text form in any order, with or without blanks between them.
pub(crate) fn words() -> impl Strategy<Value = String> {
    let body = pieces(WORDS, 80);
    // Half of them inside a body, where more can go wrong.
    (body, any::<bool>()).prop_map(|(body, inside)| {
        if inside {
            format!("system s ( {body} )")
        } else {
            body
        }
    })
}

/// Pieces of the JSON form in any order.
pub(crate) fn json_pieces() -> impl Strategy<Value = String> {
    pieces(PIECES, 40)
}

fn pieces(from: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    let piece = (
        prop::sample::select(from),
        prop::sample::select(vec![" ", " ", ""]),
    );
    prop::collection::vec(piece, 0..most)
        .prop_map(|pieces| pieces.into_iter().flat_map(|(a, b)| [a, b]).collect())
}

/// Everything that can be done with a text.
pub(crate) fn exercise(text: &str) {
    for read in [Radl::parse, Radl::from_json] {
        match read(text) {
            Err(error) => {
                let _ = (error.to_string(), error.explain(), format!("{error:?}"));
            }
            Ok(radl) => {
                let _ = (
                    radl.to_text(),
                    radl.to_json(),
                    radl.to_simple_json(),
                    format!("{radl:?}"),
                );
                let _ = radl.check().map_err(|error| error.explain());
                for network in radl.networks.values() {
                    let _ = network.outports();
                }
                for system in radl.systems.values() {
                    let _ = (
                        system.concrete(),
                        system.num_interfaces(),
                        system.disks(),
                        system.credentials(),
                    );
                }
            }
        }
    }
}
