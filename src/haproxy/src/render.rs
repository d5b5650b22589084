//! The configuration for a list of nodes. The text with its comments is `render/haproxy.cfg.in`; here is what varies.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

use crate::{Peer, Server};

const TEMPLATE: &str = include_str!("render/haproxy.cfg.in");

/// Room in the buffer beside the head that a node takes: HAProxy's own headers, and `tune.maxrewrite`.
const HEADROOM: u64 = 8 << 10;

/// What may vary. The defaults are right where nothing else is known.
#[derive(Clone, Debug)]
pub struct Options {
    /// The HAProxies, the first of which the file is for unless `-L` says otherwise.
    pub peers: Vec<Peer>,
    /// Where clients are served without TLS; `None` where only TLS is wanted.
    pub bind: Option<String>,
    /// Where clients are served with TLS.
    pub tls_bind: String,
    /// The file with certificate, chain and key; without it there is no TLS.
    pub tls_certificate: Option<String>,
    /// Where metrics are served.
    pub metrics: String,
    /// The runtime socket.
    pub socket: String,
    /// How long a pin stays without use, in seconds: not less than `INF_CACHE_TIME`.
    pub expire: u64,
    /// How many pins there may be.
    pub size: String,
    /// How many streams there may be.
    pub maxconn: u64,
    /// The largest head that a node takes: `MAX_REQUEST_HEAD`.
    pub max_head: u64,
    /// The largest body that a node takes: `MAX_REQUEST_BODY`.
    pub max_body: u64,
    /// Requests that one client may send in 10 s.
    pub rate: u64,
    /// Requests that one client may have running.
    pub clients: u64,
    /// How long a request that changes something may take, in seconds.
    pub slow: u64,
    /// Time between two checks of a node, in milliseconds.
    pub check_interval: u64,
    /// The networks of the proxies before this HAProxy, which say in `X-Forwarded-*` who the client is and what it asked for.
    pub proxies: Vec<String>,
    /// Whether HAProxy is started by an ordinary user, and so cannot change its user and its root.
    pub unprivileged: bool,
}

/// Writes the configuration. The ids are the servers' own: see [`with_ids`](crate::with_ids).
pub fn render(servers: &[Server], options: &Options) -> String {
    let own = options
        .peers
        .first()
        .map_or("lb1", |peer| peer.name.as_str());
    let bufsize = options.max_head + HEADROOM;
    let memory = (2 * bufsize * options.maxconn).div_ceil(1 << 20);
    let mut text = String::new();
    for line in TEMPLATE.lines() {
        if options.unprivileged
            && ["  user ", "  group ", "  chroot "]
                .iter()
                .any(|word| line.starts_with(word))
        {
            continue;
        }
        let block = match line.trim() {
            "{{peers}}" => Some(peers(options)),
            "{{binds}}" => Some(binds(options)),
            "{{tls_rules}}" => Some(tls_rules(options)),
            "{{proxies}}" => Some(proxies(options)),
            "{{forwarded}}" => Some(forwarded(options).to_owned()),
            "{{servers}}" => Some(checked(servers)),
            "{{tracking}}" => Some(tracking(servers)),
            _ => None,
        };
        if let Some(block) = block {
            text.push_str(&block);
            continue;
        }
        let mut line = line.to_owned();
        for (key, value) in [
            ("{{head}}", options.max_head.to_string()),
            ("{{bufsize}}", bufsize.to_string()),
            ("{{memory}}", memory.to_string()),
            ("{{maxconn}}", options.maxconn.to_string()),
            ("{{socket}}", options.socket.clone()),
            ("{{localpeer}}", own.to_owned()),
            ("{{rate}}", options.rate.to_string()),
            ("{{clients}}", options.clients.to_string()),
            ("{{max_body}}", options.max_body.to_string()),
            ("{{size}}", options.size.clone()),
            ("{{expire}}", span(options.expire)),
            ("{{metrics}}", options.metrics.clone()),
            ("{{slow}}", options.slow.to_string()),
            ("{{inter}}", options.check_interval.to_string()),
            ("{{fast}}", (options.check_interval / 3).max(1).to_string()),
        ] {
            if line.contains(key) {
                line = line.replace(key, &value);
            }
        }
        text.push_str(&line);
        text.push('\n');
    }
    text
}

fn peers(options: &Options) -> String {
    let mut text = String::new();
    for peer in &options.peers {
        let _ = writeln!(text, "  peer {} {}", peer.name, peer.address);
    }
    text
}

fn binds(options: &Options) -> String {
    let mut text = String::new();
    if let Some(bind) = &options.bind {
        let _ = writeln!(text, "  bind {bind}");
    }
    match &options.tls_certificate {
        Some(file) => {
            let _ = writeln!(
                text,
                "  # Certificate, chain and key in one file. HTTP/2 for those who speak it."
            );
            let _ = writeln!(
                text,
                "  bind {} ssl crt {file} alpn h2,http/1.1",
                options.tls_bind
            );
        }
        None => {
            let _ = writeln!(
                text,
                "  # With TLS (`im haproxy render --tls-cert FILE`); certificate, chain and key are in one file:"
            );
            let _ = writeln!(
                text,
                "  #bind {} ssl crt /etc/haproxy/certs/im.pem alpn h2,http/1.1",
                options.tls_bind
            );
        }
    }
    text
}

