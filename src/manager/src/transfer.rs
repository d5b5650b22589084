//! Export an infrastructure to another service, and import one.

use im_auth::Credentials;
use im_cluster::ClusterError;
use im_domain::stored::{self, ImportLimits};
use im_domain::{InfId, Infrastructure, StoredError};
use im_operations::Entry;
use im_store::OperationState;

use crate::access::Verb;
use crate::detached::turn;
use crate::launch::Unfinished;
use crate::{Error, Manager};

/// The longest text that is imported, in bytes.
const MAX_IMPORT_BYTES: usize = 64 << 20;

impl Manager {
    /// The stored form of the infrastructure as JSON text. `delete` gives it up here without touching its machines.
    #[tracing::instrument(target = "im_trace", name = "manager.export", skip_all, fields(inf.id = %id))]
    pub async fn export(
        &self,
        credentials: &Credentials,
        id: &InfId,
        delete: bool,
    ) -> Result<String, Error> {
        let verb = if delete { Verb::Delete } else { Verb::Read };
        let caller = self.enter(verb, credentials)?;
        let slot = self.open(&caller, id).await?;
        if !delete {
            let infrastructure = self.proved(&slot, &caller).await??;
            return print(Infrastructure::clone(&infrastructure)).await;
        }
        // Nothing else may be under way, or it would go on with machines that are another service's.
        let (_turn, _) = turn(&slot, "export").await?;
        let exported = self
            .commit_first(&slot, |entry| {
                let mut exported = entry.infrastructure.clone();
                Entry::forget(&mut exported);
                entry.infrastructure.deleted = true;
                let reason = "The infrastructure was given up.";
                entry.end_all(OperationState::Failed, Some(reason));
                Ok::<_, Error>(exported)
            })
            .await?;
        self.inner.tasks.end_context(id);
        print(exported).await
    }

    /// Takes over an infrastructure that was exported; the caller becomes its owner, and it keeps its id.
    #[tracing::instrument(target = "im_trace", name = "manager.import", skip_all)]
    pub async fn import(&self, credentials: &Credentials, data: &str) -> Result<InfId, Error> {
        let caller = self.enter(Verb::Change, credentials)?;
        if let Some(earlier) = self.earlier(&caller).await? {
            return self.created_before(earlier, true).await;
        }
        let limits = ImportLimits {
            max_bytes: MAX_IMPORT_BYTES,
            max_vms: self.inner.settings.max_inf_vms,
        };
        let mut infrastructure = read(data.to_owned(), limits).await?;
        infrastructure.owners = caller.owners();
        // What another service had under way goes on there, or nowhere.
        Entry::forget(&mut infrastructure);
        Unfinished::end(&mut infrastructure);
        let journal = self.begun_and_done(&mut infrastructure, &caller);
        match self
            .inner
            .cluster
            .create_with(infrastructure, journal)
            .await
        {
            Ok(slot) => Ok(slot.id().clone()),
            Err(ClusterError::AlreadyExists(_)) => Err(Error::invalid(
                "Trying to add an existing infrastructure ID.",
            )),
            Err(error) => {
                let earlier = self.faster(&caller, error).await?;
                self.created_before(earlier, true).await
            }
        }
    }
}

/// Reads a stranger's text, in a thread that serves nobody else meanwhile.
async fn read(data: String, limits: ImportLimits) -> Result<Infrastructure, Error> {
    tokio::task::spawn_blocking(move || stored::import(&data, &limits))
        .await
        .map_err(Error::aborted)?
        .map_err(|error: StoredError| {
            let message = format!("Error importing the infrastructure, incorrect data: {error}");
            Error::invalid(message).caused_by(error)
        })
}

async fn print(infrastructure: Infrastructure) -> Result<String, Error> {
    tokio::task::spawn_blocking(move || stored::write(&infrastructure))
        .await
        .map_err(Error::aborted)
}
