//! The one place where changes are committed, tried again, and told apart by their outcome.
//!
//! # Each change has one of three outcomes
//! A change is one transaction: either a single statement that commits by itself, or statements between BEGIN and
//! COMMIT.
//!
//! - *Not committed* is what an error means before the COMMIT was sent, whatever the error: the server rolls back a
//!   transaction whose connection closes, and a connection that is not given back is closed. Of a single statement it
//!   is what an error means that the server itself sent as its answer, with the exceptions that `errors` lists.
//! - *Unknown* is what anything else means after the COMMIT or the single statement was sent: no answer, no answer in
//!   time, half an answer, an answer that leaves a doubt.
//! - *Committed* is what the server's OK means.
//!
//! Changes of several infrastructures may share a transaction (`group` says which). Then what is not committed is none
//! of them, and what is unknown is unknown of each. Such a transaction is sent in one text up to its COMMIT (`script`),
//! also if it is that of one change; if nothing of it was written, each change is made by itself, one statement after
//! another, which finds out why.
//!
//! # What is tried again
//! Only what was certainly not committed, and with a chance to go better: a transaction that the server rolled back for
//! the sake of another one (deadlock, wait for a lock, certification in a Galera cluster), and one whose connection
//! broke before the COMMIT. Checks of epoch and version are part of each try. Nothing is tried again after an unknown
//! outcome: whoever asked must first find out what happened.

use std::time::Duration;

use im_domain::InfId;
use im_util::Backoff;
use sqlx::{Error, MySqlConnection};
use tokio::time::{Instant, sleep, timeout_at};

use super::connections::{Connections, Held, LOCK_WAIT};
use super::errors::{self, Fate};
use super::script::Script;
use super::{group, write};
use crate::change::{Change, Done};
use crate::{Position, StoreError, StoreErrorKind};

/// Tries of one change.
const TRIES: u32 = 12;

const PAUSES: Backoff = Backoff::new(Duration::from_millis(4), Duration::from_millis(400));

/// The time of a try that waits for nothing.
const QUICK: Duration = Duration::from_millis(500);

/// Bytes of a statement beside the infrastructure in it.
const BESIDE: u64 = 64 * 1024;

/// Why a try failed.
enum Failure {
    /// Not committed, and worth another try if there is so much time left.
    Again(StoreError, Duration),
    /// Not committed, or not known.
    Final(StoreError),
}

/// Commits a change, or says why not.
pub(super) async fn submit(
    connections: &Connections,
    change: &Change,
    deadline: Instant,
) -> Result<Done, StoreError> {
    let mut tries = 0;
    loop {
        tries += 1;
        match attempt(connections, change, deadline).await {
            Ok(done) => return Ok(done),
            Err(Failure::Final(error)) => return Err(error),
            Err(Failure::Again(error, needed)) => {
                let pause = PAUSES.random_delay(tries);
                if tries >= TRIES || Instant::now() + pause + needed >= deadline {
                    return Err(error);
                }
                tracing::debug!(%error, tries, "a change is tried again");
                sleep(pause).await;
            }
        }
    }
}

/// Tries once to commit changes in one transaction, in as few round trips as there can be. Answers where the
/// infrastructures stand now. `None`: nothing was written.
///
/// # Errors
/// It is not known whether they were committed.
pub(super) async fn submit_together(
    connections: &Connections,
    changes: &[&Change],
    deadline: Instant,
) -> Result<Option<Vec<Position>>, StoreError> {
    let Some((script, positions)) = group::script(changes) else {
        return Ok(None);
    };
    let Ok(mut held) = connections.take(deadline).await else {
        return Ok(None);
    };
    // The server would close the connection.
    if script.bytes() > connections.largest() {
        held.give_back();
        return Ok(None);
    }
    let (outcome, is_settled) = run_and_commit(held.get(), script, positions, deadline).await;
    settle(connections, held, is_settled);
    match outcome {
        Ok(positions) => Ok(positions),
        Err(Failure::Final(error)) if !error.kind.is_definite() => Err(error),
        Err(Failure::Final(error) | Failure::Again(error, _)) => {
            tracing::debug!(%error, changes = changes.len(), "changes are not made together");
            Ok(None)
        }
    }
}

async fn attempt(
    connections: &Connections,
    change: &Change,
    deadline: Instant,
) -> Result<Done, Failure> {
    let id = change.id();
    let mut held = connections.take(deadline).await.map_err(Failure::Final)?;
    fits(connections, change).map_err(Failure::Final)?;
    if write::is_single(change) {
        let answer = timeout_at(deadline, write::single(change, held.get())).await;
        match answer {
            Ok(Ok(Some(done))) => {
                held.give_back();
                return Ok(done);
            }
            // It matched no row; the whole of the change finds out why, or does it in another way.
            Ok(Ok(None)) => {}
            Ok(Err(error)) => return Err(single_failed(connections, held, id, &error)),
            Err(_) => {
                return Err(Failure::Final(errors::unknown(
                    id,
                    "no answer came in time",
                )));
            }
        }
    }
    let (outcome, is_settled) = begin_and_commit(held.get(), change, deadline).await;
    settle(connections, held, is_settled);
    outcome
}

