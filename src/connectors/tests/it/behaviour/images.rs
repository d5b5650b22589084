//! Images, snapshots and quotas.

use im_connectors::{ImageFilter, Snapshot};
use im_domain::VmState;

use super::{Target, remove, skip, until};
use crate::support::launch;

pub(super) async fn snapshots_can_be_made_and_deleted_twice(target: &Target) {
    let connector = &*target.connector;
    if !connector.capability().snapshot {
        return skip(target, "snapshots");
    }
    let vm = launch(connector, target.document, "t1").await;
    until(target, &vm, VmState::Running).await;
    let snapshot = Snapshot {
        disk: 0,
        name: "mine".to_owned(),
        auto_delete: true,
    };
    let image = connector.snapshot(&vm, &snapshot).await.unwrap();
    assert_eq!(image.name, "mine");
    for _ in 0..2 {
        connector.delete_image(&image.uri).await.unwrap();
    }
    remove(target, &vm).await;
}

pub(super) async fn images_and_quotas_are_told(target: &Target) {
    let connector = &*target.connector;
    if connector.capability().images {
        let images = connector
            .list_images(&ImageFilter::default())
            .await
            .unwrap();
        assert!(images.iter().all(|image| image.uri.contains("://")));
    } else {
        skip(target, "lists of images");
    }
    if connector.capability().quotas {
        let quotas = connector.quotas().await.unwrap();
        assert!(
            quotas
                .values()
                .all(|quota| quota.used >= -1 && quota.limit >= -1)
        );
    } else {
        skip(target, "quotas");
    }
}
