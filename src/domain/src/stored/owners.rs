//! Owners in the stored form: the list `auth`, which is also a column of its own.

use serde_json::Value;

use super::reader::{Place, list, object, parse};
use super::{StoredError, json};
use crate::Owner;

/// The text of the column `auth`.
pub fn write_owners(owners: &[Owner]) -> String {
    let mut out = String::new();
    print(&mut out, owners);
    out
}

/// Reads the text of the column `auth`.
pub fn read_owners(text: &str) -> Result<Vec<Owner>, StoredError> {
    let place = Place::Key(&Place::Whole, "auth");
    read(place, parse(place, text)?)
}

pub(super) fn print(out: &mut String, owners: &[Owner]) {
    json::list(out, |items| {
        for owner in owners {
            json::map(items.next(), owner.fields());
        }
    });
}

pub(super) fn read(place: Place<'_>, value: Value) -> Result<Vec<Owner>, StoredError> {
    list(place, value)?
        .into_iter()
        .enumerate()
        .map(|(index, value)| {
            let place = place.index(index);
            Owner::from_fields(object(place, value)?)
                .ok_or_else(|| place.error("an owner needs a text as 'username'"))
        })
        .collect()
}
