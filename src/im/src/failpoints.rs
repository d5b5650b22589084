//! The switchboard of the failpoints, in builds for tests: a port of this machine where a test says what happens at
//! which point from now on.
//!
//! A line `point=actions` sets a point and is answered by `ok`, or by the reason why not. What holds from the start is
//! in the environment variable `FAILPOINTS`.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use im_util::failpoint::{Scenario, set};

use crate::output::print;

/// Reads the environment, opens the switchboard, and says where it is.
pub(crate) fn start() -> io::Result<Scenario> {
    let scenario = Scenario::from_environment();
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    print(format_args!("Failpoints: {}", listener.local_addr()?));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || {
                // Whoever asks may go away at any time.
                let _ended = converse(&stream);
            });
        }
    });
    Ok(scenario)
}

fn converse(mut stream: &TcpStream) -> io::Result<()> {
    for line in BufReader::new(stream).lines() {
        let line = line?;
        let (point, actions) = line.split_once('=').unwrap_or((&line, "off"));
        match set(point, actions) {
            Ok(()) => writeln!(stream, "ok")?,
            Err(why) => writeln!(stream, "{why}")?,
        }
    }
    Ok(())
}
