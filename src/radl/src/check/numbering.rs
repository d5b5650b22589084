//! Features of numbered things: `disk.N.…` and `net_interface.N.…`.

use std::collections::BTreeSet;

use super::document::error;
use crate::{CheckError, Line};

/// The numbers of one family that known features use.
pub(super) struct Numbering {
    family: &'static str,
    numbers: BTreeSet<i64>,
}

/// The parts of a name behind the family.
pub(super) struct Numbered<'n> {
    /// The number.
    pub(super) number: i64,
    /// What follows it.
    pub(super) suffix: &'n str,
}

// === impl Numbering ===

impl Numbering {
    pub(super) fn new(family: &'static str) -> Self {
        Self {
            family,
            numbers: BTreeSet::new(),
        }
    }

    /// Splits a name of the family; `None` if it is of another one.
    pub(super) fn split<'n>(
        &self,
        name: &'n str,
        line: Line,
    ) -> Result<Option<Numbered<'n>>, CheckError> {
        let Some(rest) = name
            .strip_prefix(self.family)
            .and_then(|rest| rest.strip_prefix('.'))
        else {
            return Ok(None);
        };
        let (number, suffix) = rest.split_once('.').unwrap_or((rest, ""));
        match number.parse() {
            Ok(number) => Ok(Some(Numbered { number, suffix })),
            Err(_) => Err(error(line, "Invalid property name; expected an index.")),
        }
    }

    /// Counts the number of a known feature.
    pub(super) fn count(&mut self, number: i64) {
        self.numbers.insert(number);
    }

    /// The numbers must be 0, 1, 2 and so on.
    pub(super) fn check(&self) -> Result<(), CheckError> {
        if (0..)
            .zip(&self.numbers)
            .all(|(expected, number)| expected == *number)
        {
            return Ok(());
        }
        Err(error(
            Line::NONE,
            format!("Invalid indices values in properties '{}'", self.family),
        ))
    }

    /// The numbers, in ascending order.
    pub(super) fn numbers(&self) -> impl Iterator<Item = i64> {
        self.numbers.iter().copied()
    }
}
