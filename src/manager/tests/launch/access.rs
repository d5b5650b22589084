//! Boot mode before credentials before the infrastructure before its owner.

use im_domain::InfId;
use im_manager::{BootMode, ErrorKind, ManagerSettings};

use crate::node::{Site, ann, machines, more, node, settings, user_with};

fn kind<T: std::fmt::Debug>(result: Result<T, im_manager::Error>) -> ErrorKind {
    result.unwrap_err().kind
}

#[tokio::test]
async fn a_mode_that_forbids_is_told_before_anything_else() {
    let site = Site::new();
    let nobody = user_with("", &[]);
    let unknown = InfId::random();
    for (mode, destroys) in [
        (BootMode::ReadOnly, ErrorKind::Disabled),
        (BootMode::ReadDelete, ErrorKind::Unauthorized),
    ] {
        let mode = ManagerSettings {
            boot_mode: mode,
            ..settings()
        };
        let m = site.node(mode).await.manager;
        let disabled = ErrorKind::Disabled;
        assert_eq!(kind(m.create(&nobody, machines(1), false).await), disabled);
        assert_eq!(
            kind(m.add(&nobody, &unknown, more(1), true).await),
            disabled
        );
        assert_eq!(kind(m.remove(&nobody, &unknown, "0", true).await), disabled);
        let reconfigured = m.reconfigure(&nobody, &unknown, None, None).await;
        assert_eq!(kind(reconfigured), disabled);
        let destroyed = m.destroy(&nobody, &unknown, false, false).await;
        assert_eq!(kind(destroyed), destroys);
        let estimated = m.estimate(&nobody, machines(1)).await;
        assert_eq!(kind(estimated), ErrorKind::Unauthorized);
        assert!(m.estimate(&ann(), machines(1)).await.is_ok());
    }
}

#[tokio::test]
async fn who_asks_comes_before_what_is_asked() {
    let (_site, node) = node().await;
    let m = &node.manager;
    let nobody = user_with("", &[]);
    let unknown = InfId::random();
    let garbage = crate::node::text("zzz");
    let refused = m.create(&nobody, garbage.clone(), false).await;
    assert_eq!(kind(refused), ErrorKind::Unauthorized);
    let refused = m.add(&ann(), &unknown, garbage, true).await;
    assert_eq!(kind(refused), ErrorKind::NotFound);
    assert_eq!(
        kind(m.destroy(&ann(), &unknown, true, true).await),
        ErrorKind::NotFound
    );
}

#[tokio::test]
async fn what_belongs_to_others_is_forbidden_and_stays_as_it_is() {
    let (_site, node) = node().await;
    let m = &node.manager;
    let id = node.create(&ann(), machines(2)).await;
    let before = node.commits(&id).await;
    let bob = user_with("bob", &[("dummy", "Dummy")]);
    let forbidden = ErrorKind::Forbidden;
    assert_eq!(kind(m.add(&bob, &id, more(1), true).await), forbidden);
    assert_eq!(kind(m.remove(&bob, &id, "99", true).await), forbidden);
    assert_eq!(kind(m.reconfigure(&bob, &id, None, None).await), forbidden);
    assert_eq!(kind(m.destroy(&bob, &id, true, false).await), forbidden);
    assert_eq!(node.commits(&id).await, before);
}

#[tokio::test]
async fn an_administrator_manages_what_others_own() {
    let (_site, node) = node().await;
    let id = node.create(&ann(), machines(1)).await;
    let root = user_with("root", &[("dummy", "Dummy")]);
    let added = node.manager.add(&root, &id, more(1), true).await.unwrap();
    assert_eq!(added.vms.len(), 1);
    let stored = node.stored(&id).await;
    assert_eq!(stored.owners.len(), 1);
    assert_eq!(stored.owners[0].identity().username, "ann");
    node.manager
        .destroy(&root, &id, false, false)
        .await
        .unwrap();
}