fn tls_rules(options: &Options) -> String {
    if options.tls_certificate.is_none() {
        return String::new();
    }
    "\n  # Who came by TLS comes by TLS from now on.\n  \
     http-response set-header Strict-Transport-Security max-age=31536000 if { ssl_fc }\n\n"
        .to_owned()
}

/// Who comes by a proxy is told apart from others who come by it: by the last address in `X-Forwarded-For`, the one that the
/// proxy itself has seen. What the client says of itself stands before it.
fn proxies(options: &Options) -> String {
    if options.proxies.is_empty() {
        return String::new();
    }
    format!(
        "  # Proxies before this one: they know who the client is, and the address by which it knows the service.\n  \
         http-request set-var(txn.by_proxy) bool(true) if {{ src {} }}\n  \
         http-request set-src req.hdr_ip(X-Forwarded-For,-1) if {{ var(txn.by_proxy) -m bool }}\n\n",
        options.proxies.join(" ")
    )
}

/// What is made of `X-Forwarded-*`.
fn forwarded(options: &Options) -> &'static str {
    if options.proxies.is_empty() {
        "  http-request del-header X-Forwarded-Host
  http-request del-header X-Forwarded-Port
  http-request del-header X-Forwarded-Prefix
  http-request del-header Forwarded
  http-request set-header X-Forwarded-For %[src]
  http-request set-header X-Forwarded-Proto http
  http-request set-header X-Forwarded-Proto https if { ssl_fc }
"
    } else {
        "  http-request del-header X-Forwarded-Host unless { var(txn.by_proxy) -m bool }
  http-request del-header X-Forwarded-Port unless { var(txn.by_proxy) -m bool }
  http-request del-header X-Forwarded-Prefix unless { var(txn.by_proxy) -m bool }
  http-request del-header Forwarded
  http-request set-header X-Forwarded-For %[src]
  http-request set-header X-Forwarded-Proto http unless { var(txn.by_proxy) -m bool } { req.hdr(X-Forwarded-Proto) -m found }
  http-request set-header X-Forwarded-Proto https if { ssl_fc }
"
    }
}

/// The servers of `im`, which are checked.
fn checked(servers: &[Server]) -> String {
    let mut text = String::new();
    for server in servers {
        let _ = writeln!(
            text,
            "  server {} {} id {}{}",
            server.name,
            server.address,
            server.id,
            resolution(server)
        );
    }
    text
}

/// The servers of `im_any`, which follow those of `im`.
fn tracking(servers: &[Server]) -> String {
    let mut text = String::new();
    for server in servers {
        let name = &server.name;
        let _ = writeln!(
            text,
            "  server {name} {} id {} track im/{name} slowstart 10s pool-purge-delay 1s{}",
            server.address,
            server.id,
            resolution(server)
        );
    }
    text
}

/// A name that cannot be resolved now must not keep HAProxy from starting.
fn resolution(server: &Server) -> &'static str {
    let host = server.address.rsplit_once(':').map_or("", |(host, _)| host);
    let is_address = host.parse::<IpAddr>().is_ok() || server.address.parse::<SocketAddr>().is_ok();
    if is_address {
        ""
    } else {
        " init-addr last,libc,none"
    }
}

/// A time as HAProxy reads it, in the largest unit that is exact.
fn span(seconds: u64) -> String {
    match seconds {
        s if s > 0 && s % 3600 == 0 => format!("{}h", s / 3600),
        s if s > 0 && s % 60 == 0 => format!("{}m", s / 60),
        s => format!("{s}s"),
    }
}

// === impl Options ===

impl Default for Options {
    fn default() -> Self {
        Self {
            peers: vec![Peer {
                name: "lb1".to_owned(),
                address: "127.0.0.1:10000".to_owned(),
            }],
            bind: Some(":8800".to_owned()),
            tls_bind: ":8443".to_owned(),
            tls_certificate: None,
            metrics: "127.0.0.1:8405".to_owned(),
            socket: "/run/haproxy/admin.sock".to_owned(),
            expire: 3600,
            size: "100k".to_owned(),
            maxconn: 2000,
            max_head: 128 << 10,
            max_body: 16 << 20,
            rate: 1000,
            clients: 200,
            slow: 600,
            check_interval: 1000,
            proxies: Vec::new(),
            unprivileged: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_exact() {
        assert_eq!(span(3600), "1h");
        assert_eq!(span(5400), "90m");
        assert_eq!(span(61), "61s");
        assert_eq!(span(0), "0s");
    }

    #[test]
    fn every_placeholder_is_filled() {
        let servers = vec![Server {
            name: "n1".into(),
            address: "im-1:8800".into(),
            id: 1,
        }];
        let options = Options {
            tls_certificate: Some("/c.pem".into()),
            ..Options::default()
        };
        for text in [render(&servers, &options), render(&[], &Options::default())] {
            assert!(!text.contains("{{"), "{text}");
        }
    }
}
