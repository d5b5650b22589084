//! What the service tells a supervisor that speaks the protocol of systemd.

use std::io::ErrorKind;
use std::os::unix::net::UnixDatagram;
use std::process::Command;

use im_test_support::{Process, Scratch, free_port, request, until};

#[test]
fn it_says_when_it_is_ready_and_when_it_stops() {
    let scratch = Scratch::new();
    let socket = UnixDatagram::bind(scratch.path().join("notify")).expect("a socket");
    socket
        .set_nonblocking(true)
        .expect("a socket that does not wait");
    let rest = free_port();
    let mut command = Command::new(env!("CARGO_BIN_EXE_im"));
    command
        .env_clear()
        .env("HOME", scratch.path())
        .env("NOTIFY_SOCKET", scratch.path().join("notify"))
        .env("IM_REST_PORT", rest.to_string())
        .env("IM_REST_ADDRESS", "127.0.0.1")
        .env("IM_XMLRCP_PORT", free_port().to_string())
        .env(
            "IM_DATA_DB",
            format!("sqlite://{}", scratch.path().join("inf.dat").display()),
        );
    let mut process = Process::start(&mut command, scratch.path());
    let mut heard = String::new();
    let mut hear = |what: &str| {
        until(&format!("{what} is said"), || {
            let mut buffer = [0; 4096];
            match socket.recv(&mut buffer) {
                Ok(length) => heard.push_str(&String::from_utf8_lossy(&buffer[..length])),
                Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
            }
            heard.lines().any(|line| line == what)
        });
    };
    hear("READY=1");
    // It is meant: the port answers from then on.
    let answer = request(&format!("127.0.0.1:{rest}"), "GET", "/readyz", "ana", "");
    assert_eq!(answer.expect("an answer").status, 200);
    process.signal("TERM");
    hear("STOPPING=1");
    assert!(process.wait().success());
}
