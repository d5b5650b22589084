//! Networks and connections to clouds.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv4Net};

use crate::codec::{Bool, Networks};
use crate::concern::concern;

concern! {
    /// Networks and connections to clouds.
    pub struct Network, "Network options" in "im" {
        /// Networks that are private, in CIDR notation, separated by commas. Addresses in none of them are public.
        private_net_masks: Vec<IpNet> = PRIVATE.to_vec(), "PRIVATE_NET_MASKS" as Networks;
        /// Whether the certificates of the clouds are checked. If they are, the certificates of their
        /// authorities must be installed in this machine.
        verify_ssl: bool = false, "VERIFI_SSL" as Bool;
    }
}

/// The networks that are documented as private.
const PRIVATE: [IpNet; 7] = [
    network([10, 0, 0, 0], 8),
    network([172, 16, 0, 0], 12),
    network([192, 168, 0, 0], 16),
    network([192, 0, 0, 0], 24),
    network([169, 254, 0, 0], 16),
    network([100, 64, 0, 0], 10),
    network([198, 18, 0, 0], 15),
];

const fn network([a, b, c, d]: [u8; 4], prefix: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix))
}

// === impl Network ===

impl Network {
    /// Whether an address is in a private network.
    pub fn is_private(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.private_net_masks
            .iter()
            .any(|network| network.contains(&address))
    }
}
