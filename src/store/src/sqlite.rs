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
mod owners;
mod purge;
mod read;
mod schema;
mod write;
mod writer;

use async_trait::async_trait;
use im_domain::{Epoch, InfId, Infrastructure, UserKey};
use sqlx::SqlitePool;

use crate::{Loaded, Position, Store, StoreError, Summary};
use write::{Change, Row};
use writer::{Patience, Writer};

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
}

#[async_trait]
impl Store for SqliteStore {
    async fn insert(&self, infrastructure: &Infrastructure) -> Result<Position, StoreError> {
        let change = Change::Insert(Row::of(infrastructure).await?);
        self.writer.position(change).await
    }

    async fn load(&self, id: &InfId) -> Result<Option<Loaded>, StoreError> {
        match read::row(&self.readers, id).await? {
            Some(row) if row.is_foreign() => {
                self.writer
                    .submit(Change::Adopt(id.clone()), Patience::Usual)
                    .await?;
                let row = read::row(&self.readers, id).await?;
                match row {
                    Some(row) => row.understand_apart(id).await.map(Some),
                    None => Ok(None),
                }
            }
            Some(row) => row.understand_apart(id).await.map(Some),
            None => Ok(None),
        }
    }

    async fn save(
        &self,
        infrastructure: &Infrastructure,
        at: Position,
    ) -> Result<Position, StoreError> {
        let change = Change::Save(Row::of(infrastructure).await?, at);
        self.writer.position(change).await
    }

    async fn acquire(&self, id: &InfId, seen: Epoch) -> Result<Position, StoreError> {
        self.writer
            .position(Change::Acquire(id.clone(), seen))
            .await
    }

    async fn list(&self, users: &[UserKey]) -> Result<Vec<InfId>, StoreError> {
        read::list(&self.readers, users).await
    }

    async fn list_all(&self) -> Result<Vec<InfId>, StoreError> {
        read::list_all(&self.readers).await
    }

    async fn summaries(&self, users: Option<&[UserKey]>) -> Result<Vec<Summary>, StoreError> {
        read::summaries(&self.readers, users).await
    }

    async fn purge(&self, created_before: i64, dry_run: bool) -> Result<u64, StoreError> {
        let change = Change::Purge {
            created_before,
            dry_run,
        };
        self.writer.count(change).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        read::ping(&self.readers).await
    }
}
