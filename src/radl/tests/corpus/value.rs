//! JSON texts compared as values: numbers by their kind and exact value, objects with or without their order.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Whether the order of the members of objects counts.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Order {
    Counts,
    Ignored,
}

/// Members in the order of the text.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// Whether two texts are the same value.
pub(crate) fn same(a: &str, b: &str, order: Order) -> bool {
    let (a, b) = (a.trim(), b.trim());
    match (a.as_bytes().first(), b.as_bytes().first()) {
        (Some(b'{'), Some(b'{')) => same_object(a, b, order),
        (Some(b'['), Some(b'[')) => {
            let items = |text| serde_json::from_str::<Vec<Box<RawValue>>>(text).expect("a list");
            let (a, b) = (items(a), items(b));
            a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| same(a.get(), b.get(), order))
        }
        (Some(b'"'), Some(b'"')) => {
            let string = |text| serde_json::from_str::<String>(text).expect("a string");
            string(a) == string(b)
        }
        _ => a == b,
    }
}

fn same_object(a: &str, b: &str, order: Order) -> bool {
    let members = |text| {
        let mut members = serde_json::from_str::<Members>(text).expect("an object").0;
        if order == Order::Ignored {
            members.sort_by(|a, b| a.0.cmp(&b.0));
        }
        members
    };
    let (a, b) = (members(a), members(b));
    a.len() == b.len()
        && a.iter()
            .zip(&b)
            .all(|(a, b)| a.0 == b.0 && same(a.1.get(), b.1.get(), order))
}
