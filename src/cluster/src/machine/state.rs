//! The words of the machine. `B` names a boot; the models use small numbers.

use im_domain::Epoch;
use im_store::Position;

use super::Hold;

/// Where an infrastructure stands in this process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum State<B> {
    /// Nothing is known, nothing is kept.
    Unowned,
    /// On the way to own it.
    Acquiring(Step<B>),
    /// Owned, as far as this process knows.
    Held(Hold),
    /// Another boot owns it: forward.
    Remote(B),
    /// Was owned, and is no longer: what is in memory answers nothing.
    Lost,
}

/// How far an acquisition has come.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step<B> {
    /// Asking the leases who has it.
    Claiming,
    /// Reading the row.
    Reading,
    /// Looking whether the boot that the row names is alive.
    Judging {
        /// The row, as read.
        seen: Position,
        /// Whom it names.
        owner: B,
    },
    /// Asking the owner, who is alive, to hand it over.
    Asking {
        /// The row, as read.
        seen: Position,
        /// Whom it names.
        owner: B,
    },
    /// Raising the epoch.
    Taking {
        /// The row, as read.
        seen: Position,
        /// Whom the row may name: nobody, this boot, one that ended, or one that released.
        from: Option<B>,
    },
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Event<B> {
    /// Somebody wants to use the infrastructure here.
    Wanted {
        /// Whether the leases are worth asking; not after they sent us to somebody who does not own it.
        ask_leases: bool,
    },
    /// What the leases say.
    Claimed(Claim<B>),
    /// The row was read.
    Row {
        /// Where it stands.
        at: Position,
        /// Whom it names.
        owner: Option<B>,
        /// Whether that is this boot.
        mine: bool,
    },
    /// There is no such row, or it is deleted.
    NoRow,
    /// Whether the owner lives.
    Judged(Life),
    /// What the owner said to the request for a hand-over.
    Answered(Answer),
    /// The row names this boot, at a new epoch.
    Taken(Position),
    /// The row had moved: nothing was taken, or it is not known.
    Raced,
    /// The store does not answer, or somebody else won too often.
    Failed,
    /// The open intents are settled.
    Recovered,
    /// They could not be settled.
    RecoveryFailed,
    /// Somebody has changes to commit.
    WriteWanted,
    /// The write was acknowledged.
    Committed(Position),
    /// The write was refused for a passing reason. Nothing was written.
    WriteFailed,
    /// The fence refused the write: the epoch has moved.
    Fenced,
    /// The version moved under an epoch that is ours, or the epoch went back: what must not happen.
    Impossible,
    /// Nobody knows whether the write landed.
    Unknown,
    /// The epoch was raised by this boot; what had been under way has landed or never will.
    Resolved(Position),
    /// The row turned out to have another owner.
    ResolvedElsewhere,
    /// The store did not say.
    ResolveSilent,
    /// The session's deadline has passed, as found on use.
    DeadlinePassed,
    /// The session is fresh, as found on use.
    Fresh,
    /// This boot was declared dead.
    Lapsed,
    /// It should go: idle, draining, or asked for.
    ReleaseWanted,
    /// The row names nobody now.
    GivenBack,
    /// That could not be done, or is not known: the row may go on naming this boot.
    GiveBackFailed,
}

/// What the leases say.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Claim<B> {
    /// It is claimed for this boot.
    Mine,
    /// A boot that is believed alive has it.
    HeldBy(B),
    /// They cannot be asked.
    Silent,
}

/// Whether a boot may still act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Life {
    /// It may.
    Alive,
    /// Its session was ended, by itself or by others, for ever.
    Ended,
}

/// What an owner says to a request for a hand-over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// It gave the row back.
    Released,
    /// It is using it: forward.
    Busy,
    /// Nothing came.
    Silent,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Effect<B> {
    /// Ask the leases, and claim it if nobody has.
    ClaimLease,
    /// Read the row.
    ReadRow,
    /// Look whether a boot is alive.
    Judge(B),
    /// Ask the owner to hand it over.
    AskOwner(B),
    /// Raise the epoch, if the row stands where it was seen and names nobody or `from`.
    Take {
        /// The epoch that was seen.
        seen: Epoch,
        /// Whom the row may name.
        from: Option<B>,
    },
    /// Say in the leases that this boot owns it.
    PublishLease(Position),
    /// Take the claim or the lease back, if it is this boot's.
    WithdrawLease,
    /// Settle the open intents.
    Recover,
    /// Let readers in.
    ServeReads,
    /// Let changes in.
    ServeChanges,
    /// Write, fenced by the position.
    Write(Position),
    /// Find out what became of the write at this position.
    Resolve(Position),
    /// Make the row name nobody.
    GiveBack(Position),
    /// Stop local work on it.
    CancelWork,
    /// Forget what is in memory.
    DropCache,
    /// Tell a human.
    Alarm,
    /// Tell those who want it that another boot has it.
    AnswerRemote(B),
    /// Tell those who want it that there is none.
    AnswerAbsent,
    /// Tell those who want it that it cannot be had now.
    Refuse(Refusal),
}

/// Why it cannot be had now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The store does not answer.
    StoreSilent,
    /// Its owner is not known to be dead, and does not answer.
    OwnerSilent,
    /// This node's session is not fresh.
    NotFresh,
    /// It belongs to somebody else now.
    Lost,
    /// A write is under way, or its outcome is being found out.
    NotNow,
}

// === impl State ===

impl<B> State<B> {
    /// The name of the state, for logs and `im status`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unowned => "unowned",
            Self::Acquiring(_) => "acquiring",
            Self::Held(hold) => hold.name(),
            Self::Remote(_) => "remote",
            Self::Lost => "lost",
        }
    }

    /// What is held, if it is.
    pub fn hold(&self) -> Option<&Hold> {
        match self {
            Self::Held(hold) => Some(hold),
            _ => None,
        }
    }
}
