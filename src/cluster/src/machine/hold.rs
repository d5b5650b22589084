//! What is known of an infrastructure that this process owns.

use im_store::Position;

/// An infrastructure that this process owns, as far as it knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hold {
    /// Where the row stands, as far as acknowledged.
    pub at: Position,
    /// How far it has come.
    pub phase: Phase,
    /// A write is under way.
    pub writing: bool,
    /// Nobody knows whether the last write landed: only that may be found out.
    pub poisoned: bool,
    /// The session's deadline had passed when last looked at: start nothing new.
    pub suspect: bool,
    /// The open intents are settled.
    pub recovered: bool,
}

/// Whether it is coming or going.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// It is to be kept.
    Keeping,
    /// It is to be given back as soon as no write is under way.
    Releasing,
}

// === impl Hold ===

impl Hold {
    /// Just taken.
    pub fn taken(at: Position) -> Self {
        Self {
            at,
            phase: Phase::Keeping,
            writing: false,
            poisoned: false,
            suspect: false,
            recovered: false,
        }
    }

    /// Whether a user's change may begin.
    pub fn may_begin(&self) -> bool {
        self.recovered && !self.suspect && !self.poisoned && self.phase == Phase::Keeping
    }

    /// Whether a write may be sent.
    pub(super) fn may_write(&self) -> bool {
        self.is_quiet() && self.phase == Phase::Keeping
    }

    /// Whether the row can be given back at once.
    pub(super) fn is_quiet(&self) -> bool {
        !self.writing && !self.poisoned
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self { poisoned: true, .. } => "poisoned",
            Self {
                phase: Phase::Releasing,
                ..
            } => "releasing",
            Self { suspect: true, .. } => "suspect",
            Self {
                recovered: false, ..
            } => "recovering",
            _ => "owned",
        }
    }
}
