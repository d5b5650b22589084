//! Bodies: not UTF-8, too large, too deep, and JSON of other types than those that are expected.

use super::case::{Case, Verdict};
use super::seed::Seed;
use super::world::World;
use crate::support::RawRequest;

/// JSON values of every kind, some of them no JSON.
const VALUES: [&str; 40] = [
    "",
    "null",
    "true",
    "0",
    "-0",
    "1e999",
    "-1",
    "99999999999999999999999999999999",
    "\"\"",
    "\"x\"",
    "[]",
    "[[]]",
    "[null]",
    "[1]",
    "[\"x\"]",
    "{",
    "}",
    "[",
    "{}x",
    "[{}",
    "NaN",
    "Infinity",
    "\"\\ud800\"",
    "{\"class\": \"\\udc00\\ud800\"}",
    "\"\\u0000\"",
    "{\"\\u0000\": 1}",
    "{\"class\": null}",
    "[{\"class\": 1}]",
    "[{\"class\": \"system\"}]",
    "[{\"class\": \"system\", \"id\": {}}]",
    "[{\"class\": \"deploy\", \"system\": [], \"vm_number\": {}}]",
    "[{\"class\": \"network\", \"id\": \"\\ud800\"}]",
    "{\"id\": \"x\", \"id\": \"y\", \"vm_list\": 1}",
    "{\"vm_list\": [], \"id\": \"../../x\"}",
    "{\"vm_list\": {}, \"auth\": 1}",
    "{\"username\": 1, \"password\": []}",
    "{\"username\": null}",
    "[{\"username\": \"x\"}]",
    "\u{feff}{}",
    "{'id': 1}",
];

/// The table.
pub(crate) fn table(world: &World, seed: &mut Seed) -> Vec<Case> {
    let mut cases = types(world);
    cases.extend(depth(world));
    cases.extend(broken_text(world, seed));
    cases.extend(sizes(world));
    cases
}

/// Where a body is read as JSON.
fn takers(world: &World) -> Vec<(&'static str, String)> {
    let own = &world.own;
    vec![
        ("POST", "/infrastructures".to_owned()),
        ("PUT", "/infrastructures".to_owned()),
        ("POST", format!("/infrastructures/{own}")),
        ("POST", format!("/infrastructures/{own}/authorization")),
        ("PUT", format!("/infrastructures/{own}/vms/0")),
        ("PUT", format!("/infrastructures/{own}/reconfigure")),
    ]
}

fn types(world: &World) -> Vec<Case> {
    let mut cases = Vec::new();
    for (method, target) in takers(world) {
        for value in VALUES {
            let request = world
                .request(method, &target)
                .header("Content-Type", "application/json")
                .body(value);
            // `{}` and `[]` are documents of nothing, and right in some places.
            cases.push(Case::new(
                Verdict::Survived,
                format!("{method} {target} {value}"),
                &request,
            ));
        }
        let request = world
            .request(method, &target)
            .header("Content-Type", "application/json")
            .body("{\"a\": ");
        cases.push(Case::new(
            Verdict::Refused,
            format!("{method} {target} cut off"),
            &request,
        ));
    }
    cases
}

fn depth(world: &World) -> Vec<Case> {
    let mut cases = Vec::new();
    for (method, target) in takers(world) {
        for depth in [200, 5_000, 1_000_000] {
            for (open, close) in [
                ("[", "]"),
                ("{\"a\":", "}"),
                ("[{\"a\":[", "]}]"),
                ("[{\"class\":\"system\",\"id\":\"s\",\"a\":", "}]"),
            ] {
                let body = format!("{}1{}", open.repeat(depth), close.repeat(depth));
                if body.len() > 12_000_000 {
                    continue;
                }
                let request = world
                    .request(method, &target)
                    .header("Content-Type", "application/json")
                    .body(&body);
                cases.push(Case::new(
                    Verdict::Refused,
                    format!("{method} {target} {depth} deep {open}"),
                    &request,
                ));
                let request = world
                    .request(method, &target)
                    .header("Content-Type", "application/json")
                    .body(open.repeat(depth));
                cases.push(Case::new(
                    Verdict::Refused,
                    format!("{method} {target} {depth} deep, open {open}"),
                    &request,
                ));
            }
        }
    }
    cases
}

fn broken_text(world: &World, seed: &mut Seed) -> Vec<Case> {
    let mut cases = Vec::new();
    for (method, target) in takers(world) {
        for kind in [
            "text/plain",
            "application/json",
            "text/yaml",
            "application/yaml",
            "*/*",
        ] {
            for bytes in [
                &b"\xff\xfe"[..],
                b"system s\xc3( )",
                b"\xed\xa0\x80",
                b"{\"a\": \"\xf0\x28\x8c\x28\"}",
                b"\x00\x00",
            ] {
                let request = world
                    .request(method, &target)
                    .header("Content-Type", kind)
                    .body(bytes);
                // In RADL a character that begins nothing is skipped, NUL among them.
                let verdict = if bytes[0] == 0 {
                    Verdict::Survived
                } else {
                    Verdict::Refused
                };
                cases.push(Case::new(
                    verdict,
                    format!("{method} {target} {kind} {bytes:02x?}"),
                    &request,
                ));
            }
            let length = 1 + seed.below(4_000);
            let request = world
                .request(method, &target)
                .header("Content-Type", kind)
                .body(seed.bytes(length));
            cases.push(Case::new(
                Verdict::Survived,
                format!("{method} {target} {kind} noise"),
                &request,
            ));
        }
        for kind in [
            "",
            "/",
            "a",
            "a/b/c",
            "application/json;",
            "application/x-www-form-urlencoded",
            "\u{e9}/\u{e9}",
            "text/plain; charset=utf-16",
        ] {
            let request = world
                .request(method, &target)
                .header("Content-Type", kind)
                .body("{");
            cases.push(Case::new(
                Verdict::Survived,
                format!("{method} {target} Content-Type {kind}"),
                &request,
            ));
        }
    }
    cases
}

fn sizes(world: &World) -> Vec<Case> {
    let mut cases = Vec::new();
    for (method, target) in takers(world) {
        for length in ["17000000", "1000000000000", "18446744073709551615"] {
            let request = world
                .request(method, &target)
                .header("Content-Length", length)
                .unannounced("x");
            cases.push(Case::new(
                Verdict::RefusedOrClosed,
                format!("{method} {target} length {length}"),
                &request,
            ));
        }
    }
    let large = "# comment\n".repeat(1_700_000);
    let request = world.request("POST", "/infrastructures").body(&large);
    cases.push(Case::new(Verdict::RefusedOrClosed, "17 MB", &request));
    let chunk = format!("100000\r\n{}\r\n", "x".repeat(0x10_0000));
    let request: RawRequest = world
        .request("POST", "/infrastructures")
        .header("Transfer-Encoding", "chunked")
        .unannounced(chunk.repeat(20));
    cases.push(Case::new(
        Verdict::RefusedOrClosed,
        "20 MB in chunks",
        &request,
    ));
    cases
}
