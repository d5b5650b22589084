//! What a document would take on a cloud, without making anything: the answer of a dry run.

use im_domain::CloudInfo;
use im_radl::{Radl, System};
use serde::Serialize;

use crate::Connector;

/// What would be taken of one cloud.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CloudEstimate {
    /// Its type.
    pub cloud_type: String,
    /// Its address.
    pub cloud_endpoint: String,
    /// The machines, in the order of the deploys.
    pub compute: Vec<ComputeEstimate>,
    /// The disks beside those of the operating systems, machine by machine.
    pub storage: Vec<StorageEstimate>,
}

/// One machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ComputeEstimate {
    /// Processors, if the document says how many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_cores: Option<u64>,
    /// Memory in units of 10^6 bytes, if the document says how much.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_in_megabytes: Option<u64>,
    /// Size of the disk of the operating system in units of 10^9 bytes, if the document says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk_size_in_gigabytes: Option<u64>,
    /// 1 if the machine gets a public address.
    #[serde(rename = "publicIP", skip_serializing_if = "Option::is_none")]
    pub public_ip: Option<u64>,
}

/// One disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StorageEstimate {
    /// Its size in units of 10^9 bytes.
    pub size_in_gigabytes: u64,
}

const MEGA: u64 = 1_000_000;
const GIGA: u64 = 1_000_000_000;

// === impl CloudEstimate ===

impl CloudEstimate {
    /// Nothing of this cloud yet.
    pub fn new(connector: &dyn Connector) -> Self {
        Self {
            cloud_type: connector.cloud().kind.clone(),
            cloud_endpoint: connector.endpoint(),
            compute: Vec::new(),
            storage: Vec::new(),
        }
    }

    /// Adds one machine of a system, whose networks are those of the document.
    pub fn add(&mut self, system: &System, document: &Radl) {
        let public = system
            .connections()
            .into_iter()
            .filter_map(|id| document.network(id))
            .any(|network| network.is_public());
        self.compute.push(ComputeEstimate {
            cpu_cores: system.min_cpu(),
            memory_in_megabytes: system.min_memory_bytes().map(|bytes| rounded(bytes, MEGA)),
            disk_size_in_gigabytes: system.disk_size_bytes(0).map(|bytes| rounded(bytes, GIGA)),
            public_ip: public.then_some(1),
        });
        let disks = system.disks().into_iter().filter(|disk| *disk > 0);
        self.storage.extend(
            disks
                .filter_map(|disk| system.disk_size_bytes(disk))
                .map(|bytes| StorageEstimate {
                    size_in_gigabytes: rounded(bytes, GIGA),
                }),
        );
    }
}

/// The address of a cloud, with the protocol and port that its type has when the credentials name none.
pub fn endpoint(cloud: &CloudInfo, protocol: &str, port: u16) -> String {
    let protocol = match cloud.protocol.as_str() {
        "" => protocol,
        given => given,
    };
    let port = match cloud.port {
        given if given >= 0 => given,
        _ if protocol == "https" && port == 80 => 443,
        _ => i64::from(port),
    };
    match cloud.server.contains(':') {
        true => format!("{protocol}://[{}]:{port}", cloud.server),
        false => format!("{protocol}://{}:{port}", cloud.server),
    }
}

/// How many of a unit there are in a number of bytes, to the nearest.
pub(crate) fn rounded(bytes: u64, unit: u64) -> u64 {
    bytes / unit + u64::from(bytes % unit >= unit.div_ceil(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_go_to_the_nearest_unit() {
        assert_eq!(rounded(536_870_912, MEGA), 537);
        assert_eq!(rounded(1_073_741_824, MEGA), 1_074);
        assert_eq!(rounded(2_147_483_648, MEGA), 2_147);
        assert_eq!(rounded(1_024_000_000, MEGA), 1_024);
        assert_eq!(rounded(u64::MAX, 1), u64::MAX);
    }

    #[test]
    fn an_address_has_the_protocol_and_port_of_the_type_where_none_is_given() {
        let mut cloud = CloudInfo::new("c", "Dummy");
        assert_eq!(endpoint(&cloud, "http", 80), "http://:80");
        cloud.server = "2001:db8::1".into();
        cloud.protocol = "https".into();
        assert_eq!(endpoint(&cloud, "http", 80), "https://[2001:db8::1]:443");
        cloud.port = 5000;
        cloud.server = "keystone.example".into();
        assert_eq!(
            endpoint(&cloud, "http", 80),
            "https://keystone.example:5000"
        );
    }
}
