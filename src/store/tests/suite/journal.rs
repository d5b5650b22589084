//! What was begun.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use im_domain::{Infrastructure, OperationId, VmId};
use im_store::{
    Database, Idempotency, Intent, IntentAction, IntentState, JournalChange, NewIntent,
    NewOperation, NodeRow, OperationKind, OperationState, OperationsOf, Position, Sealed,
    StoreErrorKind,
};

use super::{Backend, boot, conflict, infrastructure, kind, me, user};

pub(crate) fn begin(id: OperationId) -> NewOperation {
    NewOperation {
        id,
        kind: OperationKind::Create,
        boot: me(),
        sealed: Some(Sealed(vec![0, 255, 39, 92])),
        idempotency: None,
    }
}

pub(crate) fn plan(operation: OperationId, seq: u64) -> JournalChange {
    let intent = NewIntent {
        seq,
        action: IntentAction::Launch,
        operation,
        vm: Some(VmId(u32::try_from(seq).unwrap_or_default())),
        token: format!("{operation}-{seq}"),
        cloud: "dummy".to_owned(),
        spec_digest: "abc".to_owned(),
    };
    JournalChange::Plan(intent, IntentState::Planned)
}

pub(crate) fn mark(seq: u64, state: IntentState, result: Option<&str>) -> JournalChange {
    JournalChange::Mark {
        seq,
        state,
        result: result.map(str::to_owned),
    }
}

/// An infrastructure whose creation of some machines has begun.
async fn begun<B: Backend>(
    machines: u64,
) -> (B, Arc<dyn Database>, Infrastructure, OperationId, Position) {
    let backend = B::fresh().await;
    let store = backend.store();
    let inf = infrastructure("one", &[&user("ann")]);
    let id = OperationId::random();
    let mut changes = vec![JournalChange::Begin(begin(id))];
    changes.extend((0..machines).map(|seq| plan(id, seq)));
    let at = store.insert_with(&inf, &me(), &changes).await.unwrap();
    (backend, store, inf, id, at)
}

fn states(intents: &[Intent]) -> Vec<(u64, IntentState, Option<&str>)> {
    intents
        .iter()
        .map(|intent| (intent.plan.seq, intent.state, intent.result.as_deref()))
        .collect()
}

pub(crate) async fn an_operation_comes_with_its_infrastructure<B: Backend>() {
    let (_backend, store, inf, id, at) = begun::<B>(2).await;
    assert_eq!(at, Position::new(1, 1));
    let open = store.open_operations(OperationsOf::All).await.unwrap();
    let [operation] = open.as_slice() else {
        panic!("{open:?}");
    };
    assert_eq!((operation.id, &operation.inf), (id, &inf.id));
    assert_eq!(operation.kind, OperationKind::Create);
    assert_eq!(operation.state, OperationState::Running);
    assert_eq!((operation.boot, operation.epoch), (me(), at.epoch));
    assert_eq!(operation.sealed, Some(Sealed(vec![0, 255, 39, 92])));
    assert_eq!((operation.ended, &operation.outcome), (None, &None));
    assert!(operation.created > 1_500_000_000 && operation.updated >= operation.created);
    assert_eq!(
        store.operation(&id).await.unwrap().as_ref(),
        Some(operation)
    );
    let intents = store.intents(&inf.id).await.unwrap();
    assert_eq!(
        states(&intents),
        [
            (0, IntentState::Planned, None),
            (1, IntentState::Planned, None)
        ]
    );
    assert_eq!(
        plan(id, 1),
        JournalChange::Plan(intents[1].plan.clone(), IntentState::Planned)
    );
    assert_eq!((intents[1].epoch, intents[1].resolved), (at.epoch, None));
    assert!(
        store
            .intents(&"two".parse().unwrap())
            .await
            .unwrap()
            .is_empty()
    );
}

