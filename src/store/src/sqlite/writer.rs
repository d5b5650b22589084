//! The one task that writes, and why its answers can be trusted.
//!
//! Changes wait in a queue. The task takes what waits, up to a limit, runs it in one transaction that has the write
//! lock from its beginning, commits, and only then answers. So a disk flush is shared, and nobody waits for anything
//! but the flush before his own.
//!
//! # Each change has its own outcome
//! - *Refused* by the check of epoch and version: it wrote nothing, and the others of its transaction are not affected.
//!   It may be refused for what an earlier change of the same transaction wrote; its answer is sent after the commit
//!   of that.
//! - A *statement fails* (a full disk, a broken page): the transaction is rolled back whole, so no change of it is
//!   written, and each is run again in a transaction of its own. That is safe for those that had succeeded, since
//!   nothing of them is left, and the checks are made again. The one that fails alone gets the error, which is
//!   definite.
//! - The *transaction cannot begin* (another process holds the lock for longer than we wait): nothing was written, and
//!   every change of it gets that error.
//! - The *commit fails*: if the lock could not be had nothing was written. After any other failure the end of the
//!   transaction may be in the log of the file, where a later start would find it: unknown, for each change that was
//!   not refused. The connection is given up, and the next transaction has a new one.
//! - The caller's *patience ends*: a change that is still in the queue is withdrawn, and is definitely not written; one
//!   that the task has taken is unknown. A ticket that both sides change with one atomic operation decides which.
//! - The *process dies*: no answer was sent before its commit was on the disk.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use im_domain::InfId;
use sqlx::{Connection, Error, SqliteConnection};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use super::{connect, errors, write};
use crate::change::{Change, Done};
use crate::{StoreError, StoreErrorKind};

/// Changes that may wait; more make their callers wait at the door.
const QUEUE: usize = 1024;

/// Changes of one transaction.
const BATCH: usize = 128;

/// Where changes are handed in. The task ends when this is dropped.
#[derive(Debug)]
pub(super) struct Writer {
    queue: mpsc::Sender<Request>,
}

#[derive(Debug)]
struct Request {
    change: Change,
    ticket: Arc<Ticket>,
    answer: oneshot::Sender<Result<Done, StoreError>>,
}

/// Whether a change is waiting, taken by the task, or withdrawn by its caller.
#[derive(Debug, Default)]
struct Ticket(AtomicU8);

const WAITING: u8 = 0;
const TAKEN: u8 = 1;
const WITHDRAWN: u8 = 2;

struct Task {
    path: PathBuf,
    connection: Option<SqliteConnection>,
    queue: mpsc::Receiver<Request>,
}

enum Outcome {
    Committed(Vec<Done>),
    /// The file or its lock was not to be had: nothing was written, and another try would wait as long again.
    Unavailable(Error),
    /// A statement failed, and nothing was written.
    RolledBack(Error),
    Unknown(Vec<Done>, Error),
}

// === impl Writer ===

impl Writer {
    /// Starts the task on its connection.
    pub(super) fn start(path: PathBuf, connection: SqliteConnection) -> Self {
        let (queue, receiver) = mpsc::channel(QUEUE);
        let task = Task {
            path,
            connection: Some(connection),
            queue: receiver,
        };
        tokio::spawn(task.run());
        Self { queue }
    }

    /// Submits a change and waits for its outcome.
    pub(super) async fn submit(&self, change: Change) -> Result<Done, StoreError> {
        let deadline = Instant::now() + change.patience();
        let id = change.id().cloned();
        let id = id.as_ref();
        let ticket = Arc::new(Ticket::default());
        let (answer, mut receiver) = oneshot::channel();
        let request = Request {
            change,
            ticket: Arc::clone(&ticket),
            answer,
        };
        match timeout_at(deadline, self.queue.send(request)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Err(gone(StoreErrorKind::Unavailable, id)),
            Err(_) => {
                return Err(errors::too_late(
                    id,
                    "too many changes wait before this one",
                ));
            }
        }
        match timeout_at(deadline, &mut receiver).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) if ticket.withdraw() => Err(gone(StoreErrorKind::Unavailable, id)),
            Ok(Err(_)) => Err(gone(StoreErrorKind::Unknown, id)),
            Err(_) if ticket.withdraw() => Err(errors::too_late(
                id,
                "the changes before this one take long",
            )),
            // The answer may have come between the end of patience and the look at the ticket.
            Err(_) => receiver.try_recv().unwrap_or_else(|_| {
                Err(StoreError::new(
                    StoreErrorKind::Unknown,
                    id,
                    "a change was sent to the database, and its answer did not come in time",
                ))
            }),
        }
    }
}

