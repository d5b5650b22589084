//! What was observed against what is given here.

use im_radl::Radl;
use im_tosca::yaml::{Bounds, Node, read};
use im_tosca::{
    Context, ExistingMachine, Limits, LiveInfrastructure, LiveMachine, ServiceAccess, Template,
    ToscaError, Translation,
};
use serde_json::Value;

use crate::case::{Case, UNIQUE};
use crate::world::{Documents, machine_radl};

/// Whether a member is as it was observed.
pub(crate) enum Verdict {
    Same,
    Differs(String),
}

/// All members of a case that say something.
pub(crate) fn compare(case: &Case) -> Vec<(&'static str, Verdict)> {
    let documents = Documents {
        files: case.files(),
        repository: case.text("tosca_repo").map(str::to_owned),
    };
    let token = case.token();
    let existing = existing(case);
    let context = Context {
        resolver: &documents,
        token: token.as_deref(),
        existing: &existing,
        unique: UNIQUE,
    };
    let result = translated(case, &documents, &context);
    let ok = case.flag("ok").unwrap_or_default();
    let mut verdicts = Vec::new();
    match (&result, ok) {
        (Ok(_), true) | (Err(_), false) => verdicts.push(("ok", Verdict::Same)),
        (Ok(_), false) => {
            let expected = case.text("error").unwrap_or_default();
            verdicts.push((
                "ok",
                Verdict::Differs(format!("accepted, expected {expected}")),
            ));
        }
        (Err(error), true) => {
            verdicts.push(("ok", Verdict::Differs(format!("refused: {error}"))));
        }
    }
    match (result, ok) {
        (Ok((template, translation)), true) => {
            verdicts.extend(translation_members(
                case,
                &template,
                &translation,
                token.as_deref(),
            ));
        }
        (Err(error), false) => {
            if let Some(verdict) = error_member(case, &error) {
                verdicts.push(("error", verdict));
            }
        }
        _ => {}
    }
    verdicts
}

fn translated(
    case: &Case,
    documents: &Documents,
    context: &Context<'_>,
) -> Result<(Template, Translation), ToscaError> {
    let limits = Limits::default();
    let input = case.text("input").unwrap_or_default();
    let mut template = Template::parse(input, documents, &limits)?;
    if let Some(base) = case.text("base") {
        template = template.over(base, documents)?;
    }
    let translation = template.translate(context)?;
    Ok((template, translation))
}

fn existing(case: &Case) -> Vec<ExistingMachine> {
    let of_existing = case
        .fields
        .get("existing")
        .and_then(|it| it.get("vms")?.as_array());
    let vms = of_existing.map_or(case.list("existing_vms"), Vec::as_slice);
    vms.iter()
        .map(|vm| {
            let number = |key: &str| vm.get(key).and_then(Value::as_i64);
            let id = number("im_id").unwrap_or_default();
            ExistingMachine {
                id: u32::try_from(id).unwrap_or_default(),
                system: vm
                    .get("system")
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .into(),
                created: number("creation_date").unwrap_or(1000 + id),
            }
        })
        .collect()
}

/// Messages of collected errors are compared without the places that are added here; other messages are not.
fn error_member(case: &Case, error: &ToscaError) -> Option<Verdict> {
    let expected = case
        .text("error")
        .filter(|it| it.contains("failed validation"))?;
    let given: Vec<_> = error
        .message()
        .lines()
        .map(|line| line.split(" (at ").next().unwrap_or_default())
        .map(|line| line.split(" (line ").next().unwrap_or_default())
        .collect();
    Some(texts(expected.trim_end(), given.join("\n").trim_end()))
}

