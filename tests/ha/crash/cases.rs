//! Which point, which action, in the middle of what.

use std::fs;
use std::path::{Path, PathBuf};

use super::Verb;
use super::bench::TTL;

/// What happens at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// The process dies.
    Crash,
    /// It stands still for longer than the time to live of its session.
    Stop,
    /// The task waits for longer than that, and the node beats on.
    Sleep,
    /// The step fails.
    Error,
}

/// What is going on when a point is passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Driver {
    /// The first node, the owner, serves a change.
    Owner(Verb),
    /// The second node forwards a change; the point is there.
    Forwarder(Verb),
    /// The second node forwards a change; the point is at the owner.
    Served(Verb),
    /// The answer to a commit is lost before.
    Unknown(Verb),
    /// The owner dies in the middle of a change; the point is at the node that finishes it.
    Heir(Verb),
    /// The owner is told to end, while it serves a creation.
    Drain,
    /// The second node wants what the first owns, and no lease tells that it is owned.
    Wanted,
    /// Requests come through the second node, until the first gives the infrastructure up.
    Offered,
}

/// One case.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) point: String,
    pub(crate) action: Action,
    pub(crate) driver: Driver,
}

const BOUNDARIES: [&str; 5] = [
    "after-intent-commit",
    "before-call",
    "after-call",
    "before-confirm",
    "after-confirm",
];

// === impl Action ===

impl Action {
    pub(crate) const ALL: [Self; 4] = [Self::Crash, Self::Stop, Self::Sleep, Self::Error];

    /// In the notation of the failpoints, once.
    pub(crate) fn once(self) -> String {
        let milliseconds = TTL * 2000.0;
        let what = match self {
            Self::Crash => "abort".to_owned(),
            Self::Stop => format!("stop:{milliseconds:.0}"),
            Self::Sleep => format!("sleep:{milliseconds:.0}"),
            Self::Error => "error".to_owned(),
        };
        format!("1*return({what})")
    }
}

// === impl Driver ===

impl Driver {
    /// How many nodes it takes.
    pub(crate) fn nodes(self) -> usize {
        match self {
            Self::Owner(_) | Self::Unknown(_) | Self::Drain => 1,
            _ => 2,
        }
    }
}

// === impl Case ===

impl Case {
    pub(crate) fn name(&self) -> String {
        format!("{} {:?} {:?}", self.point, self.action, self.driver)
    }
}

/// Every point of the source with every action in every situation that leads there.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for point in points() {
        for driver in drivers(&point) {
            for action in Action::ALL {
                cases.push(Case {
                    point: point.clone(),
                    action,
                    driver,
                });
            }
        }
    }
    cases
}

fn drivers(point: &str) -> Vec<Driver> {
    use Verb::{Add, Alter, Create, Destroy, Remove, Start, Stop, Update};
    let each =
        |verbs: &[Verb], driver: fn(Verb) -> Driver| verbs.iter().copied().map(driver).collect();
    let (room, step) = point.split_once('.').unwrap_or((point, ""));
    match room {
        "launch" => each(&[Create, Add, Update], Driver::Owner),
        "delete" => each(&[Remove, Destroy, Update], Driver::Owner),
        "stop" => each(&[Stop], Driver::Owner),
        "start" => each(&[Start], Driver::Owner),
        "alter" => each(&[Alter], Driver::Owner),
        "recover" => each(&[Create, Destroy, Update], Driver::Heir),
        "peer" if step.starts_with("forward") => each(&[Create, Add, Remove], Driver::Forwarder)
            .into_iter()
            .filter(|driver| *driver != Driver::Forwarder(Create))
            .collect(),
        "peer" => each(&[Add, Remove, Stop], Driver::Served),
        _ => match step.split('.').next().unwrap_or_default() {
            "create" => each(&[Create], Driver::Owner),
            "commit" | "confirm" => each(&Verb::ALL, Driver::Owner),
            "resolve" => each(&[Create, Add, Remove], Driver::Unknown),
            "beat" => each(&[Create, Remove], Driver::Owner),
            "take" | "recover" | "death" => each(&[Create, Remove], Driver::Heir),
            "drain" | "leave" => vec![Driver::Drain],
            "release" => vec![Driver::Drain, Driver::Wanted],
            "hand-over" => vec![Driver::Wanted],
            "offer" => vec![Driver::Offered],
            _ => panic!("nobody knows how to come to the failpoint {point}"),
        },
    }
}

/// The names of all points.
pub(crate) fn points() -> Vec<String> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut points = Vec::new();
    for file in sources(&src) {
        let text = fs::read_to_string(&file).expect("a source file");
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        for call in text.split("failpoint!(").skip(1) {
            // Those whose names are made of parts begin otherwise, and so do the words of the documentation.
            if let Some(name) = call.trim_start().strip_prefix('"') {
                points.extend(name.split('"').next().map(str::to_owned));
            }
        }
    }
    points.retain(|point| !point.starts_with("room."));
    for action in ["launch", "delete", "stop", "start", "alter"] {
        points.extend(BOUNDARIES.map(|boundary| format!("{action}.{boundary}")));
    }
    points.sort();
    points.dedup();
    points
}

fn sources(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).expect("a directory").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
    found
}
