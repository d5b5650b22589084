//! The figures of a run.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use im_simulated_cloud::{Audit, Machine, audit};

use crate::checker::{Kind, Violation};

use super::nemesis::{Fault, Nemesis};
use super::world::World;

/// What was done, and what went wrong.
#[derive(Debug, Default)]
pub(crate) struct Report {
    asked: u64,
    /// Answers that said what was.
    pub(crate) acknowledged: u64,
    refused: u64,
    unknown: u64,
    faults: BTreeMap<Fault, u32>,
    /// Per cent of the answers about one infrastructure.
    forwarded: f64,
    recoveries: Vec<Duration>,
    kinds: BTreeMap<Kind, u32>,
    /// Infrastructures, or operations, with which nothing can be done any more.
    pub(crate) stuck: Vec<String>,
    /// Machines in the cloud, or infrastructures, of nobody.
    leaked: Vec<String>,
    /// Machines that the cloud has twice.
    doubled: Vec<String>,
    /// Machines that are listed and that the cloud does not have.
    missing: Vec<String>,
    machines_made: usize,
    texts: Vec<String>,
}

// === impl Report ===

impl Report {
    pub(crate) fn new(world: &World, nemesis: &Nemesis) -> Self {
        let number = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let counts = &world.counts;
        let mut recoveries = nemesis.recoveries.clone();
        recoveries.sort_unstable();
        let (forwarded, about_one) = (number(&counts.forwarded), number(&counts.about_one));
        Self {
            asked: number(&counts.asked),
            acknowledged: number(&counts.done),
            refused: number(&counts.refused),
            unknown: number(&counts.unknown),
            faults: nemesis.done.clone(),
            forwarded: percent(forwarded, about_one),
            recoveries,
            ..Self::default()
        }
    }

    /// Takes the violations of one infrastructure in, and writes its history to a file.
    pub(crate) fn violations(&mut self, id: &str, violations: &[Violation], told: &str) {
        for violation in violations {
            *self.kinds.entry(violation.kind).or_default() += 1;
        }
        if let Some(first) = violations.first() {
            let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("torture-{id}.txt"));
            fs::write(&file, told).expect("the history is written");
            self.texts.push(format!(
                "{id}: {first} ({} in all); see {}",
                violations.len(),
                file.display()
            ));
        }
    }

    /// Finds infrastructures that nobody was told of, more than creations without an answer can have made.
    pub(crate) fn surplus(&mut self, world: &World, listed: &BTreeMap<String, Vec<String>>) {
        let histories = world.histories();
        let strange: Vec<&String> = listed
            .keys()
            .filter(|id| !histories.contains_key(*id))
            .collect();
        let unknown = world.counts.creations_unknown.load(Ordering::Relaxed);
        if u64::try_from(strange.len()).unwrap_or(u64::MAX) > unknown {
            self.leaked.extend(strange.into_iter().cloned());
        }
    }

    /// Holds what the cloud has against what is listed; `story` tells of an infrastructure where that differs.
    pub(crate) fn machines(
        &mut self,
        audit: &Audit,
        listed: &BTreeMap<String, Vec<String>>,
        story: impl Fn(&str) -> String,
    ) {
        self.machines_made = audit.machines.len();
        let place = |machine: &Machine| {
            let label = |key| machine.label(key).unwrap_or("?").to_owned();
            (label(audit::INF), label(audit::VM))
        };
        let there: BTreeSet<(String, String)> = audit.alive().map(place).collect();
        let known: BTreeSet<(String, String)> = listed
            .iter()
            .flat_map(|(id, vms)| vms.iter().map(|vm| (id.clone(), vm.clone())))
            .collect();
        let text = |(id, vm): &(String, String)| format!("machine {vm} of {id}");
        self.leaked.extend(there.difference(&known).map(text));
        self.missing.extend(known.difference(&there).map(text));
        let wrong = there.symmetric_difference(&known);
        let wrong: BTreeSet<&str> = wrong.map(|(id, _)| id.as_str()).collect();
        self.texts
            .extend(wrong.iter().map(|id| format!("{id}:\n{}", story(id))));
        let pairs = audit.doubled();
        self.doubled.extend(
            pairs
                .iter()
                .map(|(one, other)| format!("{one} and {other}")),
        );
    }

    fn kind(&self, kind: Kind) -> u32 {
        self.kinds.get(&kind).copied().unwrap_or_default()
    }

    /// Whether nothing went wrong.
    pub(crate) fn is_good(&self) -> bool {
        let lists = [&self.stuck, &self.leaked, &self.doubled, &self.missing];
        self.kinds.is_empty() && lists.iter().all(|list| list.is_empty())
    }

    /// What went wrong, at length.
    pub(crate) fn faults_found(&self) -> String {
        format!(
            "{}\nstuck: {:?}\nleaked: {:?}\ndoubled: {:?}\nmissing: {:?}",
            self.texts.join("\n"),
            self.stuck,
            self.leaked,
            self.doubled,
            self.missing
        )
    }

    fn recovery(&self, share: f64) -> String {
        // A share of a small number of samples.
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss
        )]
        let place = ((self.recoveries.len() as f64) * share) as usize;
        let last = self.recoveries.len().saturating_sub(1);
        match self.recoveries.get(place.min(last)) {
            Some(time) => format!("{:.2} s", time.as_secs_f64()),
            None => "-".to_owned(),
        }
    }
}

fn percent(part: u64, whole: u64) -> f64 {
    #[allow(clippy::cast_precision_loss)]
    let (part, whole) = (part as f64, whole.max(1) as f64);
    100.0 * part / whole
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults: u32 = self.faults.values().sum();
        let kinds: Vec<String> = self
            .faults
            .iter()
            .map(|(fault, times)| format!("{fault:?} {times}"))
            .collect();
        writeln!(f, "| figure | value |\n| --- | --- |")?;
        writeln!(
            f,
            "| operations | {} ({} answered, {} refused, {} without an answer) |",
            self.asked, self.acknowledged, self.refused, self.unknown
        )?;
        writeln!(f, "| faults | {faults}: {} |", kinds.join(", "))?;
        writeln!(f, "| lost writes | {} |", self.kind(Kind::LostWrite))?;
        writeln!(f, "| stale reads | {} |", self.kind(Kind::StaleRead))?;
        writeln!(
            f,
            "| called failed, landed later | {} |",
            self.kind(Kind::LandedLater)
        )?;
        writeln!(f, "| no order | {} |", self.kind(Kind::NoOrder))?;
        writeln!(f, "| numbers given twice | {} |", self.kind(Kind::Doubled))?;
        writeln!(
            f,
            "| machines leaked / doubled / missing, of those that the cloud made | {} / {} / {} of {} |",
            self.leaked.len(),
            self.doubled.len(),
            self.missing.len(),
            self.machines_made
        )?;
        writeln!(f, "| stuck | {} |", self.stuck.len())?;
        writeln!(f, "| forwarded | {:.1} % |", self.forwarded)?;
        write!(
            f,
            "| recovery after kill -9 of the owner, p50 / p99 | {} / {} of {} |",
            self.recovery(0.5),
            self.recovery(0.99),
            self.recoveries.len()
        )
    }
}
