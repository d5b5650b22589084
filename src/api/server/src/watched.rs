//! Streams whose other end may not dawdle.
//!
//! Two things are watched. *Heads*: from the first byte of a request to its whole head, and from the beginning of the
//! connection to its first head. *Answers*: writing must go on. While a request is served, its client has nothing to
//! send, and how long its body may take is watched by who reads it; between requests the server's idle time-out
//! holds. The [`Phase`] is shared between the stream and the service of one connection, which are polled by one task
//! and never at the same time; its atomic operations need no order among other data.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

const IDLE: u8 = 0;
const HEAD: u8 = 1;
const SERVING: u8 = 2;

/// What a connection is doing.
#[derive(Clone, Debug)]
pub struct Phase(Arc<AtomicU8>);

/// A request is being served until this is dropped.
#[derive(Debug)]
pub struct Serving(Phase);

/// A stream whose reading fails when a head takes too long, and whose writing fails when nothing goes out for too long.
#[derive(Debug)]
pub struct Watched<S> {
    stream: S,
    phase: Phase,
    head: Alarm,
    write: Alarm,
}

/// Runs from the first time that it is asked to the next time that there is no need to. Most heads arrive whole and most
/// answers are taken at once, so the runtime is told of it only where something is waited for.
#[derive(Debug)]
struct Alarm {
    after: Duration,
    since: Option<Instant>,
    waiting: Option<Pin<Box<Sleep>>>,
    what: &'static str,
}

// === impl Phase ===

impl Phase {
    fn new() -> Self {
        Self(Arc::new(AtomicU8::new(HEAD)))
    }

    /// A request arrived whole, as far as its head is concerned.
    pub fn serve(&self) -> Serving {
        self.0.store(SERVING, Ordering::Relaxed);
        Serving(self.clone())
    }

    fn is_head(&self) -> bool {
        self.0.load(Ordering::Relaxed) == HEAD
    }

    fn bytes_arrived(&self) {
        let _ = self
            .0
            .compare_exchange(IDLE, HEAD, Ordering::Relaxed, Ordering::Relaxed);
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.0.store(IDLE, Ordering::Relaxed);
    }
}

// === impl Alarm ===

impl Alarm {
    fn new(after: Duration, what: &'static str) -> Self {
        Self {
            after,
            since: None,
            waiting: None,
            what,
        }
    }

    fn stop(&mut self) {
        self.since = None;
        self.waiting = None;
    }

    fn end(&mut self) -> Instant {
        *self.since.get_or_insert_with(Instant::now) + self.after
    }

    /// Fails if the time is over.
    fn check(&mut self) -> io::Result<()> {
        match self.end() <= Instant::now() {
            true => Err(self.late()),
            false => Ok(()),
        }
    }

    /// Ready, with an error, when the time is over.
    fn poll<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        let end = self.end();
        let waiting = self
            .waiting
            .get_or_insert_with(|| Box::pin(sleep_until(end)));
        if waiting.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        self.stop();
        Poll::Ready(Err(self.late()))
    }

    fn late(&self) -> io::Error {
        io::Error::new(ErrorKind::TimedOut, self.what)
    }
}

// === impl Watched ===

impl<S> Watched<S> {
    /// Watches a stream, whose first head is expected from now on.
    pub fn new(stream: S, head_timeout: Duration, write_timeout: Duration) -> Self {
        Self {
            stream,
            phase: Phase::new(),
            head: Alarm::new(head_timeout, "the head of a request took too long"),
            write: Alarm::new(write_timeout, "the client does not read its answer"),
        }
    }

    /// The phase of the connection, for its service.
    pub fn phase(&self) -> Phase {
        self.phase.clone()
    }

    fn watch_write<T>(
        &mut self,
        cx: &mut Context<'_>,
        progress: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if progress.is_ready() {
            self.write.stop();
            return progress;
        }
        self.write.poll(cx)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let progress = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if progress.is_ready() && buffer.filled().len() > before {
            self.phase.bytes_arrived();
        }
        if !self.phase.is_head() {
            self.head.stop();
            return progress;
        }
        // The alarm is asked even when bytes arrived: a head that comes in drops must not put it off.
        if progress.is_ready() {
            self.head.check()?;
            return progress;
        }
        self.head.poll(cx)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let progress = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watch_write(cx, progress)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let progress = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.watch_write(cx, progress)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let progress = Pin::new(&mut self.stream).poll_flush(cx);
        self.watch_write(cx, progress)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let progress = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.watch_write(cx, progress)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::time::sleep;

    use super::*;

    const SHORT: Duration = Duration::from_millis(20);
    const LONG: Duration = Duration::from_secs(20);

    fn watched(head: Duration, write: Duration) -> (Watched<DuplexStream>, DuplexStream) {
        let (server, client) = duplex(16);
        (Watched::new(server, head, write), client)
    }

    #[tokio::test]
    async fn a_client_that_does_not_read_is_given_up() {
        let (mut server, _client) = watched(LONG, SHORT);
        let error = server.write_all(&[0; 1000]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_client_that_reads_gets_everything() {
        let (mut server, mut client) = watched(LONG, LONG);
        let reader = tokio::spawn(async move {
            let mut bytes = Vec::new();
            client.read_to_end(&mut bytes).await.map(|_| bytes.len())
        });
        server.write_all(&[0; 1000]).await.unwrap();
        drop(server);
        assert_eq!(reader.await.unwrap().unwrap(), 1000);
    }

    #[tokio::test]
    async fn a_head_in_drops_is_given_up() {
        let (mut server, mut client) = watched(SHORT, LONG);
        let _dripping = tokio::spawn(async move {
            while client.write_all(b"x").await.is_ok() {
                sleep(Duration::from_millis(2)).await;
            }
        });
        let error = server.read_to_end(&mut Vec::new()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn between_requests_and_while_one_is_served_nothing_need_arrive() {
        let (mut server, _client) = watched(SHORT, LONG);
        let phase = server.phase();
        let serving = phase.serve();
        let mut byte = [0];
        let patience = SHORT * 3;
        assert!(
            tokio::time::timeout(patience, server.read(&mut byte))
                .await
                .is_err()
        );
        drop(serving);
        assert!(
            tokio::time::timeout(patience, server.read(&mut byte))
                .await
                .is_err()
        );
    }
}
