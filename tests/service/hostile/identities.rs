//! Names that pretend to be somebody else, and strangers who only know an id.

use super::case::{Case, Verdict};
use super::seed::Seed;
use super::world::{INNOCENT, World};
use crate::support::RawRequest;

/// The table.
pub(crate) fn table(world: &World, seed: &mut Seed) -> Vec<Case> {
    let mut cases = pretenders(world);
    cases.extend(broken_credentials(world, seed));
    cases.extend(strangers(world));
    cases
}

/// Names that a comparison by LIKE, or a name in the text of a statement, takes for the innocent user.
fn pretenders(world: &World) -> Vec<Case> {
    let password = format!("pass-{INNOCENT}");
    let names = [
        "%",
        "_",
        "_____",
        "ali%",
        "ALICE",
        "Alice",
        "alice ",
        " alice",
        "alice%00",
        "alice\\",
        "x%' or '1'='1",
        "x' or '1'='1' --",
        "'; DROP TABLE inf_list; --",
        "\" or \"\"=\"",
        "alice' --",
        "alice\" }",
        "alice', 'password': '",
        "a{5}",
        "alice*",
        "file(/etc/passwd)",
        "file(/etc/shadow)",
        "file(/proc/self/environ)",
        "file(/dev/zero)",
        "${jndi:ldap://127.0.0.1/a}",
        "../alice",
        "__OPENID__alice",
        "%61lice",
        "\u{ff41}lice",
        "alice\u{200b}",
        "\u{430}lice",
    ];
    let mut cases = Vec::new();
    for name in names {
        for password in [password.as_str(), "%", "file(/etc/passwd)", "x' or '1'='1"] {
            let auth = format!(
                "type = InfrastructureManager; username = \"{name}\"; password = \"{password}\"\\nid = dummy; type = Dummy"
            );
            for target in [
                "/infrastructures",
                "/infrastructures?filter=.",
                "/stats",
                "/stats?init_date=2020-01-01",
            ] {
                let request = RawRequest::new("GET", target).header("Authorization", &auth);
                let case = Case::new(
                    Verdict::Survived,
                    format!("GET {target} as {name} with {password}"),
                    &request,
                );
                cases.push(case.without(&world.foreign).without(&world.own));
            }
            // Blanks around a value do not count, so two of the names are the innocent user's own.
            if name.trim() != INNOCENT || password != format!("pass-{INNOCENT}") {
                let target = format!("/infrastructures/{}", world.foreign);
                let request = RawRequest::new("DELETE", &target).header("Authorization", &auth);
                cases.push(Case::new(
                    Verdict::Refused,
                    format!("DELETE as {name} with {password}"),
                    &request,
                ));
            }
        }
    }
    // Those two, in quotes, are other users.
    cases
}

fn broken_credentials(world: &World, seed: &mut Seed) -> Vec<Case> {
    let deep = format!("{}1{}", "[".repeat(20_000), "]".repeat(20_000));
    let texts: [&[u8]; 26] = [
        b"",
        b" ",
        b";",
        b"=",
        b";;;===",
        b"Basic",
        b"Basic !!!",
        b"Basic /////w==",
        b"Bearer",
        b"Bearer a.b.c",
        b"Bearer ..",
        b"[",
        b"[]",
        b"{}",
        b"[1]",
        b"[null]",
        b"[{}]",
        b"[{\"type\": 1}]",
        b"[{\"type\": \"InfrastructureManager\", \"username\": []}]",
        b"[{\"type\": \"InfrastructureManager\", \"username\": \"\\ud800\", \"password\": \"x\"}]",
        b"type = InfrastructureManager",
        b"type = InfrastructureManager; token = a.b.c",
        b"type = InfrastructureManager; token = e30.e30.",
        b"type = InfrastructureManager; username = \xff\xfe; password = \xc3\x28",
        b"id = \x80; type = \x80",
        b"type = InfrastructureManager; username; password",
    ];
    let mut cases = Vec::new();
    let mut add = |name: String, value: &[u8]| {
        for (method, target) in [
            ("GET", "/infrastructures".to_owned()),
            ("POST", "/infrastructures".to_owned()),
            ("GET", format!("/infrastructures/{}", world.foreign)),
            ("DELETE", format!("/infrastructures/{}", world.foreign)),
        ] {
            let request = RawRequest::new(method, &target).header("Authorization", value);
            cases.push(
                Case::new(
                    Verdict::Refused,
                    format!("{method} {target} with {name}"),
                    &request,
                )
                .without(&world.own),
            );
        }
    };
    for text in texts {
        add(String::from_utf8_lossy(text).into_owned(), text);
    }
    add("deep JSON".to_owned(), deep.as_bytes());
    add(
        "many lines".to_owned(),
        "a = b\\n".repeat(15_000).as_bytes(),
    );
    for number in 0..20 {
        let length = 1 + seed.below(200);
        let noise: Vec<u8> = seed
            .bytes(length)
            .into_iter()
            .map(|byte| byte | 0x80)
            .collect();
        add(format!("noise {number}"), &noise);
    }
    cases
}

/// Everything that one might do to what is somebody else's.
fn strangers(world: &World) -> Vec<Case> {
    let at = |rest: &str| format!("/infrastructures/{}{rest}", world.foreign);
    let targets = [
        ("GET", at("")),
        ("GET", at("/state")),
        ("GET", at("/radl")),
        ("GET", at("/contmsg")),
        ("GET", at("/data")),
        ("GET", at("/data?delete=yes")),
        ("GET", at("/authorization")),
        ("GET", at("/vms/0")),
        ("GET", at("/vms/99")),
        ("GET", at("/vms/0/cpu.count")),
        ("GET", at("/vms/0/contmsg")),
        ("POST", at("")),
        ("POST", at("/authorization")),
        ("PUT", at("/stop")),
        ("PUT", at("/start")),
        ("PUT", at("/reconfigure")),
        ("PUT", at("/vms/0/stop")),
        ("PUT", at("/vms/0/start")),
        ("PUT", at("/vms/0/reboot")),
        ("PUT", at("/vms/0")),
        ("PUT", at("/vms/0/disks/0/snapshot?image_name=x")),
        ("DELETE", at("/vms/0")),
        ("DELETE", at("/vms/0,1")),
        ("DELETE", at("")),
        ("DELETE", at("?force=yes")),
        ("DELETE", at("?async=yes")),
    ];
    let mut cases = Vec::new();
    for (method, target) in &targets {
        for body in [
            "",
            "system s (cpu.count = 7)\ndeploy s 1\n",
            "{\"username\": \"mallory\", \"password\": \"pass-mallory\"}",
        ] {
            let mut request = world.request(method, target);
            if !body.is_empty() {
                request = request.body(body);
            }
            if body.starts_with('{') {
                request = request.header("Content-Type", "application/json");
            }
            cases.push(
                Case::new(
                    Verdict::Refused,
                    format!("{method} {target} of somebody else"),
                    &request,
                )
                .without("node"),
            );
        }
    }
    cases
}
