//! What every store must do, whatever it is made of.
//!
//! A backend runs the suite by implementing [`Backend`] in a test of its own and calling `suite!`.

pub(crate) mod concurrency;
pub(crate) mod journal;
pub(crate) mod lists;
pub(crate) mod owners;
pub(crate) mod purge;
pub(crate) mod rows;
pub(crate) mod sessions;
pub(crate) mod writes;

use std::sync::Arc;

use im_domain::{BootId, Identity, InfId, Infrastructure, Owner};
use im_store::{Database, Position, Store, StoreError, StoreErrorKind};
use serde_json::{Map, json};

/// A store of one test, empty at first.
pub(crate) trait Backend: Sized {
    /// What is missing on this machine to run the tests of this backend.
    fn missing() -> Option<&'static str> {
        None
    }

    /// A new one.
    async fn fresh() -> Self;

    /// The store.
    fn store(&self) -> Arc<dyn Database>;

    /// Another connection to the same data, as another life of the service has.
    async fn reopen(&self) -> Arc<dyn Database>;

    /// Makes a row one that cannot be understood.
    async fn spoil(&self, id: &InfId);
}

/// Runs the suite on a backend.
macro_rules! suite {
    ($backend:ty) => {
        $crate::suite::suite!($backend, writes: [
            an_insert_is_loaded_as_it_was, an_id_is_taken_while_it_lives, a_deleted_id_can_be_used_again,
            a_save_raises_the_version, a_save_from_an_old_version_is_refused, a_save_from_an_old_epoch_is_refused,
            a_save_of_what_is_not_there_is_refused, acquiring_raises_the_epoch_once, what_was_saved_is_there_in_the_next_life,
            large_numbers_do_no_harm
        ]);
        $crate::suite::suite!($backend, lists: [
            a_list_goes_from_the_last_saved_to_the_oldest, each_owner_lists_it_once, a_new_owner_lists_it_and_the_old_one_does_not,
            deleted_ones_are_not_listed, wildcards_and_quotes_are_letters, case_and_blanks_count, a_password_counts,
            nobody_lists_nothing, many_users_at_once
        ]);
        $crate::suite::suite!($backend, rows: [
            a_spoilt_row_is_reported_and_harms_no_other, summaries_have_deleted_ones_too, summaries_have_the_moment_of_the_save,
            texts_of_all_kinds_come_back, a_thousand_machines_come_back, a_ping_is_answered
        ]);
        $crate::suite::suite!($backend, owners: [
            who_inserts_owns, what_another_boot_owns_cannot_be_acquired, what_a_dead_boot_owned_is_taken_from_it,
            what_was_released_is_free, one_of_many_boots_wins
        ]);
        $crate::suite::suite!($backend, sessions: [
            a_node_enters_and_beats, a_dead_boot_never_beats_again, a_draining_node_beats_until_it_is_gone,
            a_beat_and_a_death_exclude_each_other, one_of_many_declares_it_dead,
            only_the_dead_that_own_nothing_are_tidied_up, the_cluster_has_one_name
        ]);
        $crate::suite::suite!($backend, journal: [
            an_operation_comes_with_its_infrastructure, intents_go_their_way_to_the_end,
            a_refused_save_leaves_the_journal_alone, a_journal_that_cannot_be_changed_stops_the_save,
            a_key_begins_one_operation, operations_change_hands, a_thousand_intents_are_planned_at_once,
            what_ended_is_tidied_up, sealed_credentials_do_not_show
        ]);
        $crate::suite::suite!($backend, purge: [
            only_old_deleted_rows_go, a_dry_run_only_counts, a_purged_id_is_free
        ]);
        $crate::suite::suite!($backend, concurrency: [
            one_of_many_saves_wins, one_of_many_owners_wins, many_inserts_all_arrive, chains_of_saves_keep_apart,
            one_of_many_inserts_wins, each_of_many_has_its_own_outcome
        ]);
    };
    ($backend:ty, $module:ident: [$($name:ident),*]) => {
        mod $module {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    match <$backend as $crate::suite::Backend>::missing() {
                        Some(what) => println!("skipped: {} needs {what}", stringify!($name)),
                        None => crate::suite::$module::$name::<$backend>().await,
                    }
                }
            )*
        }
    };
}
pub(crate) use suite;

/// The boot that owns what the tests insert.
pub(crate) fn me() -> BootId {
    boot(1)
}

/// A boot.
pub(crate) fn boot(number: u32) -> BootId {
    format!("00000000-0000-4000-8000-{number:012}")
        .parse()
        .unwrap()
}

/// A user.
pub(crate) fn user(name: &str) -> Identity {
    Identity::new(name, "secret")
}

/// The owner that a user is.
pub(crate) fn owner(identity: &Identity) -> Owner {
    let mut fields = Map::new();
    fields.insert("type".into(), json!("InfrastructureManager"));
    fields.insert("username".into(), json!(identity.username));
    if let Some(password) = &identity.password {
        fields.insert("password".into(), json!(password.expose()));
    }
    fields.insert("admin".into(), json!(false));
    Owner::from_fields(fields).unwrap()
}

/// An infrastructure of some users.
pub(crate) fn infrastructure(id: &str, users: &[&Identity]) -> Infrastructure {
    let owners = users.iter().map(|user| owner(user)).collect();
    let mut infrastructure = Infrastructure::new(id.parse().unwrap(), owners, 1_000);
    infrastructure
        .unknown
        .insert("cloud_connector".into(), serde_json::Value::Null);
    infrastructure
}

/// The ids that a user lists.
pub(crate) async fn listed(store: &dyn Store, user: &Identity) -> Vec<String> {
    let ids = store.list(&[user.user_key()]).await.unwrap();
    ids.iter().map(ToString::to_string).collect()
}

/// The kind of the error that came.
pub(crate) fn kind<T: std::fmt::Debug>(result: Result<T, StoreError>) -> StoreErrorKind {
    result.unwrap_err().kind
}

/// A conflict with a row that stands here.
pub(crate) fn conflict(epoch: u64, version: u64) -> StoreErrorKind {
    StoreErrorKind::Conflict(Some(Position::new(epoch, version)))
}
