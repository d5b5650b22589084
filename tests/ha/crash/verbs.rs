//! What clients ask for, and what must hold if they were told that it was done.

use im_test_support::document;

use super::{Bench, Said};

/// A change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Create,
    Add,
    Remove,
    Update,
    Stop,
    Start,
    Alter,
    Destroy,
}

const BIGGER: &str = "system node (cpu.count = 4 and memory.size = 1024m)";

/// A document in TOSCA: a set of machines, and others beside it.
fn tosca(scalable: &str, beside: &str) -> String {
    format!(
        "tosca_definitions_version: tosca_simple_yaml_1_0
capability_types:
  own.Scalable:
    derived_from: tosca.capabilities.Scalable
    properties:
      count: {{ type: integer, required: false, default: 1 }}
      removal_list: {{ type: list, entry_schema: {{ type: string }}, required: false }}
node_types:
  own.Machine:
    derived_from: tosca.nodes.Compute
    capabilities: {{ scalable: {{ type: own.Scalable }} }}
topology_template:
  node_templates:
    pool: {{ type: own.Machine, capabilities: {{ scalable: {{ properties: {{ {scalable} }} }} }} }}
{beside}"
    )
}

// === impl Verb ===

impl Verb {
    pub(crate) const ALL: [Self; 8] = [
        Self::Create,
        Self::Add,
        Self::Remove,
        Self::Update,
        Self::Stop,
        Self::Start,
        Self::Alter,
        Self::Destroy,
    ];

    /// Makes what there must be before: an infrastructure of three machines, owned by the first node.
    #[track_caller]
    pub(crate) fn prepare(self, bench: &Bench) -> Option<String> {
        if self == Self::Create {
            return None;
        }
        let document = match self {
            Self::Update => tosca("count: 3", ""),
            _ => document(3),
        };
        let made = bench.call(0, "POST", "/infrastructures", &document);
        let Said::Done(body) = Said::of(made) else {
            panic!("an infrastructure cannot be made\n{}", bench.logs());
        };
        let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        let uri = body["uri"].as_str().unwrap_or_default();
        let inf = uri.rsplit('/').next().unwrap_or_default().to_owned();
        if self == Self::Start {
            let stopped = bench.call(0, "PUT", &format!("/infrastructures/{inf}/stop"), "");
            assert!(matches!(Said::of(stopped), Said::Done(_)));
        }
        Some(inf)
    }

    /// Asks for it, through a node.
    pub(crate) fn ask(self, bench: &Bench, through: usize, inf: Option<&str>) -> Said {
        let path = |rest: &str| format!("/infrastructures/{}{rest}", inf.unwrap_or_default());
        let answer = match self {
            Self::Create => bench.call(through, "POST", "/infrastructures", &document(3)),
            Self::Add => bench.call(through, "POST", &path(""), &document(2)),
            Self::Remove => bench.call(through, "DELETE", &path("/vms/0,1"), ""),
            Self::Update => {
                let changed = tosca(
                    "count: 2, removal_list: [ '1' ]",
                    "    more: { type: own.Machine }\n",
                );
                bench.call(through, "POST", &path(""), &changed)
            }
            Self::Stop => bench.call(through, "PUT", &path("/stop"), ""),
            Self::Start => bench.call(through, "PUT", &path("/start"), ""),
            Self::Alter => bench.call(through, "PUT", &path("/vms/0"), BIGGER),
            Self::Destroy => bench.call(through, "DELETE", &path(""), ""),
        };
        Said::of(answer)
    }

    /// What was told must be so. The infrastructures are settled.
    #[track_caller]
    pub(crate) fn check(self, bench: &Bench, what: &str, inf: Option<&str>, said: &Said) {
        let Said::Done(body) = said else { return };
        let inf = match inf {
            Some(inf) => inf.to_owned(),
            None => body
                .trim()
                .rsplit('/')
                .next()
                .map_or_else(String::new, |part| {
                    part.trim_end_matches(['"', '}', ' ', '\n']).to_owned()
                }),
        };
        let listed = bench.listed(&inf);
        let expected: Option<&[&str]> = match self {
            Self::Create | Self::Stop | Self::Start | Self::Alter => Some(&["0", "1", "2"]),
            Self::Add => Some(&["0", "1", "2", "3", "4"]),
            Self::Remove => Some(&["2"]),
            Self::Update => Some(&["0", "2", "3"]),
            Self::Destroy => None,
        };
        let found = listed.as_ref().map(|listed| {
            let listed = listed.iter().map(String::as_str);
            listed.collect::<Vec<_>>()
        });
        assert_eq!(
            found.as_deref(),
            expected,
            "{what}: {inf} was acknowledged and is not so\n{}",
            bench.logs()
        );
        let machines = bench.cloud.audit().machines;
        for machine in machines.iter().filter(|machine| {
            machine.removed.is_none() && machine.label("im-inf") == Some(inf.as_str())
        }) {
            let stopped = machine.power == im_simulated_cloud::Power::Off;
            match self {
                Self::Stop => assert!(stopped, "{what}: {} runs", machine.id),
                Self::Start => assert!(!stopped, "{what}: {} is stopped", machine.id),
                Self::Alter if machine.label("im-vm") == Some("0") => {
                    assert_eq!(machine.size.cpu, 4, "{what}: {} is small", machine.id);
                }
                _ => {}
            }
        }
    }
}
