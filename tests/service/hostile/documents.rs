//! RADL that asks for too much, expressions that take too long, and exported infrastructures that were tampered with.

use serde_json::{Map, Value, json};

use super::case::{Case, Verdict};
use super::seed::Seed;
use super::world::{ATTACKER, World};

const SYSTEM: &str = "network lan ()\nsystem s (\ncpu.count = 1 and\nnet_interface.0.connection = 'lan' and\n\
                      disk.0.image.url = 'mock0://img/base'\n)\ncontextualize ()\n";

/// Bombs and the verdict on each.
pub(crate) fn bombs(world: &World) -> Vec<Case> {
    let nines = "9".repeat(10_000);
    let refused = [
        format!("{SYSTEM}deploy s 999999999\n"),
        format!("{SYSTEM}deploy s 10001\n"),
        format!("{SYSTEM}deploy s {nines}\n"),
        format!("{SYSTEM}{}", "deploy s 500\n".repeat(21)),
        format!("{SYSTEM}deploy s 18446744073709551615\ndeploy s 18446744073709551615\n"),
        format!(
            "system s (\n{}x = 1{}\n)",
            "a contains (".repeat(20_000),
            ")".repeat(20_000)
        ),
        format!("system s (\n{}", "a contains (".repeat(100_000)),
        format!("system s ( x = {} )", "[".repeat(100_000)),
        "(".repeat(500_000),
        ")".repeat(500_000),
        format!("system s ( {}", "soft 1 (".repeat(50_000)),
        "system s ( x = 'random(999999999)' )\ndeploy s 1\n".to_owned(),
        format!("configure c (\n@begin\n{}\n@end\n)\n", "- [".repeat(50_000)),
        "'".repeat(300_001),
        "@begin ".repeat(100_000),
    ];
    let survived = [
        // Nothing takes this recipe apart, so nothing explodes.
        format!(
            "configure c (\n@begin\n---\n- a: &a [x]\n{}\n@end\n)\nsystem s ()\ndeploy s 1\n",
            alias_bomb()
        ),
        format!("system s (\ncpu.count = {nines}\n)\n"),
        format!("system s (\nmemory.size >= {nines}g and\nmemory.size <= {nines}\n)\n"),
        format!("system s (\n{}x = 1\n)\n", "x = 1 and\n".repeat(50_000)),
        (0..20_000).map(|n| format!("network n{n} ()\n")).collect(),
        (0..5_000)
            .map(|n| format!("system s{n} (a.{n} = 1)\n"))
            .collect(),
        format!("system s ( x = '{}' )\n", "\\".repeat(500_000)),
        format!("system s ( x = [{}'a'] )\n", "'a',".repeat(200_000)),
        format!(
            "network n ( outbound = 'yes' and outports = '{}22' )\n",
            "1:65535/tcp,".repeat(20_000)
        ),
        "#".repeat(1_000_000),
        "\n".repeat(1_000_000),
        format!(
            "system s (\n{}x = 1\n)\n",
            (0..20_000)
                .map(|n| format!("disk.{n}.size = 1g and\n"))
                .collect::<String>()
        ),
        "system s (\ndisk.99999999999.size = 1g\n)\n".to_owned(),
        "system s (\nnet_interface.4294967296.connection = 'x'\n)\n".to_owned(),
        "system {{ lookup('file', '/etc/passwd') }} (\n)\ndeploy s 1\n".to_owned(),
    ];
    let places = [
        ("POST", "/infrastructures".to_owned()),
        ("POST", "/infrastructures?dry_run=yes".to_owned()),
        ("POST", format!("/infrastructures/{}", world.own)),
        ("PUT", format!("/infrastructures/{}/vms/0", world.own)),
    ];
    let mut cases = Vec::new();
    for (method, target) in &places {
        // A change of a machine does not look at the deploys.
        let whole = *method == "POST";
        let all = refused
            .iter()
            .map(|text| (text, Verdict::Refused))
            .chain(survived.iter().map(|text| (text, Verdict::Survived)));
        for (text, verdict) in all {
            let verdict = if whole { verdict } else { Verdict::Survived };
            let name: String = text
                .chars()
                .skip(text.len().saturating_sub(90).min(130))
                .take(60)
                .collect();
            cases.push(Case::new(
                verdict,
                format!("{method} {target} ...{name}"),
                &world.request(method, target).body(text),
            ));
        }
    }
    cases
}

/// Aliases of aliases: ten levels of ten make ten thousand million.
fn alias_bomb() -> String {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"];
    names
        .windows(2)
        .map(|pair| {
            format!(
                "- {1}: &{1} [{0}]\n",
                vec![format!("*{}", pair[0]); 10].join(","),
                pair[1]
            )
        })
        .collect()
}

