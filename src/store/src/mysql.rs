//! Infrastructures in MySQL or MariaDB: any number of nodes that share them.
//!
//! # Why it is right
//! Every node may send any statement at any moment, so nothing here rests on what a node believes. All that must hold
//! is in the conditions of the statements that write, and in the locks that the engine takes for them:
//!
//! - *The fence.* A change of an infrastructure begins with one `UPDATE` of its row that asserts epoch and version. It
//!   reads and locks the row as it was last committed, at whatever isolation, so of two that assert the same position
//!   one is made and the other matches nothing. The lock is held until the commit, and all else of the change (owners,
//!   operations, intents) is written under it. Taking and giving up a row, beating, declaring dead and ending a session
//!   are one such `UPDATE` each.
//! - *Isolation* is READ COMMITTED. No change decides by what it has read without a lock: what is read is either the
//!   reason told with a refusal, or read by the statement that locks it. A stricter isolation would add locks of gaps,
//!   through which changes of different infrastructures meet in deadlocks, and would protect nothing more. Uniqueness
//!   (ids, boots, tokens, keys of clients) is that of unique keys.
//! - *The primary.* All questions go to the server that takes the writes; a read-only one is refused. In a Galera
//!   cluster each server is one; a write that meets another one there fails at its commit as a deadlock does, and is
//!   tried again. Ownership is taken by a write, which no old read can lead astray: `acquire` asserts the epoch.
//! - *Time* that is kept is the server's `NOW(6)`, in UTC; no decision rests on it but what is tidied up.
//! - *Outcomes* are told apart in one place, `writer`; connections whose state is in doubt are closed, never kept
//!   (`connections`).
//!
//! A server must keep what it acknowledged: `innodb_flush_log_at_trx_commit = 1` and, where a replica may take over,
//! replication that waits for it (Galera, Group Replication, semi-synchronous). Otherwise epochs may go back at a
//! fail-over; a node that finds an epoch below its own gives up what it holds.
//!
//! # Room for many
//! Changes of infrastructures that come while others are being committed share the next transaction (`group`), and the
//! server flushes the transactions that commit together at once. Sessions have connections of their own, so that beats
//! never wait behind documents.
//!
//! # The release of the reference beside this one
//! As in a file (`sqlite`): 1.19 can go on from the tables, must not write to them while this service uses them, and is
//! found out if it does (`foreign`).

mod address;
mod connections;
mod errors;
mod foreign;
mod group;
mod journal;
mod lists;
mod owners;
mod purge;
mod read;
mod schema;
mod script;
mod sessions;
mod statement;
mod tables;
mod write;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use self::address::Address;
use self::connections::Connections;
use self::group::Gathering;
use crate::change::{Change, Done, Row};
use crate::raw::RawRow;
use crate::{
    Intent, Journal, JournalChange, Loaded, Node, NodeRow, NodeState, Operation, OperationsOf,
    Position, Sessions, Standing, Store, StoreError, Summary,
};
use async_trait::async_trait;
use im_domain::{BootId, Epoch, InfId, Infrastructure, OperationId, UserKey};
use im_telemetry::metrics::PoolUse;
use sqlx::Connection;
use tokio::time::Instant;

/// Connections for sessions: a beat, a look at the others, and one more.
const FOR_SESSIONS: u32 = 3;

/// Infrastructures in a database that nodes share.
#[derive(Debug)]
pub(crate) struct MySqlStore {
    connections: Arc<Connections>,
    /// Where changes of infrastructures wait for those with which they share a transaction.
    gathering: Arc<Gathering>,
    sessions: Connections,
}

// === impl MySqlStore ===

impl MySqlStore {
    /// Opens the database that stands after `mysql://`, and brings it to the schema of this release.
    pub(crate) async fn open(address: &str) -> Result<Self, StoreError> {
        let address = Address::parse(address)?;
        let most = address.connections;
        let connections = Arc::new(Connections::new(address.clone(), most));
        let mut connection = connections.connect().await?;
        schema::migrate(&mut connection, connections.place()).await?;
        foreign::adopt_all(&mut connection).await?;
        let _ = connection.close().await;
        Ok(Self {
            gathering: Arc::new(Gathering::new(Arc::clone(&connections))),
            connections,
            sessions: Connections::new(address, FOR_SESSIONS),
        })
    }

    /// Looks whether the server lets in and is not read only, and whether this release knows the schema.
    pub(crate) async fn probe(address: &str) -> Result<String, StoreError> {
        let connections = Connections::new(Address::parse(address)?, 1);
        let mut connection = connections.connect().await?;
        let found = schema::look(&mut connection, connections.place()).await;
        let _ = connection.close().await;
        let (version, schema) = found?;
        let place = connections.place();
        Ok(match schema {
            0 => format!("{place} answers ({version}); the tables are made at the first start."),
            schema => format!("{place} answers ({version}), with schema {schema}."),
        })
    }

    async fn commit(&self, change: Change) -> Result<Done, StoreError> {
        self.gathering.submit(change).await
    }

    async fn commit_session(&self, change: Change) -> Result<Done, StoreError> {
        let deadline = Instant::now() + change.patience();
        writer::submit(&self.sessions, &change, deadline).await
    }
}

#[async_trait]
impl Store for MySqlStore {
    async fn insert_with(
        &self,
        infrastructure: &Infrastructure,
        me: &BootId,
        journal: &[JournalChange],
    ) -> Result<Position, StoreError> {
        let row = Row::of(infrastructure).await?;
        let change = Change::Insert(row, *me, journal.to_vec());
        self.commit(change).await?.position()
    }

