//! Answers that are lost, and servers that stop, die and come back: each write has the outcome that it really had.

use std::sync::Arc;
use std::time::Duration;

use im_domain::Infrastructure;
use im_store::{Database, NodeRow, Position, StoreErrorKind, open};

use crate::proxy::{Loss, Proxy};
use crate::server::{Server, skipped, url};
use crate::suite::{infrastructure, kind, listed, me, user};

const MARK: &str = "mark-of-the-lost";

/// A transaction that is sent at once, up to its COMMIT.
const AT_ONCE: &str = "BEGIN; ";

async fn behind_proxy() -> (Proxy, Arc<dyn Database>, Infrastructure, Position) {
    let server = Server::shared();
    let proxy = Proxy::to(server.port()).await;
    let database = server.database().await;
    let store = open(&url(proxy.port(), &database)).await.unwrap();
    let inf = infrastructure("one", &[&user("ann")]);
    let at = store.insert(&inf, &me()).await.unwrap();
    (proxy, store, inf, at)
}

#[tokio::test]
async fn a_save_whose_answer_is_lost_is_unknown() {
    if skipped("a_save_whose_answer_is_lost_is_unknown") {
        return;
    }
    let (proxy, store, mut inf, at) = behind_proxy().await;
    store.save(&inf, at).await.unwrap();
    let at = Position::new(1, 2);
    inf.cont_out = MARK.to_owned();
    proxy.lose(&[Loss::Answer(MARK)]);
    assert_eq!(kind(store.save(&inf, at).await), StoreErrorKind::Unknown);
    assert_eq!(proxy.lost(), 1);
    // Whoever asks as the protocol says finds out.
    let fenced = store.acquire(&inf.id, at.epoch, &me(), None).await.unwrap();
    assert_eq!(fenced, Position::new(2, 3), "it was made");
    let loaded = store.load(&inf.id).await.unwrap().unwrap();
    assert_eq!(
        (loaded.infrastructure.cont_out.as_str(), loaded.position),
        (MARK, fenced)
    );
}

