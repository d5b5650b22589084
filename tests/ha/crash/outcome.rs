//! What became of everything: the infrastructures against the cloud.

use im_simulated_cloud::audit::{INF, VM};
use im_test_support::{Answer, until};

use super::Bench;
use crate::story::story;

/// What the client was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// It was done.
    Done(String),
    /// It was not, or nobody knows.
    Otherwise(String),
}

// === impl Said ===

impl Said {
    pub(crate) fn of(answer: Option<Answer>) -> Self {
        match answer {
            None => Self::Otherwise("no answer".to_owned()),
            Some(answer) if answer.status == 200 => Self::Done(answer.body),
            Some(answer) => Self::Otherwise(format!("{} {}", answer.status, answer.body)),
        }
    }
}

// === impl Bench ===

impl Bench {
    /// The infrastructures that there are.
    pub(crate) fn infrastructures(&self) -> Vec<String> {
        last_parts(&self.ask("/infrastructures"))
    }

    /// The numbers of the machines that an infrastructure lists and that exist, as far as it knows; nothing if it does
    /// not exist.
    pub(crate) fn listed(&self, inf: &str) -> Option<Vec<String>> {
        let state = self.ask(&format!("/infrastructures/{inf}/state"));
        if state.status != 200 {
            return None;
        }
        let state: serde_json::Value = serde_json::from_str(&state.body).expect("JSON");
        let states = state["state"]["vm_states"].as_object().expect("states");
        let exist = states.iter().filter(|(_, state)| *state != "failed");
        let mut listed: Vec<String> = exist.map(|(vm, _)| vm.clone()).collect();
        listed.sort_unstable();
        Some(listed)
    }

    /// The numbers of the machines of an infrastructure that the cloud has.
    pub(crate) fn in_cloud(&self, inf: &str) -> Vec<String> {
        let audit = self.cloud.audit();
        let machines = audit
            .alive()
            .filter(|machine| machine.label(INF) == Some(inf));
        let mut numbers: Vec<String> = machines
            .map(|machine| machine.label(VM).unwrap_or_default().to_owned())
            .collect();
        numbers.sort_unstable();
        numbers
    }

    /// The cloud has exactly what is listed; nothing was ever there twice.
    #[track_caller]
    pub(crate) fn check(&self, what: &str) {
        let infrastructures = self.infrastructures();
        for inf in &infrastructures {
            let listed = self.listed(inf).unwrap_or_default();
            let there = self.in_cloud(inf);
            if listed != there {
                panic!(
                    "{what}: {inf} lists {listed:?} and the cloud has {there:?}\n{}\n{}",
                    self.story(inf),
                    self.logs()
                );
            }
        }
        let audit = self.cloud.audit();
        let leaked: Vec<_> = audit
            .alive()
            .filter(|machine| {
                let inf = machine.label(INF).unwrap_or_default();
                !infrastructures.iter().any(|known| known == inf)
            })
            .map(|machine| (&machine.id, machine.label(INF), machine.label(VM)))
            .collect();
        assert!(
            leaked.is_empty(),
            "{what}: machines of no infrastructure are left: {leaked:?}\n{}",
            self.logs()
        );
        let doubled = audit.doubled();
        assert!(
            doubled.is_empty(),
            "{what}: machines were made twice: {doubled:?}\n{}",
            self.logs()
        );
    }

    fn story(&self, inf: &str) -> String {
        story(|statement| self.sql(statement), &self.cloud.audit(), inf)
    }

    /// Removes everything; nothing is left.
    #[track_caller]
    pub(crate) fn clear(&mut self, what: &str) {
        for inf in self.infrastructures() {
            let path = format!("/infrastructures/{inf}");
            // A node that has just come again may not have its session yet.
            until(&format!("{what}: {inf} is removed"), || {
                (0..self.nodes.len())
                    .filter_map(|node| self.call(node, "DELETE", &path, ""))
                    .any(|answer| matches!(answer.status, 200 | 404))
            });
        }
        self.settle();
        let left = self.cloud.audit().alive().count();
        assert_eq!(left, 0, "{what}: machines are left");
    }
}

/// The last parts of the URIs of an answer.
pub(crate) fn last_parts(answer: &Answer) -> Vec<String> {
    let list: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
    let list = list["uri-list"].as_array().cloned().unwrap_or_default();
    let parts = list.iter().filter_map(|entry| {
        let uri = entry["uri"].as_str()?;
        uri.rsplit('/').next().map(str::to_owned)
    });
    parts.collect()
}
