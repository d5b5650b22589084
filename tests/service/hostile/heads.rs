//! Heads that are no HTTP, or too much of it, and the ways to smuggle a request in another.

use super::case::{Case, Verdict};
use super::seed::Seed;
use super::world::World;
use crate::support::RawRequest;

/// The table.
pub(crate) fn table(world: &World, seed: &mut Seed) -> Vec<Case> {
    let mut cases = oversized(world);
    cases.extend(malformed(world));
    cases.extend(smuggled(world));
    cases.extend(noise(seed));
    cases
}

fn oversized(world: &World) -> Vec<Case> {
    let mut cases = Vec::new();
    for kilobytes in [130, 200, 1_000, 5_000] {
        let long = "x".repeat(kilobytes * 1024);
        for name in [
            "X-Long",
            "Accept",
            "Cookie",
            "Authorization",
            "Content-Type",
            "Host",
        ] {
            let request = RawRequest::new("GET", "/infrastructures").header(name, &long);
            cases.push(Case::new(
                Verdict::RefusedOrClosed,
                format!("{name} of {kilobytes} kB"),
                &request,
            ));
        }
        for target in [
            format!("/{long}"),
            format!("/infrastructures?filter={long}"),
            format!("/infrastructures/{long}"),
        ] {
            let request = world.request("GET", &target);
            cases.push(Case::new(
                Verdict::RefusedOrClosed,
                format!("target of {kilobytes} kB"),
                &request,
            ));
        }
        let request = world.request(&"M".repeat(kilobytes * 1024), "/version");
        cases.push(Case::new(
            Verdict::RefusedOrClosed,
            format!("method of {kilobytes} kB"),
            &request,
        ));
    }
    for count in [500, 5_000, 20_000] {
        let request = (0..count).fold(
            world.request("GET", "/infrastructures"),
            |request, number| request.header(format!("X-{number}"), "x"),
        );
        cases.push(Case::new(
            Verdict::RefusedOrClosed,
            format!("{count} headers"),
            &request,
        ));
    }
    cases
}

fn malformed(world: &World) -> Vec<Case> {
    let auth = &world.auth;
    let lines: [&[u8]; 30] = [
        b"GET\r\n\r\n",
        b"GET /version\r\n\r\n",
        b" GET /version HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET  /version HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        b"GET /version HTTP/1.1 x\r\nHost: a\r\n\r\n",
        b"GET /version HTTP/9.9\r\nHost: a\r\n\r\n",
        b"GET /version HTTP/2.0\r\nHost: a\r\n\r\n",
        b"GET /version HTTP/1.1\r\nHost : a\r\n\r\n",
        b"GET /version HTTP/1.1\r\n: a\r\n\r\n",
        b"GET /version HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
        b"GET /version HTTP/1.1\r\nHost: a\r\n folded: b\r\n\r\n",
        b"GET /version HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
        b"GET /version HTTP/1.1\r\nHost: a\r\nX\0: b\r\n\r\n",
        b"GET /version HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
        b"GET /ver\0sion HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /ver\x01sion HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /ver sion HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET version HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        b"GET http://[::1 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET http://:80:80/ HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET :x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        b"\0\0\0\0\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET / HTTP/0.9\r\n\r\n",
        b"G(T /version HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /version HTTP/1.1\r\nHo st: a\r\n\r\n",
        b"GET /version HTTP/1.1\r\n\x80\x81: a\r\n\r\n",
        b"CONNECT 10.0.0.1:22 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        b"GET * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    ];
    let mut cases: Vec<Case> = lines
        .iter()
        .map(|bytes| {
            Case::raw(
                Verdict::RefusedOrClosed,
                String::from_utf8_lossy(bytes),
                bytes.to_vec(),
            )
        })
        .collect();
    for method in ["TRACE", "PROPFIND", "get", "PATCH", "LINK", "BREW", "X-Y!"] {
        for target in ["/infrastructures", "/version", "/infrastructures/x/vms/0"] {
            let request = world.request(method, target);
            cases.push(Case::new(
                Verdict::Refused,
                format!("{method} {target}"),
                &request,
            ));
        }
    }
    for value in [
        "",
        "a b",
        "[::1",
        "a:b:c",
        "\\",
        "a/b?c#d",
        "%00",
        "a\tb",
        "999.999.999.999:99999",
    ] {
        for name in [
            "Host",
            "X-Forwarded-Host",
            "X-Forwarded-Port",
            "X-Forwarded-Proto",
            "X-Forwarded-Prefix",
        ] {
            let text = format!(
                "GET /infrastructures HTTP/1.1\r\n{name}: {value}\r\nAuthorization: {auth}\r\nConnection: close\r\n\r\n"
            );
            cases.push(Case::raw(
                Verdict::Survived,
                format!("{name}: {value}"),
                text.into_bytes(),
            ));
        }
    }
    cases
}

