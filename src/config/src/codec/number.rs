//! Numbers, truth values and addresses.

use std::net::IpAddr;
use std::num::{NonZeroU32, NonZeroU64};

use super::{Codec, Refusal};

/// yes and no, in the ways that Python's configparser knows.
pub(crate) struct Bool;
/// A TCP port.
pub(crate) struct Port;
/// A TCP port, or blank.
pub(crate) struct OptionalPort;
/// An address of this machine.
pub(crate) struct Address;
/// A number of things, maybe none.
pub(crate) struct Count;
/// A number of things, one at least.
pub(crate) struct Positive;
/// A number of bytes, one at least.
pub(crate) struct Bytes;
/// An amount whose unit is another option.
pub(crate) struct Size;
/// A number of things, or 0 for no limit.
pub(crate) struct Limit;
/// A share of the whole.
pub(crate) struct Rate;

// === impl Codec ===

impl Codec for Bool {
    type Value = bool;
    const EXPECTED: &'static str = "True or False (or yes, no, on, off, 1, 0)";

    fn parse(text: &str) -> Result<bool, Refusal> {
        match text.to_ascii_lowercase().as_str() {
            "1" | "yes" | "true" | "on" => Ok(true),
            "0" | "no" | "false" | "off" => Ok(false),
            _ => Err(Refusal::default()),
        }
    }

    fn text(value: &bool) -> String {
        if *value { "True" } else { "False" }.to_owned()
    }
}

/// The codecs of values that the standard library reads and writes.
macro_rules! numeric {
    ($($codec:ident: $value:ty, $unit:literal, $expected:literal;)+) => {$(
        impl Codec for $codec {
            type Value = $value;
            const EXPECTED: &'static str = $expected;
            const UNIT: &'static str = $unit;

            fn parse(text: &str) -> Result<$value, Refusal> {
                text.parse().map_err(|_| Refusal::default())
            }

            fn text(value: &$value) -> String {
                value.to_string()
            }
        }
    )+};
}

numeric! {
    Port: u16, "", "a port number from 0 to 65535 (0 takes a free one)";
    Address: IpAddr, "", "an IP address of this machine, such as 0.0.0.0 or ::";
    Count: u32, "", "a whole number, 0 or more";
    Positive: NonZeroU32, "", "a whole number, 1 or more";
    Size: NonZeroU64, "", "a whole number, 1 or more";
    Bytes: NonZeroU64, "bytes", "a whole number of bytes, 1 or more";
}

impl Codec for OptionalPort {
    type Value = Option<u16>;
    const EXPECTED: &'static str = "a port number from 0 to 65535 (0 takes a free one), or nothing";

    fn parse(text: &str) -> Result<Self::Value, Refusal> {
        if text.is_empty() {
            return Ok(None);
        }
        Port::parse(text).map(Some)
    }

    fn text(value: &Self::Value) -> String {
        value.as_ref().map(Port::text).unwrap_or_default()
    }
}

impl Codec for Limit {
    type Value = Option<NonZeroU32>;
    const EXPECTED: &'static str = "a whole number, or 0 for no limit";

    fn parse(text: &str) -> Result<Self::Value, Refusal> {
        text.parse()
            .map(NonZeroU32::new)
            .map_err(|_| Refusal::default())
    }

    fn text(value: &Self::Value) -> String {
        value.map_or(0, NonZeroU32::get).to_string()
    }
}

impl Codec for Rate {
    type Value = f64;
    const EXPECTED: &'static str = "a number from 0 (never) to 1 (always)";

    fn parse(text: &str) -> Result<f64, Refusal> {
        match text.parse() {
            Ok(rate) if (0.0..=1.0).contains(&rate) => Ok(rate),
            _ => Err(Refusal::default()),
        }
    }

    fn text(value: &f64) -> String {
        value.to_string()
    }
}
