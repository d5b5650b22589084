//! Which addresses everybody can reach, and which belong to a machine or to the networks around it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// Networks of version 4 that are not public: by RFC 6890 and its like, and the address at which one cloud tells its
/// machines their secrets.
const CLOSED_V4: [Ipv4Net; 16] = [
    v4([0, 0, 0, 0], 8),
    v4([10, 0, 0, 0], 8),
    v4([100, 64, 0, 0], 10),
    v4([127, 0, 0, 0], 8),
    v4([168, 63, 129, 16], 32),
    v4([169, 254, 0, 0], 16),
    v4([172, 16, 0, 0], 12),
    v4([192, 0, 0, 0], 24),
    v4([192, 0, 2, 0], 24),
    v4([192, 88, 99, 0], 24),
    v4([192, 168, 0, 0], 16),
    v4([198, 18, 0, 0], 15),
    v4([198, 51, 100, 0], 24),
    v4([203, 0, 113, 0], 24),
    v4([224, 0, 0, 0], 4),
    v4([240, 0, 0, 0], 4),
];

/// What is not public in the networks of version 6 that are given out: addresses for protocols (Teredo among them), for
/// documents, and those that carry one of version 4.
const CLOSED_V6: [Ipv6Net; 4] = [
    v6([0x2001, 0], 23),
    v6([0x2001, 0xdb8], 32),
    v6([0x2002, 0], 16),
    v6([0x3fff, 0], 20),
];

/// The networks of version 6 that are given out at all.
const GIVEN_OUT: Ipv6Net = v6([0x2000, 0], 3);

/// The addresses by which a network of version 6 reaches those of version 4.
const NAT64: Ipv6Net = v6([0x64, 0xff9b], 96);

const fn v4([a, b, c, d]: [u8; 4], prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6([a, b]: [u16; 2], prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0), prefix)
}

/// Whether an address is one that everybody can reach: not of this machine, of a private network, of one link, of a group,
/// nor reserved.
pub fn is_public(address: IpAddr) -> bool {
    match plain(address) {
        IpAddr::V4(address) => !CLOSED_V4.iter().any(|network| network.contains(&address)),
        IpAddr::V6(address) => {
            GIVEN_OUT.contains(&address)
                && !CLOSED_V6.iter().any(|network| network.contains(&address))
        }
    }
}

/// Whether a document may be asked for at an address.
pub fn may_reach(address: IpAddr, allowed: &[IpNet]) -> bool {
    let plain = plain(address);
    is_public(plain) || allowed.iter().any(|network| network.contains(&plain))
}

/// An address of version 4 that is written as one of version 6 is that of version 4.
fn plain(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) if NAT64.contains(&address) => {
            let [.., a, b, c, d] = address.octets();
            IpAddr::V4(Ipv4Addr::new(a, b, c, d))
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(text: &str) -> bool {
        is_public(text.parse().expect("an address"))
    }

    #[test]
    fn addresses_of_a_machine_and_of_its_networks_are_not_public() {
        for closed in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.255.254",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.168.1.1",
            "198.19.0.1",
            "224.0.0.1",
            "239.255.255.255",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!public(closed), "{closed} is not public");
        }
    }

    #[test]
    fn the_others_are() {
        for open in [
            "1.1.1.1",
            "11.0.0.1",
            "100.63.255.255",
            "172.32.0.1",
            "185.199.108.133",
            "193.0.0.1",
            "223.255.255.255",
            "2606:50c0:8000::154",
            "::ffff:185.199.108.133",
            "64:ff9b::185.199.108.133",
        ] {
            assert!(public(open), "{open} is public");
        }
    }

    #[test]
    fn a_network_that_is_allowed_may_be_reached_in_either_spelling() {
        let allowed = ["10.1.0.0/16".parse().expect("a network")];
        let may = |text: &str| may_reach(text.parse().expect("an address"), &allowed);
        assert!(may("10.1.2.3") && may("::ffff:10.1.2.3"));
        assert!(!may("10.2.0.1") && !may("127.0.0.1"));
    }
}
