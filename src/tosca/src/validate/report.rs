//! What was found wrong.

use crate::error::Problem;

/// How many faults are reported; a document with more is as wrong.
const MOST: usize = 100;

/// How many values defaults may add to one node.
const MOST_FILLED: usize = 1_000_000;

/// Faults in the order they were found, each once.
#[derive(Debug, Default)]
pub(crate) struct Report {
    problems: Vec<Problem>,
    /// How many values defaults have added since it was last asked.
    filled: usize,
}

// === impl Report ===

impl Report {
    /// Adds a fault.
    pub(crate) fn push(&mut self, problem: Problem) {
        let known =
            |other: &Problem| other.class == problem.class && other.message == problem.message;
        if self.problems.len() < MOST && !self.problems.iter().any(known) {
            self.problems.push(problem);
        }
    }

    /// Counts values that a default adds; false if they are too many to be added.
    pub(crate) fn fill(&mut self, values: usize) -> bool {
        self.filled = self.filled.saturating_add(values);
        self.filled <= MOST_FILLED
    }

    /// How many values defaults have added, beginning anew.
    pub(crate) fn take_filled(&mut self) -> usize {
        std::mem::take(&mut self.filled)
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.problems.len()
    }

    /// All of them.
    pub(crate) fn finish(self) -> Vec<Problem> {
        self.problems
    }
}
