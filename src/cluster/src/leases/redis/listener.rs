//! The channel on which is told what has changed hands.

use std::pin::pin;
use std::sync::Arc;

use futures::StreamExt;
use im_domain::InfId;
use im_util::Backoff;
use redis::aio::PubSub;
use redis::{RedisResult, Value};
use tokio::sync::broadcast;
use tokio::time::{sleep, timeout};

use super::address::RedisAddress;
use super::link::Patience;

/// Hands on the ids that are told on a channel, for ever. What is told while the connection is away is missed.
pub(super) async fn listen(
    address: Arc<RedisAddress>,
    patience: Patience,
    channel: String,
    wakeups: broadcast::Sender<InfId>,
) {
    let pauses = Backoff::new(patience.pause, patience.pause * 5);
    let mut failures = 0;
    loop {
        let subscribed = timeout(patience.connect, subscribe(&address, &channel)).await;
        if let Ok(Ok(messages)) = subscribed {
            failures = 0;
            hand_on(messages, patience, &wakeups).await;
        }
        failures += 1;
        sleep(pauses.random_delay(failures)).await;
    }
}

async fn subscribe(address: &RedisAddress, channel: &str) -> RedisResult<PubSub> {
    let mut listener = address.client().await?.get_async_pubsub().await?;
    listener.subscribe(channel).await?;
    Ok(listener)
}

/// Hands on until the connection has ended. Who only listens never learns that the other side is gone, so after a while
/// without a message it is asked.
async fn hand_on(messages: PubSub, patience: Patience, wakeups: &broadcast::Sender<InfId>) {
    let (mut sink, stream) = messages.split();
    let mut stream = pin!(stream);
    loop {
        match timeout(patience.quiet(), stream.next()).await {
            Ok(Some(message)) => {
                let id = message.get_payload::<String>().ok();
                if let Some(id) = id.and_then(|id| id.parse().ok()) {
                    // Nobody may be listening.
                    let _ = wakeups.send(id);
                }
            }
            Ok(None) => return,
            Err(_) => match timeout(patience.connect, sink.ping::<Value>()).await {
                Ok(Ok(_)) => {}
                _ => return,
            },
        }
    }
}
