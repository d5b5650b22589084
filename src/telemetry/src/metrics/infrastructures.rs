//! Infrastructures and their machines.

use std::sync::Arc;

use super::declare::metrics;

metrics! {
    /// Infrastructures and their machines.
    pub(super) struct Population, "Infrastructures and machines" {
        /// Infrastructures that this node owns and has in memory, by state; deleted ones do not count. The sum over all
        /// nodes is what the service has had to do with since it was started and has not let go of; `im_infrastructures_stored` is all.
        infrastructures: IntGaugeVec = "im_infrastructures" ["state"];
        /// Virtual machines of the infrastructures in `im_infrastructures`, by type of cloud and state; removed ones do not count.
        vms: IntGaugeVec = "im_vms" ["connector", "state"];
    }
}

/// Infrastructures and their machines, by the types of cloud that the service knows.
#[derive(Clone, Debug, Default)]
pub struct InfrastructureMetrics {
    pub(super) population: Population,
    connectors: Arc<[&'static str]>,
}

/// What one infrastructure adds to the gauges.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    state: Option<&'static str>,
    /// Type of cloud, state and number of machines.
    vms: Vec<(&'static str, &'static str, i64)>,
}

/// The type of a cloud that is not known here, as of a machine that came with a document from elsewhere.
const OTHER: &str = "other";

// === impl Population ===

impl Population {
    fn begin(&self) {}
}

// === impl InfrastructureMetrics ===

impl InfrastructureMetrics {
    /// With the types of cloud by which machines are counted; those of all other types are counted as one.
    pub fn new(connectors: impl IntoIterator<Item = &'static str>) -> Self {
        Self {
            population: Population::default(),
            connectors: connectors.into_iter().collect(),
        }
    }

    /// Counts one infrastructure: its state, and type of cloud and state of each of its machines.
    pub fn tally<'a>(
        &self,
        state: &'static str,
        vms: impl Iterator<Item = (&'a str, &'static str)>,
    ) -> Tally {
        let mut tally = Tally {
            state: Some(state),
            vms: Vec::new(),
        };
        for (kind, state) in vms {
            let known = self.connectors.iter().find(|known| **known == kind);
            let kind = known.copied().unwrap_or(OTHER);
            let same = |row: &&mut (&str, &str, i64)| row.0 == kind && row.1 == state;
            match tally.vms.iter_mut().find(same) {
                Some(row) => row.2 += 1,
                None => tally.vms.push((kind, state, 1)),
            }
        }
        tally
    }

    /// An infrastructure counts otherwise now than it did before.
    pub fn changed(&self, from: &Tally, to: &Tally) {
        if from == to {
            return;
        }
        if from.state != to.state {
            let gauge = &self.population.infrastructures;
            if let Some(state) = from.state {
                gauge.with_label_values(&[state]).dec();
            }
            if let Some(state) = to.state {
                gauge.with_label_values(&[state]).inc();
            }
        }
        let vms = &self.population.vms;
        for (kind, state, number) in &from.vms {
            vms.with_label_values(&[kind, state]).sub(*number);
        }
        for (kind, state, number) in &to.vms {
            vms.with_label_values(&[kind, state]).add(*number);
        }
    }
}
