//! Changes of size.

use im_connectors::ErrorKind;
use im_domain::VmState;

use super::{Target, remove, skip, until};
use crate::support::{document, launch};

pub(super) async fn the_size_becomes_what_was_asked_for(target: &Target) {
    let connector = &*target.connector;
    if !connector.capability().alter {
        return skip(target, "changes of size");
    }
    let vm = launch(connector, target.document, "t1").await;
    until(target, &vm, VmState::Running).await;
    let wanted = document("system node (cpu.count = 2 and memory.size = 1024m)");
    let altered = connector.alter(&vm, &wanted).await.unwrap();
    let system = altered.radl.first_system().unwrap();
    assert!(system.min_cpu() >= Some(2));
    assert!(system.min_memory_bytes() >= Some(1_024_000_000));
    assert_eq!(system.interface_dns_name(0), Some("mine"));
    remove(target, &vm).await;
}

pub(super) async fn a_document_about_another_system_is_refused(target: &Target) {
    let connector = &*target.connector;
    if !connector.capability().alter {
        return skip(target, "changes of size");
    }
    let vm = launch(connector, target.document, "t1").await;
    until(target, &vm, VmState::Running).await;
    let wanted = document("system other (cpu.count = 2 and memory.size = 1024m)");
    let refusal = connector.alter(&vm, &wanted).await.unwrap_err();
    assert_eq!(refusal.kind, ErrorKind::Invalid);
    remove(target, &vm).await;
}
