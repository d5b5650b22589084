//! Connections that are slow, silent, or too many.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::world::{ATTACKER, World};
use crate::support::{NodeBuilder, auth, comes_to_rest, request};

/// The longest that a connection without a request may stay, with the short time-outs of these tests.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn half_open_connections_stop_nobody_and_are_closed() {
    let world = World::start(
        NodeBuilder::new()
            .option("REQUEST_HEAD_TIMEOUT", 2)
            .option("REQUEST_BODY_TIMEOUT", 2)
            .option("IDLE_TIMEOUT", 3),
    );
    let half_body = format!(
        "POST /infrastructures HTTP/1.1\r\nHost: a\r\nAuthorization: {}\r\nContent-Length: 100\r\n\r\nsystem",
        auth(ATTACKER)
    );
    for address in [&world.node.rest, &world.node.xmlrpc] {
        let half_open: Vec<TcpStream> = (0..150)
            .map(|number| {
                let mut stream = TcpStream::connect(address).expect("a connection");
                let beginning: &[u8] = match number % 3 {
                    0 => b"",
                    1 => b"GET /version HTTP/1.1\r\nHost: a\r\nX-Slow: ",
                    _ => half_body.as_bytes(),
                };
                stream.write_all(beginning).expect("it is taken");
                stream
            })
            .collect();
        let begin = Instant::now();
        let answer = request(&world.node.rest, "GET", "/version", &[], "").expect("an answer");
        assert_eq!(answer.status, 200);
        assert!(
            begin.elapsed() < Duration::from_secs(2),
            "/version took {:?}",
            begin.elapsed()
        );
        let end = Instant::now() + PATIENCE;
        for (number, stream) in half_open.into_iter().enumerate() {
            let said = until_closed(stream, end)
                .unwrap_or_else(|| panic!("connection {number} is still open"));
            let said = String::from_utf8_lossy(&said).into_owned();
            assert!(
                said.is_empty() || said.starts_with("HTTP/1.1 4"),
                "connection {number} was answered {said}"
            );
        }
    }
    world.is_unharmed();
}

#[test]
fn a_head_that_arrives_byte_by_byte_is_cut_off() {
    let world = World::start(
        NodeBuilder::new()
            .option("REQUEST_HEAD_TIMEOUT", 2)
            .option("IDLE_TIMEOUT", 3),
    );
    let mut stream = TcpStream::connect(&world.node.rest).expect("a connection");
    stream
        .write_all(b"GET /version HTTP/1.1\r\nX-Slow: ")
        .expect("it is taken");
    stream
        .set_read_timeout(Some(Duration::from_millis(200)))
        .expect("a time-out");
    let begin = Instant::now();
    let mut piece = [0; 1024];
    // Each round sends one byte more; the read is the pause between them.
    loop {
        assert!(begin.elapsed() < PATIENCE, "the connection is still open");
        let closed = stream.write_all(b"x").is_err()
            || match stream.read(&mut piece) {
                Ok(0) => true,
                Ok(_) => false,
                Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
            };
        if closed {
            break;
        }
    }
    world.is_unharmed();
}

#[test]
fn one_address_gets_so_many_connections_and_no_more() {
    let world = World::start(
        NodeBuilder::new()
            .option("MAX_CONNECTIONS_PER_ADDRESS", 20)
            .option("IDLE_TIMEOUT", 30),
    );
    let mut streams: Vec<TcpStream> = (0..60)
        .map(|_| TcpStream::connect(&world.node.rest).expect("a connection"))
        .collect();
    let end = Instant::now() + PATIENCE;
    let mut closed = 0;
    for stream in &mut streams {
        if closed == 40 {
            break;
        }
        stream
            .set_read_timeout(Some(Duration::from_millis(300)))
            .expect("a time-out");
        match stream.read(&mut [0; 16]) {
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            _ => closed += 1,
        }
    }
    assert_eq!(closed, 40, "20 of 60 connections may stay");
    drop(streams);
    // The places are given back.
    loop {
        if request(&world.node.rest, "GET", "/version", &[], "")
            .is_ok_and(|answer| answer.status == 200)
        {
            break;
        }
        assert!(Instant::now() < end, "the places were not given back");
        std::thread::yield_now();
    }
    // One place was free, and others may still be on their way back: a node at rest has nothing more to give back.
    assert!(
        comes_to_rest(world.node.pid(), PATIENCE),
        "a core stays busy"
    );
    world.is_unharmed();
}

/// What comes until the server closes the connection; nothing if it does not.
fn until_closed(mut stream: TcpStream, end: Instant) -> Option<Vec<u8>> {
    let mut said = Vec::new();
    let mut piece = [0; 1024];
    loop {
        let left = end
            .saturating_duration_since(Instant::now())
            .max(Duration::from_millis(1));
        stream.set_read_timeout(Some(left)).expect("a time-out");
        match stream.read(&mut piece) {
            Ok(0) => return Some(said),
            Ok(count) => said.extend_from_slice(&piece[..count]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return None;
            }
            Err(_) => return Some(said),
        }
    }
}
