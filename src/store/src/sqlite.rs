//! Infrastructures in a SQLite file: one node on one machine.
//!
//! # Reading and writing
//! Readers are a small pool; in WAL mode they neither wait for the writer nor make it wait, and a reader sees all that
//! was committed before it began. All writes go through one task with one connection (`writer`), which commits what
//! waits together: with `synchronous = FULL` a commit costs a disk flush, and many infrastructures share it.
//!
//! # The release of the reference beside this one
//! `inf_list` has the columns of release 1.19 first, and `data`, `auth`, `deleted` and `date` hold what that release
//! writes there, so that it can go on from the file. It must not write to it while this service uses it: its `REPLACE`
//! drops the fence. Rows that it wrote stand at version 0, which no write of ours leaves; they are found when the file
//! is opened and when they are loaded, indexed again, reported, and get an epoch above all that were ever given out,
//! so that no node can save over them with what it remembers (`foreign`).

mod connect;
mod errors;
mod file;
mod foreign;
mod journal;
mod owners;
mod purge;
mod read;
mod schema;
mod sessions;
mod write;
mod writer;

use std::time::Duration;

use async_trait::async_trait;
use im_domain::{BootId, Epoch, InfId, Infrastructure, OperationId, UserKey};
use im_telemetry::metrics::PoolUse;
use sqlx::SqlitePool;

use self::writer::Writer;
use crate::change::{Change, Row};
use crate::raw::RawRow;
use crate::{
    Intent, Journal, JournalChange, Loaded, Node, NodeRow, NodeState, Operation, OperationsOf,
    Position, Sessions, Standing, Store, StoreError, Summary,
};

/// Infrastructures in a file.
#[derive(Debug)]
pub(crate) struct SqliteStore {
    readers: SqlitePool,
    writer: Writer,
}

// === impl SqliteStore ===

impl SqliteStore {
    /// Opens the file, making it if it is missing, and brings it to the schema of this release.
    pub(crate) async fn open(path: &str) -> Result<Self, StoreError> {
        let path = file::prepare(path)?;
        let mut connection = connect::writer(&path).await?;
        schema::migrate(&mut connection, &path).await?;
        foreign::adopt_all(&mut connection).await?;
        Ok(Self {
            readers: connect::readers(&path),
            writer: Writer::start(path, connection),
        })
    }

    /// Looks whether the file is there and is a database, or could be made.
    pub(crate) async fn probe(path: &str) -> Result<String, StoreError> {
        let path = file::named(path)?;
        let place = path.display();
        if !file::is_there(&path)? {
            return Ok(format!("{place} is made at the first start."));
        }
        let readers = connect::readers(&path);
        let asked = read::tables(&readers).await;
        readers.close().await;
        let tables = asked?;
        Ok(format!("{place} is a database, with {tables} tables."))
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn insert_with(
        &self,
        infrastructure: &Infrastructure,
        me: &BootId,
        journal: &[JournalChange],
    ) -> Result<Position, StoreError> {
        let row = Row::of(infrastructure).await?;
        let change = Change::Insert(row, *me, journal.to_vec());
        self.writer.submit(change).await?.position()
    }

    async fn load(&self, id: &InfId) -> Result<Option<Loaded>, StoreError> {
        let mut row = read::row(&self.readers, id).await?;
        if row.as_ref().is_some_and(RawRow::is_foreign) {
            self.writer.submit(Change::Adopt(id.clone())).await?;
            row = read::row(&self.readers, id).await?;
        }
        match row {
            Some(row) => row.understand_apart(id).await.map(Some),
            None => Ok(None),
        }
    }

    async fn standing(&self, id: &InfId) -> Result<Option<Standing>, StoreError> {
        read::standing(&self.readers, id).await
    }

    async fn save_with(
        &self,
        infrastructure: &Infrastructure,
        at: Position,
        journal: &[JournalChange],
    ) -> Result<Position, StoreError> {
        let row = Row::of(infrastructure).await?;
        let change = Change::Save(row, at, journal.to_vec());
        self.writer.submit(change).await?.position()
    }

    async fn record(
        &self,
        id: &InfId,
        at: Position,
        journal: &[JournalChange],
    ) -> Result<Position, StoreError> {
        let change = Change::Record(id.clone(), at, journal.to_vec());
        self.writer.submit(change).await?.position()
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
        self.writer.submit(change).await?.position()
    }

    async fn release(&self, id: &InfId, at: Position, me: &BootId) -> Result<(), StoreError> {
        let change = Change::Release {
            id: id.clone(),
            epoch: at.epoch,
            me: *me,
        };
        self.writer.submit(change).await?.done()
    }

    async fn owned(&self, boot: &BootId) -> Result<Vec<InfId>, StoreError> {
        read::owned(&self.readers, boot).await
    }

    async fn list(&self, users: &[UserKey]) -> Result<Vec<InfId>, StoreError> {
        read::list(&self.readers, users).await
    }

    async fn list_all(&self) -> Result<Vec<InfId>, StoreError> {
        read::list_all(&self.readers).await
    }

    async fn count(&self) -> Result<u64, StoreError> {
        read::count(&self.readers).await
    }

    async fn summaries(&self, users: Option<&[UserKey]>) -> Result<Vec<Summary>, StoreError> {
        read::summaries(&self.readers, users).await
    }

    async fn purge(&self, created_before: i64, dry_run: bool) -> Result<u64, StoreError> {
        let change = Change::Purge {
            created_before,
            dry_run,
        };
        self.writer.submit(change).await?.count()
    }

    async fn ping(&self) -> Result<(), StoreError> {
        read::ping(&self.readers).await
    }

    fn system(&self) -> &'static str {
        "sqlite"
    }

