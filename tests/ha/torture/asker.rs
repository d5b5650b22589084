//! A client: asks, and remembers what it was told.

use std::io;
use std::thread;
use std::time::Duration;

use im_test_support::{Answer, Client};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::checker::{Act, Vm, Vms};

use super::answer::{Told, last_parts, machines, machines_of_state};
use super::plan::Plan;
use super::world::{World, count};

/// How long a client waits for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// A client.
pub(crate) struct Asker<'a> {
    world: &'a World,
    chance: StdRng,
    /// Asks here instead of anywhere.
    only: Option<String>,
}

/// A document of one machine.
fn document(marker: &str) -> String {
    format!(
        "network lan (outbound = 'no')\nsystem {marker} (\ncpu.count = 1 and\nmemory.size = 256m and\n\
         net_interface.0.connection = 'lan'\n)\n\
         contextualize ()\ndeploy {marker} 1\n"
    )
}

// === impl Asker ===

impl<'a> Asker<'a> {
    pub(crate) fn new(world: &'a World, plan: &Plan, number: u64) -> Self {
        let seed = plan.seed.wrapping_mul(1000).wrapping_add(number);
        Self {
            world,
            chance: StdRng::seed_from_u64(seed),
            only: None,
        }
    }

    /// A client that asks at one place alone.
    pub(crate) fn at(world: &'a World, address: &str) -> Self {
        Self {
            world,
            chance: StdRng::seed_from_u64(0),
            only: Some(address.to_owned()),
        }
    }

    /// Asks until all is over.
    pub(crate) fn work(&mut self) {
        while !self.world.is_over() {
            self.something();
            thread::sleep(Duration::from_millis(self.chance.random_range(5..60)));
        }
    }

    fn something(&mut self) {
        let few = self.world.live().len() < self.world.wanted;
        if few {
            self.create();
            return;
        }
        let Some(id) = self.some_infrastructure() else {
            return;
        };
        match self.chance.random_range(0..100) {
            0..40 => drop(self.read(&id)),
            40..50 => self.state(&id),
            50..55 => self.list(),
            55..75 => drop(self.add(&id)),
            75..95 => self.remove_some(&id),
            95..98 => self.act(&id),
            _ => self.destroy(&id),
        }
    }

    fn some_infrastructure(&mut self) -> Option<String> {
        let live = self.world.live();
        let place = self.chance.random_range(0..live.len().max(1));
        live.get(place).cloned()
    }

    fn create(&mut self) {
        if let Some(id) = self.created() {
            self.world.live().push(id);
        }
    }

    /// Creates an infrastructure that the other clients know nothing of.
    pub(crate) fn created(&mut self) -> Option<String> {
        let marker = self.world.marker();
        let began = self.world.now();
        match self.send("POST", "/infrastructures", &document(&marker)) {
            Told::Done(uri) => {
                let ended = Some(self.world.now());
                let id = last_parts(&uri).pop().unwrap_or_default();
                let act = Act::Create(Vms::from([0]));
                self.world.record(&id, began, ended, act);
                return Some(id);
            }
            Told::Unknown(_) => count(&self.world.counts.creations_unknown),
            _ => {}
        }
        None
    }

    /// The infrastructures, or the machines of one; `None` if there is no answer that tells.
    pub(crate) fn names(&mut self, path: &str) -> Option<Vec<String>> {
        match self.send("GET", path, "") {
            Told::Done(body) => Some(last_parts(&body)),
            Told::NoInfrastructure => Some(Vec::new()),
            _ => None,
        }
    }

    /// Asks for the machines; whether there was an answer that tells.
    pub(crate) fn read(&mut self, id: &str) -> bool {
        let began = self.world.now();
        let told = self.send("GET", &format!("/infrastructures/{id}"), "");
        self.shown(id, began, &told, machines)
    }

    fn state(&mut self, id: &str) {
        let began = self.world.now();
        let told = self.send("GET", &format!("/infrastructures/{id}/state"), "");
        self.shown(id, began, &told, machines_of_state);
    }

    fn shown(&self, id: &str, began: u64, told: &Told, parse: fn(&str) -> Option<Vms>) -> bool {
        let act = match told {
            Told::Done(body) => {
                let shown = parse(body);
                assert!(shown.is_some(), "an answer without machines: {body}");
                Act::Read(shown)
            }
            Told::NoInfrastructure => Act::Read(None),
            _ => return false,
        };
        self.world.record(id, began, Some(self.world.now()), act);
        true
    }

    /// Asks for all infrastructures.
    fn list(&mut self) {
        let known: Vec<String> = self.world.histories().keys().cloned().collect();
        let began = self.world.now();
        if let Told::Done(body) = self.send("GET", "/infrastructures", "") {
            let ended = Some(self.world.now());
            let listed = last_parts(&body);
            for id in known {
                let there = listed.contains(&id);
                self.world.record(&id, began, ended, Act::There(there));
            }
        }
    }