/// Filters of the list that would take for ever with backtracking, or much memory to compile.
pub(crate) fn filters(world: &World) -> Vec<Case> {
    const BOMBS: [&str; 16] = [
        "(a%2B)%2B$",
        "(a*)*b",
        "(a|a)*$",
        "(a|aa)%2B$",
        "(.*)*x",
        "(.*a){25}",
        "^(([a-z])%2B.)%2B[A-Z]([a-z])%2B$",
        "(x%2Bx%2B)%2By",
        "(\\w*)*$",
        "a{1000}{1000}",
        "(a{1000}){1000}{1000}",
        "((((((((((a*)*)*)*)*)*)*)*)*)*",
        ".{0,60000}",
        "(?:a?){500}a{500}",
        "\\pL{1000}{1000}",
        "[%5Cw%5CW]{900}{900}",
    ];
    const WRONG: [&str; 8] = ["(", "[", "*", "a{2,1}", "%5C", "(?P<", "%ff", "[z-a]"];
    let mut cases = Vec::new();
    for bomb in BOMBS {
        let request = world.request("GET", format!("/infrastructures?filter={bomb}"));
        cases.push(Case::new(
            Verdict::Survived,
            format!("filter {bomb}"),
            &request,
        ));
    }
    for wrong in WRONG {
        let request = world.request("GET", format!("/infrastructures?filter={wrong}"));
        cases.push(Case::new(
            Verdict::Refused,
            format!("filter {wrong}"),
            &request,
        ));
    }
    for filters in ["=", ",", "a", "a=b,c", "%ff=1", "=,=,="] {
        let request = world.request("GET", format!("/clouds/dummy/images?filters={filters}"));
        cases.push(Case::new(
            Verdict::Survived,
            format!("filters {filters}"),
            &request,
        ));
    }
    cases
}

/// An exported infrastructure with something else in one of its places, to be imported.
pub(crate) fn imports(world: &World, seed: &mut Seed) -> Vec<Case> {
    let exported = world.node.rest(
        "GET",
        &format!("/infrastructures/{}/data", world.own),
        ATTACKER,
        "",
    );
    assert_eq!(exported.status, 200, "{}", exported.body);
    let wrapped: Value = serde_json::from_str(&exported.body).expect("JSON");
    let data: Value =
        serde_json::from_str(wrapped["data"].as_str().expect("a text")).expect("JSON in it");
    let mut cases = Vec::new();
    for number in 0..200 {
        let mut changed = data.clone();
        if seed.below(4) > 0 {
            changed["id"] = Value::from(format!("00000000-0000-4000-8000-{number:012}"));
        }
        for _ in 0..=seed.below(3) {
            tamper(&mut changed, seed);
        }
        let request = world
            .request("PUT", "/infrastructures")
            .header("Content-Type", "application/json")
            .body(changed.to_string());
        cases.push(Case::new(
            Verdict::Survived,
            format!("import {number}"),
            &request,
        ));
    }
    for id in [
        world.foreign.as_str(),
        world.own.as_str(),
        "../../x",
        "",
        "x y",
        "\u{0}",
        "%2e",
        &"9".repeat(5_000),
    ] {
        let mut changed = data.clone();
        changed["id"] = Value::from(id);
        let request = world
            .request("PUT", "/infrastructures")
            .header("Content-Type", "application/json")
            .body(changed.to_string());
        cases.push(Case::new(
            Verdict::Refused,
            format!("import with the id {id:.40}"),
            &request,
        ));
    }
    cases
}

/// Changes one place: another type, no key, one key more, the name of a method.
fn tamper(value: &mut Value, seed: &mut Seed) {
    let junk = [
        Value::Null,
        json!(true),
        json!(-1),
        json!(1e300),
        json!("x"),
        json!(""),
        json!("/etc/passwd"),
        json!([]),
        json!({}),
        json!([[[]]]),
        json!({"_get_class": "os.system"}),
        json!("x' or '1'='1"),
        json!("system s ("),
        json!("\u{0}"),
    ];
    let junk = seed.pick(&junk).clone();
    match value {
        Value::Object(object) if !object.is_empty() => tamper_object(object, junk, seed),
        Value::Array(list) if !list.is_empty() => {
            let place = seed.below(list.len());
            match seed.below(4) {
                0 => list[place] = junk,
                1 => list.push(junk),
                _ => tamper(&mut list[place], seed),
            }
        }
        other => *other = junk,
    }
}

fn tamper_object(object: &mut Map<String, Value>, junk: Value, seed: &mut Seed) {
    let keys: Vec<String> = object.keys().cloned().collect();
    let key = seed.pick(&keys).clone();
    match seed.below(5) {
        0 => drop(object.remove(&key)),
        1 => drop(
            object.insert(
                seed.pick(&["__class__", "serialize", "id", "deleted", "auth", "x", ""])
                    .to_string(),
                junk,
            ),
        ),
        2 => drop(object.insert(key, junk)),
        _ => {
            if let Some(inner) = object.get_mut(&key) {
                tamper(inner, seed);
            }
        }
    }
}
