//! Servers that send too much, too slowly, or nothing.

use std::time::Duration;

use im_documents::{DocumentError, DocumentSettings};

use crate::server::{Server, documents, loopback};

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

fn short() -> DocumentSettings {
    DocumentSettings {
        timeout: Duration::from_millis(300),
        max_bytes: 1 << 20,
        ..loopback()
    }
}

#[tokio::test]
async fn a_body_without_end_is_cut_at_the_limit() {
    let chunk = [b"10000\r\n".as_slice(), &[b'a'; 0x10000], b"\r\n"].concat();
    let endless = move |number| {
        Some(if number == 0 {
            HEAD.to_vec()
        } else {
            chunk.clone()
        })
    };
    let server = Server::pieces(endless, Duration::ZERO).await;
    let settings = DocumentSettings {
        timeout: Duration::from_secs(30),
        ..short()
    };
    let refused = documents(settings).get(&server.url("/")).await;
    assert_eq!(refused, Err(DocumentError::TooLong(1 << 20)));

    let announced = |_| Some(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n".to_vec());
    let server = Server::pieces(announced, Duration::from_secs(1)).await;
    let refused = documents(loopback()).get(&server.url("/")).await;
    assert_eq!(
        refused,
        Err(DocumentError::TooLong(4 << 20)),
        "it need not be read"
    );
}

#[tokio::test]
async fn who_is_silent_or_slow_has_its_time_and_no_more() {
    let drip = |number| {
        Some(if number == 0 {
            HEAD.to_vec()
        } else {
            b"1\r\na\r\n".to_vec()
        })
    };
    let silent = |_| Some(Vec::new());
    let slow_head = |number| {
        Some(if number == 0 {
            b"HTTP/1.1 200 OK\r\n".to_vec()
        } else {
            b"A".to_vec()
        })
    };
    let documents = documents(short());
    let servers = [
        Server::pieces(drip, Duration::from_millis(5)).await,
        Server::pieces(silent, Duration::from_millis(5)).await,
        Server::pieces(slow_head, Duration::from_millis(5)).await,
    ];
    for server in servers {
        let refused = documents.get(&server.url("/")).await;
        assert_eq!(
            refused,
            Err(DocumentError::TimedOut(Duration::from_millis(300)))
        );
    }
}

#[tokio::test]
async fn an_answer_that_is_cut_off_or_is_none_is_no_document() {
    let cut = |number| match number {
        0 => Some(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc".to_vec()),
        _ => None,
    };
    let noise = |number| (number == 0).then(|| b"SSH-2.0-OpenSSH_9.2\r\n\r\n".to_vec());
    let nothing = |_| None;
    let long_head = |number| {
        Some(if number == 0 {
            b"HTTP/1.1 200 OK\r\nX: ".to_vec()
        } else {
            vec![b'a'; 4096]
        })
    };
    let servers = [
        Server::pieces(cut, Duration::ZERO).await,
        Server::pieces(noise, Duration::ZERO).await,
        Server::pieces(nothing, Duration::ZERO).await,
        Server::pieces(long_head, Duration::ZERO).await,
    ];
    for server in servers {
        let refused = documents(loopback()).get(&server.url("/")).await;
        assert!(
            matches!(refused, Err(DocumentError::Broken(_))),
            "{refused:?}"
        );
    }
}
