//! Several nodes: what they share, and the times by which they know each other to live.

mod redis;

use im_util::Secret;

use super::{contradiction, suspicion};
use crate::codec::{Codec, Seconds};
use crate::database::Database;
use crate::settings::Settings;
use crate::values::Values;

/// The shortest secret that nobody guesses soon, in characters.
const SHORTEST_SECRET: usize = 16;

/// Checks what makes several nodes one service.
pub(super) fn check(settings: &Settings, values: &mut Values<'_>) {
    let ha = &settings.ha;
    let is_shared = matches!(settings.basic.database, Database::Mysql(_));
    let database = &settings.basic.database;
    contradiction(
        values,
        &["CLUSTER_SECRET", "DATA_DB"],
        !ha.cluster_secret.is_empty() && !is_shared,
        &format!(
            "CLUSTER_SECRET is set, so several nodes share the database and DATA_DB was expected to begin with mysql://, but it is {database}."
        ),
    );
    contradiction(
        values,
        &["REDIS_URL", "DATA_DB"],
        ha.redis_url.is_some() && !is_shared,
        &format!(
            "REDIS_URL is set, so several nodes share the database and DATA_DB was expected to begin with mysql://, but it is {database}."
        ),
    );
    suspicion(
        values,
        &["REDIS_URL", "CLUSTER_SECRET"],
        ha.redis_url.is_some() && is_shared && ha.cluster_secret.is_empty(),
        "REDIS_URL is set and CLUSTER_SECRET is not, so that this node cannot reach others: use it for a service of one node only.",
    );
    redis::check(settings, values);
    times(settings, values);
    secrets(settings, values);
    ports(settings, values);
}

fn times(settings: &Settings, values: &mut Values<'_>) {
    let ha = &settings.ha;
    contradiction(
        values,
        &["SESSION_TTL", "BEAT"],
        ha.session_ttl <= ha.beat * 3,
        &format!(
            "SESSION_TTL is {} seconds, but more than three times BEAT ({} seconds) was expected, so that a node that misses a beat is not declared dead.",
            Seconds::text(&ha.session_ttl),
            Seconds::text(&ha.beat)
        ),
    );
}

fn secrets(settings: &Settings, values: &mut Values<'_>) {
    let short = |secret: &Secret| secret.expose().chars().count() < SHORTEST_SECRET;
    let ha = &settings.ha;
    contradiction(
        values,
        &["CLUSTER_SECRET"],
        ha.cluster_secret.iter().any(short),
        "CLUSTER_SECRET is too short: at least 16 characters were expected of each secret, as from: openssl rand -base64 32.",
    );
    contradiction(
        values,
        &["CLUSTER_KEY"],
        ha.cluster_key.iter().any(short),
        "CLUSTER_KEY is too short: at least 16 characters were expected of each key, as from: openssl rand -base64 32.",
    );
    let same = |key: &Secret| ha.cluster_secret.contains(key);
    suspicion(
        values,
        &["CLUSTER_SECRET", "CLUSTER_KEY"],
        ha.cluster_key.iter().any(same),
        "CLUSTER_KEY is the same as CLUSTER_SECRET, so that who learns the one has both.",
    );
}

fn ports(settings: &Settings, values: &mut Values<'_>) {
    let (ha, rest, xmlrpc) = (&settings.ha, &settings.rest, &settings.xmlrpc);
    let listens = !ha.cluster_secret.is_empty() && ha.cluster_port != 0;
    for (active, port, name) in [
        (rest.active, rest.port, "REST_PORT"),
        (xmlrpc.active, xmlrpc.port, "XMLRCP_PORT"),
    ] {
        contradiction(
            values,
            &["CLUSTER_PORT", name],
            listens && active && port == ha.cluster_port,
            &format!(
                "CLUSTER_PORT and {name} are both {port}, but two different ports were expected."
            ),
        );
    }
}