pub(crate) async fn intents_go_their_way_to_the_end<B: Backend>() {
    let (_backend, store, inf, id, at) = begun::<B>(3).await;
    let calling: Vec<_> = (0..3)
        .map(|seq| mark(seq, IntentState::Calling, None))
        .collect();
    let at = store.record(&inf.id, at, &calling).await.unwrap();
    let answers = [
        mark(0, IntentState::Confirmed, Some("vm-0")),
        mark(1, IntentState::Confirmed, Some("vm-1 ' \" \\ 😀")),
        mark(2, IntentState::Unknown, None),
        mark(2, IntentState::Failed, Some("no room")),
        mark(0, IntentState::Applied, None),
    ];
    let at = store.save_with(&inf, at, &answers).await.unwrap();
    assert_eq!(at, Position::new(1, 3));
    let intents = store.intents(&inf.id).await.unwrap();
    assert_eq!(
        states(&intents),
        [
            (0, IntentState::Applied, Some("vm-0")),
            (1, IntentState::Confirmed, Some("vm-1 ' \" \\ 😀")),
            (2, IntentState::Failed, Some("no room")),
        ]
    );
    assert!(intents.iter().all(|intent| intent.resolved.is_some()));
    let end = [JournalChange::End(
        id,
        OperationState::Done,
        Some("{}".into()),
    )];
    store.record(&inf.id, at, &end).await.unwrap();
    assert!(
        store
            .open_operations(OperationsOf::All)
            .await
            .unwrap()
            .is_empty()
    );
    let ended = store.operation(&id).await.unwrap().unwrap();
    assert_eq!(ended.state, OperationState::Done);
    assert_eq!((ended.sealed, ended.outcome.as_deref()), (None, Some("{}")));
    assert!(ended.ended.is_some());
}

pub(crate) async fn a_refused_save_leaves_the_journal_alone<B: Backend>() {
    let (_backend, store, inf, id, at) = begun::<B>(1).await;
    let stale = Position::new(1, 9);
    let changes = [
        mark(0, IntentState::Calling, None),
        JournalChange::End(id, OperationState::Failed, None),
    ];
    assert_eq!(
        kind(store.save_with(&inf, stale, &changes).await),
        conflict(1, 1)
    );
    assert_eq!(
        kind(store.record(&inf.id, stale, &changes).await),
        conflict(1, 1)
    );
    let twice = [JournalChange::Begin(begin(OperationId::random()))];
    let taken = store.insert_with(&inf, &me(), &twice).await;
    assert_eq!(kind(taken), StoreErrorKind::AlreadyExists);
    assert_eq!(
        store
            .open_operations(OperationsOf::All)
            .await
            .unwrap()
            .len(),
        1
    );
    let intents = store.intents(&inf.id).await.unwrap();
    assert_eq!(states(&intents), [(0, IntentState::Planned, None)]);
    assert_eq!(store.save(&inf, at).await.unwrap(), Position::new(1, 2));
}

/// A change of what is not there, and a token that was used: nothing of the commit is made.
pub(crate) async fn a_journal_that_cannot_be_changed_stops_the_save<B: Backend>() {
    let (_backend, store, mut inf, id, at) = begun::<B>(1).await;
    inf.cont_out = "changed".into();
    let other = OperationId::random();
    let JournalChange::Plan(mut twin, calling) = plan(id, 0) else {
        panic!();
    };
    twin.seq = 7;
    for change in [
        mark(5, IntentState::Calling, None),
        JournalChange::Set(other, OperationState::Waiting),
        JournalChange::Plan(twin, calling),
        plan(other, 0),
        JournalChange::Begin(begin(id)),
    ] {
        let changes = [plan(other, 3), change];
        let saved = store.save_with(&inf, at, &changes).await;
        assert_eq!(kind(saved), StoreErrorKind::Other, "{changes:?}");
    }
    let loaded = store.load(&inf.id).await.unwrap().unwrap();
    assert_eq!(
        (loaded.position, loaded.infrastructure.cont_out.as_str()),
        (at, "")
    );
    assert_eq!(store.intents(&inf.id).await.unwrap().len(), 1);
}

pub(crate) async fn a_key_begins_one_operation<B: Backend>() {
    let backend = B::fresh().await;
    let stores = [backend.store(), backend.reopen().await];
    let ann = user("ann").user_key();
    let keyed = |key: &str| {
        let mut operation = begin(OperationId::random());
        operation.idempotency = Some(Idempotency {
            user: ann.clone(),
            key: key.to_owned(),
            digest: "digest".to_owned(),
        });
        operation
    };
    let attempts = join_all((0..12_usize).map(|number| {
        let store = Arc::clone(&stores[number % 2]);
        let operation = keyed("key");
        async move {
            let inf = infrastructure(&format!("inf-{number}"), &[]);
            let changes = [JournalChange::Begin(operation.clone())];
            (operation.id, store.insert_with(&inf, &me(), &changes).await)
        }
    }))
    .await;
    let begun = stores[0]
        .operation_by_key(&ann, "key")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(begun.digest.as_deref(), Some("digest"));
    for (id, outcome) in attempts {
        match outcome {
            Ok(_) => assert_eq!(id, begun.id, "one of them begins"),
            Err(error) => assert_eq!(error.kind, StoreErrorKind::Repeated(begun.id)),
        }
    }
    assert_eq!(stores[0].list_all().await.unwrap().len(), 1);
    // Keys are compared exactly, and for each user apart.
    for key in ["Key", "key ", "kéy"] {
        assert!(
            stores[0]
                .operation_by_key(&ann, key)
                .await
                .unwrap()
                .is_none()
        );
        let changes = [JournalChange::Begin(keyed(key))];
        let inf = infrastructure(&OperationId::random().to_string(), &[]);
        stores[0].insert_with(&inf, &me(), &changes).await.unwrap();
    }
    let bob = user("bob").user_key();
    assert!(
        stores[0]
            .operation_by_key(&bob, "key")
            .await
            .unwrap()
            .is_none()
    );
}

