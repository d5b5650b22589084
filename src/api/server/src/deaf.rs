//! A listener that is about to close, and hears nobody any more.
//!
//! What has connected to a listener and was not taken when it closes is reset, and who had sent a change over it does not
//! know whether it was done. So nobody may connect in the moment of the close: from then on the kernel drops the packets
//! that ask for a connection (SYN), as if they were lost. Who sent one sends it again after a second, finds the port
//! closed, and turns elsewhere, with nothing sent. Those whose connection is being made get it, and are taken.

use std::io;

use socket2::{SockFilter, SockRef};
use tokio::net::TcpListener;

/// Where the flags are in a TCP header, and two of them.
const FLAGS: u32 = 13;
const SYN: u32 = 0x02;
const ACK: u32 = 0x10;

/// Instructions of the classic packet filter.
const LOAD_BYTE: u16 = 0x30;
const AND: u16 = 0x54;
const JUMP_IF_EQUAL: u16 = 0x15;
const RETURN: u16 = 0x06;

/// Makes a listener deaf for who wants to connect from now on.
pub(crate) fn deafen(listener: &TcpListener) -> io::Result<()> {
    SockRef::from(listener).attach_filter(&[
        SockFilter::new(LOAD_BYTE, 0, 0, FLAGS),
        SockFilter::new(AND, 0, 0, SYN | ACK),
        SockFilter::new(JUMP_IF_EQUAL, 0, 1, SYN),
        SockFilter::new(RETURN, 0, 0, 0),
        SockFilter::new(RETURN, 0, 0, u32::MAX),
    ])
}
