//! The use cases: what a user can do with infrastructures, one file a verb.
//!
//! The APIs translate a protocol into one call of [`Manager`] and its outcome back; every decision about
//! infrastructures is taken here. Each call goes through the same steps in the same order: is the verb allowed in
//! this node's [`BootMode`], who is asking, may they touch this infrastructure, then the work. A change is applied
//! through `im_cluster`, which commits it before anybody sees it; clouds are reached through the trait `Connector`.
//!
//! Nothing here knows HTTP or XML-RPC; errors say what the caller can do about them ([`ErrorKind`]) and carry the text
//! that both APIs show, without the prefixes that REST puts before it.

mod access;
mod add;
mod alter;
mod change;
mod clouds;
mod conditions;
mod context;
mod create;
mod destroy;
mod detached;
mod document;
mod error;
mod estimate;
mod health;
mod journal;
mod launch;
mod list;
mod owners;
mod placement;
mod power;
mod preview;
mod property;
mod query;
mod reach;
mod reconfigure;
mod recovery;
mod refresh;
mod removal;
mod remove;
mod repeat;
mod request;
mod snapshot;
mod stats;
mod tasks;
mod tosca;
mod transfer;
mod tunnel;
mod view;
mod vm_state;

use std::sync::Arc;
use std::time::Duration;

use im_auth::Authenticator;
use im_cluster::Cluster;
use im_connectors::Registry;
use im_operations::Names;
use im_util::Clock;
use tokio::sync::OnceCell;

pub use conditions::{Conditions, IdempotencyKey};
pub use error::{Error, ErrorKind};
pub use estimate::Estimate;
pub use health::Health;
pub use im_cluster::Elsewhere;
pub use im_tosca::{FetchError, NoDocuments};
pub use journal::OperationSettings;
pub use preview::{Preview, PreviewedVm};
pub use property::PropertyValue;
pub use query::InfrastructureState;
pub use recovery::Recoverer;
pub use request::{
    Added, BootMode, Document, InfrastructureOperation, ManagerSettings, OwnerChange, VmOperation,
};
pub use stats::InfrastructureStats;
pub use tosca::DocumentSource;
pub use view::VmView;

use conditions::RequestScope;
use tasks::Tasks;
use tosca::Desk;

/// The use cases. Cheap to clone; every clone is the same manager.
#[derive(Clone, Debug)]
pub struct Manager {
    inner: Arc<Inner>,
    request: Arc<RequestScope>,
}

#[derive(Debug)]
struct Inner {
    settings: ManagerSettings,
    authenticator: Authenticator,
    cluster: Cluster,
    registry: Registry,
    clock: Arc<dyn Clock>,
    tasks: Tasks,
    operations: OperationSettings,
    desk: Desk,
    /// Learned from the database at the first need.
    names: OnceCell<Names>,
}

// === impl Manager ===

impl Manager {
    /// Puts the rooms below together, without a key for the credentials of operations and without documents for TOSCA
    /// documents to refer to.
    pub fn new(
        settings: ManagerSettings,
        authenticator: Authenticator,
        cluster: Cluster,
        registry: Registry,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let operations = OperationSettings::default();
        Self::with_operations(
            settings,
            authenticator,
            cluster,
            registry,
            clock,
            operations,
            Arc::new(NoDocuments),
        )
    }

    /// As [`Manager::new`], with what operations need. For them to be recovered a [`Recoverer`] is one of the
    /// [`Parts`](im_cluster::Parts) of the cluster and [bound](Recoverer::bind) to the manager, and an
    /// [`im_operations::Scanner`] runs with the manager as its [`Resume`](im_operations::Resume).
    pub fn with_operations(
        settings: ManagerSettings,
        authenticator: Authenticator,
        cluster: Cluster,
        registry: Registry,
        clock: Arc<dyn Clock>,
        operations: OperationSettings,
        documents: Arc<dyn DocumentSource>,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                settings,
                authenticator,
                cluster,
                registry,
                desk: Desk::new(documents, Arc::clone(&clock)),
                clock,
                tasks: Tasks::default(),
                operations,
                names: OnceCell::new(),
            }),
            request: Arc::default(),
        }
    }

    /// Ends: nothing new is begun in the background, and what runs is waited for, `grace` at most. Answers whether
    /// everything has ended. What has not is found and finished by the next life of a node.
    pub async fn close(&self, grace: Duration) -> bool {
        self.inner.tasks.close(grace).await
    }
}
