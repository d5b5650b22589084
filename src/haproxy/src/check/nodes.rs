//! Servers, their checks, and what becomes of requests to a dead one.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Findings;
use super::units::{spoken, time};
use crate::{Config, Line, Section};

/// What a change may take that waits for a cloud; a node goes on with it when HAProxy has given up.
const SLOW: Duration = Duration::from_secs(120);
/// A node that is alive takes a connection in less.
const CONNECT: Duration = Duration::from_secs(30);

/// A server of a backend.
pub(super) struct Server<'a> {
    pub(super) line: usize,
    pub(super) name: &'a str,
    pub(super) address: &'a str,
    pub(super) id: Option<&'a str>,
    words: &'a Line,
}

/// The servers of a backend.
pub(super) fn servers(backend: &Section) -> impl Iterator<Item = Server<'_>> {
    backend.matching(&["server"]).filter_map(|line| {
        Some(Server {
            line: line.number,
            name: line.words.get(1)?,
            address: line.words.get(2)?,
            id: line.after("id"),
            words: line,
        })
    })
}

/// The line `server-template` of a backend.
pub(super) fn template(backend: &Section) -> Option<&Line> {
    backend.matching(&["server-template"]).next()
}

pub(super) fn check(config: &Config, backends: &[&Section], findings: &mut Findings) {
    for backend in backends {
        checks(config, backend, findings);
        times(config, backend, findings);
        retries(config, backend, findings);
        twice(backend, findings);
    }
    same_servers(backends, findings);
}

fn checks(config: &Config, backend: &Section, findings: &mut Findings) {
    let by_default = config
        .effective(backend, &["default-server"])
        .iter()
        .any(|line| line.has("check"));
    let own = backend
        .matching(&["server"])
        .chain(backend.matching(&["default-server"]));
    if let Some(line) = own
        .into_iter()
        .find(|line| line.after("on-marked-down") == Some("shutdown-sessions"))
    {
        findings.warning(
            line.number,
            "'on-marked-down shutdown-sessions' cuts what is running in a node that ends: it closes its listener first, and \
             finishes while its checks fail. 'im haproxy sync' cuts what hangs in a dead node."
                .to_owned(),
        );
    }
    let mut tracks = false;
    for server in servers(backend) {
        tracks |= server.words.has("track");
        let checked = server.words.has("check") || server.words.has("track") || by_default;
        if !checked || server.words.has("no-check") {
            findings.error(
                server.line,
                format!(
                    "The server {} is not checked: HAProxy would go on sending to it after its death; add 'check'.",
                    server.name
                ),
            );
        }
    }
    let on_404 = !config
        .effective(backend, &["http-check", "disable-on-404"])
        .is_empty();
    if !on_404 && !tracks {
        findings.warning(
            backend.number,
            format!(
                "The backend {} has no 'http-check disable-on-404': a node that drains answers 404 on /readyz, and would be \
                 taken for dead.",
                backend.name
            ),
        );
    }
    if tracks {
        tracking(config, backend, on_404, findings);
        return;
    }
    match path(config, backend) {
        Some((_, "/readyz")) => {}
        Some((line, path)) => findings.warning(
            line,
            format!(
                "The nodes are checked at {path}, which says that they run; /readyz says whether they take requests: a node \
                 that ends would fail requests."
            ),
        ),
        None => findings.warning(
            backend.number,
            format!(
                "The backend {} has no 'option httpchk' with a path: whether a node takes requests is at /readyz.",
                backend.name
            ),
        ),
    }
}

/// Who follows the checks of others must have the same `disable-on-404`, or HAProxy does not start.
fn tracking(config: &Config, backend: &Section, on_404: bool, findings: &mut Findings) {
    for server in servers(backend) {
        let Some(target) = server.words.after("track") else {
            continue;
        };
        let (other, name) = target.split_once('/').unwrap_or((&backend.name, target));
        let followed = config.backends().find(|section| section.name == other);
        let Some(followed) =
            followed.filter(|section| servers(section).any(|server| server.name == name))
        else {
            findings.error(
                server.line,
                format!(
                    "The server {} follows {target}, which is not there.",
                    server.name
                ),
            );
            continue;
        };
        if on_404
            == config
                .effective(followed, &["http-check", "disable-on-404"])
                .is_empty()
        {
            findings.error(
                server.line,
                format!(
                    "The server {} follows {target}, but only one of the backends {} and {other} has 'http-check \
                     disable-on-404': HAProxy does not start.",
                    server.name, backend.name
                ),
            );
            return;
        }
    }
}

