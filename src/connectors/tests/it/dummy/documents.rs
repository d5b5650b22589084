//! What the documents of its machines look like, as clients know them.

use im_connectors::{ErrorKind, Image, ImageFilter, Quota, Snapshot};

use super::cloud;
use crate::support::{document, launch, system_text};

const NODE: &str = "network lan (outbound = 'no')
system node (
cpu.count = 1 and
memory.size = 256m and
net_interface.0.connection = 'lan' and
disk.0.image.url = 'mock0://img/base'
)
deploy node 2
";

#[tokio::test]
async fn a_machine_has_the_address_and_the_credentials_that_clients_know() {
    let vm = launch(&*cloud(), NODE, "t").await;
    let id = vm.vm.cloud_vm_id.clone().unwrap();
    assert!(
        id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit()),
        "{id}"
    );
    assert_eq!(
        system_text(&vm.vm.info),
        "system node ( cpu.count = 1 and memory.size = 256m and \
         net_interface.0.connection = 'lan' and disk.0.image.url = 'mock0://img/base' and \
         provider.type = 'Dummy' and net_interface.0.ip = '10.0.0.1' and \
         disk.0.os.credentials.username = 'username' and \
         disk.0.os.credentials.password = 'password' )"
    );
}

#[tokio::test]
async fn bounds_are_kept_one_address_is_given_and_the_user_is_replaced() {
    let head = "network outer (outbound = 'yes')
network inner (outbound = 'no')
system head (
cpu.count >= 2 and
memory.size >= 2048m and
net_interface.0.connection = 'inner' and
net_interface.1.connection = 'outer' and
disk.0.os.credentials.username = 'cloudadm' and
disk.1.size = 20GB
)";
    let vm = launch(&*cloud(), head, "t").await;
    assert_eq!(
        system_text(&vm.vm.info),
        "system head ( cpu.count >= 2 and memory.size >= 2048m and \
         net_interface.0.connection = 'inner' and net_interface.1.connection = 'outer' and \
         disk.0.os.credentials.username = 'username' and disk.1.size = 20GB and \
         provider.type = 'Dummy' and net_interface.0.ip = '10.0.0.1' and \
         disk.0.os.credentials.password = 'password' )"
    );
}

#[tokio::test]
async fn no_image_is_needed() {
    let wanted = document("system node (cpu.count = 1)");
    let wanted = wanted.first_system().unwrap();
    let systems = cloud().concretize(wanted).await.unwrap();
    assert_eq!(systems.len(), 1);
    assert!(systems[0].disk_image_urls().is_empty());
}

#[tokio::test]
async fn a_new_size_is_in_whole_megabytes() {
    let cloud = cloud();
    let vm = launch(&*cloud, NODE, "t").await;
    for (wanted, expected) in [
        (
            "cpu.count = 4 and memory.size = 1024m",
            "cpu.count = 4 and memory.size = 1024M and",
        ),
        (
            "cpu.count >= 2 and memory.size = 536870912",
            "cpu.count = 2 and memory.size = 537M and",
        ),
        (
            "cpu.count = 8 and memory.size >= 2g",
            "cpu.count = 8 and memory.size = 2000M and",
        ),
        (
            "memory.size = 1g",
            "cpu.count = 1 and memory.size = 1000M and",
        ),
    ] {
        let wanted = document(&format!("system node ({wanted})"));
        let altered = cloud.alter(&vm, &wanted).await.unwrap();
        let text = system_text(&altered.radl);
        assert!(
            text.starts_with(&format!("system node ( {expected}")),
            "{text}"
        );
        assert_eq!(altered.radl.deploys.len(), 1);
    }
}

#[tokio::test]
async fn new_disks_are_added_behind_the_others() {
    let cloud = cloud();
    let vm = launch(&*cloud, NODE, "t").await;
    let disks = "disk.1.size = 5GB and disk.1.device = 'hdb' and disk.2.size = 6GB";
    let wanted = document(&format!("system node ({disks})"));
    let altered = cloud.alter(&vm, &wanted).await.unwrap();
    let text = system_text(&altered.radl);
    assert!(text.ends_with(&format!("and {disks} )")), "{text}");
}

#[tokio::test]
async fn a_size_that_cannot_be_is_refused() {
    let cloud = cloud();
    let vm = launch(&*cloud, NODE, "t").await;
    for wanted in [
        "cpu.count = 5",
        "disk.0.os.name = 'linux'",
        "memory.size = 1g and disk.3.size = 1GB",
    ] {
        let wanted = document(&format!("system node ({wanted})"));
        let refusal = cloud.alter(&vm, &wanted).await.unwrap_err();
        assert_eq!(refusal.kind, ErrorKind::Invalid);
    }
    let wanted = document("system other (cpu.count = 4)");
    let refusal = cloud.alter(&vm, &wanted).await.unwrap_err();
    let text = "Incorrect RADL no system with name node provided.";
    assert_eq!(refusal.to_string(), text);
}

#[tokio::test]
async fn images_snapshots_and_quotas_are_those_that_clients_know() {
    let cloud = cloud();
    let image = |uri: &str, name: &str| Image {
        uri: uri.to_owned(),
        name: name.to_owned(),
    };
    let filter = ImageFilter {
        conditions: vec![("region".to_owned(), "a".to_owned())],
    };
    let images = [
        image("mock0://linux.for.ev.er/image1", "Image Name1"),
        image("mock0://linux.for.ev.er/image2", "Image Name2"),
    ];
    assert_eq!(cloud.list_images(&filter).await.unwrap(), images);

    let vm = launch(&*cloud, NODE, "t").await;
    for (disk, name) in [(0, "img 3"), (-1, "x"), (99, "")] {
        let snapshot = Snapshot {
            disk,
            name: name.to_owned(),
            auto_delete: false,
        };
        let made = cloud.snapshot(&vm, &snapshot).await.unwrap();
        assert_eq!(
            made,
            image(&format!("mock0://linux.for.ev.er/{name}"), name)
        );
    }

    let quotas = cloud.quotas().await.unwrap();
    let resources: Vec<_> = quotas.keys().map(String::as_str).collect();
    let expected = [
        "cores",
        "floating_ips",
        "instances",
        "ram",
        "security_groups",
    ];
    assert_eq!(resources, expected);
    let one_of_ten = Quota { used: 1, limit: 10 };
    assert!(quotas.values().all(|quota| *quota == one_of_ten));
}
