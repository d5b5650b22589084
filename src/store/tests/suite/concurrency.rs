//! Many at once.

use std::sync::Arc;

use futures::future::join_all;
use im_domain::{Epoch, Infrastructure, OperationId};
use im_store::{
    Database, Idempotency, IntentState, JournalChange, OperationState, Position, StoreError,
    StoreErrorKind,
};

use super::{Backend, conflict, infrastructure, journal, listed, me, user};

pub(crate) async fn one_of_many_saves_wins<B: Backend>() {
    let backend = B::fresh().await;
    let stores = [backend.store(), backend.reopen().await];
    let at = stores[0]
        .insert(&infrastructure("one", &[&user("ann")]), &me())
        .await
        .unwrap();
    let saves = join_all((0..32).map(|number| {
        let store = Arc::clone(&stores[number % 2]);
        tokio::spawn(async move {
            let mut inf = infrastructure("one", &[&user(&format!("user-{number}"))]);
            inf.cont_out = number.to_string();
            (number, store.save(&inf, at).await)
        })
    }))
    .await;
    let mut winners = Vec::new();
    for save in saves {
        match save.unwrap() {
            (number, Ok(position)) => winners.push((number, position)),
            (_, Err(error)) => assert_eq!(error.kind, conflict(1, 2)),
        }
    }
    let [(winner, position)] = winners.as_slice() else {
        panic!("one save may win, and {} did", winners.len());
    };
    assert_eq!(*position, Position::new(1, 2));
    let loaded = stores[0]
        .load(&"one".parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(loaded.infrastructure.cont_out, winner.to_string());
    for number in 0..32 {
        let expected = usize::from(number == *winner);
        assert_eq!(
            listed(&*stores[0], &user(&format!("user-{number}")))
                .await
                .len(),
            expected
        );
    }
}

pub(crate) async fn one_of_many_owners_wins<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let inf = infrastructure("one", &[]);
    store.insert(&inf, &me()).await.unwrap();
    let me = me();
    let claims = join_all((0..32).map(|_| store.acquire(&inf.id, Epoch(1), &me, None))).await;
    assert_eq!(claims.iter().filter(|claim| claim.is_ok()).count(), 1);
    for error in claims.into_iter().filter_map(Result::err) {
        assert_eq!(error.kind, conflict(2, 1));
    }
}

pub(crate) async fn one_of_many_inserts_wins<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let inf = infrastructure("one", &[]);
    let me = me();
    let inserts = join_all((0..32).map(|_| store.insert(&inf, &me))).await;
    assert_eq!(inserts.iter().filter(|insert| insert.is_ok()).count(), 1);
    for error in inserts.into_iter().filter_map(Result::err) {
        assert_eq!(error.kind, StoreErrorKind::AlreadyExists);
    }
}

pub(crate) async fn many_inserts_all_arrive<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let ann = user("ann");
    let infs: Vec<_> = (0..300)
        .map(|number| infrastructure(&format!("inf-{number}"), &[&ann]))
        .collect();
    let me = me();
    for insert in join_all(infs.iter().map(|inf| store.insert(inf, &me))).await {
        assert_eq!(insert.unwrap(), Position::new(1, 1));
    }
    let mut ids = listed(&*store, &ann).await;
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 300);
}

/// Each infrastructure is saved again and again, all at once; no save meets that of another.
pub(crate) async fn chains_of_saves_keep_apart<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let chains = (0..20).map(|number| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let mut inf = infrastructure(&format!("inf-{number}"), &[&user("ann")]);
            let mut at = store.insert(&inf, &me()).await.unwrap();
            for round in 0..10 {
                inf.cont_out = format!("{number}, {round}");
                at = store.save(&inf, at).await.unwrap();
            }
            (inf, at)
        })
    });
    for chain in join_all(chains).await {
        let (inf, at) = chain.unwrap();
        assert_eq!(at, Position::new(1, 11));
        assert_eq!(
            store.load(&inf.id).await.unwrap().unwrap().infrastructure,
            inf
        );
    }
}

/// What a test asks for, of an infrastructure that has one machine whose creation goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Insert,
    InsertAgain,
    InsertUnderAUsedKey,
    Save,
    SaveWithAnswer,
    SaveWithEnd,
    SaveOfAnother,
    SaveFromAnOldVersion,
    SaveWithNothingToChange,
    Delete,
    Record,
}

const ASKED: [Asked; 11] = [
    Asked::Insert,
    Asked::InsertAgain,
    Asked::InsertUnderAUsedKey,
    Asked::Save,
    Asked::SaveWithAnswer,
    Asked::SaveWithEnd,
    Asked::SaveOfAnother,
    Asked::SaveFromAnOldVersion,
    Asked::SaveWithNothingToChange,
    Asked::Delete,
    Asked::Record,
];

fn keyed(id: OperationId) -> JournalChange {
    let mut operation = journal::begin(id);
    operation.idempotency = Some(Idempotency {
        user: user("ann").user_key(),
        key: "key".to_owned(),
        digest: "digest".to_owned(),
    });
    JournalChange::Begin(operation)
}

