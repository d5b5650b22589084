//! What stands in rows.

use im_store::StoreErrorKind;
use serde_json::json;

use super::{Backend, infrastructure, kind, listed, me, user};

pub(crate) async fn a_spoilt_row_is_reported_and_harms_no_other<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let ann = user("ann");
    for id in ["good", "bad", "fine"] {
        store
            .insert(&infrastructure(id, &[&ann]), &me())
            .await
            .unwrap();
    }
    let bad = "bad".parse().unwrap();
    backend.spoil(&bad).await;
    let error = store.load(&bad).await.unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Corrupt);
    assert_eq!(error.id, Some(bad.clone()));
    assert!(error.to_string().contains("infrastructure bad"), "{error}");
    assert_eq!(listed(&*store, &ann).await, ["fine", "bad", "good"]);
    for users in [None, Some(&[ann.user_key()][..])] {
        let ids: Vec<String> = store
            .summaries(users)
            .await
            .unwrap()
            .iter()
            .map(|summary| summary.id.to_string())
            .collect();
        assert_eq!(ids, ["fine", "good"]);
    }
    assert!(
        store
            .load(&"good".parse().unwrap())
            .await
            .unwrap()
            .is_some()
    );
    let next = backend.reopen().await;
    assert_eq!(kind(next.load(&bad).await), StoreErrorKind::Corrupt);
    assert_eq!(listed(&*next, &ann).await.len(), 3);
}

pub(crate) async fn summaries_have_deleted_ones_too<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let ann = user("ann");
    let mut dead = infrastructure("dead", &[&ann]);
    let at = store.insert(&dead, &me()).await.unwrap();
    store
        .insert(&infrastructure("live", &[&ann]), &me())
        .await
        .unwrap();
    store
        .insert(&infrastructure("bobs", &[&user("bob")]), &me())
        .await
        .unwrap();
    dead.deleted = true;
    store.save(&dead, at).await.unwrap();
    let keys = [ann.user_key()];
    for (users, expected) in [
        (Some(&keys[..]), vec!["dead", "live"]),
        (None, vec!["dead", "bobs", "live"]),
    ] {
        let summaries = store.summaries(users).await.unwrap();
        let ids: Vec<&str> = summaries
            .iter()
            .map(|summary| summary.id.as_str())
            .collect();
        assert_eq!(ids, expected);
        assert!(summaries[0].infrastructure.deleted);
    }
}

pub(crate) async fn summaries_have_the_moment_of_the_save<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let seconds = || {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        i64::try_from(now.unwrap().as_secs()).unwrap()
    };
    let before = seconds();
    store
        .insert(&infrastructure("one", &[]), &me())
        .await
        .unwrap();
    let summaries = store.summaries(None).await.unwrap();
    let saved = summaries[0].last_saved.unwrap();
    assert!((before - 1..=seconds() + 1).contains(&saved), "{saved}");
}

pub(crate) async fn texts_of_all_kinds_come_back<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let mut inf = infrastructure("one", &[&user("señora 😀 \u{0} ' \" \\")]);
    inf.cont_out = "line\nnul \u{0} and \u{1F980}\r\n\t' or 1=1 --".into();
    inf.snapshots = vec![String::new(), "%".into()];
    inf.unknown
        .insert("later".into(), json!({"a": [null, 1.5, "é"]}));
    inf.extra_info
        .insert("TOSCA".into(), json!("a: ñ\n".repeat(100_000)));
    store.insert(&inf, &me()).await.unwrap();
    assert_eq!(
        store.load(&inf.id).await.unwrap().unwrap().infrastructure,
        inf
    );
}

pub(crate) async fn a_ping_is_answered<B: Backend>() {
    let backend = B::fresh().await;
    backend.store().ping().await.unwrap();
}

pub(crate) async fn a_thousand_machines_come_back<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let id = "large".parse().unwrap();
    let info =
        "system node (\ncpu.count = 1 and\ndisk.0.image.url = 'mock0://linux.for.ev.er'\n)\n";
    let machines: Vec<_> = (0..1_000)
        .map(|number| json!({"im_id": number, "state": "running", "info": info, "cont_out": "x".repeat(1_000)}))
        .collect();
    let data = json!({"vm_list": machines, "vm_master": 999, "auth": [], "radl": info});
    let mut inf =
        im_domain::stored::read(&id, &data.to_string(), im_domain::stored::Origin::Own).unwrap();
    let at = store.insert(&inf, &me()).await.unwrap();
    assert_eq!(store.load(&id).await.unwrap().unwrap().infrastructure, inf);
    inf.vm_mut(im_domain::VmId(500)).unwrap().cont_out.clear();
    store.save(&inf, at).await.unwrap();
    assert_eq!(store.load(&id).await.unwrap().unwrap().infrastructure, inf);
}
