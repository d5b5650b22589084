//! The state, and the file that it is read from: one line an event, each written and synchronised before it counts.
//!
//! A line that a `kill -9` cut off was not answered, and is cut away at the next start.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::audit::LaunchCall;
use crate::machine::Moment;
use crate::{Image, Machine, Power, Size};

/// Something that happened.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Event {
    /// Somebody asked for a machine, and perhaps it was made.
    Launch {
        call: LaunchCall,
        made: Option<Box<Machine>>,
    },
    /// A machine was switched on or off.
    Power { id: String, power: Power },
    /// A machine has another size.
    Size { id: String, size: Size },
    /// A machine is gone.
    Removed { id: String, at: Moment },
    /// An image was made.
    Image(Image),
    /// An image is gone.
    ImageRemoved { id: String },
}

/// What there is.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Number of the next event.
    pub(crate) next: u64,
    pub(crate) machines: Vec<Machine>,
    pub(crate) calls: Vec<LaunchCall>,
    pub(crate) images: BTreeMap<String, Image>,
}

/// The state with its file.
#[derive(Debug)]
pub(crate) struct Ledger {
    file: File,
    state: State,
}

// === impl State ===

impl State {
    fn apply(&mut self, event: Event) {
        self.next += 1;
        match event {
            Event::Launch { call, made } => {
                self.calls.push(call);
                self.machines.extend(made.map(|machine| *machine));
            }
            Event::Power { id, power } => {
                if let Some(machine) = self.machine_mut(&id) {
                    machine.power = power;
                }
            }
            Event::Size { id, size } => {
                if let Some(machine) = self.machine_mut(&id) {
                    machine.size = size;
                }
            }
            Event::Removed { id, at } => {
                if let Some(machine) = self.machine_mut(&id) {
                    machine.removed = Some(at);
                }
            }
            Event::Image(image) => {
                self.images.insert(image.id.clone(), image);
            }
            Event::ImageRemoved { id } => {
                self.images.remove(&id);
            }
        }
    }

    fn machine_mut(&mut self, id: &str) -> Option<&mut Machine> {
        self.machines.iter_mut().find(|machine| machine.id == id)
    }

    /// A machine of an account that is there.
    pub(crate) fn machine(&self, account: &str, id: &str) -> Option<&Machine> {
        self.machines.iter().find(|machine| {
            machine.id == id && machine.account == account && machine.removed.is_none()
        })
    }
}

// === impl Ledger ===

impl Ledger {
    /// Reads the file, or begins one.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let mut file = File::options()
            .read(true)
            .append(true)
            .create(true)
            .open(path)?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let mut state = State::default();
        for line in text.get(..whole).unwrap_or_default().lines() {
            state.apply(serde_json::from_str(line)?);
        }
        file.set_len(u64::try_from(whole).unwrap_or(u64::MAX))?;
        file.seek(io::SeekFrom::End(0))?;
        Ok(Self { file, state })
    }

    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    /// Makes something happen, for good.
    pub(crate) fn record(&mut self, event: Event) -> io::Result<()> {
        let mut line = serde_json::to_vec(&event)?;
        line.push(b'\n');
        self.file.write_all(&line)?;
        self.file.sync_data()?;
        self.state.apply(event);
        Ok(())
    }
}
