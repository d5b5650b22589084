//! The listeners of the two APIs.

use std::num::NonZeroU32;

use im_api_server::{EventLoops, ServerLimits, ServerSettings, TlsSettings};
use im_config::{Settings, Tls};
use tokio_util::sync::CancellationToken;

/// The listener of the REST API.
pub(crate) fn rest(
    settings: &Settings,
    drain: &CancellationToken,
    loops: &EventLoops,
) -> ServerSettings {
    ServerSettings {
        name: "REST",
        address: settings.rest.address.to_string(),
        port: settings.rest.port,
        tls: settings.rest.tls().map(tls),
        limits: limits(settings),
        drain: drain.clone(),
        event_loops: Some(loops.clone()),
    }
}

/// The listener of the XML-RPC API.
pub(crate) fn xmlrpc(
    settings: &Settings,
    drain: &CancellationToken,
    loops: &EventLoops,
) -> ServerSettings {
    ServerSettings {
        name: "XML-RPC",
        address: settings.xmlrpc.address.to_string(),
        port: settings.xmlrpc.port,
        tls: settings.xmlrpc.tls().map(tls),
        limits: limits(settings),
        drain: drain.clone(),
        event_loops: Some(loops.clone()),
    }
}

/// The template of im.cfg always names the authorities, so a client that presents no certificate is let in; one that
/// presents a wrong one is not.
fn tls(files: Tls) -> TlsSettings {
    TlsSettings {
        client_ca_file: files.client_authorities,
        require_client_certificate: false,
        ..TlsSettings::new(files.key, files.certificate)
    }
}

/// What connections may take.
pub(super) fn limits(settings: &Settings) -> ServerLimits {
    let limits = &settings.limits;
    ServerLimits {
        connections: connections(limits.max_connections),
        connections_per_client: connections(limits.max_connections_per_address),
        trusted_proxies: limits.trusted_proxies.clone(),
        head_bytes: usize::try_from(limits.max_request_head.get()).unwrap_or(usize::MAX),
        head_timeout: limits.request_head_timeout,
        idle_timeout: limits.idle_timeout,
        ..ServerLimits::default()
    }
}

/// A limit on connections; without one only the files that the process may open limit them.
fn connections(limit: Option<NonZeroU32>) -> usize {
    limit.map_or(usize::MAX >> 3, |limit| {
        usize::try_from(limit.get()).unwrap_or(usize::MAX >> 3)
    })
}
