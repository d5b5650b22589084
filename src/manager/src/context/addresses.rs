//! Which addresses are private: the option `PRIVATE_NET_MASKS`.

use std::net::IpAddr;

/// A block of addresses in CIDR notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Block {
    address: IpAddr,
    prefix: u32,
}

/// Whether an address lies in none of the blocks. A text that is no address is not public.
pub(super) fn is_public(address: &str, private: &[String]) -> bool {
    let Ok(address) = address.parse::<IpAddr>() else {
        return false;
    };
    !private
        .iter()
        .filter_map(|text| Block::parse(text))
        .any(|block| block.contains(address))
}

// === impl Block ===

impl Block {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.trim().split_once('/')?;
        let address: IpAddr = address.parse().ok()?;
        let prefix = prefix.parse().ok()?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        (prefix <= bits).then_some(Self { address, prefix })
    }

    fn contains(&self, other: IpAddr) -> bool {
        match (self.address, other.to_canonical()) {
            (IpAddr::V4(mine), IpAddr::V4(other)) => {
                let rest = 32 - self.prefix;
                (mine.to_bits() ^ other.to_bits())
                    .checked_shr(rest)
                    .unwrap_or(0)
                    == 0
            }
            (IpAddr::V6(mine), IpAddr::V6(other)) => {
                let rest = 128 - self.prefix;
                (mine.to_bits() ^ other.to_bits())
                    .checked_shr(rest)
                    .unwrap_or(0)
                    == 0
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_public_if_no_block_has_it() {
        let masks = ["10.0.0.0/8", "192.168.0.0/16", "fd00::/8"].map(str::to_owned);
        for private in [
            "10.0.0.1",
            "192.168.255.255",
            "fd12::1",
            "::ffff:10.1.1.1",
            "name",
        ] {
            assert!(!is_public(private, &masks), "{private}");
        }
        for public in ["11.0.0.1", "192.169.0.0", "2001:db8::1"] {
            assert!(is_public(public, &masks), "{public}");
        }
    }

    #[test]
    fn a_block_of_everything_leaves_nothing_public() {
        assert!(!is_public("8.8.8.8", &["0.0.0.0/0".to_owned()]));
        assert!(is_public("8.8.8.8", &["0.0.0.0/33".to_owned()]));
    }
}