/// The hidden request would list what the attacker has; an answer to it would be a second one.
fn smuggled(world: &World) -> Vec<Case> {
    let hidden = format!(
        "GET /infrastructures HTTP/1.1\r\nHost: a\r\nAuthorization: {}\r\n\r\n",
        world.auth
    );
    let chunked = format!("0\r\n\r\n{hidden}");
    let both = |first: &str, second: &str| (format!("{first}\r\n{second}"), chunked.clone());
    let forms = [
        both("Content-Length: 4", "Transfer-Encoding : chunked"),
        both("Content-Length: 4", "Transfer-Encoding: xchunked"),
        both("Content-Length: 4", "Transfer-Encoding: chunked, identity"),
        both("Content-Length: 4", "Transfer-Encoding: \u{b}chunked"),
        both("Content-Length: 4", "Content-Length: 40"),
        both("Content-Length: 4", "Content-Length: +4"),
        both("Transfer-Encoding: identity", "Transfer-Encoding: cow"),
        ("Content-Length: -1".to_owned(), hidden.clone()),
        ("Content-Length: +5".to_owned(), hidden.clone()),
        ("Content-Length: 0x5".to_owned(), hidden.clone()),
        ("Content-Length: 5, 6".to_owned(), hidden.clone()),
        ("Content-Length: 1e1".to_owned(), hidden.clone()),
        (
            "Content-Length: 99999999999999999999999".to_owned(),
            hidden.clone(),
        ),
        ("Content-Length:".to_owned(), hidden.clone()),
        (
            "Transfer-Encoding: chunked".to_owned(),
            format!("-5\r\nabcde\r\n0\r\n\r\n{hidden}"),
        ),
        (
            "Transfer-Encoding: chunked".to_owned(),
            format!("+5\r\nabcde\r\n0\r\n\r\n{hidden}"),
        ),
        (
            "Transfer-Encoding: chunked".to_owned(),
            format!("0x5\r\nabcde\r\n0\r\n\r\n{hidden}"),
        ),
        (
            "Transfer-Encoding: chunked".to_owned(),
            format!("5 5\r\nabcde\r\n0\r\n\r\n{hidden}"),
        ),
        (
            "Transfer-Encoding: chunked".to_owned(),
            format!("5\nabcde\r\n0\r\n\r\n{hidden}"),
        ),
        (
            "Transfer-Encoding: chunked".to_owned(),
            format!("\r\nabcde\r\n0\r\n\r\n{hidden}"),
        ),
        (
            "Transfer-Encoding: chunked".to_owned(),
            format!("zz\r\nabcde\r\n0\r\n\r\n{hidden}"),
        ),
        (
            "Transfer-Encoding: chunked".to_owned(),
            format!("fffffffffffffffff\r\nabcde\r\n0\r\n\r\n{hidden}"),
        ),
        (
            "Transfer-Encoding: chunked".to_owned(),
            format!("5;{}\r\nabcde\r\n0\r\n\r\n", "e".repeat(100_000)),
        ),
        (
            "Transfer-Encoding: chunked".to_owned(),
            format!("3\r\nabcde\r\n0\r\n\r\n{hidden}"),
        ),
    ];
    let mut cases = Vec::new();
    for (headers, body) in &forms {
        for (method, target) in [
            ("POST", "/infrastructures"),
            ("PUT", "/infrastructures"),
            ("DELETE", "/version"),
        ] {
            let text = format!(
                "{method} {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: {}\r\n{headers}\r\n\r\n{body}",
                world.auth
            );
            let name: String = format!("{method} {target} {headers} {body}")
                .chars()
                .take(120)
                .collect();
            cases.push(Case::raw(Verdict::RefusedOrClosed, name, text.into_bytes()));
        }
    }
    cases
}

fn noise(seed: &mut Seed) -> Vec<Case> {
    (0..60)
        .map(|number| {
            let length = 1 + seed.below(3_000);
            let mut bytes = seed.bytes(length);
            // A line feed would end the head of some of them earlier; an empty line ends it for all.
            bytes.extend_from_slice(b"\r\n\r\n");
            Case::raw(Verdict::RefusedOrClosed, format!("noise {number}"), bytes)
        })
        .collect()
}
