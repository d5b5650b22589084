//! The timer of one connection, of which hyper asks a new sleep for each request.
//!
//! A sleep that is made, asked and dropped is registered with the runtime and taken off again, and where it is the next
//! one to end, which it is where nothing else sleeps, the runtime wakes itself by a system call. So all sleeps of a
//! connection are one sleep of the runtime, whose end moves on. It stays registered when nobody asks any more: then it
//! wakes the connection once, for nothing.
//!
//! There is at most one sleep of a connection at a time, which the task of the connection asks; a second one would take
//! its place. The lock is there because hyper wants to share what it is given, and nobody waits for it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};

/// The timer of one connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct ConnectionTimer(Arc<Mutex<Option<Pin<Box<tokio::time::Sleep>>>>>);

/// One sleep; the next one begins where it stands.
#[derive(Debug)]
struct Turn {
    timer: ConnectionTimer,
    end: tokio::time::Instant,
}

// === impl ConnectionTimer ===

impl Timer for ConnectionTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(self.now() + duration)
    }

    fn sleep_until(&self, end: Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(Turn {
            timer: self.clone(),
            end: end.into(),
        })
    }

    fn now(&self) -> Instant {
        tokio::time::Instant::now().into()
    }
}

// === impl Turn ===

impl Future for Turn {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let kept = &self.timer.0;
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        let sleep = kept.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(self.end)));
        if sleep.deadline() != self.end {
            sleep.as_mut().reset(self.end);
        }
        sleep.as_mut().poll(cx)
    }
}

impl Sleep for Turn {}

#[cfg(test)]
mod tests {
    use tokio::time::{pause, timeout};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test]
    async fn each_sleep_ends_at_its_own_time() {
        pause();
        let timer = ConnectionTimer::default();
        for seconds in [3, 1, 2] {
            let begun = timer.now();
            timer.sleep(SECOND * seconds).await;
            assert_eq!((timer.now() - begun).as_secs(), u64::from(seconds));
        }
    }

    #[tokio::test]
    async fn a_sleep_that_was_given_up_does_not_end_the_next_one() {
        pause();
        let timer = ConnectionTimer::default();
        let given_up = timeout(SECOND / 2, timer.sleep(SECOND)).await;
        assert!(given_up.is_err());
        let begun = timer.now();
        timer.sleep(SECOND).await;
        assert_eq!((timer.now() - begun).as_secs(), 1);
    }
}
