//! The connection to Redis: made when it is needed, thrown away when it fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::StreamExt;
use im_domain::InfId;
use im_util::{Backoff, Clock};
use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, ErrorKind, FromRedisValue, Pipeline, RedisError, RedisResult,
    ScriptInvocation,
};
use tokio::sync::{Mutex, broadcast};
use tokio::time::{sleep, timeout};

use super::address::Address;

/// The connection to Redis.
#[derive(Debug)]
pub(super) struct Link {
    address: Address,
    timeout: Duration,
    pause: Duration,
    clock: Arc<dyn Clock>,
    connection: Mutex<Option<MultiplexedConnection>>,
    /// Monotonic milliseconds until which Redis is left alone; 0: it answered.
    silent_until: AtomicU64,
}

// === impl Link ===

impl Link {
    pub(super) fn new(
        address: Address,
        timeout: Duration,
        pause: Duration,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            address,
            timeout,
            pause,
            clock,
            connection: Mutex::new(None),
            silent_until: AtomicU64::new(0),
        }
    }

    pub(super) fn is_reachable(&self) -> bool {
        self.silent_until.load(Ordering::Relaxed) == 0
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
        let asked = timeout(self.timeout, async {
            let mut connection = self.connection().await?;
            question(&mut connection).await
        });
        let answer = asked.await.unwrap_or_else(|_| Err(silent()));
        match &answer {
            Ok(_) => {
                if self.silent_until.swap(0, Ordering::Relaxed) != 0 {
                    tracing::info!("Redis answers again.");
                }
            }
            Err(error) => {
                self.connection.lock().await.take();
                let until = self.now() + millis(self.pause);
                if self.silent_until.swap(until.max(1), Ordering::Relaxed) == 0 {
                    let error = error.category();
                    tracing::warn!(error, "Redis does not answer: the database decides alone.");
                }
            }
        }
        answer
    }

    async fn connection(&self) -> RedisResult<MultiplexedConnection> {
        let mut kept = self.connection.lock().await;
        if let Some(connection) = &*kept {
            return Ok(connection.clone());
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.timeout))
            .set_response_timeout(Some(self.timeout));
        let client = self.address.client().await?;
        let connection = client
            .get_multiplexed_async_connection_with_config(&config)
            .await?;
        *kept = Some(connection.clone());
        Ok(connection)
    }

    /// Hands on the ids that are told on a channel, for ever. What is told while the connection is away is missed.
    pub(super) async fn listen(&self, channel: &str, wakeups: &broadcast::Sender<InfId>) {
        let pauses = Backoff::new(self.pause, self.pause * 30);
        let mut failures = 0;
        loop {
            if let Ok(Ok(messages)) = timeout(self.timeout, self.subscribed(channel)).await {
                failures = 0;
                let mut messages = messages.into_on_message();
                while let Some(message) = messages.next().await {
                    let id = message.get_payload::<String>().ok();
                    if let Some(id) = id.and_then(|id| id.parse().ok()) {
                        // Nobody may be listening.
                        let _ = wakeups.send(id);
                    }
                }
            }
            failures += 1;
            sleep(pauses.random_delay(failures)).await;
        }
    }

    async fn subscribed(&self, channel: &str) -> RedisResult<redis::aio::PubSub> {
        let mut listener = self.address.client().await?.get_async_pubsub().await?;
        listener.subscribe(channel).await?;
        Ok(listener)
    }

    fn now(&self) -> u64 {
        millis(self.clock.monotonic())
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn silent() -> RedisError {
    RedisError::from((ErrorKind::Io, "it did not answer in time"))
}
