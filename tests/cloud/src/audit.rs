//! What was ever made, for those who count.

use serde::{Deserialize, Serialize};

use crate::Machine;

/// The label of the infrastructure that a machine is for.
pub const INF: &str = "im-inf";
/// The label of its number there.
pub const VM: &str = "im-vm";
/// The label of the token of its launch.
pub const TOKEN: &str = "im-token";

/// One call that asked for a machine and arrived in good order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaunchCall {
    /// The number of the event.
    pub event: u64,
    /// Whose call it was.
    pub account: String,
    /// The token, as the call gave it.
    pub token: Option<String>,
    /// The label [`TOKEN`].
    pub label: Option<String>,
    /// The label [`INF`].
    pub inf: Option<String>,
    /// The label [`VM`].
    pub vm: Option<String>,
    /// What came of it: `made`, `repeated`, `different`, `removed` or `full`.
    pub outcome: String,
    /// The machine that was made or found.
    pub machine: Option<String>,
}

/// Everything that happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// Every machine, in the order in which they were made.
    pub machines: Vec<Machine>,
    /// Every call that asked for one.
    pub calls: Vec<LaunchCall>,
}

/// Two machines where there should be one, by their ids.
pub type Pair = (String, String);

// === impl Audit ===

impl Audit {
    /// The machines that are there.
    pub fn alive(&self) -> impl Iterator<Item = &Machine> {
        self.machines
            .iter()
            .filter(|machine| machine.removed.is_none())
    }

    /// The ids of the machines of an infrastructure that are there, in order.
    pub fn alive_of(&self, inf: &str) -> Vec<&str> {
        let mut ids: Vec<_> = self
            .alive()
            .filter(|machine| machine.label(INF) == Some(inf))
            .map(|machine| machine.id.as_str())
            .collect();
        ids.sort_unstable();
        ids
    }

    /// Machines that are two and should be one: of the same token, whenever they were there, or of the same number of
    /// the same infrastructure, and there at the same time.
    pub fn doubled(&self) -> Vec<Pair> {
        let mut pairs = Vec::new();
        for (at, one) in self.machines.iter().enumerate() {
            for other in self.machines.iter().skip(at + 1) {
                if one.account == other.account && is_doubled(one, other) {
                    pairs.push((one.id.clone(), other.id.clone()));
                }
            }
        }
        pairs
    }
}

fn is_doubled(one: &Machine, other: &Machine) -> bool {
    let same = |key| one.label(key).is_some() && one.label(key) == other.label(key);
    let same_token = one.token.is_some() && one.token == other.token;
    let together = one
        .removed
        .is_none_or(|removed| other.made.event < removed.event);
    same_token || same(TOKEN) || (same(INF) && same(VM) && together)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::machine::Moment;
    use crate::{Power, Size, Spec};

    fn machine(id: &str, token: &str, vm: &str, made: u64, removed: Option<u64>) -> Machine {
        let moment = |event| Moment { event, ms: event };
        let labels = [(INF, "i"), (VM, vm), (TOKEN, token)];
        Machine {
            id: id.to_owned(),
            account: "u".to_owned(),
            token: None,
            spec: Spec {
                labels: BTreeMap::from(labels.map(|(k, v)| (k.to_owned(), v.to_owned()))),
                ..Spec::default()
            },
            size: Size::default(),
            addresses: Vec::new(),
            password: String::new(),
            power: Power::Off,
            made: moment(made),
            removed: removed.map(moment),
        }
    }

    fn doubled(machines: Vec<Machine>) -> usize {
        let audit = Audit {
            machines,
            calls: Vec::new(),
        };
        audit.doubled().len()
    }

    #[test]
    fn a_second_machine_of_a_number_is_doubled_only_while_the_first_is_there() {
        let first = |removed| machine("a", "t1", "0", 1, removed);
        assert_eq!(
            doubled(vec![first(None), machine("b", "t2", "0", 3, None)]),
            1
        );
        assert_eq!(
            doubled(vec![first(Some(4)), machine("b", "t2", "0", 3, None)]),
            1
        );
        assert_eq!(
            doubled(vec![first(Some(2)), machine("b", "t2", "0", 3, None)]),
            0
        );
        assert_eq!(
            doubled(vec![first(None), machine("b", "t2", "1", 3, None)]),
            0
        );
    }

    #[test]
    fn two_machines_of_one_token_are_doubled_whenever_they_were_there() {
        let first = machine("a", "t1", "0", 1, Some(2));
        assert_eq!(doubled(vec![first, machine("b", "t1", "0", 3, None)]), 1);
    }
}
