//! What clients and faults share: where to ask, what there is, and what happened.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use im_simulated_cloud::{Cloud, Settings};
use im_test_support::Scratch;

use crate::checker::{Act, Entry};
use crate::cluster::{Cluster, USER};

use super::plan::Plan;

/// The world of one run.
pub(crate) struct World {
    /// HAProxy.
    pub(crate) entry: String,
    /// The nodes.
    pub(crate) nodes: Vec<String>,
    /// Where the machines are.
    pub(crate) cloud: Cloud,
    /// The header `Authorization` of all requests.
    pub(crate) authorization: String,
    /// How many infrastructures there are to be.
    pub(crate) wanted: usize,
    began: Instant,
    over: AtomicBool,
    marker: AtomicU64,
    live: Mutex<Vec<String>>,
    histories: Mutex<BTreeMap<String, Vec<Entry>>>,
    /// What was refused, or remained without an answer, in words, with the time of the answer.
    notes: Mutex<Vec<(u64, String)>>,
    pub(crate) counts: Counts,
    _scratch: Scratch,
}

/// How often things happened.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) asked: AtomicU64,
    pub(crate) done: AtomicU64,
    pub(crate) refused: AtomicU64,
    pub(crate) unknown: AtomicU64,
    /// Answers about one infrastructure, and those of them that came from another node than the one that was asked.
    pub(crate) about_one: AtomicU64,
    pub(crate) forwarded: AtomicU64,
    /// Creations without an answer.
    pub(crate) creations_unknown: AtomicU64,
}

// === impl World ===

impl World {
    pub(crate) fn new(cluster: &Cluster, plan: &Plan) -> Self {
        let scratch = Scratch::new();
        let cloud = Cloud::start(Settings::new(scratch.path().join("state"))).expect("a cloud");
        Self {
            authorization: format!(
                "type = InfrastructureManager; username = {USER}; password = secret\\n{}",
                cloud.credentials(plan.idempotency)
            ),
            cloud,
            _scratch: scratch,
            entry: cluster.haproxy.address.clone(),
            nodes: cluster
                .members
                .iter()
                .map(|member| member.node.rest.clone())
                .collect(),
            wanted: plan.infrastructures,
            began: Instant::now(),
            over: AtomicBool::new(false),
            marker: AtomicU64::new(0),
            live: Mutex::default(),
            histories: Mutex::default(),
            notes: Mutex::default(),
            counts: Counts::default(),
        }
    }

    /// Now, on the clock that all entries of histories share.
    pub(crate) fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// Ends the work of the clients.
    pub(crate) fn stop(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// A word that nobody used.
    pub(crate) fn marker(&self) -> String {
        format!("m{}", self.marker.fetch_add(1, Ordering::Relaxed))
    }

    /// Remembers an operation.
    pub(crate) fn record(&self, id: &str, began: u64, ended: Option<u64>, act: Act) {
        let entry = Entry { act, began, ended };
        let mut histories = self.histories();
        histories.entry(id.to_owned()).or_default().push(entry);
    }

    pub(crate) fn histories(&self) -> MutexGuard<'_, BTreeMap<String, Vec<Entry>>> {
        lock(&self.histories)
    }

    /// Remembers something that explains a history to people.
    pub(crate) fn note(&self, text: String) {
        lock(&self.notes).push((self.now(), text));
    }

    /// A history with what was noted about the infrastructure, and about nothing else, in time.
    pub(crate) fn told(&self, id: &str, history: &[Entry]) -> String {
        let mut lines: Vec<(u64, String)> = history
            .iter()
            .map(|entry| (entry.latest().min(entry.began + 1), format!("{entry:?}")))
            .collect();
        let notes = lock(&self.notes);
        let about = notes
            .iter()
            .filter(|(_, text)| text.contains(id) || !text.contains('/'));
        lines.extend(about.cloned());
        lines.sort();
        let seconds = |moment: u64| Duration::from_nanos(moment).as_secs_f64();
        let lines = lines
            .iter()
            .map(|(moment, text)| format!("{:>9.3} {text}\n", seconds(*moment)));
        lines.collect()
    }

    /// Infrastructures that nobody has set out to destroy.
    pub(crate) fn live(&self) -> MutexGuard<'_, Vec<String>> {
        lock(&self.live)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Counts one.
pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
