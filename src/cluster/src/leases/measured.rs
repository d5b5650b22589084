//! Leases around leases, that count and measure what they are asked.

use std::sync::Arc;

use async_trait::async_trait;
use im_domain::{BootId, InfId};
use im_telemetry::metrics::RedisMetrics;
use im_telemetry::traces;
use im_util::Clock;
use tokio::sync::broadcast;
use tracing::Instrument;

use super::{Claimed, Lease, Leases};

/// Leases that count and measure what they are asked.
#[derive(Debug)]
pub struct Measured {
    inner: Arc<dyn Leases>,
    metrics: RedisMetrics,
    clock: Arc<dyn Clock>,
}

// === impl Measured ===

impl Measured {
    /// Around leases.
    pub fn new(inner: Arc<dyn Leases>, metrics: RedisMetrics, clock: Arc<dyn Clock>) -> Self {
        Self {
            inner,
            metrics,
            clock,
        }
    }

    /// `answered` tells from an answer whether there was one; what answers nothing is judged by whether the leases can
    /// be reached afterwards.
    async fn counted<T>(
        &self,
        call: &'static str,
        question: impl Future<Output = T>,
        answered: impl FnOnce(&T) -> Option<bool>,
    ) -> T {
        let begun = self.clock.monotonic();
        let span = traces::query("redis", call);
        let answer = question.instrument(span.clone()).await;
        let took = self.clock.monotonic().saturating_sub(begun);
        let reachable = self.inner.is_reachable() != Some(false);
        let answered = answered(&answer).unwrap_or(reachable);
        self.metrics.called(call, answered, took);
        if !answered {
            traces::failed(&span, "unavailable");
        }
        self.metrics.reachable(reachable);
        answer
    }
}

fn is_answer(claimed: &Claimed) -> Option<bool> {
    Some(*claimed != Claimed::Silent)
}

#[async_trait]
impl Leases for Measured {
    async fn claim(&self, id: &InfId, mine: &Lease) -> Claimed {
        self.counted("claim", self.inner.claim(id, mine), is_answer)
            .await
    }

    async fn replace(&self, id: &InfId, ended: BootId, mine: &Lease) -> Claimed {
        let question = self.inner.replace(id, ended, mine);
        self.counted("replace", question, is_answer).await
    }

    async fn publish(&self, id: &InfId, lease: &Lease) {
        let question = self.inner.publish(id, lease);
        self.counted("publish", question, |()| None).await;
    }

    async fn withdraw(&self, id: &InfId, boot: BootId) {
        let question = self.inner.withdraw(id, boot);
        self.counted("withdraw", question, |()| None).await;
    }

    async fn incarnation(&self) -> Option<String> {
        let question = self.inner.incarnation();
        let answered = |incarnation: &Option<String>| Some(incarnation.is_some());
        self.counted("incarnation", question, answered).await
    }

    fn wakeups(&self) -> broadcast::Receiver<InfId> {
        self.inner.wakeups()
    }

    fn is_reachable(&self) -> Option<bool> {
        self.inner.is_reachable()
    }
}
