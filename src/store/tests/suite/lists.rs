//! Who lists what.

use im_domain::Identity;

use super::{Backend, infrastructure, listed, me, owner, user};

pub(crate) async fn a_list_goes_from_the_last_saved_to_the_oldest<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let ann = user("ann");
    let mut first = None;
    for id in ["a", "b", "c"] {
        let at = store
            .insert(&infrastructure(id, &[&ann]), &me())
            .await
            .unwrap();
        first.get_or_insert(at);
    }
    assert_eq!(listed(&*store, &ann).await, ["c", "b", "a"]);
    store
        .save(&infrastructure("a", &[&ann]), first.unwrap())
        .await
        .unwrap();
    assert_eq!(listed(&*store, &ann).await, ["a", "c", "b"]);
    let all: Vec<String> = store
        .list_all()
        .await
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(all, ["a", "c", "b"]);
}

pub(crate) async fn each_owner_lists_it_once<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let (ann, bob) = (user("ann"), user("bob"));
    store
        .insert(&infrastructure("both", &[&ann, &bob, &ann]), &me())
        .await
        .unwrap();
    store
        .insert(&infrastructure("anns", &[&ann]), &me())
        .await
        .unwrap();
    assert_eq!(listed(&*store, &ann).await, ["anns", "both"]);
    assert_eq!(listed(&*store, &bob).await, ["both"]);
    let keys = [ann.user_key(), bob.user_key(), ann.user_key()];
    let ids: Vec<String> = store
        .list(&keys)
        .await
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(ids, ["anns", "both"]);
    assert_eq!(store.summaries(Some(&keys)).await.unwrap().len(), 2);
}

pub(crate) async fn a_new_owner_lists_it_and_the_old_one_does_not<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let (ann, bob) = (user("ann"), user("bob"));
    let mut inf = infrastructure("one", &[&ann]);
    let at = store.insert(&inf, &me()).await.unwrap();
    inf.owners = vec![owner(&bob)];
    store.save(&inf, at).await.unwrap();
    assert!(listed(&*store, &ann).await.is_empty());
    assert_eq!(listed(&*store, &bob).await, ["one"]);
    assert!(
        store
            .summaries(Some(&[ann.user_key()]))
            .await
            .unwrap()
            .is_empty()
    );
}

pub(crate) async fn deleted_ones_are_not_listed<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let ann = user("ann");
    let mut inf = infrastructure("one", &[&ann]);
    let at = store.insert(&inf, &me()).await.unwrap();
    inf.deleted = true;
    store.save(&inf, at).await.unwrap();
    assert!(listed(&*store, &ann).await.is_empty());
    assert!(store.list_all().await.unwrap().is_empty());
}

/// Names that say something to SQL, to LIKE or to JSON.
pub(crate) async fn wildcards_and_quotes_are_letters<B: Backend>() {
    let names = [
        "ann",
        "%",
        "_nn",
        "a%",
        "x%' or '1'='1",
        "'; DROP TABLE inf_list; --",
        "\"",
        "\\",
        "\u{0}",
        "[\"ann\"]",
        "ann\", \"bob",
        "😀",
        "$ne",
        "{\"$ne\": null}",
        "",
    ];
    let backend = B::fresh().await;
    let store = backend.store();
    for (number, name) in names.iter().enumerate() {
        let inf = infrastructure(&format!("inf-{number}"), &[&user(name)]);
        store.insert(&inf, &me()).await.unwrap();
    }
    for (number, name) in names.iter().enumerate() {
        assert_eq!(
            listed(&*store, &user(name)).await,
            [format!("inf-{number}")],
            "{name:?}"
        );
        let summaries = store
            .summaries(Some(&[user(name).user_key()]))
            .await
            .unwrap();
        assert_eq!(summaries.len(), 1, "{name:?}");
    }
    let wild = Identity::new("%", "%");
    assert!(listed(&*store, &wild).await.is_empty());
}

pub(crate) async fn case_and_blanks_count<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    store
        .insert(&infrastructure("one", &[&user("ann")]), &me())
        .await
        .unwrap();
    for other in [
        "Ann",
        "ANN",
        "ann ",
        " ann",
        "an",
        "annn",
        "än",
        "ann\u{301}",
    ] {
        assert!(listed(&*store, &user(other)).await.is_empty(), "{other:?}");
    }
}

pub(crate) async fn a_password_counts<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let without = Identity {
        username: "ann".into(),
        password: None,
    };
    let users = [
        without,
        Identity::new("ann", ""),
        Identity::new("ann", "secret"),
        Identity::new("ann", "Secret"),
    ];
    for (number, user) in users.iter().enumerate() {
        store
            .insert(&infrastructure(&number.to_string(), &[user]), &me())
            .await
            .unwrap();
    }
    for (number, user) in users.iter().enumerate() {
        assert_eq!(listed(&*store, user).await, [number.to_string()]);
    }
}

pub(crate) async fn nobody_lists_nothing<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    store
        .insert(&infrastructure("one", &[]), &me())
        .await
        .unwrap();
    assert!(store.list(&[]).await.unwrap().is_empty());
    assert!(store.summaries(Some(&[])).await.unwrap().is_empty());
    assert_eq!(
        store.list_all().await.unwrap().len(),
        1,
        "an administrator sees it"
    );
}

pub(crate) async fn many_users_at_once<B: Backend>() {
    let backend = B::fresh().await;
    let store = backend.store();
    let users: Vec<Identity> = (0..2_000)
        .map(|number| user(&format!("user-{number}")))
        .collect();
    store
        .insert(&infrastructure("one", &[&users[1_999]]), &me())
        .await
        .unwrap();
    let keys: Vec<_> = users.iter().map(Identity::user_key).collect();
    assert_eq!(store.list(&keys).await.unwrap().len(), 1);
}
