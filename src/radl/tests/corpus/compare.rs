//! A case against the library.

use std::sync::Arc;

use im_radl::{CheckError, ParseError, Radl, RandomText};
use serde_json::value::RawValue;

use crate::case::{Case, Outports};
use crate::deviations::is_wanted;
use crate::value::{Order, same};

/// What the corpus has in the place of the id of a description in the JSON form.
const OBJECT_ID: &str = "<object-id>";

/// The class of errors whose messages are part of the behaviour.
const STABLE: Option<&str> = Some("RADLParseException");

/// The differences of one case.
struct Findings<'c> {
    case: &'c Case,
    found: Vec<String>,
}

/// What the corpus has in the place of random values.
struct Placeholder;

impl RandomText for Placeholder {
    fn text(&mut self, length: usize) -> String {
        if length == 0 {
            String::new()
        } else {
            "<random>".to_owned()
        }
    }
}

/// The members of a case that differ.
pub(crate) fn differences(case: &Case) -> Vec<String> {
    let mut findings = Findings {
        case,
        found: Vec::new(),
    };
    match read(case) {
        Err(error) => findings.refused(&error),
        Ok(_) if !case.ok => findings.add("ok", "refused", "accepted"),
        Ok(radl) => findings.accepted(&radl),
    }
    findings.found
}

fn read(case: &Case) -> Result<Radl, ParseError> {
    match case.format.as_str() {
        "json" => Radl::from_json(&case.input),
        _ => Radl::parse_with(&case.input, &mut Placeholder),
    }
}

impl Findings<'_> {
    fn add(&mut self, member: &str, expected: impl std::fmt::Debug, got: impl std::fmt::Debug) {
        if !is_wanted(&self.case.name, member) {
            self.found
                .push(format!("{member}: expected {expected:?}, got {got:?}"));
        }
    }

    fn same_text(&mut self, member: &str, expected: Option<&str>, got: &str) {
        if expected != Some(got) {
            self.add(member, expected, got);
        }
    }

    fn same_json(&mut self, member: &str, expected: Option<&RawValue>, got: &str, order: Order) {
        let expected = expected.map(RawValue::get);
        if !expected.is_some_and(|expected| same(expected, got, order)) {
            self.add(member, expected, got);
        }
    }

    fn refused(&mut self, error: &ParseError) {
        let case = self.case;
        if case.ok {
            return self.add("ok", "accepted", error.to_string());
        }
        if case.error_type.as_deref() != STABLE {
            return;
        }
        let expected = case.error.as_deref().unwrap_or_default();
        if expected.starts_with("Error parsing YAML") {
            if !error.to_string().starts_with("Error parsing YAML") {
                self.add("error", expected, error.to_string());
            }
            return;
        }
        self.same_text("error", Some(expected), &error.to_string());
        if case.line != error.line {
            self.add("line", case.line, error.line);
        }
    }

    fn accepted(&mut self, radl: &Radl) {
        let case = self.case;
        let text = radl.to_text();
        self.same_text("radl", case.radl.as_deref(), &text);
        let json = with_object_id(radl).to_json();
        self.same_json("json", case.json.as_deref(), &json, Order::Counts);
        let simple = with_object_id(radl).to_simple_json();
        self.same_json("simple", case.simple.as_deref(), &simple, Order::Counts);
        if !same(&json, &simple, Order::Ignored) {
            self.add("simple", "the same value as json", &simple);
        }
        self.outports(radl);
        self.check(radl.check());
        self.reparsed(&text);
        self.read_from_json(&text, &json);
    }

    fn outports(&mut self, radl: &Radl) {
        for (id, expected) in &self.case.outports {
            let got = radl.network(id).expect("the network is there").outports();
            let matches = match (expected, &got) {
                (None, Ok(ports)) => ports.is_empty(),
                (Some(Outports::Ports(expected)), Ok(got)) => {
                    expected.len() == got.len()
                        && expected.iter().zip(got).all(|(a, b)| {
                            a.remote == b.remote
                                && a.local == b.local
                                && a.protocol == b.protocol.as_str()
                                && a.range == b.range
                                && a.remote_cidr == b.remote_cidr
                        })
                }
                (Some(Outports::Error { error }), Err(got)) => {
                    error.strip_prefix("RADLParseException: ") == Some(&got.to_string())
                }
                _ => false,
            };
            if !matches {
                self.add("outports", id, got);
            }
        }
    }

    fn check(&mut self, got: Result<(), CheckError>) {
        let case = self.case;
        let error = match (case.check_ok, got) {
            (Some(true), Ok(())) => return,
            (Some(false), Err(error)) => error,
            (expected, got) => return self.add("check_ok", (expected, &case.check_error), got),
        };
        if case.check_error_type.as_deref() != STABLE {
            return;
        }
        let expected = case.check_error.as_deref().unwrap_or_default();
        match expected.split_once("Invalid YAML code: ") {
            Some((line, _))
                if error
                    .to_string()
                    .starts_with(&format!("{line}Invalid YAML code: ")) => {}
            _ => self.same_text("check_error", Some(expected), &error.to_string()),
        }
        if case.check_line != error.line {
            self.add("check_line", case.check_line, error.line);
        }
    }

    fn reparsed(&mut self, text: &str) {
        let case = self.case;
        match Radl::parse_with(text, &mut Placeholder) {
            Ok(again) if case.radl_reparse_error.is_some() => {
                self.add(
                    "radl_reparse_error",
                    &case.radl_reparse_error,
                    again.to_text(),
                );
            }
            Ok(again) if case.not_fixed_point => {
                self.same_text(
                    "radl_reparsed",
                    case.radl_reparsed.as_deref(),
                    &again.to_text(),
                );
            }
            Ok(again) => self.same_text("radl parsed again", Some(text), &again.to_text()),
            Err(error) => self.same_text(
                "radl_reparse_error",
                case.radl_reparse_error.as_deref(),
                &error.to_string(),
            ),
        }
    }

    fn read_from_json(&mut self, text: &str, json: &str) {
        let case = self.case;
        match Radl::from_json(json) {
            Ok(again) if case.radl_from_json_error.is_some() => {
                self.add(
                    "radl_from_json_error",
                    &case.radl_from_json_error,
                    again.to_text(),
                );
            }
            Ok(again) => {
                let expected = case.radl_from_json.as_deref().unwrap_or(text);
                self.same_text("radl_from_json", Some(expected), &again.to_text());
            }
            Err(error) if case.radl_from_json_error.is_none() => {
                self.add("radl_from_json", &case.radl_from_json, error.to_string());
            }
            Err(_) => {}
        }
    }
}

/// The document with the id of its description replaced.
fn with_object_id(radl: &Radl) -> Radl {
    let mut radl = radl.clone();
    if let Some(description) = &mut radl.description {
        Arc::make_mut(description).id = OBJECT_ID.into();
    }
    radl
}
