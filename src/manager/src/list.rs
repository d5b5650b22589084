//! List infrastructures.

mod filter;

use std::sync::Arc;

use futures::{StreamExt, stream};
use im_auth::Credentials;
use im_domain::{Identity, InfId};
use im_store::Database;

use crate::access::Verb;
use crate::{Error, Manager};
use filter::Filter;

/// Infrastructures that are read at a time to be searched.
const READ_AT_A_TIME: usize = 4;

impl Manager {
    /// The live infrastructures that the caller owns (administrators: all), most recently saved first. `filter` is a
    /// regular expression searched in the RADL and the TOSCA text; linear in their length.
    #[tracing::instrument(target = "im_trace", name = "manager.list", skip_all)]
    pub async fn list(
        &self,
        credentials: &Credentials,
        filter: Option<&str>,
    ) -> Result<Vec<InfId>, Error> {
        let caller = self.enter(Verb::Read, credentials)?;
        let filter = filter
            .filter(|pattern| !pattern.is_empty())
            .map(Filter::new)
            .transpose()?;
        let store = self.inner.cluster.store();
        let ids = if caller.is_admin() {
            store.list_all().await?
        } else {
            let users: Vec<_> = caller.identities().iter().map(Identity::user_key).collect();
            store.list(&users).await?
        };
        match filter {
            None => Ok(ids),
            Some(filter) => Ok(search(store, ids, &Arc::new(filter)).await),
        }
    }
}

/// Those whose documents match, in the same order. One that cannot be read is left out and told of in the log.
async fn search(store: &Arc<dyn Database>, ids: Vec<InfId>, filter: &Arc<Filter>) -> Vec<InfId> {
    stream::iter(ids)
        .map(|id| async move { matches(store, &id, filter).await.then_some(id) })
        .buffered(READ_AT_A_TIME)
        .filter_map(std::future::ready)
        .collect()
        .await
}

async fn matches(store: &Arc<dyn Database>, id: &InfId, filter: &Arc<Filter>) -> bool {
    let infrastructure = match store.load(id).await {
        Ok(Some(loaded)) => loaded.infrastructure,
        Ok(None) => return false,
        Err(error) => {
            tracing::warn!(inf.id = %id, %error, "an infrastructure cannot be read and is left out of a filtered list");
            return false;
        }
    };
    let filter = Arc::clone(filter);
    // Printing and searching a large document takes a while: not in a thread that serves others.
    tokio::task::spawn_blocking(move || filter.matches(&infrastructure))
        .await
        .unwrap_or(false)
}
