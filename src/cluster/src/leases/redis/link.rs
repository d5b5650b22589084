//! The connection to Redis: made when it is needed, thrown away when it fails.
//!
//! A question waits for its answer, and for the connection, no longer than [`Patience::question`]. Connecting itself may
//! take longer, through Sentinels, TLS and a distant network; it goes on when who began it has given up, and those who ask
//! later find it done. Who fails throws away the connection that it used and no newer one.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt, Shared};
use im_util::Clock;
use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, FromRedisValue, Pipeline, RedisError, RedisResult, ScriptInvocation,
};
use tokio::time::timeout;

use super::address::RedisAddress;
use super::trouble::RedisTrouble;

/// How long to wait.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// For the answer to a question.
    pub(super) question: Duration,
    /// For a connection.
    pub(super) connect: Duration,
    /// After a failure, before the next attempt.
    pub(super) pause: Duration,
}

/// The connection to Redis.
#[derive(Debug)]
pub(super) struct Link {
    address: Arc<RedisAddress>,
    patience: Patience,
    clock: Arc<dyn Clock>,
    /// The connection, or the attempt to make it. Locked for a moment only.
    attempt: Mutex<Option<Attempt>>,
    /// Monotonic milliseconds until which Redis is left alone; 0: it answered.
    silent_until: AtomicU64,
    /// Why it is of no use. Locked for a moment only.
    trouble: Mutex<Option<RedisTrouble>>,
}

type Attempt = Shared<BoxFuture<'static, RedisResult<MultiplexedConnection>>>;

// === impl Patience ===

impl Patience {
    /// How long nothing may be heard before the other side is asked whether it is there.
    pub(super) fn quiet(&self) -> Duration {
        self.pause * 10
    }
}

// === impl Link ===

impl Link {
    pub(super) fn new(
        address: Arc<RedisAddress>,
        patience: Patience,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            address,
            patience,
            clock,
            attempt: Mutex::new(None),
            silent_until: AtomicU64::new(0),
            trouble: Mutex::new(None),
        }
    }

    pub(super) fn is_reachable(&self) -> bool {
        self.silent_until.load(Ordering::Relaxed) == 0
    }

    pub(super) fn trouble(&self) -> Option<RedisTrouble> {
        locked(&self.trouble).clone()
    }

    pub(super) async fn script<T: FromRedisValue>(
        &self,
        call: &ScriptInvocation<'_>,
    ) -> RedisResult<T> {
        self.ask(async |connection| call.invoke_async(connection).await)
            .await
    }

    pub(super) async fn pipe<T: FromRedisValue>(&self, pipe: &Pipeline) -> RedisResult<T> {
        self.ask(async |connection| pipe.query_async(connection).await)
            .await
    }

    async fn ask<T>(
        &self,
        question: impl AsyncFnOnce(&mut MultiplexedConnection) -> RedisResult<T>,
    ) -> RedisResult<T> {
        if self.now() < self.silent_until.load(Ordering::Relaxed) {
            return Err(silent());
        }
        let attempt = self.attempt();
        let was_connected = attempt.clone().now_or_never().is_some();
        let asked = timeout(self.patience.question, async {
            let mut connection = attempt.clone().await?;
            question(&mut connection).await
        });
        let (answer, is_late) = match asked.await {
            Ok(answer) => (answer, false),
            Err(_) => (Err(silent()), true),
        };
        match &answer {
            Ok(_) => self.answered(),
            Err(error) => {
                // Who lost its time with connecting knows nothing about the connection.
                if was_connected || !is_late {
                    self.discard(&attempt);
                }
                self.failed(error);
            }
        }
        answer
    }

    /// The connection, or the attempt to make it, which begins now if there is none.
    fn attempt(&self) -> Attempt {
        let mut kept = locked(&self.attempt);
        if let Some(attempt) = &*kept {
            return attempt.clone();
        }
        let (address, patience) = (Arc::clone(&self.address), self.patience);
        let connecting = tokio::spawn(async move {
            let connecting = timeout(patience.connect, connect(&address, patience));
            connecting.await.unwrap_or_else(|_| Err(silent()))
        });
        let attempt = async move { connecting.await.unwrap_or_else(|_| Err(silent())) };
        let attempt = attempt.boxed().shared();
        *kept = Some(attempt.clone());
        attempt
    }

    fn answered(&self) {
        if self.silent_until.swap(0, Ordering::Relaxed) != 0 {
            locked(&self.trouble).take();
            tracing::info!("Redis answers again.");
        }
    }

    fn discard(&self, used: &Attempt) {
        let mut kept = locked(&self.attempt);
        if kept.as_ref().is_some_and(|kept| kept.ptr_eq(used)) {
            kept.take();
        }
    }

    fn failed(&self, error: &RedisError) {
        let until = self.now() + millis(self.patience.pause);
        self.silent_until.store(until.max(1), Ordering::Relaxed);
        let trouble = RedisTrouble::from(error);
        let before = locked(&self.trouble).replace(trouble.clone());
        if !before.is_some_and(|before| before.is_like(&trouble)) {
            tracing::warn!("Redis is of no use now: {trouble}. The database decides alone.");
        }
    }

    fn now(&self) -> u64 {
        millis(self.clock.monotonic())
    }
}

async fn connect(address: &RedisAddress, patience: Patience) -> RedisResult<MultiplexedConnection> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(patience.connect))
        .set_response_timeout(Some(patience.question));
    let client = address.client().await?;
    client
        .get_multiplexed_async_connection_with_config(&config)
        .await
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn silent() -> RedisError {
    RedisError::from(std::io::Error::from(std::io::ErrorKind::TimedOut))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waited_in_vain_says_so() {
        assert_eq!(RedisTrouble::from(&silent()), RedisTrouble::Silent);
    }
}
