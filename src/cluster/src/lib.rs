//! Who may change an infrastructure, and the cache of those that this node owns.
//!
//! # Enter through [`Cluster`]
//! `manager` opens an infrastructure and is told where it is ([`Opened`]): *here*, with its [`Slot`], the one place in
//! this process where it lives; *at* another node, to which the request is to be sent; or nowhere. A slot hands out
//! immutable snapshots to readers without a lock, and turns changes into commits. [`Cluster::new`] is a node that is
//! alone with its store, [`Cluster::join`] one of many. How nodes reach each other is behind
//! [`Peers`](peers::Peers), where hints of ownership are kept behind [`Leases`](leases::Leases), and what a new owner
//! must settle first behind [`Recovery`]; the database is `im_store`. No HTTP here.
//!
//! # What must hold, why it does, and which test tries to break it
//! Tests named `model::` are exhaustive within bounds (`tests/model`), `machine::` random events against the pure
//! machine (`tests/machine.rs`), `cluster::` single situations (`tests/cluster`), and `simulation` schedules with faults
//! over three nodes (`tests/simulation`), where each invariant is a kind of `Violation`.
//!
//! * **I1 Fence.** *Every mutation of an infrastructure's durable state is one transaction asserting `epoch = mine` and
//!   `version = the one I read`.* All writes, of the document and of the journal, go through `slot/commit.rs`, which
//!   sends the position that was last acknowledged, one write at a time; a conflict ends the slot.
//!   `machine::whatever_happens_the_effects_are_allowed`, `cluster::slot::a_row_with_another_owner_ends_the_slot`,
//!   `simulation` (`LostUpdate`); without it (`bug-no-fence`) the simulation is red.
//! * **I2 Issue.** *`epoch` grows only by the statement that also sets the owner; each epoch has exactly one owner
//!   process.* Epochs come from `Store::acquire` alone, never from a lease. A row is taken from nobody, from this boot,
//!   from one that released it, or from one whose session was ended for ever. `simulation` (`SharedEpoch`,
//!   `TakenFromLiving`), `model::slots`, `model::session::taking_over_without_asking_whether_the_owner_is_dead_gives_stale_reads`.
//! * **I3 Read.** *A response built from memory is built while the session is fresh, and no other process can hold a
//!   newer epoch before that deadline has passed.* [`Slot::read`] takes the snapshot first and looks at the clock
//!   afterwards; why the deadline is right is argued in `session.rs`. With [`ReadMode::Validated`] the row's position is
//!   read instead, and no clock is trusted. `simulation` (`StaleRead`, both modes), `model::session` (four rules, each
//!   of which taken away gives a stale read), `cluster::nodes::a_node_that_was_declared_dead_drops_everything_and_begins_again`;
//!   without it (`bug-trust-cache`) the simulation is red.
//! * **I4 Acknowledged is durable; unknown is not failed.** A snapshot is swapped, and a change answers `Ok`, only after
//!   the commit was acknowledged; what became of a write without an answer is found out by raising the epoch first
//!   (`slot/resolve.rs`), and if that cannot be, the answer is `OutcomeUnknown`.
//!   `cluster::slot::a_lost_answer_is_asked_for_and_not_called_a_failure`,
//!   `cluster::slot::an_outcome_that_a_new_owner_hides_stays_unknown`, `simulation` (`LandedLater`),
//!   `model::session::calling_an_unknown_outcome_failed_is_refuted_later`; without it (`bug-unknown-is-failed`) the
//!   simulation is red.
//! * **I5 Intent before effect.** The intents are the journal's; here is the gate before an effect, [`Slot::confirm`]:
//!   the row is this boot's and the session is fresh *afterwards*, so nobody takes over without consent before the
//!   margin has passed; and the guard of the operation pins the slot, so consent is not given. `simulation`
//!   (`EffectByDead`).
//! * **I6 Adopt before act.** A slot that was taken lets readers in, and holds back changes and operations until
//!   [`Recovery`] has settled the open intents, or has taken them over and given the first turn to the task that settles
//!   them; only [`Recovering`] can change it until then, and no operation of a user comes before that turn.
//!   `cluster::nodes::changes_wait_for_the_recovery_and_readers_do_not`, `machine::no_change_begins_before_the_recovery`,
//!   `simulation` (`NotRecovered`).
//! * **I7 Work is never orphaned.** A dead node is noticed within `SESSION_TTL` and two thirds of a `BEAT`, after which
//!   anybody who opens what it owned takes it; the scan for unfinished operations asks [`Cluster::has_ended`].
//!   `cluster::nodes::a_silent_owner_is_waited_for_until_it_is_declared_dead`, `simulation` (`Stuck`).
//! * **I8 Mode holds.** A node gives infrastructures that it cannot take, because it drains, only to nodes in
//!   `BOOT_MODE` 0; what a mode forbids is refused by `manager` before anything is opened, and a request is not forwarded
//!   before it was refused. A node does not send requests to an owner that may do less than itself (it would refuse
//!   them), but asks it for the infrastructure until it gets it, and offers it nothing.
//!
//! Besides: one slot for each infrastructure in a life of a node (one acquisition at a time, in a task of its own, and
//! a table of weak references that finds a slot as long as anybody holds it); and a caller that goes away changes
//! nothing, since commits, acquisitions and releases are not its own.
//!
//! # What it does not guarantee
//! That one node at a time *believes* that it owns an infrastructure: a node that was stopped believes it until its
//! next look at a clock or a row. [`Cluster::stored`] shows every acknowledged change, and perhaps one more; readers who
//! may not see a change before its owner has acknowledged it are to be forwarded. Databases that lose commits when they
//! fail over are noticed (an epoch that goes back is an alarm), not survived.

mod asked;
mod cluster;
mod error;
pub mod leases;
mod life;
pub mod machine;
mod operation;
pub mod peers;
mod recovery;
mod session;
mod settings;
mod slot;
pub mod status;
mod watcher;

pub use asked::Asked;
pub use cluster::{CacheSettings, Cluster, Opened, Parts};
pub use error::{ChangeError, ClusterError};
pub use life::NodeLife;
pub use operation::OperationGuard;
pub use peers::{Elsewhere, Peer};
pub use recovery::{NoRecovery, Recovering, Recovery};
pub use settings::{ClusterSettings, NodeSettings, ReadMode, SessionSettings, SettingsError};
pub use slot::Slot;
pub use watcher::Watch;