fn translation_members(
    case: &Case,
    template: &Template,
    translation: &Translation,
    token: Option<&str>,
) -> Vec<(&'static str, Verdict)> {
    let radl = &translation.radl;
    let mut verdicts = Vec::new();
    if let Some(expected) = case.text("radl") {
        verdicts.push(("radl", documents(expected, &radl.to_text())));
    }
    if let Some(expected) = case.fields.get("json").filter(|it| !it.is_null()) {
        let given = serde_json::from_str(&radl.to_json()).unwrap_or_default();
        verdicts.push(("json", json(expected, &given)));
    }
    if let Some(expected) = case.flag("check_ok") {
        let given = radl.check();
        verdicts.push((
            "check",
            if given.is_ok() == expected {
                Verdict::Same
            } else {
                Verdict::Differs(format!("expected {expected}, given {given:?}"))
            },
        ));
    }
    let numbers: Value = translation
        .num_instances
        .iter()
        .map(|(name, count)| (name.to_string(), Value::from(*count)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    if let Some(expected) = case.fields.get("num_instances") {
        verdicts.push(("num_instances", json(expected, &numbers)));
    }
    if let Some(expected) = case.fields.get("removal_list") {
        verdicts.push((
            "removal_list",
            json(expected, &translation.removal.clone().into()),
        ));
    }
    if let Some(expected) = case.fields.get("outputs") {
        verdicts.push(("outputs", outputs(case, template, radl, token, expected)));
    }
    verdicts
}

fn outputs(
    case: &Case,
    template: &Template,
    radl: &Radl,
    token: Option<&str>,
    expected: &Value,
) -> Verdict {
    let vms = case.list("outputs_vms");
    let radls: Vec<_> = vms.iter().map(|vm| machine_radl(vm, radl)).collect();
    let machines: Vec<_> = vms
        .iter()
        .zip(&radls)
        .map(|(vm, radl)| LiveMachine {
            cloud_vm_id: vm.get("cloud_vm_id").and_then(Value::as_str),
            radl,
            log: None,
            ansible_output: None,
            service: Some(ServiceAccess {
                endpoint: "http://oscar.endpoint.example".into(),
                user: "oscar_user".into(),
                token: "oscar_pass".into(),
                token_type: "password".into(),
            }),
        })
        .collect();
    let live = LiveInfrastructure {
        machines: &machines,
        token,
    };
    match template.outputs(&live) {
        Ok(given) => json(expected, &Value::Object(given)),
        Err(error) => Verdict::Differs(format!("failed: {error}")),
    }
}

/// RADL texts: recipes as YAML, the rest as text.
fn documents(expected: &str, given: &str) -> Verdict {
    let (expected_text, expected_recipes) = apart(expected);
    let (given_text, given_recipes) = apart(given);
    if let Verdict::Differs(how) = texts(&expected_text, &given_text) {
        return Verdict::Differs(how);
    }
    for (expected, given) in expected_recipes.iter().zip(&given_recipes) {
        if yaml(expected) != yaml(given) && !random_equal(expected, given) {
            return texts(expected, given);
        }
    }
    Verdict::Same
}

fn random_equal(expected: &str, given: &str) -> bool {
    expected.lines().count() == given.lines().count()
        && expected
            .lines()
            .zip(given.lines())
            .all(|(expected, given)| random_match(expected, given))
}

/// `<random>` stands for letters and digits.
fn random_match(expected: &str, given: &str) -> bool {
    match expected.split_once("<random>") {
        None => expected == given,
        Some((before, after)) => given.strip_prefix(before).is_some_and(|rest| {
            random_match(
                after,
                rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric()),
            )
        }),
    }
}

fn yaml(text: &str) -> Option<Node> {
    let bounds = Bounds {
        bytes: usize::MAX,
        values: usize::MAX,
        depth: 100,
    };
    read(text, bounds).ok()
}

fn apart(text: &str) -> (String, Vec<String>) {
    let mut rest = text;
    let mut outside = String::new();
    let mut recipes = Vec::new();
    while let Some((before, after)) = rest.split_once("@begin\n") {
        outside.push_str(before);
        let (recipe, after) = after.split_once("\n@end").unwrap_or((after, ""));
        recipes.push(recipe.to_owned());
        outside.push_str("@recipe");
        rest = after;
    }
    outside.push_str(rest);
    (outside, recipes)
}

fn json(expected: &Value, given: &Value) -> Verdict {
    if json_equal(expected, given) {
        return Verdict::Same;
    }
    Verdict::Differs(difference(&pretty(expected), &pretty(given)))
}

fn json_equal(expected: &Value, given: &Value) -> bool {
    match (expected, given) {
        (Value::String(a), Value::String(b)) => {
            a == b
                || a == "<object-id>"
                || random_match(a, b)
                || a.contains("\n- ") && (yaml(a) == yaml(b) || random_equal(a, b))
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| json_equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| json_equal(a, b)))
        }
        (a, b) => a == b,
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn texts(expected: &str, given: &str) -> Verdict {
    if expected == given || random_equal(expected, given) {
        return Verdict::Same;
    }
    Verdict::Differs(difference(expected, given))
}

/// The first lines that differ.
fn difference(expected: &str, given: &str) -> String {
    let mut given_lines = given.lines();
    let mut out = String::new();
    for (number, line) in expected.lines().enumerate() {
        let other = given_lines.next();
        if other != Some(line) {
            out.push_str(&format!(
                "\n   line {}\n   - {line}\n   + {}",
                number + 1,
                other.unwrap_or("(end)")
            ));
            if out.matches("\n   line").count() >= 3 {
                return out;
            }
        }
    }
    match given_lines.next() {
        Some(more) => format!("{out}\n   + {more}"),
        None => out,
    }
}
