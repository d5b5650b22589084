//! Connections that are kept and used again.
//!
//! A connection that is taken is closed when it is dropped, unless it was *given back*, which is done only when the
//! server has answered all that it was asked and no transaction is open. So a question whose caller went away, or
//! whose time was over, leaves no half-read answer and no lock behind: the server rolls back what a closed connection
//! had begun. A connection that lay idle is asked whether it still stands before it is used again; this way a restart
//! of the server is noticed by a question, not by a write of which the outcome would be unknown.
//!
//! Each connection speaks UTC and UTF-8, and runs its transactions at READ COMMITTED. One to a server that is read only
//! (a replica) is refused: what a replica says of ownership may be old.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use im_telemetry::metrics::PoolUse;
use sqlx::{ConnectOptions, Connection, Error, MySqlConnection, Row as _};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout, timeout_at};

use super::address::Address;
use super::errors;
use crate::{StoreError, StoreErrorKind};

/// How long a connection may lie idle before it is asked whether it still stands.
const TRUSTED: Duration = Duration::from_secs(1);

/// How long a connection is kept that nobody needs.
const KEPT: Duration = Duration::from_secs(60);

/// How long a server may take to accept a connection, or to say that one still stands.
const CONNECT: Duration = Duration::from_secs(4);

/// How long to wait for a free connection and a new one.
const TAKE: Duration = Duration::from_secs(6);

/// How long the server lets a statement wait for a lock, as the settings say.
pub(super) const LOCK_WAIT: Duration = Duration::from_secs(5);

/// The locks of READ COMMITTED are those of the rows that are changed, and no gaps between them; a wait for a lock ends
/// before the patience of who waits.
const SETTINGS: &str =
    "SET SESSION transaction_isolation = 'READ-COMMITTED', SESSION innodb_lock_wait_timeout = 5";

/// The same, for servers that know the variable by its older name.
const OLDER_SETTINGS: &str =
    "SET SESSION tx_isolation = 'READ-COMMITTED', SESSION innodb_lock_wait_timeout = 5";

/// A statement names a variable that the server does not have.
const NO_SUCH_VARIABLE: u16 = 1193;

/// Connections to one server, up to a number.
#[derive(Debug)]
pub(super) struct Connections {
    address: Address,
    most: usize,
    free: Semaphore,
    idle: Mutex<Vec<Idle>>,
    /// What one statement may have, in bytes.
    largest: AtomicU64,
}

#[derive(Debug)]
struct Idle {
    connection: MySqlConnection,
    since: Instant,
}

/// A connection that one caller has.
#[derive(Debug)]
pub(super) struct Held<'a> {
    connection: MySqlConnection,
    home: &'a Connections,
    _permit: SemaphorePermit<'a>,
}

// === impl Connections ===

impl Connections {
    /// None yet.
    pub(super) fn new(address: Address, most: u32) -> Self {
        let most = usize::try_from(most).unwrap_or(1);
        Self {
            address,
            most,
            free: Semaphore::new(most),
            idle: Mutex::default(),
            largest: AtomicU64::new(u64::MAX),
        }
    }

    /// Server and database.
    pub(super) fn place(&self) -> &str {
        &self.address.place
    }

    /// How many of them somebody has now.
    pub(super) fn used(&self, pool: &'static str) -> PoolUse {
        PoolUse {
            pool,
            in_use: self.most.saturating_sub(self.free.available_permits()),
            limit: self.most,
        }
    }

    /// What one statement may have, in bytes, as far as a server has said.
    pub(super) fn largest(&self) -> u64 {
        self.largest.load(Ordering::Relaxed)
    }

    /// A connection that stands. Nothing was sent if this fails.
    pub(super) async fn take(&self, deadline: Instant) -> Result<Held<'_>, StoreError> {
        let deadline = deadline.min(Instant::now() + TAKE);
        let late = || errors::too_late(None, "no connection became free");
        let permit = timeout_at(deadline, self.free.acquire())
            .await
            .map_err(|_| late())?
            .map_err(|_| late())?;
        let kept = self.kept().await;
        let connection = match kept {
            Some(connection) => connection,
            None => timeout_at(deadline, self.connect())
                .await
                .map_err(|_| self.unreachable("it did not answer in time"))??,
        };
        Ok(Held {
            connection,
            home: self,
            _permit: permit,
        })
    }

    /// A new connection, that is not counted.
    pub(super) async fn connect(&self) -> Result<MySqlConnection, StoreError> {
        let connect = async {
            let mut connection = self.address.options.connect().await?;
            self.prepare(&mut connection).await?;
            let state =
                "SELECT CAST(@@global.read_only AS SIGNED), CAST(@@max_allowed_packet AS SIGNED)";
            let row = sqlx::query(state).fetch_one(&mut connection).await?;
            let largest: i64 = row.try_get(1)?;
            let read_only: i64 = row.try_get(0)?;
            self.largest.store(
                u64::try_from(largest).unwrap_or(u64::MAX),
                Ordering::Relaxed,
            );
            Ok::<_, Error>((connection, read_only != 0))
        };
        match timeout(CONNECT, connect).await {
            Ok(Ok((connection, false))) => Ok(connection),
            Ok(Ok((_, true))) => Err(self.unreachable(
                "it is read only; name the primary server, since a replica may say what is no longer true",
            )),
            Ok(Err(error)) => {
                let what = format!("the database {} cannot be opened", self.place());
                Err(errors::failed(None, &what, error))
            }
            Err(_) => Err(self.unreachable("it did not answer in time")),
        }
    }

    async fn prepare(&self, connection: &mut MySqlConnection) -> Result<(), Error> {
        match sqlx::raw_sql(SETTINGS).execute(&mut *connection).await {
            Err(error) if errors::number(&error) == Some(NO_SUCH_VARIABLE) => {
                sqlx::raw_sql(OLDER_SETTINGS).execute(connection).await?;
            }
            other => {
                other?;
            }
        }
        Ok(())
    }

    /// Closes what is idle: another connection broke, so the server may have been started again.
    pub(super) fn distrust(&self) {
        self.idle().clear();
    }

    /// The connection that was used last, if it still stands.
    async fn kept(&self) -> Option<MySqlConnection> {
        loop {
            let Idle {
                mut connection,
                since,
            } = self.pop()?;
            if since.elapsed() < TRUSTED {
                return Some(connection);
            }
            if let Ok(Ok(())) = timeout(CONNECT, connection.ping()).await {
                return Some(connection);
            }
        }
    }

    fn pop(&self) -> Option<Idle> {
        let mut idle = self.idle();
        let one = idle.pop();
        // The oldest stand first.
        let old = idle.iter().take_while(|one| one.since.elapsed() > KEPT);
        let old = old.count();
        let old: Vec<Idle> = idle.drain(..old).collect();
        drop(idle);
        if !old.is_empty() {
            tokio::spawn(async move {
                for one in old {
                    let _ = timeout(CONNECT, one.connection.close()).await;
                }
            });
        }
        one
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unreachable(&self, why: &str) -> StoreError {
        let place = self.place();
        StoreError::new(
            StoreErrorKind::Unavailable,
            None,
            format!("the database {place} cannot be used: {why}"),
        )
    }
}

// === impl Held ===

impl Held<'_> {
    /// The connection.
    pub(super) fn get(&mut self) -> &mut MySqlConnection {
        &mut self.connection
    }

    /// Keeps the connection: the server has answered everything, and no transaction is open.
    pub(super) fn give_back(self) {
        self.home.idle().push(Idle {
            connection: self.connection,
            since: Instant::now(),
        });
    }
}