fn gone(kind: StoreErrorKind, id: Option<&InfId>) -> StoreError {
    StoreError::new(kind, id, "the writer of the database has ended")
}

// === impl Ticket ===

impl Ticket {
    /// The task begins with the change.
    fn take(&self) -> bool {
        self.change(TAKEN)
    }

    /// The caller gives it up.
    fn withdraw(&self) -> bool {
        self.change(WITHDRAWN)
    }

    fn change(&self, to: u8) -> bool {
        self.0
            .compare_exchange(WAITING, to, Ordering::SeqCst, Ordering::SeqCst)
            .is_ok()
    }
}

// === impl Task ===

impl Task {
    async fn run(mut self) {
        let mut waiting = Vec::with_capacity(BATCH);
        while self.queue.recv_many(&mut waiting, BATCH).await > 0 {
            let taken: Vec<Request> = waiting
                .drain(..)
                .filter(|request| !request.answer.is_closed() && request.ticket.take())
                .collect();
            self.work(taken).await;
        }
        if let Some(connection) = self.connection {
            let _ = connection.close().await;
        }
    }

    async fn work(&mut self, requests: Vec<Request>) {
        match self.transaction(&requests).await {
            Outcome::RolledBack(error) if requests.len() > 1 => {
                tracing::warn!(%error, changes = requests.len(), "a transaction failed and is taken apart");
                for request in requests {
                    let alone = vec![request];
                    let outcome = self.transaction(&alone).await;
                    answer(alone, outcome);
                }
            }
            outcome => answer(requests, outcome),
        }
    }

    async fn transaction(&mut self, requests: &[Request]) -> Outcome {
        if requests.is_empty() {
            return Outcome::Committed(Vec::new());
        }
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => match connect::writer(&self.path).await {
                Ok(connection) => connection,
                Err(error) => return Outcome::Unavailable(Error::Configuration(error.into())),
            },
        };
        let outcome = transaction(&mut connection, requests).await;
        match &outcome {
            Outcome::Committed(_) => self.connection = Some(connection),
            // Closing it rolls back whatever may be left of the transaction.
            Outcome::Unavailable(_) | Outcome::RolledBack(_) | Outcome::Unknown(..) => {
                let _ = connection.close().await;
            }
        }
        outcome
    }
}

async fn transaction(connection: &mut SqliteConnection, requests: &[Request]) -> Outcome {
    let mut transaction = match connection.begin_with("BEGIN IMMEDIATE").await {
        Ok(transaction) => transaction,
        Err(error) => return Outcome::Unavailable(error),
    };
    let mut done = Vec::with_capacity(requests.len());
    for request in requests {
        match write::run(&request.change, &mut transaction).await {
            Ok(one) => done.push(one),
            Err(error) => return Outcome::RolledBack(error),
        }
    }
    match transaction.commit().await {
        Ok(()) => Outcome::Committed(done),
        Err(error) if errors::is_uncommitted(&error) => Outcome::Unavailable(error),
        Err(error) => Outcome::Unknown(done, error),
    }
}

fn answer(requests: Vec<Request>, outcome: Outcome) {
    match outcome {
        Outcome::Committed(done) => {
            for (request, done) in requests.into_iter().zip(done) {
                let _ = request.answer.send(Ok(done));
            }
        }
        Outcome::Unavailable(error) | Outcome::RolledBack(error) => {
            for request in requests {
                let failed = errors::failed(request.change.id(), "nothing was written", &error);
                let _ = request.answer.send(Err(failed));
            }
        }
        Outcome::Unknown(done, error) => {
            for (request, done) in requests.into_iter().zip(done) {
                let outcome = match done {
                    refused @ Done::Refused(_) => Ok(refused),
                    Done::At(_) | Done::Count(_) => Err(StoreError::new(
                        StoreErrorKind::Unknown,
                        request.change.id(),
                        format!("a commit failed, and may have been made: {error}"),
                    )),
                };
                let _ = request.answer.send(outcome);
            }
        }
    }
}