    /// Adds a machine; whether that was done.
    pub(crate) fn add(&mut self, id: &str) -> bool {
        let marker = self.world.marker();
        let began = self.world.now();
        let told = self.send(
            "POST",
            &format!("/infrastructures/{id}"),
            &document(&marker),
        );
        let ended = Some(self.world.now());
        match told {
            Told::Done(body) => {
                let added = machines(&body);
                assert!(added.is_some(), "an answer without machines: {body}");
                self.world.record(id, began, ended, Act::Add(1, added));
                return true;
            }
            Told::Unknown(_) | Told::Partly(_) => {
                self.world.record(id, began, None, Act::Add(1, None));
            }
            Told::NoInfrastructure => self.world.record(id, began, ended, Act::There(false)),
            Told::Refused(_) => self.refused(id, began, Act::Add(1, None)),
            Told::NoVm => {}
        }
        false
    }

    /// Removes a machine that somebody has seen, and that may be there still.
    fn remove_some(&mut self, id: &str) {
        let seen: Vec<Vm> = self.seen(id).into_iter().collect();
        // The last ones are there most often.
        let seen = &seen[seen.len().saturating_sub(6)..];
        if let Some(vm) = seen.get(self.chance.random_range(0..seen.len().max(1))) {
            self.remove(id, *vm);
        }
    }

    /// The machines that somebody has seen.
    fn seen(&self, id: &str) -> Vms {
        let histories = self.world.histories();
        let history = histories.get(id).into_iter().flatten();
        history.flat_map(|entry| entry.act.seen()).collect()
    }

    fn remove(&mut self, id: &str, vm: Vm) {
        let began = self.world.now();
        let told = self.send("DELETE", &format!("/infrastructures/{id}/vms/{vm}"), "");
        let ended = Some(self.world.now());
        match told {
            Told::Done(_) => self
                .world
                .record(id, began, ended, Act::Remove(vm, Some(true))),
            Told::NoVm => self
                .world
                .record(id, began, ended, Act::Remove(vm, Some(false))),
            Told::NoInfrastructure => self.world.record(id, began, ended, Act::There(false)),
            Told::Unknown(_) | Told::Partly(_) => {
                self.world.record(id, began, None, Act::Remove(vm, None));
            }
            Told::Refused(_) => self.refused(id, began, Act::Remove(vm, None)),
        }
    }

    fn refused(&self, id: &str, began: u64, act: Act) {
        let ended = Some(self.world.now());
        self.world
            .record(id, began, ended, Act::Refused(Box::new(act)));
    }

    /// Something else that changes an infrastructure, and none of its machines.
    fn act(&mut self, id: &str) {
        let what = ["stop", "start", "reconfigure"][self.chance.random_range(0..3)];
        let began = self.world.now();
        if self.send("PUT", &format!("/infrastructures/{id}/{what}"), "") == Told::NoInfrastructure
        {
            self.world
                .record(id, began, Some(self.world.now()), Act::There(false));
        }
    }

    pub(crate) fn destroy(&mut self, id: &str) {
        self.world.live().retain(|live| live != id);
        let began = self.world.now();
        let told = self.send("DELETE", &format!("/infrastructures/{id}"), "");
        let ended = Some(self.world.now());
        match told {
            Told::Done(_) => self
                .world
                .record(id, began, ended, Act::Destroy(Some(true))),
            Told::NoInfrastructure => {
                self.world
                    .record(id, began, ended, Act::Destroy(Some(false)));
            }
            Told::Unknown(_) | Told::Partly(_) => {
                // Machine after machine.
                for vm in self.seen(id) {
                    self.world.record(id, began, None, Act::Remove(vm, None));
                }
                self.world.record(id, began, None, Act::Destroy(None));
            }
            Told::NoVm => {}
            Told::Refused(_) => {
                self.refused(id, began, Act::Destroy(None));
                self.world.live().push(id.to_owned());
            }
        }
    }

    /// Sends a request and counts what was told.
    fn send(&mut self, method: &str, path: &str, body: &str) -> Told {
        let address = self.address();
        let headers = [
            ("Authorization", self.world.authorization.as_str()),
            ("Content-Type", "text/plain"),
        ];
        let answer = Client::new(&address)
            .patience(PATIENCE)
            .send(method, path, &headers, body);
        let told = Told::of(&answer);
        let counts = &self.world.counts;
        count(&counts.asked);
        match &told {
            Told::Done(_) | Told::NoInfrastructure | Told::NoVm => count(&counts.done),
            Told::Refused(_) => count(&counts.refused),
            Told::Unknown(_) | Told::Partly(_) => count(&counts.unknown),
        }
        if let Told::Refused(text) | Told::Partly(text) | Told::Unknown(text) = &told {
            self.world
                .note(format!("{address}: {method} {path} -> {text}"));
        }
        self.count_forwarded(path, &answer);
        told
    }

    /// A node that answers about what it owns says so.
    fn count_forwarded(&self, path: &str, answer: &io::Result<Answer>) {
        if let Ok(answer) = answer
            && (200..300).contains(&answer.status)
            && path.starts_with("/infrastructures/")
        {
            count(&self.world.counts.about_one);
            if answer.header("infid").is_none() {
                count(&self.world.counts.forwarded);
            }
        }
    }

    fn address(&mut self) -> String {
        if let Some(only) = &self.only {
            return only.clone();
        }
        if self.chance.random_bool(0.6) {
            return self.world.entry.clone();
        }
        let place = self.chance.random_range(0..self.world.nodes.len());
        self.world.nodes[place].clone()
    }
}
