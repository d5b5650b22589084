//! The moments between two steps of an effect.
//!
//! An effect on a cloud has the same steps everywhere: the commit of its intent, the call, the commit of what came of
//! it. A process can die, or be paused, between any two; that is what tests do here.

use im_store::IntentAction;
use im_util::failpoint;

/// A moment between two steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Boundary {
    /// The intent is committed.
    AfterIntentCommit,
    /// The row was seen to be this node's; the call comes next.
    BeforeCall,
    /// The cloud has answered.
    AfterCall,
    /// What came of it is to be committed.
    BeforeConfirm,
    /// It is committed.
    AfterConfirm,
}

// === impl Boundary ===

impl Boundary {
    /// All, in the order in which an effect passes them.
    pub const ALL: [Self; 5] = [
        Self::AfterIntentCommit,
        Self::BeforeCall,
        Self::AfterCall,
        Self::BeforeConfirm,
        Self::AfterConfirm,
    ];

    /// The name, as tests use it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AfterIntentCommit => "after-intent-commit",
            Self::BeforeCall => "before-call",
            Self::AfterCall => "after-call",
            Self::BeforeConfirm => "before-confirm",
            Self::AfterConfirm => "after-confirm",
        }
    }
}

/// An effect passes a boundary: the failpoint `launch.after-call` and so on.
pub async fn pass(boundary: Boundary, action: IntentAction) {
    tracing::trace!(
        boundary = boundary.as_str(),
        action = action.as_str(),
        "step"
    );
    failpoint!(format!("{}.{}", action.as_str(), boundary.as_str()));
}
