//! Paths and queries that lead somewhere else, or nowhere.

use super::case::{Case, Verdict};
use super::seed::Seed;
use super::world::World;

/// Ways to leave a directory, and to confuse whoever takes a path apart.
const TRICKS: [&str; 32] = [
    "../../../../../../etc/passwd",
    "..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "%2e%2e%2f%2e%2e%2f%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "%252e%252e%252fetc%252fpasswd",
    "..%5c..%5c..%5cetc%5cpasswd",
    "..\\..\\..\\etc\\passwd",
    "....//....//....//etc/passwd",
    "..;/..;/etc/passwd",
    "%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd",
    "%u002e%u002e/etc/passwd",
    "/etc/passwd",
    "//etc/passwd",
    "%2fetc%2fpasswd",
    "%00",
    "%00/etc/passwd",
    "a%00.txt",
    "%0d%0aX-Injected:%20yes",
    "%0a",
    "%",
    "%z",
    "%zz",
    "%4",
    "%ff%fe",
    "%ed%a0%80",
    "%f4%90%80%80",
    "file:%2f%2f%2fetc%2fpasswd",
    "{{7*7}}",
    "$(id)",
    "'%20or%20'1'='1",
    "-1%20UNION%20SELECT%20data%20FROM%20inf_list",
    "%e2%80%ae",
];

/// The table.
pub(crate) fn table(world: &World, seed: &mut Seed) -> Vec<Case> {
    let mut cases = Vec::new();
    let own = &world.own;
    let places = [
        "/".to_owned(),
        "/static/".to_owned(),
        "/infrastructures/".to_owned(),
        format!("/infrastructures/{own}/"),
        format!("/infrastructures/{own}/vms/"),
        format!("/infrastructures/{own}/vms/0/"),
        "/clouds/dummy/".to_owned(),
        "/clouds/".to_owned(),
    ];
    for place in &places {
        for trick in TRICKS {
            for method in ["GET", *seed.pick(&["GET", "POST", "PUT", "DELETE"])] {
                let request = world.request(method, format!("{place}{trick}"));
                let verdict = if format!("{place}{trick}").contains("//") {
                    Verdict::RefusedOrRedirected
                } else {
                    Verdict::Refused
                };
                let name = format!("{method} {place}{trick}");
                cases.push(Case::new(verdict, name, &request));
            }
        }
    }
    for place in &places {
        for _ in 0..6 {
            let count = 1 + seed.below(12);
            let bytes: Vec<u8> = seed
                .bytes(count)
                .into_iter()
                .map(|byte| byte | 0x80)
                .collect();
            let target = [place.as_bytes(), &bytes].concat();
            cases.push(Case::new(
                Verdict::RefusedOrClosed,
                format!("{place} with bytes {bytes:02x?}"),
                &world.request("GET", target),
            ));
        }
    }
    cases.extend(parameters(world));
    cases.extend(machine_lists(world));
    cases
}

/// Values that a parameter does not take.
fn parameters(world: &World) -> Vec<Case> {
    const VALUES: [&str; 14] = [
        "",
        "maybe",
        "2",
        "%ff",
        "%00",
        "%ed%a0%80",
        "[]",
        "{}",
        "-1",
        "1e9",
        "99999999999999999999999999",
        "%",
        "null",
        "yes%20",
    ];
    let own = &world.own;
    let takers = [
        ("POST", "/infrastructures?async=".to_owned()),
        ("POST", "/infrastructures?dry_run=".to_owned()),
        ("GET", format!("/infrastructures/{own}/contmsg?headeronly=")),
        ("GET", format!("/infrastructures/{own}/data?delete=")),
        ("POST", format!("/infrastructures/{own}?context=")),
        ("DELETE", format!("/infrastructures/{own}?force=")),
        ("DELETE", format!("/infrastructures/{own}?async=")),
        ("DELETE", format!("/infrastructures/{own}/vms/0?context=")),
        (
            "POST",
            format!("/infrastructures/{own}/authorization?overwrite="),
        ),
        ("GET", "/stats?init_date=".to_owned()),
        ("GET", "/stats?end_date=".to_owned()),
        (
            "PUT",
            format!("/infrastructures/{own}/reconfigure?vm_list="),
        ),
        (
            "PUT",
            format!("/infrastructures/{own}/vms/0/disks/0/snapshot?auto_delete="),
        ),
    ];
    let mut cases = Vec::new();
    for (method, target) in &takers {
        for value in VALUES {
            // A few of these values are right for a few of these parameters.
            let request = world.request(method, format!("{target}{value}"));
            cases.push(Case::new(
                Verdict::Survived,
                format!("{method} {target}{value}"),
                &request,
            ));
        }
    }
    for parameter in ["async", "dry_run"] {
        for value in ["maybe", "2", "[]", "%ff"] {
            let request = world.request("POST", format!("/infrastructures?{parameter}={value}"));
            cases.push(Case::new(
                Verdict::Refused,
                format!("{parameter}={value}"),
                &request,
            ));
        }
    }
    cases
}

/// Lists of machines that are too long, or none.
fn machine_lists(world: &World) -> Vec<Case> {
    let own = &world.own;
    let long: Vec<String> = (5..20_000).map(|id| id.to_string()).collect();
    let lists = [
        long.join(","),
        "9,".repeat(40_000),
        ",".repeat(50_000),
        "99999999999999999999999999999999".to_owned(),
        "-1".to_owned(),
        "9-99999999".to_owned(),
        "%d9%a3".to_owned(),
        "9e9".to_owned(),
    ];
    let mut cases = Vec::new();
    for list in &lists {
        let name: String = list.chars().take(40).collect();
        for (method, target) in [
            ("DELETE", format!("/infrastructures/{own}/vms/{list}")),
            ("GET", format!("/infrastructures/{own}/vms/{list}")),
            ("PUT", format!("/infrastructures/{own}/vms/{list}/stop")),
        ] {
            cases.push(Case::new(
                Verdict::Refused,
                format!("{method} machines {name}"),
                &world.request(method, target),
            ));
        }
        let target = format!("/infrastructures/{own}/reconfigure?vm_list={list}");
        cases.push(Case::new(
            Verdict::Survived,
            format!("reconfigure {name}"),
            &world.request("PUT", target),
        ));
    }
    cases
}
