//! The two APIs: that there is one, that they do not collide, that their certificates exist.

use std::net::SocketAddr;
use std::path::Path;

use super::{contradiction, suspicion};
use crate::settings::Settings;
use crate::tls::Tls;
use crate::values::Values;

/// Checks the APIs.
pub(super) fn check(settings: &Settings, values: &mut Values<'_>) {
    let (rest, xmlrpc) = (&settings.rest, &settings.xmlrpc);
    contradiction(
        values,
        &["ACTIVATE_REST", "ACTIVATE_XMLRPC"],
        !rest.active && !xmlrpc.active,
        "ACTIVATE_REST and ACTIVATE_XMLRPC are both False, but at least one API was expected to be served.",
    );
    contradiction(
        values,
        &[
            "ACTIVATE_REST",
            "ACTIVATE_XMLRPC",
            "REST_PORT",
            "XMLRCP_PORT",
            "REST_ADDRESS",
            "XMLRCP_ADDRESS",
        ],
        rest.active && xmlrpc.active && collide(rest.listen(), xmlrpc.listen()),
        &format!(
            "REST_PORT and XMLRCP_PORT are both {} on the same address, but two different ports were expected.",
            rest.port
        ),
    );
    metrics(settings, values);
    if let Some(tls) = rest.tls().filter(|_| rest.active) {
        files("REST_SSL", &tls, values);
    }
    if let Some(tls) = xmlrpc.tls().filter(|_| xmlrpc.active) {
        files("XMLRCP_SSL", &tls, values);
    }
    if let Some(directory) = &rest.static_files_dir {
        suspicion(
            values,
            &["STATIC_FILES_DIR"],
            !directory.is_dir(),
            &format!(
                "STATIC_FILES_DIR is {}, which is not a directory now.",
                directory.display()
            ),
        );
    }
}

/// Metrics have a port of their own.
fn metrics(settings: &Settings, values: &mut Values<'_>) {
    let Some(port) = settings.metrics.port else {
        return;
    };
    let address = SocketAddr::new(settings.metrics.address, port);
    let (rest, xmlrpc, ha) = (&settings.rest, &settings.xmlrpc, &settings.ha);
    // Where the other nodes are listened for may be a name, so that its address is not known here.
    let peers = SocketAddr::new(settings.metrics.address, ha.cluster_port);
    for (active, other, name) in [
        (rest.active, rest.listen(), "REST_PORT"),
        (xmlrpc.active, xmlrpc.listen(), "XMLRCP_PORT"),
        (!ha.cluster_secret.is_empty(), peers, "CLUSTER_PORT"),
    ] {
        contradiction(
            values,
            &["METRICS_PORT", "METRICS_ADDRESS", name],
            active && collide(address, other),
            &format!(
                "METRICS_PORT and {name} are both {port}, but two different ports were expected."
            ),
        );
    }
}

/// Whether two addresses cannot both be listened on.
fn collide(one: SocketAddr, other: SocketAddr) -> bool {
    let overlap =
        one.ip() == other.ip() || one.ip().is_unspecified() || other.ip().is_unspecified();
    one.port() != 0 && one.port() == other.port() && overlap
}

/// The files of an API that is secured must exist. `option` is the one that secures it, and begins the names of the others.
fn files(option: &str, tls: &Tls, values: &mut Values<'_>) {
    let files: [(&str, Option<&Path>); 3] = [
        ("KEYFILE", Some(&tls.key)),
        ("CERTFILE", Some(&tls.certificate)),
        ("CA_CERTS", tls.client_authorities.as_deref()),
    ];
    for (suffix, file) in files {
        let Some(file) = file else { continue };
        let name = format!("{option}_{suffix}");
        contradiction(
            values,
            &[option, &name],
            !file.is_file(),
            &format!(
                "{option} is True, so {name} was expected to be a file that exists, but {} is none.",
                file.display()
            ),
        );
    }
}