async fn ask(
    store: Arc<dyn Database>,
    asked: Asked,
    mut inf: Infrastructure,
    id: OperationId,
) -> Result<Position, StoreError> {
    let at = Position::new(1, 1);
    inf.cont_out = "changed".into();
    let saved = |journal: &[JournalChange]| journal.to_vec();
    let journal = match asked {
        Asked::Insert | Asked::InsertUnderAUsedKey => {
            inf.id = format!("new-{}", inf.id).parse().unwrap();
            let id = OperationId::random();
            let begin = match asked {
                Asked::Insert => JournalChange::Begin(journal::begin(id)),
                _ => keyed(id),
            };
            let journal = [begin, journal::plan(id, 0)];
            return store.insert_with(&inf, &me(), &journal).await;
        }
        Asked::InsertAgain => return store.insert(&inf, &me()).await,
        Asked::Record => {
            let mark = journal::mark(0, IntentState::Calling, None);
            return store.record(&inf.id, at, &[mark]).await;
        }
        Asked::SaveFromAnOldVersion => return store.save(&inf, Position::new(1, 0)).await,
        Asked::Save => saved(&[]),
        Asked::SaveWithAnswer => saved(&[journal::mark(0, IntentState::Confirmed, Some("vm"))]),
        Asked::SaveWithEnd => saved(&[
            journal::mark(0, IntentState::Applied, None),
            JournalChange::End(id, OperationState::Done, None),
        ]),
        Asked::SaveOfAnother => {
            inf.owners = infrastructure("other", &[&user("bob")]).owners;
            saved(&[])
        }
        Asked::SaveWithNothingToChange => saved(&[journal::mark(7, IntentState::Calling, None)]),
        Asked::Delete => {
            inf.deleted = true;
            saved(&[])
        }
    };
    store.save_with(&inf, at, &journal).await
}

/// What is refused among many that come at once is refused for its own reason, and harms no other.
pub(crate) async fn each_of_many_has_its_own_outcome<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let ann = user("ann");
    let used = OperationId::random();
    let inf = infrastructure("used", &[]);
    store
        .insert_with(&inf, &me(), &[keyed(used)])
        .await
        .unwrap();
    let mut there = Vec::new();
    for number in 0..ASKED.len() * 6 {
        let inf = infrastructure(&format!("inf-{number}"), &[&ann]);
        let id = OperationId::random();
        let journal = [
            JournalChange::Begin(journal::begin(id)),
            journal::plan(id, 0),
        ];
        store.insert_with(&inf, &me(), &journal).await.unwrap();
        there.push((ASKED[number % ASKED.len()], inf, id));
    }
    let outcomes = join_all(there.iter().map(|(asked, inf, id)| {
        let asking = ask(Arc::clone(&store), *asked, inf.clone(), *id);
        tokio::spawn(asking)
    }))
    .await;
    for ((asked, inf, id), outcome) in there.iter().zip(outcomes) {
        let outcome = outcome.unwrap().map_err(|error| error.kind);
        let expected = match asked {
            Asked::Insert => Ok(Position::new(1, 1)),
            Asked::InsertAgain => Err(StoreErrorKind::AlreadyExists),
            Asked::InsertUnderAUsedKey => Err(StoreErrorKind::Repeated(used)),
            Asked::SaveFromAnOldVersion => Err(conflict(1, 1)),
            Asked::SaveWithNothingToChange => Err(StoreErrorKind::Other),
            _ => Ok(Position::new(1, 2)),
        };
        assert_eq!(outcome, expected, "{asked:?}");
        let loaded = store.load(&inf.id).await.unwrap().unwrap();
        let is_saved = matches!(expected, Ok(at) if at == Position::new(1, 2));
        let expected = Position::new(1, if is_saved { 2 } else { 1 });
        assert_eq!(loaded.position, expected, "{asked:?}");
        let is_written = is_saved && *asked != Asked::Record;
        let expected = if is_written { "changed" } else { "" };
        assert_eq!(loaded.infrastructure.cont_out, expected, "{asked:?}");
        let intents = store.intents(&inf.id).await.unwrap();
        let expected = match asked {
            Asked::SaveWithAnswer => (IntentState::Confirmed, Some("vm")),
            Asked::SaveWithEnd => (IntentState::Applied, None),
            Asked::Record => (IntentState::Calling, None),
            _ => (IntentState::Planned, None),
        };
        let [intent] = intents.as_slice() else {
            panic!("{asked:?}: {intents:?}");
        };
        assert_eq!(
            (intent.state, intent.result.as_deref()),
            expected,
            "{asked:?}"
        );
        let operation = store.operation(id).await.unwrap().unwrap();
        let expected = match asked {
            Asked::SaveWithEnd => OperationState::Done,
            _ => OperationState::Running,
        };
        assert_eq!(operation.state, expected, "{asked:?}");
    }
    // Of each six: those of Ann that are there, without what went to Bob or was deleted, and with what is new.
    assert_eq!(listed(&*store, &ann).await.len(), 6 * (11 - 2 + 1));
    assert_eq!(listed(&*store, &user("bob")).await.len(), 6);
}