    fn pools(&self) -> Vec<PoolUse> {
        let open = usize::try_from(self.readers.size()).unwrap_or(usize::MAX);
        let limit = self.readers.options().get_max_connections();
        vec![PoolUse {
            pool: "readers",
            in_use: open.saturating_sub(self.readers.num_idle()),
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
        }]
    }
}

#[async_trait]
impl Sessions for SqliteStore {
    async fn enter(&self, node: &NodeRow) -> Result<(), StoreError> {
        self.writer
            .submit(Change::Enter(node.clone()))
            .await?
            .done()
    }

    async fn beat(&self, boot: &BootId) -> Result<bool, StoreError> {
        let rows = self.writer.submit(Change::Beat(*boot)).await?.count()?;
        Ok(rows > 0)
    }

    async fn nodes(&self) -> Result<Vec<Node>, StoreError> {
        sessions::nodes(&self.readers).await
    }

    async fn declare_dead(&self, boot: &BootId, seen_beat: u64) -> Result<bool, StoreError> {
        let change = Change::DeclareDead(*boot, seen_beat);
        Ok(self.writer.submit(change).await?.count()? > 0)
    }

    async fn set_state(&self, boot: &BootId, state: NodeState) -> Result<bool, StoreError> {
        let change = Change::SetState(*boot, state);
        Ok(self.writer.submit(change).await?.count()? > 0)
    }

    async fn tidy_nodes(&self, unseen_for: Duration) -> Result<u64, StoreError> {
        self.writer
            .submit(Change::TidyNodes(unseen_for))
            .await?
            .count()
    }

    async fn cluster_id(&self) -> Result<String, StoreError> {
        sessions::cluster_id(&self.readers).await
    }
}

#[async_trait]
impl Journal for SqliteStore {
    async fn open_operations(&self, of: OperationsOf<'_>) -> Result<Vec<Operation>, StoreError> {
        journal::open_operations(&self.readers, of).await
    }

    async fn operation(&self, id: &OperationId) -> Result<Option<Operation>, StoreError> {
        journal::operation(&self.readers, id).await
    }

    async fn operation_by_key(
        &self,
        user: &UserKey,
        key: &str,
    ) -> Result<Option<Operation>, StoreError> {
        journal::operation_by_key(&self.readers, user, key).await
    }

    async fn intents(&self, inf: &InfId) -> Result<Vec<Intent>, StoreError> {
        journal::intents(&self.readers, inf).await
    }

    async fn tidy_journal(&self, ended_for: Duration) -> Result<u64, StoreError> {
        self.writer
            .submit(Change::TidyJournal(ended_for))
            .await?
            .count()
    }
}
