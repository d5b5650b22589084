//! Dry runs.

use std::sync::Arc;

use im_connectors::{CloudEstimate, CloudLine, Registry, RegistrySettings};
use im_util::SystemClock;
use serde_json::{json, to_value};

use crate::support::document;

#[test]
fn machines_and_disks_are_listed_in_order() {
    let registry = Registry::new(RegistrySettings::default(), Arc::new(SystemClock::new()));
    let line = CloudLine::new("Dummy", Some("dummy"), None);
    let mut estimate = CloudEstimate::new(&*registry.connector(&line).unwrap());
    let document = document(
        "network outer (outbound = 'yes')
network inner (outbound = 'no')
system head (
cpu.count >= 2 and
memory.size >= 2048m and
net_interface.0.connection = 'inner' and
net_interface.1.connection = 'outer' and
disk.1.size = 20GB
)
system work (
cpu.count = 1 and
memory.size >= 1073741824 and
net_interface.0.connection = 'inner' and
disk.0.size = 10GiB
)",
    );
    estimate.add(document.system("head").unwrap(), &document);
    estimate.add(document.system("work").unwrap(), &document);
    let expected = json!({
        "cloudType": "Dummy",
        "cloudEndpoint": "http://:80",
        "compute": [
            {"cpuCores": 2, "memoryInMegabytes": 2048, "publicIP": 1},
            {"cpuCores": 1, "memoryInMegabytes": 1074, "diskSizeInGigabytes": 11},
        ],
        "storage": [{"sizeInGigabytes": 20}],
    });
    assert_eq!(to_value(&estimate).unwrap(), expected);
}