/// The path of the checks, and its line.
fn path<'a>(config: &'a Config, backend: &'a Section) -> Option<(usize, &'a str)> {
    let sent = config.effective(backend, &["http-check", "send"]);
    let with_uri = sent
        .iter()
        .find_map(|line| Some((line.number, line.after("uri")?)));
    with_uri.or_else(|| {
        let option = *config.effective(backend, &["option", "httpchk"]).first()?;
        // `option httpchk URI`, or with the method before and the version after it.
        let uri = option.words[2..]
            .iter()
            .find(|word| word.starts_with('/'))?;
        Some((option.number, uri.as_str()))
    })
}

fn times(config: &Config, backend: &Section, findings: &mut Findings) {
    let timeout = |name: &str| {
        let line = *config.effective(backend, &["timeout", name]).last()?;
        Some((line.number, time(line.words.get(2)?)?))
    };
    // Changes may have a time of their own.
    let longer = backend
        .matching(&["http-request", "set-timeout", "server"])
        .any(|line| {
            line.words
                .get(3)
                .and_then(|text| time(text))
                .is_some_and(|time| time >= SLOW)
        });
    match timeout("server") {
        Some((line, server)) if server < SLOW && !longer => findings.warning(
            line,
            format!(
                "'timeout server' is {}: changes that wait for a cloud take longer, and would be answered 504 while they go on; \
                 give them {} or more.",
                spoken(server),
                spoken(SLOW)
            ),
        ),
        Some(_) => {}
        None => findings.warning(
            backend.number,
            format!("The backend {} has no 'timeout server': a node that stands still holds its clients for ever.", backend.name),
        ),
    }
    if let Some((line, connect)) = timeout("connect").filter(|(_, connect)| *connect > CONNECT) {
        findings.warning(
            line,
            format!(
                "'timeout connect' is {}: so long a request waits for a machine that is gone; a few seconds are enough.",
                spoken(connect)
            ),
        );
    }
}

fn retries(config: &Config, backend: &Section, findings: &mut Findings) {
    let redispatches = !config
        .effective(backend, &["option", "redispatch"])
        .is_empty();
    if !redispatches {
        findings.warning(
            backend.number,
            format!(
                "The backend {} has no 'option redispatch': requests that are pinned to a dead node fail until its checks have \
                 failed.",
                backend.name
            ),
        );
    }
    let guarded = backend
        .matching(&["http-request", "disable-l7-retry"])
        .next()
        .is_some();
    for line in config.effective(backend, &["retry-on"]) {
        let replays = line.words[1..]
            .iter()
            .find(|word| !["none", "conn-failure", "0rtt-rejected"].contains(&word.as_str()));
        if let Some(word) = replays.filter(|_| !guarded) {
            findings.error(
                line.number,
                format!(
                    "'retry-on {word}' sends changes again that a node may have done, and the backend {} has no 'http-request \
                     disable-l7-retry unless {{ method GET HEAD OPTIONS }}': an infrastructure could be created twice.",
                    backend.name
                ),
            );
        }
    }
}

fn twice(backend: &Section, findings: &mut Findings) {
    let mut seen: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    for server in servers(backend) {
        let keys = [("id", server.id), ("address", Some(server.address))];
        for (what, value) in keys
            .into_iter()
            .filter_map(|(what, value)| Some((what, value?)))
        {
            if let Some(other) = seen.insert((what, value), server.name) {
                findings.error(
                    server.line,
                    format!("The servers {other} and {} of the backend {} have the same {what} {value}.", server.name, backend.name),
                );
            }
        }
    }
}

/// Backends that share the pins must have the same servers under the same ids.
fn same_servers(backends: &[&Section], findings: &mut Findings) {
    let Some(owner) = backends
        .iter()
        .find(|backend| backend.matching(&["stick-table"]).next().is_some())
    else {
        return;
    };
    let known: BTreeMap<_, _> = servers(owner)
        .map(|server| (server.name, (server.address, server.id)))
        .collect();
    for backend in backends {
        let shares = backend
            .matching(&["stick"])
            .any(|line| line.after("table") == Some(&owner.name));
        if !shares || backend.name == owner.name {
            continue;
        }
        for server in servers(backend) {
            match known.get(server.name) {
                None => findings.error(
                    server.line,
                    format!("The server {} is not in the backend {}, whose pins are shared.", server.name, owner.name),
                ),
                Some((address, id)) if *address != server.address || *id != server.id => findings.error(
                    server.line,
                    format!(
                        "The server {} has another address or id here than in the backend {}, whose pins are shared: they would \
                         lead to the wrong node.",
                        server.name, owner.name
                    ),
                ),
                Some(_) => {}
            }
        }
        for name in known
            .keys()
            .filter(|name| !servers(backend).any(|server| server.name == **name))
        {
            findings.error(
                backend.number,
                format!("The server {name} of the backend {} is not in the backend {}, which shares its pins.", owner.name, backend.name),
            );
        }
    }
}
