//! Features as text, in clear for documents and masked for messages.

use std::fmt::{self, Write};

use crate::features::Part;
use crate::{
    Constraint, Feature, Features, Nested, NestedKind, Quantity, SoftFeatures, is_secret_name,
};

/// Whether the values of secrets are shown.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Secrets {
    /// As they are: the output is a document.
    Shown,
    /// As three stars: the output is a message.
    Masked,
}

/// Writes to a text or to what formats one, each piece at once: a document is printed for each answer that shows it, and
/// for each save.
pub(super) struct Printer<'w, W: Write> {
    pub(super) out: &'w mut W,
    secrets: Secrets,
}

/// A feature as text for a message.
pub(crate) fn masked_feature(name: &str, feature: &Feature) -> String {
    masked(|printer| printer.feature(name, feature))
}

/// One comparison of a numeric feature as text for a message.
pub(crate) fn masked_constraint(name: &str, constraint: &Constraint) -> String {
    masked(|printer| printer.constraint(name, constraint))
}

/// Features as text for a message.
pub(crate) fn masked_features(features: &Features, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    Printer::new(f, Secrets::Masked).features(features)
}

fn masked(print: impl FnOnce(&mut Printer<'_, String>) -> fmt::Result) -> String {
    let mut text = String::new();
    // Writing to a text does not fail.
    let _ = print(&mut Printer::new(&mut text, Secrets::Masked));
    text
}

// === impl Printer ===

impl<'w, W: Write> Printer<'w, W> {
    pub(super) fn new(out: &'w mut W, secrets: Secrets) -> Self {
        Self { out, secrets }
    }

    pub(super) fn pieces<const N: usize>(&mut self, pieces: [&str; N]) -> fmt::Result {
        pieces
            .iter()
            .try_for_each(|piece| self.out.write_str(piece))
    }

    /// Features joined by `and`.
    pub(super) fn features(&mut self, features: &Features) -> fmt::Result {
        let mut first = true;
        for part in features.parts() {
            match part {
                Part::Softs(softs) => {
                    for soft in softs {
                        self.and(&mut first)?;
                        self.soft(soft)?;
                    }
                }
                Part::Feature(name, feature) => {
                    self.and(&mut first)?;
                    self.feature(name, feature)?;
                }
            }
        }
        Ok(())
    }

    /// One feature; the comparisons of a numeric one are joined by `and`.
    pub(super) fn feature(&mut self, name: &str, feature: &Feature) -> fmt::Result {
        let mut first = true;
        match feature {
            Feature::Number(interval) => {
                for constraint in interval.constraints() {
                    self.and(&mut first)?;
                    self.constraint(name, constraint)?;
                }
                Ok(())
            }
            Feature::Text(text) => {
                let value = self.shown(name, &text.value);
                self.pieces([name, " ", text.operator.as_str(), " '", value, "'"])
            }
            Feature::List(list) => {
                self.pieces([name, " ", list.operator.as_str(), " ['"])?;
                for (index, item) in list.items.iter().enumerate() {
                    let between = if index > 0 { "','" } else { "" };
                    self.pieces([between, self.shown(name, item)])?;
                }
                self.pieces(["']"])
            }
            Feature::Contains(contains) => {
                for nested in contains.values() {
                    self.and(&mut first)?;
                    self.pieces([name, " contains ("])?;
                    self.nested(nested)?;
                    self.pieces([")"])?;
                }
                Ok(())
            }
            Feature::Nested(nested) => {
                self.pieces([name, " = "])?;
                self.nested(nested)
            }
        }
    }

    /// A network with its features.
    pub(super) fn network(&mut self, id: &str, features: &Features) -> fmt::Result {
        self.pieces(["network ", id, " ( "])?;
        self.features(features)?;
        self.pieces([" )"])
    }

    /// A system with its features.
    pub(super) fn system(&mut self, id: &str, features: &Features) -> fmt::Result {
        self.pieces(["system ", id, " (\n"])?;
        self.features(features)?;
        self.pieces(["\n)\n"])
    }

    fn and(&mut self, first: &mut bool) -> fmt::Result {
        match std::mem::replace(first, false) {
            true => Ok(()),
            false => self.pieces([" and\n"]),
        }
    }

    fn constraint(&mut self, name: &str, constraint: &Constraint) -> fmt::Result {
        self.pieces([name, " ", constraint.operator.as_str(), " "])?;
        if self.is_masked(name) {
            return self.pieces(["***"]);
        }
        let Quantity { value, unit } = &constraint.quantity;
        write!(self.out, "{value}")?;
        self.pieces([unit.as_deref().unwrap_or_default()])
    }

    fn nested(&mut self, nested: &Nested) -> fmt::Result {
        match nested.head.as_deref() {
            None => self.features(&nested.features),
            Some(head) if head.reference => self.pieces([head.kind.keyword(), " ", &head.id, " "]),
            Some(head) => match head.kind {
                NestedKind::Network => self.network(&head.id, &nested.features),
                NestedKind::System => self.system(&head.id, &nested.features),
            },
        }
    }

    fn soft(&mut self, soft: &SoftFeatures) -> fmt::Result {
        write!(self.out, "soft {} ( ", soft.weight)?;
        self.features(&soft.features)?;
        self.pieces([" )"])
    }

    fn shown<'a>(&self, name: &str, value: &'a str) -> &'a str {
        match self.is_masked(name) {
            true => "***",
            false => value,
        }
    }

    fn is_masked(&self, name: &str) -> bool {
        self.secrets == Secrets::Masked && is_secret_name(name)
    }
}
