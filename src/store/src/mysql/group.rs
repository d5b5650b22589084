//! Group commit: changes of several infrastructures in one transaction.
//!
//! A change that comes while nothing is being committed is committed at once, by itself. Those that come meanwhile wait,
//! and the next transaction takes all of them: a commit and the statements of a kind cost about as much for many rows as
//! for one. So there is no pause in which to gather, and the more there is to do, the less each change costs.
//!
//! # Why it is right
//! The transaction of a group is committed whole or not at all, so each change has the outcome that `writer` tells of
//! the transaction:
//!
//! - *Committed*: each was made, at the position that it asserted.
//! - *Not committed*, for whatever reason (one was refused, a statement failed, the server rolled it back, the
//!   connection broke before the COMMIT): nothing of any of them was written. Each is committed by itself then, where it
//!   is refused, tried again or made as if it had never shared anything. So none can fail because of another one.
//! - *Unknown*: unknown for each of them. Whoever asked must find out, as after a commit of its own.
//!
//! A group has one change of an infrastructure at most that can succeed: of two that assert the same position, or of two
//! that insert the same id, the statement matches one or fails, and they are taken apart. Two transactions of this node
//! lock different rows; where nodes meet at a row, one of them waits for the other as a change by itself does.
//!
//! # Who waits for whom
//! A change that waits long in the database (for a lock of another node, for a server that stands still) holds up those
//! of its own transaction. Up to [`AT_ONCE`] transactions run side by side, so that those that come later pass it; only
//! large changes never share, since they are slow for a reason that others need not suffer.
//!
//! A caller that goes away withdraws a change that still waits; one that was taken goes on.

mod statements;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use im_domain::InfId;
use tokio::sync::oneshot;
use tokio::time::Instant;
use tracing::{Instrument, Span};

use super::connections::Connections;
use super::{errors, write, writer};
use crate::change::{Change, Done, Row};
use crate::{Position, StoreError};

pub(super) use statements::script;

/// Transactions that run side by side.
const AT_ONCE: usize = 2;

/// Changes of one transaction.
const MOST: usize = 64;

/// Bytes of documents of one transaction, also of one change that shares any.
const BYTES: usize = 256 * 1024;

/// Changes of a journal that one change may bring along.
const JOURNAL: usize = 64;

/// Where changes wait for those with which they share a transaction.
#[derive(Debug)]
pub(super) struct Gathering {
    connections: Arc<Connections>,
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    requests: VecDeque<Request>,
    /// Tasks that commit.
    running: usize,
}

#[derive(Debug)]
struct Request {
    change: Change,
    deadline: Instant,
    span: Span,
    answer: oneshot::Sender<Result<Done, StoreError>>,
}

/// Stands for a task that commits, until it has found that nothing waits.
struct Running<'a> {
    gathering: &'a Gathering,
    is_over: bool,
}

// === impl Gathering ===

impl Gathering {
    /// Where nobody waits yet.
    pub(super) fn new(connections: Arc<Connections>) -> Self {
        Self {
            connections,
            waiting: Mutex::default(),
        }
    }

    /// Commits a change, together with others if there are any, or says why not.
    pub(super) async fn submit(self: &Arc<Self>, change: Change) -> Result<Done, StoreError> {
        let deadline = Instant::now() + change.patience();
        if !shares(&change) {
            return writer::submit(&self.connections, &change, deadline).await;
        }
        let id = change.id().cloned();
        let (answer, answered) = oneshot::channel();
        self.hand_in(Request {
            change,
            deadline,
            span: Span::current(),
            answer,
        });
        answered
            .await
            .unwrap_or_else(|_| Err(without_a_word(id.as_ref())))
    }

    fn hand_in(self: &Arc<Self>, request: Request) {
        let mut waiting = self.waiting();
        waiting.requests.push_back(request);
        if waiting.running < AT_ONCE {
            waiting.running += 1;
            drop(waiting);
            tokio::spawn(Arc::clone(self).run());
        }
    }

