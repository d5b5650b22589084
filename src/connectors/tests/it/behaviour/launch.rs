//! Launch, status, removal, and what comes before a launch.

use im_connectors::CreateIdempotency;
use im_domain::VmState;

use super::{Target, remove, skip, until};
use crate::support::{document, launch, remembered, request};

pub(super) async fn a_launched_machine_runs_and_keeps_its_document(target: &Target) {
    let connector = &*target.connector;
    let vm = launch(connector, target.document, "t1").await;
    let observed = until(target, &vm, VmState::Running).await;
    let system = observed.radl.first_system().unwrap();
    assert_eq!(system.interface_dns_name(0), Some("mine"));
    assert_eq!(
        system.features.get_str("provider.type"),
        Some(connector.cloud().kind.as_str())
    );
    assert!(system.interface_ip(0).is_some());
    assert!(system.credentials().username.is_some());
    assert_eq!(observed.radl.networks.len(), 1);
    assert_eq!(observed.radl.deploys.len(), 1);
    remove(target, &vm).await;
}

pub(super) async fn a_repeated_token_gives_the_same_machine(target: &Target) {
    let connector = &*target.connector;
    if connector.capability().create_idempotency == CreateIdempotency::CheckOnly {
        return skip(target, "recognition of repeated launches");
    }
    let request = request(connector, target.document, "t1").await;
    let first = connector.launch(&request).await.unwrap();
    let second = connector.launch(&request).await;
    if connector.capability().create_idempotency == CreateIdempotency::Token {
        assert_eq!(second.unwrap().cloud_vm_id, first.cloud_vm_id);
    } else {
        assert!(second.is_err(), "the repeat was not refused by name");
    }
    remove(target, &remembered(connector, &request, &first)).await;
}

pub(super) async fn different_tokens_give_different_machines(target: &Target) {
    let connector = &*target.connector;
    let mut request = request(connector, target.document, "t1").await;
    let first = connector.launch(&request).await.unwrap();
    request.token = "t2".to_owned();
    let second = connector.launch(&request).await.unwrap();
    assert_ne!(first.cloud_vm_id, second.cloud_vm_id);
    for launched in [first, second] {
        remove(target, &remembered(connector, &request, &launched)).await;
    }
}

pub(super) async fn machines_are_found_by_their_tokens(target: &Target) {
    let connector = &*target.connector;
    let request = request(connector, target.document, "t1").await;
    assert!(
        connector
            .find_by_token(&request.inf)
            .await
            .unwrap()
            .is_empty()
    );
    let launched = connector.launch(&request).await.unwrap();
    let mut found = connector.find_by_token(&request.inf).await.unwrap();
    assert_eq!(found.len(), 1);
    let again = found.remove("t1").unwrap();
    assert_eq!(again.cloud_vm_id, launched.cloud_vm_id);
    assert_eq!(again.observed.radl, launched.observed.radl);
    remove(target, &remembered(connector, &request, &launched)).await;
    assert!(
        connector
            .find_by_token(&request.inf)
            .await
            .unwrap()
            .is_empty()
    );
}

pub(super) async fn a_removed_machine_is_off_and_stays_so(target: &Target) {
    let connector = &*target.connector;
    let vm = launch(connector, target.document, "t1").await;
    for _ in 0..2 {
        connector.finalize(&vm, true).await.unwrap();
        until(target, &vm, VmState::Off).await;
    }
}

pub(super) async fn each_image_gives_one_system(target: &Target) {
    let mut wanted = document(target.document).first_system().unwrap().clone();
    wanted.features.set_list("disk.0.image.url", target.images);
    let systems = target.connector.concretize(&wanted).await.unwrap();
    let chosen: Vec<_> = systems
        .iter()
        .map(|system| system.disk_image_urls())
        .collect();
    assert_eq!(chosen, target.images.map(|image| vec![image]));
}

pub(super) async fn wishes_are_granted_if_they_fit(target: &Target) {
    let text =
        "system node (cpu.count = 2 and soft 10 (cpu.count >= 4) and soft 5 (memory.size >= 1g))";
    let mut wanted = document(text).first_system().unwrap().clone();
    wanted.set_disk_image_url(target.images[0]);
    let systems = target.connector.concretize(&wanted).await.unwrap();
    let system = systems.first().unwrap();
    assert_eq!(system.min_cpu(), Some(2));
    assert_eq!(system.min_memory_bytes(), Some(1_000_000_000));
    assert!(system.features.softs().is_empty());
}

pub(super) async fn estimates_have_an_address(target: &Target) {
    assert!(target.connector.endpoint().contains("://"));
}
