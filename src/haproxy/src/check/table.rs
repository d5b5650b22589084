//! Pins: the stick table and the rules that fill and read it.

use super::nodes::{servers, template};
use super::units::{spoken, time};
use super::{Expected, Findings};
use crate::{Config, Line, Section};

/// Characters of an id.
const ID: u32 = 36;

pub(super) fn check(
    config: &Config,
    backends: &[&Section],
    expected: &Expected,
    findings: &mut Findings,
) {
    let mut tables = Vec::new();
    for backend in backends {
        for line in backend.matching(&["stick"]) {
            let name = line.after("table").unwrap_or(&backend.name);
            if !tables.iter().any(|known: &String| known == name) {
                tables.push(name.to_owned());
            }
        }
        rules(backend, findings);
    }
    if tables.is_empty() {
        findings.warning(
            backends.first().map_or(1, |backend| backend.number),
            "Nothing sticks: requests go to any node, which answers them rightly, most of them with a hop to the owner."
                .to_owned(),
        );
        return;
    }
    if !backends
        .iter()
        .any(|backend| stores(backend).any(|line| stored_header(line).is_some()))
    {
        findings.error(
            backends.first().map_or(1, |backend| backend.number),
            "No 'stick store-response' learns from the header InfID which node owns an infrastructure: pins never lead to the \
             owner."
                .to_owned(),
        );
    }
    for name in tables {
        let owner = config.sections.iter().find(|section| {
            section.name == name && section.matching(&["stick-table"]).next().is_some()
        });
        let Some((owner, line)) =
            owner.and_then(|owner| Some((owner, owner.matching(&["stick-table"]).next()?)))
        else {
            continue;
        };
        table(owner, line, expected, findings);
    }
}

fn stores(backend: &Section) -> impl Iterator<Item = &Line> {
    backend.matching(&["stick", "store-response"])
}

/// The expression of a rule if it reads the header by which a node says that it owns.
fn stored_header(line: &Line) -> Option<&str> {
    let expression = line.words.get(2)?;
    let lower = expression.to_ascii_lowercase();
    (lower.starts_with("hdr(infid")
        || lower.starts_with("res.hdr(infid")
        || lower.starts_with("res.fhdr(infid"))
    .then_some(expression)
}

fn rules(backend: &Section, findings: &mut Findings) {
    for line in backend.matching(&["stick"]) {
        let Some([kind, expression]) = line
            .words
            .get(1..3)
            .and_then(|words| <&[String; 2]>::try_from(words).ok())
        else {
            continue;
        };
        if ["on", "store-request"].contains(&kind.as_str()) {
            findings.warning(
                line.number,
                format!(
                    "'stick {kind}' learns from requests: strangers who ask for ids that do not exist fill the table and drive \
                     out real pins; use 'stick match' with 'stick store-response'."
                ),
            );
        }
        if kind == "store-response" && stored_header(line).is_none() {
            findings.error(
                line.number,
                format!("'stick store-response {expression}' does not read the header InfID, by which a node says that it owns an infrastructure."),
            );
        }
        let folds = expression.split(',').any(|converter| converter == "lower");
        if !folds {
            findings.warning(
                line.number,
                format!("'stick {kind} {expression}' tells ids in capitals from the same in small letters; write '{expression},lower'."),
            );
        }
    }
}

fn table(owner: &Section, line: &Line, expected: &Expected, findings: &mut Findings) {
    match line.after("len").map(str::parse::<u32>) {
        Some(Ok(length)) if length >= ID => {}
        length => {
            let cut = length.and_then(Result::ok).unwrap_or(31);
            findings.warning(
                line.number,
                format!(
                    "The stick table keeps {cut} characters of an id, which has {ID}: ids that begin alike share a pin; write 'len 64'."
                ),
            );
        }
    }
    expiry(line, expected, findings);
    match line.after("peers") {
        Some(_) => {}
        None => findings.warning(
            line.number,
            "The stick table has no 'peers': a reload loses all pins, and a second HAProxy does not learn them.".to_owned(),
        ),
    }
    let by_address = line.after("srvkey") == Some("addr");
    if let Some(template) = template(owner).filter(|_| !by_address) {
        findings.warning(
            template.number,
            "The servers of a template get their addresses in any order, another in each HAProxy, and pins go by name; add \
             'srvkey addr' to the stick table."
                .to_owned(),
        );
    }
    if line.has("peers") {
        for server in servers(owner).filter(|server| server.id.is_none()) {
            findings.warning(
                server.line,
                format!("The server {} has no 'id N': another HAProxy may give it another id, and its pins another node.", server.name),
            );
        }
    }
}

fn expiry(line: &Line, expected: &Expected, findings: &mut Findings) {
    let Some(expire) = line.after("expire") else {
        // Pins that never expire outlive every cache.
        return;
    };
    let Some(expire) = time(expire) else {
        findings.error(
            line.number,
            format!("The expire value '{expire}' is not a time."),
        );
        return;
    };
    match expected.cache_time {
        Some(cache) if cache > expire => findings.error(
            line.number,
            format!(
                "INF_CACHE_TIME is {}, and pins expire after {}: a node would keep infrastructures whose requests go elsewhere; \
                 set INF_CACHE_TIME to that or less, or raise expire.",
                spoken(cache),
                spoken(expire)
            ),
        ),
        Some(_) => {}
        None => findings.warning(
            line.number,
            format!(
                "INF_CACHE_TIME is not set, so that infrastructures stay in memory after their pins have expired; set it to {} \
                 or less.",
                expire.as_secs()
            ),
        ),
    }
}