    /// Commits until nothing waits.
    async fn run(self: Arc<Self>) {
        let mut running = Running {
            gathering: &self,
            is_over: false,
        };
        while let Some(group) = self.next() {
            self.commit(group).await;
        }
        running.is_over = true;
    }

    /// What waits. If nothing does, the task that asks is no longer counted from this moment: what comes next needs
    /// another one.
    fn next(&self) -> Option<Vec<Request>> {
        let mut waiting = self.waiting();
        let mut group: Vec<Request> = Vec::new();
        let mut bytes = 0;
        while group.len() < MOST
            && let Some(request) = waiting.requests.pop_front()
        {
            if request.answer.is_closed() {
                continue;
            }
            bytes += size(&request.change);
            if bytes > BYTES && !group.is_empty() {
                waiting.requests.push_front(request);
                break;
            }
            group.push(request);
        }
        if group.is_empty() {
            waiting.running = waiting.running.saturating_sub(1);
            return None;
        }
        Some(group)
    }

    async fn commit(self: &Arc<Self>, group: Vec<Request>) {
        let Some(deadline) = group.iter().map(|request| request.deadline).min() else {
            return;
        };
        let is_single = match group.as_slice() {
            [request] => write::is_single(&request.change),
            _ => false,
        };
        if is_single {
            for request in group {
                Arc::clone(self).alone(request).await;
            }
            return;
        }
        let span = group
            .first()
            .map_or_else(Span::none, |one| one.span.clone());
        let changes: Vec<&Change> = group.iter().map(|request| &request.change).collect();
        let outcome = writer::submit_together(&self.connections, &changes, deadline)
            .instrument(span)
            .await;
        match outcome {
            Ok(Some(positions)) => return committed(group, positions),
            Ok(None) => {}
            Err(error) => return unknown(group, &error),
        }
        // The next group does not wait for what may be tried again and again.
        for request in group {
            tokio::spawn(Arc::clone(self).alone(request));
        }
    }

    async fn alone(self: Arc<Self>, request: Request) {
        let Request {
            change,
            deadline,
            span,
            answer,
        } = request;
        let submitted = writer::submit(&self.connections, &change, deadline);
        let _ = answer.send(submitted.instrument(span).await);
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl Running ===

impl Drop for Running<'_> {
    /// A task that is torn down in the middle leaves nobody waiting for it.
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let mut waiting = self.gathering.waiting();
        waiting.running = waiting.running.saturating_sub(1);
        waiting.requests.clear();
    }
}

/// Whether a change may share a transaction.
fn shares(change: &Change) -> bool {
    let can_be_shared = match change {
        Change::Insert(..) | Change::Record(..) => true,
        // A save of an infrastructure that is deleted changes the index of owners.
        Change::Save(row, ..) => !row.deleted,
        _ => false,
    };
    can_be_shared && size(change) <= BYTES / 4 && change.journal().len() <= JOURNAL
}

/// Bytes of the document.
fn size(change: &Change) -> usize {
    match change {
        Change::Insert(Row { data, auth, .. }, ..) | Change::Save(Row { data, auth, .. }, ..) => {
            data.len() + auth.len()
        }
        _ => 0,
    }
}

fn committed(group: Vec<Request>, positions: Vec<Position>) {
    for (request, position) in group.into_iter().zip(positions) {
        let _ = request.answer.send(Ok(Done::At(position)));
    }
}

fn unknown(group: Vec<Request>, error: &StoreError) {
    for request in group {
        let id = request.change.id();
        let _ = request
            .answer
            .send(Err(errors::unknown(id, &error.to_string())));
    }
}

/// The task that had the change has ended in the middle.
fn without_a_word(id: Option<&InfId>) -> StoreError {
    errors::unknown(id, "what commits changes has ended")
}
