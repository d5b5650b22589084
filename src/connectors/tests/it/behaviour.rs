//! What every type of cloud must do, whatever it is.
//!
//! Each case is a function over a [`Target`]: a way to a cloud, documents that it can launch, and how patient one must
//! be with it. A case asks the connector what it can do and says so where it does not apply. A new cloud is one more
//! function in [`targets`] and one more line at the end of this file.

mod alter;
mod images;
mod launch;
mod power;
mod targets;

use std::time::Duration;

use im_connectors::{CloudVm, Observed};
use im_domain::VmState;

use targets::Target;

/// Says that a case does not apply.
fn skip(target: &Target, what: &str) {
    println!("skipped for {}: it cannot do {what}", target.name);
}

/// Asks for the state of a machine until it is the expected one.
async fn until(target: &Target, vm: &CloudVm, state: VmState) -> Observed {
    let asked = async {
        loop {
            let observed = target.connector.status(vm).await.unwrap();
            if observed.state == state {
                return observed;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    match tokio::time::timeout(target.patience, asked).await {
        Ok(observed) => observed,
        Err(_) => panic!("{}: the machine did not become {state}", target.name),
    }
}

/// Removes a machine at the end of a case.
async fn remove(target: &Target, vm: &CloudVm) {
    target.connector.finalize(vm, true).await.unwrap();
}

/// One test for each case and target.
macro_rules! behaviour {
    ($target:ident: $($module:ident :: $case:ident),+ $(,)?) => {
        mod $target {
            $(
                #[tokio::test]
                async fn $case() {
                    super::$module::$case(&super::targets::$target()).await;
                }
            )+
        }
    };
}

/// All cases for one target.
macro_rules! all_behaviour {
    ($($target:ident),+ $(,)?) => {
        $(
            behaviour!(
                $target:
                launch::a_launched_machine_runs_and_keeps_its_document,
                launch::a_repeated_token_gives_the_same_machine,
                launch::different_tokens_give_different_machines,
                launch::machines_are_found_by_their_tokens,
                launch::a_removed_machine_is_off_and_stays_so,
                launch::each_image_gives_one_system,
                launch::wishes_are_granted_if_they_fit,
                launch::estimates_have_an_address,
                power::a_stopped_machine_can_be_started,
                power::stopping_and_starting_again_changes_nothing,
                power::a_reboot_leaves_the_state,
                power::a_machine_that_is_gone_cannot_be_started,
                alter::the_size_becomes_what_was_asked_for,
                alter::a_document_about_another_system_is_refused,
                images::snapshots_can_be_made_and_deleted_twice,
                images::images_and_quotas_are_told,
            );
        )+
    };
}

all_behaviour!(dummy, dummy_with_layers);
#[cfg(feature = "simulated")]
all_behaviour!(simulated_with_tokens, simulated_without_tokens);