    async fn load(&self, id: &InfId) -> Result<Option<Loaded>, StoreError> {
        let mut row = read::row(&self.connections, id).await?;
        if row.as_ref().is_some_and(RawRow::is_foreign) {
            self.commit(Change::Adopt(id.clone())).await?;
            row = read::row(&self.connections, id).await?;
        }
        match row {
            Some(row) => row.understand_apart(id).await.map(Some),
            None => Ok(None),
        }
    }

    async fn standing(&self, id: &InfId) -> Result<Option<Standing>, StoreError> {
        read::standing(&self.connections, id).await
    }

    async fn save_with(
        &self,
        infrastructure: &Infrastructure,
        at: Position,
        journal: &[JournalChange],
    ) -> Result<Position, StoreError> {
        let row = Row::of(infrastructure).await?;
        let change = Change::Save(row, at, journal.to_vec());
        self.commit(change).await?.position()
    }

    async fn record(
        &self,
        id: &InfId,
        at: Position,
        journal: &[JournalChange],
    ) -> Result<Position, StoreError> {
        let change = Change::Record(id.clone(), at, journal.to_vec());
        self.commit(change).await?.position()
    }

    async fn acquire(
        &self,
        id: &InfId,
        seen: Epoch,
        me: &BootId,
        from: Option<&BootId>,
    ) -> Result<Position, StoreError> {
        let change = Change::Acquire {
            id: id.clone(),
            seen,
            me: *me,
            from: from.copied(),
        };
        self.commit(change).await?.position()
    }

    async fn release(&self, id: &InfId, at: Position, me: &BootId) -> Result<(), StoreError> {
        let change = Change::Release {
            id: id.clone(),
            epoch: at.epoch,
            me: *me,
        };
        self.commit(change).await?.done()
    }

    async fn owned(&self, boot: &BootId) -> Result<Vec<InfId>, StoreError> {
        read::owned(&self.connections, boot).await
    }

    async fn list(&self, users: &[UserKey]) -> Result<Vec<InfId>, StoreError> {
        read::list(&self.connections, users).await
    }

    async fn list_all(&self) -> Result<Vec<InfId>, StoreError> {
        read::list_all(&self.connections).await
    }

    async fn count(&self) -> Result<u64, StoreError> {
        read::count(&self.connections).await
    }

    async fn summaries(&self, users: Option<&[UserKey]>) -> Result<Vec<Summary>, StoreError> {
        read::summaries(&self.connections, users).await
    }

    async fn purge(&self, created_before: i64, dry_run: bool) -> Result<u64, StoreError> {
        let change = Change::Purge {
            created_before,
            dry_run,
        };
        self.commit(change).await?.count()
    }

    async fn ping(&self) -> Result<(), StoreError> {
        read::ping(&self.connections).await
    }

    fn system(&self) -> &'static str {
        "mysql"
    }

    fn pools(&self) -> Vec<PoolUse> {
        vec![
            self.connections.used("documents"),
            self.sessions.used("sessions"),
        ]
    }
}

#[async_trait]
impl Sessions for MySqlStore {
    async fn enter(&self, node: &NodeRow) -> Result<(), StoreError> {
        self.commit_session(Change::Enter(node.clone()))
            .await?
            .done()
    }

    async fn beat(&self, boot: &BootId) -> Result<bool, StoreError> {
        let rows = self.commit_session(Change::Beat(*boot)).await?.count()?;
        Ok(rows > 0)
    }

    async fn nodes(&self) -> Result<Vec<Node>, StoreError> {
        sessions::nodes(&self.sessions).await
    }

    async fn declare_dead(&self, boot: &BootId, seen_beat: u64) -> Result<bool, StoreError> {
        let change = Change::DeclareDead(*boot, seen_beat);
        Ok(self.commit_session(change).await?.count()? > 0)
    }

    async fn set_state(&self, boot: &BootId, state: NodeState) -> Result<bool, StoreError> {
        let change = Change::SetState(*boot, state);
        Ok(self.commit_session(change).await?.count()? > 0)
    }

    async fn tidy_nodes(&self, unseen_for: Duration) -> Result<u64, StoreError> {
        self.commit(Change::TidyNodes(unseen_for)).await?.count()
    }

    async fn cluster_id(&self) -> Result<String, StoreError> {
        sessions::cluster_id(&self.connections).await
    }
}

#[async_trait]
impl Journal for MySqlStore {
    async fn open_operations(&self, of: OperationsOf<'_>) -> Result<Vec<Operation>, StoreError> {
        journal::open_operations(&self.connections, of).await
    }

    async fn operation(&self, id: &OperationId) -> Result<Option<Operation>, StoreError> {
        journal::operation(&self.connections, id).await
    }

    async fn operation_by_key(
        &self,
        user: &UserKey,
        key: &str,
    ) -> Result<Option<Operation>, StoreError> {
        journal::operation_by_key(&self.connections, user, key).await
    }

    async fn intents(&self, inf: &InfId) -> Result<Vec<Intent>, StoreError> {
        journal::intents(&self.connections, inf).await
    }

    async fn tidy_journal(&self, ended_for: Duration) -> Result<u64, StoreError> {
        self.commit(Change::TidyJournal(ended_for)).await?.count()
    }
}
