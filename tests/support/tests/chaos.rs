//! The proxy that breaks connections, before a server that answers each line with itself.
#![cfg(test)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use im_test_support::{Chaos, ChaosProxy};

/// Starts the server: its address, and the lines that reached it.
fn echo() -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (sender, lines) = channel();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let sender = sender.clone();
            thread::spawn(move || {
                let mut answers = stream.try_clone().unwrap();
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    let _ = sender.send(line.clone());
                    let _ = answers.write_all(format!("{line}\n").as_bytes());
                }
            });
        }
    });
    (address, lines)
}

/// A line and the answer to it; `None` if there is none.
fn ask(connection: &mut TcpStream, line: &str) -> Option<String> {
    connection.write_all(format!("{line}\n").as_bytes()).ok()?;
    let mut answer = String::new();
    loop {
        let mut byte = [0];
        connection.read_exact(&mut byte).ok()?;
        match byte {
            [b'\n'] => return Some(answer),
            [byte] => answer.push(char::from(byte)),
        }
    }
}

#[test]
fn bytes_pass_are_cut_and_pass_again() {
    let (server, _lines) = echo();
    let proxy = ChaosProxy::start(&server);
    let mut connection = TcpStream::connect(proxy.address()).unwrap();
    assert_eq!(ask(&mut connection, "one").as_deref(), Some("one"));
    proxy.set(Chaos::Cut);
    assert_eq!(ask(&mut connection, "two"), None);
    let refused = TcpStream::connect(proxy.address()).map(|mut stream| ask(&mut stream, "three"));
    assert!(!matches!(refused, Ok(Some(_))), "{refused:?}");
    proxy.set(Chaos::Delay(Duration::from_millis(1)));
    let mut connection = TcpStream::connect(proxy.address()).unwrap();
    assert_eq!(ask(&mut connection, "four").as_deref(), Some("four"));
}

#[test]
fn what_a_black_hole_holds_arrives_when_it_is_gone() {
    let (server, lines) = echo();
    let proxy = ChaosProxy::start(&server);
    let mut connection = TcpStream::connect(proxy.address()).unwrap();
    assert_eq!(ask(&mut connection, "one").as_deref(), Some("one"));
    assert_eq!(lines.recv().unwrap(), "one");
    proxy.set(Chaos::BlackHole);
    let asking = thread::spawn(move || ask(&mut connection, "two"));
    let short = Duration::from_millis(200);
    assert!(lines.recv_timeout(short).is_err(), "nothing gets through");
    proxy.set(Chaos::Pass);
    assert_eq!(asking.join().unwrap().as_deref(), Some("two"));
    assert_eq!(lines.recv().unwrap(), "two");
}

#[test]
fn an_answer_is_lost_after_the_request_was_received() {
    let (server, lines) = echo();
    let proxy = ChaosProxy::start(&server);
    let mut connection = TcpStream::connect(proxy.address()).unwrap();
    proxy.set(Chaos::LoseAnswers(b"COMMIT".to_vec()));
    assert_eq!(ask(&mut connection, "BEGIN").as_deref(), Some("BEGIN"));
    assert_eq!(ask(&mut connection, "COMMIT"), None);
    assert_eq!(proxy.struck(), 1);
    let reached: Vec<String> = lines.try_iter().collect();
    assert_eq!(reached, ["BEGIN", "COMMIT"]);
    let mut connection = TcpStream::connect(proxy.address()).unwrap();
    assert_eq!(ask(&mut connection, "BEGIN").as_deref(), Some("BEGIN"));
}

#[test]
fn a_request_is_held_and_others_pass() {
    let (server, lines) = echo();
    let proxy = ChaosProxy::start(&server);
    let mut connection = TcpStream::connect(proxy.address()).unwrap();
    let mut other = TcpStream::connect(proxy.address()).unwrap();
    proxy.set(Chaos::Hold(b"COMMIT".to_vec()));
    assert_eq!(ask(&mut connection, "BEGIN").as_deref(), Some("BEGIN"));
    let asking = thread::spawn(move || ask(&mut connection, "COMMIT"));
    im_test_support::until("it is held", || proxy.struck() == 1);
    assert_eq!(ask(&mut other, "SELECT").as_deref(), Some("SELECT"));
    // It is held by what comes next, too.
    proxy.set(Chaos::BlackHole);
    let reached: Vec<String> = lines.try_iter().collect();
    assert_eq!(reached, ["BEGIN", "SELECT"]);
    proxy.set(Chaos::Pass);
    assert_eq!(asking.join().unwrap().as_deref(), Some("COMMIT"));
}
