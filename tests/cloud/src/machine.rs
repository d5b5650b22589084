//! Machines and images.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spec {
    /// Its name.
    pub name: String,
    /// The image it starts from.
    #[serde(default)]
    pub image: Option<String>,
    /// Its size.
    #[serde(flatten)]
    pub size: Size,
    /// How many network interfaces it has, each with an address.
    #[serde(default)]
    pub interfaces: usize,
    /// Anything that is to be kept with it.
    #[serde(default)]
    pub user_data: String,
    /// Labels, by which it is found.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
}

/// How big it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Processors.
    #[serde(default)]
    pub cpu: u64,
    /// Memory in units of 10^6 bytes.
    #[serde(default)]
    pub memory_mb: u64,
}

/// Whether it is switched on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Power {
    /// Since this moment, in milliseconds of the epoch.
    On(u64),
    /// It is stopped.
    Off,
}

/// A moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// The number of the event in the file: of two moments, the earlier one has the smaller number.
    pub event: u64,
    /// Milliseconds of the epoch.
    pub ms: u64,
}

/// A machine that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub account: String,
    /// The token of the launch.
    pub token: Option<String>,
    /// What was asked for.
    pub spec: Spec,
    /// How big it is now.
    pub size: Size,
    /// The addresses of its interfaces.
    pub addresses: Vec<String>,
    /// The password of the user `simulated`.
    pub password: String,
    /// Whether it is switched on.
    pub power: Power,
    /// When it was made.
    pub made: Moment,
    /// When it was removed.
    pub removed: Option<Moment>,
}

/// An image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub account: String,
    /// Its name.
    pub name: String,
}

// === impl Machine ===

impl Machine {
    /// Its state in a word.
    pub fn state(&self, now_ms: u64, boot_ms: u64) -> &'static str {
        match (self.removed, self.power) {
            (Some(_), _) => "removed",
            (None, Power::Off) => "stopped",
            (None, Power::On(since)) if now_ms < since.saturating_add(boot_ms) => "pending",
            (None, Power::On(_)) => "running",
        }
    }

    /// Whether a list that is so late shows it.
    pub(crate) fn is_listed(&self, now_ms: u64, late_ms: u64) -> bool {
        let shows = |moment: Moment| now_ms >= moment.ms.saturating_add(late_ms);
        shows(self.made) && !self.removed.is_some_and(shows)
    }

    /// A label of it.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.spec.labels.get(key).map(String::as_str)
    }
}