pub(crate) async fn operations_change_hands<B: Backend>() {
    let (_backend, store, inf, id, at) = begun::<B>(1).await;
    let node = |boot| NodeRow {
        boot,
        name: "node".into(),
        peer_addr: String::new(),
        boot_mode: 0,
        version: "0.1.0".into(),
    };
    let dead = || store.open_operations(OperationsOf::DeadBoots);
    assert_eq!(dead().await.unwrap().len(), 1, "its boot never entered");
    store.enter(&node(me())).await.unwrap();
    assert!(dead().await.unwrap().is_empty());
    store.declare_dead(&me(), 1).await.unwrap();
    assert_eq!(dead().await.unwrap().len(), 1);
    store.enter(&node(boot(2))).await.unwrap();
    let at = store
        .acquire(&inf.id, at.epoch, &boot(2), Some(&me()))
        .await
        .unwrap();
    let changes = [
        JournalChange::TakeOver(id, boot(2)),
        JournalChange::Set(id, OperationState::Waiting),
        JournalChange::Seal(id, None),
        JournalChange::Answer(id, "accepted".into()),
    ];
    store.record(&inf.id, at, &changes).await.unwrap();
    assert!(dead().await.unwrap().is_empty());
    let of = OperationsOf::Infrastructure(&inf.id);
    let open = store.open_operations(of).await.unwrap();
    assert_eq!((open[0].boot, open[0].epoch), (boot(2), at.epoch));
    assert_eq!(open[0].state, OperationState::Waiting);
    assert_eq!(
        (&open[0].sealed, open[0].outcome.as_deref()),
        (&None, Some("accepted"))
    );
    let other = "two".parse().unwrap();
    let of = OperationsOf::Infrastructure(&other);
    assert!(store.open_operations(of).await.unwrap().is_empty());
}

pub(crate) async fn a_thousand_intents_are_planned_at_once<B: Backend>() {
    let (_backend, store, inf, _id, at) = begun::<B>(1_000).await;
    let answers: Vec<_> = (0..1_000)
        .map(|seq| mark(seq, IntentState::Confirmed, Some(&format!("vm-{seq}"))))
        .collect();
    store.save_with(&inf, at, &answers).await.unwrap();
    let intents = store.intents(&inf.id).await.unwrap();
    assert_eq!(intents.len(), 1_000);
    for (seq, intent) in intents.iter().enumerate() {
        assert_eq!(intent.state, IntentState::Confirmed);
        assert_eq!(intent.result, Some(format!("vm-{seq}")));
    }
}

pub(crate) async fn what_ended_is_tidied_up<B: Backend>() {
    let (_backend, store, mut inf, id, at) = begun::<B>(2).await;
    assert_eq!(store.tidy_journal(Duration::ZERO).await.unwrap(), 0);
    let later = OperationId::random();
    let changes = [
        JournalChange::End(id, OperationState::Failed, None),
        JournalChange::Begin(begin(later)),
        plan(later, 2),
    ];
    let at = store.save_with(&inf, at, &changes).await.unwrap();
    assert_eq!(
        store
            .tidy_journal(Duration::from_secs(3_600))
            .await
            .unwrap(),
        0
    );
    assert_eq!(store.tidy_journal(Duration::MAX).await.unwrap(), 0);
    assert_eq!(store.tidy_journal(Duration::ZERO).await.unwrap(), 1);
    assert!(store.operation(&id).await.unwrap().is_none());
    let left = store.intents(&inf.id).await.unwrap();
    assert_eq!(states(&left), [(2, IntentState::Planned, None)]);
    inf.deleted = true;
    store.save(&inf, at).await.unwrap();
    assert_eq!(store.purge(i64::MAX, false).await.unwrap(), 1);
    assert!(store.operation(&later).await.unwrap().is_none());
    assert!(store.intents(&inf.id).await.unwrap().is_empty());
}

pub(crate) async fn sealed_credentials_do_not_show<B: Backend>() {
    let (_backend, store, _inf, id, _at) = begun::<B>(0).await;
    let operation = store.operation(&id).await.unwrap();
    assert!(
        format!("{operation:?}").contains("Sealed(4 bytes)"),
        "{operation:?}"
    );
}
