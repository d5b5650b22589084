//! What one commit writes: the journal follows what the infrastructure says, and the other way round.

#![allow(clippy::unwrap_used)] // a test may fail by panic

use std::sync::Arc;

use im_domain::{BootId, CloudInfo, InfId, Infrastructure, OperationId, Vm, VmId, VmState};
use im_operations::{Entry, Names, Planned, action_of};
use im_store::{
    Database, IntentAction, IntentState, JournalChange, NewOperation, OperationKind,
    OperationState, OperationsOf, Position,
};

const BOTH: [IntentAction; 2] = [IntentAction::Launch, IntentAction::Delete];

fn operation(kind: OperationKind) -> NewOperation {
    NewOperation {
        id: OperationId::random(),
        kind,
        boot: BootId::random(),
        sealed: None,
        idempotency: None,
    }
}

fn vm(id: u32) -> Arc<Vm> {
    let cloud = CloudInfo::new("cloud", "Dummy");
    Arc::new(Vm {
        id: VmId(id),
        creation_id: VmId(id),
        cloud_vm_id: None,
        state: VmState::Pending,
        destroyed: false,
        deleting: false,
        creating: true,
        last_update: 0,
        cloud,
        info: Arc::default(),
        requested: Arc::default(),
        cont_out: String::new(),
        configured: None,
        ctxt_pid: None,
        ssh_connect_errors: 0,
        error_msg: None,
        creation_date: None,
        unknown: serde_json::Map::new(),
    })
}

fn infrastructure(vms: u32) -> Infrastructure {
    let mut infrastructure = Infrastructure::new(InfId::random(), Vec::new(), 0);
    infrastructure.vms = (0..vms).map(vm).collect();
    infrastructure
}

fn planned(operation: &NewOperation, action: IntentAction, vm: u32) -> Planned {
    Planned {
        operation: operation.id,
        action,
        vm: VmId(vm),
        attempt: 0,
        digest: "d".into(),
    }
}

/// An infrastructure whose creation has begun: each of its machines is to be launched, and removed too.
fn begun(vms: u32) -> (Infrastructure, Vec<JournalChange>, NewOperation) {
    let (mut inf, mut journal) = (infrastructure(vms), Vec::new());
    let create = operation(OperationKind::Create);
    let mut entry = Entry::new(&mut inf, &mut journal);
    entry.begin(&create);
    let intents: Vec<Planned> = (0..vms)
        .flat_map(|vm| BOTH.map(|action| planned(&create, action, vm)))
        .collect();
    entry.plan(&Names::new("test"), &intents);
    (inf, journal, create)
}

#[test]
fn what_is_not_open_is_neither_marked_nor_ended() {
    let (mut inf, _, create) = begun(1);
    let mut journal = Vec::new();
    let mut entry = Entry::new(&mut inf, &mut journal);
    entry.end(OperationId::random(), OperationState::Done, None);
    entry.end_kinds(&[OperationKind::Add], OperationState::Done, None);
    entry.mark(VmId(0), IntentAction::Stop, IntentState::Applied, "");
    entry.mark(VmId(7), IntentAction::Launch, IntentState::Applied, "");
    assert_eq!(journal, []);
    for _ in 0..2 {
        let mut entry = Entry::new(&mut inf, &mut journal);
        entry.mark(VmId(0), IntentAction::Launch, IntentState::Applied, "id");
        entry.end(create.id, OperationState::Done, None);
    }
    assert_eq!(journal.len(), 2, "each once: {journal:?}");
    let [JournalChange::Mark { seq, .. }, JournalChange::End(id, ..)] = journal.as_slice() else {
        panic!("{journal:?}");
    };
    assert_eq!(
        (action_of(*seq), *id),
        (Some(IntentAction::Launch), create.id)
    );
}

#[test]
fn an_outcome_that_is_not_known_leaves_the_intent_open() {
    let (mut inf, _, _) = begun(1);
    let mut journal = Vec::new();
    let mut entry = Entry::new(&mut inf, &mut journal);
    entry.mark(VmId(0), IntentAction::Launch, IntentState::Unknown, "why");
    assert!(Entry::has_intent(&inf.vms[0], IntentAction::Launch));
    let mut entry = Entry::new(&mut inf, &mut journal);
    entry.end_all(OperationState::Done, None);
    assert!(!Entry::has_intent(&inf.vms[0], IntentAction::Launch));
    assert!(inf.unknown.is_empty() && inf.vms[0].unknown.is_empty());
}

#[tokio::test]
async fn a_store_takes_it_and_a_rewritten_infrastructure_is_put_right() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/inf.dat", dir.path().display());
    let store: Arc<dyn Database> = im_store::open(&url).await.unwrap();
    let (inf, journal, create) = begun(3);
    let me = BootId::random();
    let at: Position = store.insert_with(&inf, &me, &journal).await.unwrap();
    let of = OperationsOf::Infrastructure(&inf.id);
    let operations = store.open_operations(of).await.unwrap();
    let intents = store.intents(&inf.id).await.unwrap();
    assert_eq!((operations.len(), intents.len()), (1, 6));
    let calling = |intent: &im_store::Intent| intent.state == IntentState::Calling;
    assert!(intents.iter().all(calling));

    let mut loaded = store.load(&inf.id).await.unwrap().unwrap().infrastructure;
    let mut journal = Vec::new();
    assert!(!Entry::new(&mut loaded, &mut journal).reconcile(&operations, &intents));
    assert!(Entry::is_open(&loaded, create.id));

    // As a program leaves it that knows nothing of this.
    let mut rewritten = infrastructure(3);
    rewritten.id = inf.id.clone();
    let mut entry = Entry::new(&mut rewritten, &mut journal);
    assert!(entry.reconcile(&operations, &intents));
    entry.end_all(OperationState::Failed, Some("given up"));
    store.save_with(&rewritten, at, &journal).await.unwrap();
    assert!(store.open_operations(of).await.unwrap().is_empty());
    let intents = store.intents(&inf.id).await.unwrap();
    assert!(intents.iter().all(|intent| !intent.state.is_open()));
}
