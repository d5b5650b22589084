//! Failures on purpose.

use std::sync::Arc;

use super::{Attempt, Call, Layer};
use crate::faults::Dice;
use crate::{ConnectorError, ErrorKind, Faults, Retry};

/// Delays calls and makes them fail: one half before they reach the cloud, the other half after they had their effect,
/// by losing the answer.
#[derive(Clone, Debug)]
pub struct Chaos {
    dice: Arc<Dice>,
}

// === impl Chaos ===

impl Chaos {
    /// With these faults. Clones go on in the same sequence of chances.
    pub fn new(faults: Faults) -> Self {
        Self {
            dice: Arc::new(Dice::new(faults)),
        }
    }
}

impl Layer for Chaos {
    async fn around<'a, T: Send + 'a>(
        &'a self,
        call: Call<'a>,
        attempt: impl Fn() -> Attempt<'a, T> + Send + Sync + 'a,
    ) -> Result<T, ConnectorError> {
        let throw = self.dice.throw(call.operation);
        if !throw.delay.is_zero() {
            tokio::time::sleep(throw.delay).await;
        }
        if !throw.fails {
            return attempt().await;
        }
        if throw.coin {
            return Err(ConnectorError::new(
                ErrorKind::Unavailable,
                Retry::Safe,
                call.operation,
                "The call was kept from the cloud on purpose.",
            ));
        }
        attempt().await?;
        Err(ConnectorError::new(
            ErrorKind::Timeout,
            Retry::after_lost_answer(call.operation),
            call.operation,
            "The answer of the cloud was lost on purpose.",
        ))
    }
}
