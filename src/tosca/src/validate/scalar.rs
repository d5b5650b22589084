//! Values with units: sizes, frequencies, times.

/// Units of a kind, with what they multiply by: bytes, hertz, seconds.
const SIZES: &[(&str, f64)] = &[
    ("B", 1.0),
    ("kB", 1e3),
    ("KiB", 1024.0),
    ("MB", 1e6),
    ("MiB", 1_048_576.0),
    ("GB", 1e9),
    ("GiB", 1_073_741_824.0),
    ("TB", 1e12),
    ("TiB", 1_099_511_627_776.0),
];
const FREQUENCIES: &[(&str, f64)] = &[("Hz", 1.0), ("kHz", 1e3), ("MHz", 1e6), ("GHz", 1e9)];
const TIMES: &[(&str, f64)] = &[
    ("d", 86_400.0),
    ("h", 3_600.0),
    ("m", 60.0),
    ("s", 1.0),
    ("ms", 1e-3),
    ("us", 1e-6),
    ("ns", 1e-9),
];

/// A number with a unit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Quantity {
    /// The number as written.
    pub(crate) digits: String,
    /// The unit in its proper form.
    pub(crate) unit: &'static str,
    /// What the unit multiplies by.
    pub(crate) factor: f64,
    /// The number.
    pub(crate) number: f64,
}

/// Reads a value of a `scalar-unit` type: digits, perhaps a point, perhaps spaces, and a unit in any letter case.
/// Anything behind the unit is ignored. `None` if it is not one.
pub(crate) fn quantity(kind: &str, text: &str) -> Option<Quantity> {
    let units = match kind {
        "scalar-unit.size" => SIZES,
        "scalar-unit.frequency" => FREQUENCIES,
        "scalar-unit.time" => TIMES,
        _ => return None,
    };
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let rest = rest.trim_start();
    let end = rest
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(rest.len());
    let word = rest.get(..end)?;
    let number = digits.parse::<f64>().ok()?;
    let (unit, factor) = units.iter().find(|(unit, _)| *unit == word).or_else(|| {
        units
            .iter()
            .find(|(unit, _)| unit.eq_ignore_ascii_case(word))
    })?;
    Some(Quantity {
        digits: digits.to_owned(),
        unit,
        factor: *factor,
        number,
    })
}

// === impl Quantity ===

impl Quantity {
    /// The number times what the unit multiplies by.
    pub(crate) fn base(&self) -> f64 {
        self.number * self.factor
    }
}
