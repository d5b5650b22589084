//! Numeric features: a lower and an upper end, each narrowed by every constraint that is added.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::{Line, Number, Operator, Quantity};

/// One comparison of a numeric feature, as written.
#[derive(Clone, Debug, PartialEq)]
pub struct Constraint {
    /// How it bounds the value.
    pub operator: Operator,
    /// The bound.
    pub quantity: Quantity,
    /// Where it was written.
    pub line: Line,
}

/// The values a numeric feature may have: for each end the constraint that sets it, with its own operator and unit.
/// At least one end is set.
#[derive(Clone, Debug, PartialEq)]
pub struct Interval {
    lower: Option<Constraint>,
    upper: Option<Constraint>,
}

/// A constraint leaves no value.
#[derive(Clone, Debug, PartialEq)]
pub struct Disjoint;

// === impl Constraint ===

impl Constraint {
    /// A constraint that was not written anywhere.
    pub fn new(operator: Operator, quantity: Quantity) -> Self {
        Self {
            operator,
            quantity,
            line: Line::NONE,
        }
    }
}

// === impl Interval ===

impl Interval {
    /// The interval of one constraint.
    pub fn new(constraint: Constraint) -> Self {
        let lower = constraint.operator.bounds_below();
        let upper = constraint.operator.bounds_above();
        match (lower, upper) {
            (true, true) => Self {
                lower: Some(constraint.clone()),
                upper: Some(constraint),
            },
            (true, false) => Self {
                lower: Some(constraint),
                upper: None,
            },
            (false, _) => Self {
                lower: None,
                upper: Some(constraint),
            },
        }
    }

    /// The single value `quantity`.
    pub fn exactly(quantity: Quantity) -> Self {
        Self::new(Constraint::new(Operator::Equal, quantity))
    }

    /// The constraint that sets the lower end.
    pub fn lower(&self) -> Option<&Constraint> {
        self.lower.as_ref()
    }

    /// The constraint that sets the upper end.
    pub fn upper(&self) -> Option<&Constraint> {
        self.upper.as_ref()
    }

    /// The constraints in the order in which they are printed; an `=` that sets both ends comes once.
    pub fn constraints(&self) -> impl Iterator<Item = &Constraint> {
        let both_equal = matches!((&self.lower, &self.upper), (Some(lower), Some(upper))
            if lower.operator == Operator::Equal && upper.operator == Operator::Equal);
        self.lower
            .iter()
            .chain(self.upper.iter().filter(move |_| !both_equal))
    }

    /// The value to take when one is needed: the lower end, else the upper end.
    pub fn quantity(&self) -> Option<&Quantity> {
        self.lower
            .as_ref()
            .or(self.upper.as_ref())
            .map(|constraint| &constraint.quantity)
    }

    /// Whether both ends were given with the same number and unit.
    pub fn is_exact(&self) -> bool {
        matches!((&self.lower, &self.upper), (Some(lower), Some(upper))
            if lower.quantity.value.compare(&upper.quantity.value) == Ordering::Equal
                && lower.quantity.base().compare(&upper.quantity.base()) == Ordering::Equal)
    }

    /// Adds a constraint. Values are compared in base units, `<` and `>` count as `<=` and `>=`. At the same value
    /// a later constraint takes the lower end and leaves the upper one. On an error nothing has changed.
    pub fn narrow(&mut self, constraint: &Constraint) -> Result<(), Disjoint> {
        let value = constraint.quantity.base();
        let below = constraint.operator.bounds_below();
        let above = constraint.operator.bounds_above();
        let to_lower = self
            .lower
            .as_ref()
            .map_or(Ordering::Greater, |c| value.compare(&c.quantity.base()));
        let to_upper = self
            .upper
            .as_ref()
            .map_or(Ordering::Less, |c| value.compare(&c.quantity.base()));
        if (below && to_upper == Ordering::Greater) || (above && to_lower == Ordering::Less) {
            return Err(Disjoint);
        }
        if above && self.lower.is_none() && !below && is_under_every_lower_end(&value) {
            return Err(Disjoint);
        }
        if below && to_lower != Ordering::Less {
            self.lower = Some(constraint.clone());
        }
        if above && to_upper == Ordering::Less {
            self.upper = Some(constraint.clone());
        }
        Ok(())
    }
}

/// A missing lower end counts as -2^63.
pub(crate) fn is_under_every_lower_end(value: &Number) -> bool {
    value.compare(&Number::Int(i64::MIN)) == Ordering::Less
}

/// Gives shared access to an interval that is about to be stored.
impl From<Constraint> for Arc<Interval> {
    fn from(constraint: Constraint) -> Self {
        Arc::new(Interval::new(constraint))
    }
}
