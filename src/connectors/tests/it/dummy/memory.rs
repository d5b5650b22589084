//! Machines of other lives and other processes, and who is believed about a state.

use std::sync::Arc;
use std::time::Duration;

use im_connectors::{CloudVm, Connector, DummySettings};
use im_domain::{InfId, Vm, VmState};
use im_util::ManualClock;

use super::{cloud, clouds};
use crate::support::{document, launch, machine_of, remembered, request};

/// A machine as a database of another life of the service has it.
fn from_database(connector: &dyn Connector, state: VmState) -> CloudVm {
    let text = "system node (provider.type = 'Dummy' and net_interface.0.ip = '10.0.0.1' and \
                disk.0.os.credentials.username = 'username' and \
                disk.0.os.credentials.password = 'changed')";
    CloudVm {
        inf: InfId::random(),
        vm: Arc::new(Vm {
            cloud_vm_id: Some("179534605267".to_owned()),
            state,
            info: Arc::new(document(text)),
            last_update: 500,
            ..machine_of(connector)
        }),
    }
}

fn changed(vm: &CloudVm, change: impl FnOnce(&mut Vm)) -> CloudVm {
    let mut machine = Vm::clone(&vm.vm);
    change(&mut machine);
    CloudVm {
        inf: vm.inf.clone(),
        vm: Arc::new(machine),
    }
}

async fn state(connector: &dyn Connector, vm: &CloudVm) -> VmState {
    connector.status(vm).await.unwrap().state
}

#[tokio::test]
async fn an_unknown_machine_is_as_its_document_says() {
    let cloud = cloud();
    for (stored, expected) in [
        (VmState::Configured, VmState::Running),
        (VmState::Unconfigured, VmState::Running),
        (VmState::Running, VmState::Running),
        (VmState::Pending, VmState::Running),
        (VmState::Unknown, VmState::Running),
        (VmState::Stopped, VmState::Stopped),
        (VmState::Off, VmState::Off),
    ] {
        let vm = from_database(&*cloud, stored);
        let observed = cloud.status(&vm).await.unwrap();
        assert_eq!(observed.state, expected, "{stored}");
        assert!(Arc::ptr_eq(&observed.radl, &vm.vm.info), "nothing is new");
    }
    let vm = from_database(&*cloud, VmState::Configured);
    let removed = changed(&vm, |vm| vm.destroyed = true);
    assert_eq!(state(&*cloud, &removed).await, VmState::Off);
}

#[tokio::test]
async fn an_unknown_machine_can_be_worked_with() {
    let cloud = cloud();
    let vm = from_database(&*cloud, VmState::Configured);
    cloud.stop(&vm).await.unwrap();
    assert_eq!(state(&*cloud, &vm).await, VmState::Stopped);
    cloud.start(&vm).await.unwrap();
    cloud.reboot(&vm).await.unwrap();
    assert_eq!(state(&*cloud, &vm).await, VmState::Running);
    let wanted = document("system node (cpu.count = 2 and memory.size = 1g)");
    let altered = cloud.alter(&vm, &wanted).await.unwrap();
    assert_eq!(altered.radl.first_system().unwrap().min_cpu(), Some(2));
    cloud.finalize(&vm, true).await.unwrap();
    assert_eq!(state(&*cloud, &vm).await, VmState::Off);
    cloud.stop(&vm).await.unwrap_err();
}

#[tokio::test]
async fn a_machine_that_was_never_launched_is_off_and_can_be_removed() {
    let cloud = cloud();
    let vm = CloudVm {
        inf: InfId::random(),
        vm: Arc::new(machine_of(&*cloud)),
    };
    assert_eq!(state(&*cloud, &vm).await, VmState::Off);
    cloud.finalize(&vm, false).await.unwrap();
    cloud.start(&vm).await.unwrap_err();
}

#[tokio::test]
async fn of_two_processes_the_later_one_is_believed() {
    let clock = Arc::new(ManualClock::at(1_000));
    let [here] = clouds(DummySettings::default(), clock.clone(), ["dummy"]);
    let vm = launch(&*here, "system node ()", "t").await;
    // Another process stopped it, and recorded that.
    clock.advance(Duration::from_secs(10));
    let stopped_elsewhere = changed(&vm, |vm| {
        vm.state = VmState::Stopped;
        vm.last_update = 1_005;
    });
    assert_eq!(state(&*here, &stopped_elsewhere).await, VmState::Stopped);
    // It is started here; the document is behind.
    here.start(&stopped_elsewhere).await.unwrap();
    assert_eq!(state(&*here, &stopped_elsewhere).await, VmState::Running);
    // A clock that was set back makes nothing older.
    let from_tomorrow = changed(&vm, |vm| vm.last_update = 90_000);
    here.stop(&from_tomorrow).await.unwrap();
    assert_eq!(state(&*here, &from_tomorrow).await, VmState::Stopped);
    // A document that says nothing about power changes nothing.
    here.stop(&vm).await.unwrap();
    let unknown = changed(&vm, |vm| {
        vm.state = VmState::Unknown;
        vm.last_update = 100_000;
    });
    assert_eq!(state(&*here, &unknown).await, VmState::Stopped);
}

#[tokio::test]
async fn a_removed_machine_does_not_come_back() {
    let cloud = cloud();
    let vm = launch(&*cloud, "system node ()", "t").await;
    cloud.finalize(&vm, true).await.unwrap();
    let told_later = changed(&vm, |vm| vm.last_update = 5_000);
    assert_eq!(state(&*cloud, &told_later).await, VmState::Off);
    cloud.finalize(&vm, true).await.unwrap();
    assert_eq!(state(&*cloud, &vm).await, VmState::Off);
}

#[tokio::test]
async fn a_launch_repeated_in_another_process_gives_the_same_machine() {
    let request = request(&*cloud(), "system node ()", "token1").await;
    let here = cloud().launch(&request).await.unwrap();
    let there = cloud().launch(&request).await.unwrap();
    assert_eq!(here, there);
}

#[tokio::test]
async fn a_repeated_launch_tells_the_state_of_now() {
    let cloud = cloud();
    let request = request(&*cloud, "system node ()", "token1").await;
    let first = cloud.launch(&request).await.unwrap();
    let vm = remembered(&*cloud, &request, &first);
    cloud.stop(&vm).await.unwrap();
    let again = cloud.launch(&request).await.unwrap();
    assert_eq!(again.observed.state, VmState::Stopped);
    assert_eq!(again.cloud_vm_id, first.cloud_vm_id);
    let found = cloud.find_by_token(&request.inf).await.unwrap();
    assert_eq!(found.get("token1"), Some(&again));
}