#[tokio::test]
async fn a_save_that_is_lost_on_the_way_is_unknown() {
    if skipped("a_save_that_is_lost_on_the_way_is_unknown") {
        return;
    }
    let (proxy, store, mut inf, at) = behind_proxy().await;
    inf.cont_out = MARK.to_owned();
    proxy.lose(&[Loss::Request(MARK)]);
    assert_eq!(kind(store.save(&inf, at).await), StoreErrorKind::Unknown);
    let fenced = store.acquire(&inf.id, at.epoch, &me(), None).await.unwrap();
    assert_eq!(fenced, Position::new(2, 1), "it was not made");
    assert_eq!(
        kind(store.save(&inf, at).await),
        StoreErrorKind::Conflict(Some(fenced))
    );
    store.save(&inf, fenced).await.unwrap();
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_is_unknown() {
    if skipped("a_commit_whose_answer_is_lost_is_unknown") {
        return;
    }
    let (proxy, store, _inf, _at) = behind_proxy().await;
    let ann = user("ann");
    let two = infrastructure("two", &[&ann]);
    proxy.lose(&[Loss::Answer("COMMIT")]);
    assert_eq!(
        kind(store.insert(&two, &me()).await),
        StoreErrorKind::Unknown
    );
    assert_eq!(listed(&*store, &ann).await, ["two", "one"], "it was made");

    let three = infrastructure("three", &[&ann]);
    proxy.lose(&[Loss::Request("COMMIT")]);
    assert_eq!(
        kind(store.insert(&three, &me()).await),
        StoreErrorKind::Unknown
    );
    assert_eq!(
        listed(&*store, &ann).await,
        ["two", "one"],
        "it was not made"
    );
    assert_eq!(
        store.insert(&three, &me()).await.unwrap(),
        Position::new(1, 1)
    );
}

/// Before the commit nothing is in doubt: the store tries again by itself.
#[tokio::test]
async fn a_transaction_that_breaks_before_its_commit_is_tried_again() {
    if skipped("a_transaction_that_breaks_before_its_commit_is_tried_again") {
        return;
    }
    let (proxy, store, _inf, _at) = behind_proxy().await;
    for (id, losses) in [
        ("two", vec![Loss::Request(AT_ONCE)]),
        ("three", vec![Loss::Answer(AT_ONCE), Loss::Request("BEGIN")]),
        ("four", vec![Loss::Answer(AT_ONCE), Loss::Request(MARK)]),
        (
            "five",
            vec![
                Loss::Request(AT_ONCE),
                Loss::Answer(MARK),
                Loss::Request(MARK),
            ],
        ),
    ] {
        let mut inf = infrastructure(id, &[&user("ann")]);
        inf.cont_out = MARK.to_owned();
        proxy.lose(&losses);
        let inserted = store.insert(&inf, &me()).await.unwrap();
        assert_eq!(inserted, Position::new(1, 1));
        assert_eq!(proxy.lost(), losses.len(), "{id}");
    }
    assert_eq!(listed(&*store, &user("ann")).await.len(), 5);
}

#[tokio::test]
async fn a_question_that_breaks_is_asked_again() {
    if skipped("a_question_that_breaks_is_asked_again") {
        return;
    }
    let (proxy, store, inf, at) = behind_proxy().await;
    proxy.cut();
    assert_eq!(store.load(&inf.id).await.unwrap().unwrap().position, at);
    proxy.lose(&[Loss::Answer("one")]);
    assert_eq!(store.load(&inf.id).await.unwrap().unwrap().position, at);
    assert_eq!(proxy.lost(), 1);
    proxy.lose(&[Loss::Request("one"), Loss::Request("one")]);
    assert_eq!(kind(store.load(&inf.id).await), StoreErrorKind::Unavailable);
    store.ping().await.unwrap();
}

#[tokio::test]
async fn a_beat_without_an_answer_ends_soon_and_in_doubt() {
    if skipped("a_beat_without_an_answer_ends_soon_and_in_doubt") {
        return;
    }
    let (proxy, store, inf, at) = behind_proxy().await;
    let node = NodeRow {
        boot: me(),
        name: "node".to_owned(),
        peer_addr: String::new(),
        boot_mode: 0,
        version: "0.1.0".to_owned(),
    };
    store.enter(&node).await.unwrap();
    proxy.lose(&[Loss::Silence("00000000-0000-4000-8000-000000000001")]);
    let begun = std::time::Instant::now();
    assert_eq!(kind(store.beat(&me()).await), StoreErrorKind::Unknown);
    assert!(begun.elapsed() < Duration::from_secs(8));
    assert!(store.beat(&me()).await.unwrap());
    assert_eq!(store.nodes().await.unwrap()[0].beat, 3);
    assert_eq!(store.save(&inf, at).await.unwrap(), Position::new(1, 2));
}

/// A caller that goes away in the middle leaves no lock and no half-read answer.
#[tokio::test]
async fn a_caller_may_go_away() {
    if skipped("a_caller_may_go_away") {
        return;
    }
    let (_proxy, store, mut inf, mut at) = behind_proxy().await;
    for micros in (0..3_000).step_by(60) {
        inf.cont_out.push('x');
        let patience = Duration::from_micros(micros);
        let _ = tokio::time::timeout(patience, store.save(&inf, at)).await;
        let other = infrastructure(&format!("other-{micros}"), &[&user("ann")]);
        let _ = tokio::time::timeout(patience, store.insert(&other, &me())).await;
        at = store.acquire(&inf.id, at.epoch, &me(), None).await.unwrap();
        let loaded = store.load(&inf.id).await.unwrap().unwrap();
        assert_eq!(loaded.position, at);
        inf = loaded.infrastructure;
    }
}

/// One infrastructure that is saved again and again, each time asking what happened if that is not known.
async fn chain(store: Arc<dyn Database>, number: usize, rounds: usize) -> [usize; 3] {
    let mut outcomes = [0; 3];
    let mut inf = infrastructure(&format!("inf-{number}"), &[&user("ann")]);
    let mut at = store.insert(&inf, &me()).await.unwrap();
    let mut round = 0;
    while round < rounds {
        inf.cont_out = format!("round {round}");
        let error = match store.save(&inf, at).await {
            Ok(next) => {
                at = next;
                round += 1;
                outcomes[0] += 1;
                continue;
            }
            Err(error) => error,
        };
        match error.kind {
            // Not made: the same position must still hold.
            StoreErrorKind::Unavailable => outcomes[1] += 1,
            StoreErrorKind::Unknown => {
                outcomes[2] += 1;
                let fenced = loop {
                    let seen = match store.standing(&inf.id).await {
                        Ok(seen) => seen.unwrap(),
                        Err(error) => {
                            assert_eq!(error.kind, StoreErrorKind::Unavailable, "{error}");
                            continue;
                        }
                    };
                    if let Ok(fenced) = store
                        .acquire(&inf.id, seen.position.epoch, &me(), None)
                        .await
                    {
                        break fenced;
                    }
                };
                let made = fenced.version.0 - at.version.0;
                assert!(made <= 1, "{at:?}, then {fenced:?}");
                round += usize::try_from(made).unwrap();
                at = fenced;
            }
            _ => panic!("{error:?}"),
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let loaded = store.load(&inf.id).await.unwrap().unwrap();
    assert_eq!(loaded.position, at);
    assert_eq!(
        loaded.infrastructure.cont_out,
        format!("round {}", rounds - 1)
    );
    outcomes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_dies_and_comes_back_keeps_its_word() {
    if skipped("a_server_that_dies_and_comes_back_keeps_its_word") {
        return;
    }
    let server = Arc::new(Server::start());
    let store = open(&server.url(&server.database().await)).await.unwrap();
    let chains: Vec<_> = (0..8)
        .map(|number| tokio::spawn(chain(Arc::clone(&store), number, 600)))
        .collect();
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(400)).await;
        let killed = Arc::clone(&server);
        tokio::task::spawn_blocking(move || {
            killed.kill();
            killed.run();
        })
        .await
        .unwrap();
    }
    let mut outcomes = [0; 3];
    for chain in chains {
        let more = chain.await.unwrap();
        outcomes = [0, 1, 2].map(|index| outcomes[index] + more[index]);
    }
    println!("made, not made, unknown: {outcomes:?}");
    assert!(outcomes[2] > 0, "no answer was lost");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stops_for_a_while_goes_on() {
    if skipped("a_server_that_stops_for_a_while_goes_on") {
        return;
    }
    let server = Server::start();
    let store = open(&server.url(&server.database().await)).await.unwrap();
    let chains: Vec<_> = (0..8)
        .map(|number| tokio::spawn(chain(Arc::clone(&store), number, 200)))
        .collect();
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.signal("STOP");
    tokio::time::sleep(Duration::from_secs(2)).await;
    server.signal("CONT");
    for chain in chains {
        assert_eq!(chain.await.unwrap(), [200, 0, 0], "nobody's patience ended");
    }
    // Longer than the patience of a beat and of a question.
    server.signal("STOP");
    let id = "inf-0".parse().unwrap();
    let (beaten, loaded) = tokio::join!(async { store.beat(&me()).await }, store.load(&id));
    let beaten = kind(beaten);
    assert!(
        matches!(
            beaten,
            StoreErrorKind::Unknown | StoreErrorKind::Unavailable
        ),
        "{beaten:?}"
    );
    assert_eq!(kind(loaded), StoreErrorKind::Unavailable);
    server.signal("CONT");
    assert!(store.load(&id).await.unwrap().is_some());
}