/// Keeps a connection on which a transaction is over.
fn settle(connections: &Connections, held: Held<'_>, is_settled: bool) {
    if is_settled {
        held.give_back();
    } else {
        connections.distrust();
    }
}

fn single_failed(
    connections: &Connections,
    held: Held<'_>,
    id: Option<&InfId>,
    error: &Error,
) -> Failure {
    match errors::fate(error) {
        Fate::Lost => {
            held.give_back();
            again(id, error)
        }
        Fate::Refused => {
            held.give_back();
            Failure::Final(errors::failed(id, "nothing was written", error))
        }
        Fate::Doubtful => {
            connections.distrust();
            Failure::Final(errors::unknown(id, &error.to_string()))
        }
    }
}

/// A try that would end while it waits for a lock would leave a doubt: there must be time for the whole wait.
fn again(id: Option<&InfId>, error: &Error) -> Failure {
    let needed = match errors::is_lock_wait(error) {
        true => LOCK_WAIT + QUICK,
        false => QUICK,
    };
    Failure::Again(errors::failed(id, "nothing was written", error), needed)
}

/// Runs a transaction. Also answers whether it is settled, that is, over on this connection.
async fn begin_and_commit(
    connection: &mut MySqlConnection,
    change: &Change,
    deadline: Instant,
) -> (Result<Done, Failure>, bool) {
    let id = change.id();
    match timeout_at(deadline, send(connection, "BEGIN")).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => return (Err(again(id, &error)), false),
        Err(_) => return (Err(late(id)), false),
    }
    let made = timeout_at(deadline, write::run(change, connection)).await;
    let refusal = match made {
        Ok(Ok(refusal @ Done::Refused(_))) => Ok(refusal),
        Ok(Ok(done)) => return commit(connection, id, done, deadline).await,
        Ok(Err(error)) => match not_made(id, &error) {
            (failure, true) => Err(failure),
            (failure, false) => return (Err(failure), false),
        },
        Err(_) => return (Err(late(id)), false),
    };
    (refusal, roll_back(connection, deadline).await)
}

/// Runs a transaction that is sent at once. Answers `None` if a row did not stand where it was seen; also whether the
/// transaction is settled.
async fn run_and_commit(
    connection: &mut MySqlConnection,
    script: Script,
    positions: Vec<Position>,
    deadline: Instant,
) -> (Result<Option<Vec<Position>>, Failure>, bool) {
    let refusal = match timeout_at(deadline, script.run(connection)).await {
        Ok(Ok(true)) => return commit(connection, None, Some(positions), deadline).await,
        Ok(Ok(false)) => Ok(None),
        Ok(Err(error)) => match not_made(None, &error) {
            (failure, true) => Err(failure),
            (failure, false) => return (Err(failure), false),
        },
        Err(_) => return (Err(late(None)), false),
    };
    (refusal, roll_back(connection, deadline).await)
}

/// Why statements before a commit failed, and whether their transaction can still be rolled back on its connection.
fn not_made(id: Option<&InfId>, error: &Error) -> (Failure, bool) {
    let nothing = || errors::failed(id, "nothing was written", error);
    match errors::fate(error) {
        Fate::Doubtful => (again(id, error), false),
        Fate::Lost => (again(id, error), true),
        Fate::Refused => (Failure::Final(nothing()), true),
    }
}

fn late(id: Option<&InfId>) -> Failure {
    Failure::Final(errors::too_late(id, "nothing was written"))
}

async fn roll_back(connection: &mut MySqlConnection, deadline: Instant) -> bool {
    let rolled_back = timeout_at(deadline, send(connection, "ROLLBACK")).await;
    matches!(rolled_back, Ok(Ok(())))
}

async fn commit<T>(
    connection: &mut MySqlConnection,
    id: Option<&InfId>,
    done: T,
    deadline: Instant,
) -> (Result<T, Failure>, bool) {
    match timeout_at(deadline, send(connection, "COMMIT")).await {
        Ok(Ok(())) => (Ok(done), true),
        Ok(Err(error)) if errors::fate(&error) == Fate::Lost => (Err(again(id, &error)), false),
        Ok(Err(error)) => {
            let unknown = errors::unknown(id, &error.to_string());
            (Err(Failure::Final(unknown)), false)
        }
        Err(_) => {
            let unknown = errors::unknown(id, "the commit was not answered in time");
            (Err(Failure::Final(unknown)), false)
        }
    }
}

/// A transaction that is left open ends with its connection, which is closed unless it is given back.
async fn send(connection: &mut MySqlConnection, statement: &'static str) -> Result<(), Error> {
    sqlx::raw_sql(statement)
        .execute(connection)
        .await
        .map(|_| ())
}

/// Refuses what the server would refuse by closing the connection, which would look like a lost answer.
fn fits(connections: &Connections, change: &Change) -> Result<(), StoreError> {
    let (Change::Insert(row, ..) | Change::Save(row, ..)) = change else {
        return Ok(());
    };
    let bytes = (row.data.len() + row.auth.len()) as u64 + BESIDE;
    let largest = connections.largest();
    if bytes <= largest {
        return Ok(());
    }
    Err(StoreError::new(
        StoreErrorKind::Other,
        Some(&row.id),
        format!(
            "infrastructure {} takes {bytes} bytes, and the database takes {largest} at once; raise its option max_allowed_packet",
            row.id
        ),
    ))
}
