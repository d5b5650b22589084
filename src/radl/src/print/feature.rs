//! Features as text, in clear for documents and masked for messages.

use std::fmt::{self, Display, Write};

use crate::features::Part;
use crate::{Constraint, Feature, Features, Nested, NestedKind, SoftFeatures, is_secret_name};

/// Whether the values of secrets are shown.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Secrets {
    /// As they are: the output is a document.
    Shown,
    /// As three stars: the output is a message.
    Masked,
}

/// Features joined by `and`.
pub(super) struct FeaturesText<'a>(pub(super) &'a Features, pub(super) Secrets);

struct FeatureText<'a>(&'a str, &'a Feature, Secrets);

struct ConstraintText<'a>(&'a str, &'a Constraint, Secrets);

struct NestedText<'a>(&'a Nested, Secrets);

struct SoftText<'a>(&'a SoftFeatures, Secrets);

/// Writes `and` between the items of a sequence.
struct Joiner<'a, 'b> {
    f: &'a mut fmt::Formatter<'b>,
    first: bool,
}

/// A feature as text for a message.
pub(crate) fn masked_feature(name: &str, feature: &Feature) -> String {
    FeatureText(name, feature, Secrets::Masked).to_string()
}

/// One comparison of a numeric feature as text for a message.
pub(crate) fn masked_constraint(name: &str, constraint: &Constraint) -> String {
    ConstraintText(name, constraint, Secrets::Masked).to_string()
}

/// Features as text for a message.
pub(crate) fn masked_features(features: &Features, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    FeaturesText(features, Secrets::Masked).fmt(f)
}

/// One feature of a document.
pub(super) fn feature_text<'a>(name: &'a str, feature: &'a Feature) -> impl Display + 'a {
    FeatureText(name, feature, Secrets::Shown)
}

// === impl Joiner ===

impl Joiner<'_, '_> {
    fn item(&mut self, item: &impl Display) -> fmt::Result {
        if !std::mem::replace(&mut self.first, false) {
            self.f.write_str(" and\n")?;
        }
        item.fmt(self.f)
    }
}

impl Display for FeaturesText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(features, secrets) = *self;
        let mut joiner = Joiner { f, first: true };
        for part in features.parts() {
            match part {
                Part::Softs(softs) => {
                    for soft in softs {
                        joiner.item(&SoftText(soft, secrets))?;
                    }
                }
                Part::Feature(name, feature) => {
                    joiner.item(&FeatureText(name, feature, secrets))?;
                }
            }
        }
        Ok(())
    }
}

impl Display for FeatureText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(name, feature, secrets) = *self;
        let masked = secrets == Secrets::Masked && is_secret_name(name);
        match feature {
            Feature::Number(interval) => {
                let mut joiner = Joiner { f, first: true };
                interval
                    .constraints()
                    .try_for_each(|c| joiner.item(&ConstraintText(name, c, secrets)))
            }
            Feature::Text(text) if masked => write!(f, "{name} {} '***'", text.operator),
            Feature::Text(text) => write!(f, "{name} {} '{}'", text.operator, text.value),
            Feature::List(list) => {
                write!(f, "{name} {} ['", list.operator)?;
                for (index, item) in list.items.iter().enumerate() {
                    if index > 0 {
                        f.write_str("','")?;
                    }
                    f.write_str(if masked { "***" } else { item })?;
                }
                f.write_str("']")
            }
            Feature::Contains(contains) => {
                let mut joiner = Joiner { f, first: true };
                for nested in contains.values() {
                    joiner.item(&format_args!(
                        "{name} contains ({})",
                        NestedText(nested, secrets)
                    ))?;
                }
                Ok(())
            }
            Feature::Nested(nested) => write!(f, "{name} = {}", NestedText(nested, secrets)),
        }
    }
}

impl Display for ConstraintText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(name, constraint, secrets) = *self;
        write!(f, "{name} {} ", constraint.operator)?;
        if secrets == Secrets::Masked && is_secret_name(name) {
            return f.write_str("***");
        }
        constraint.quantity.fmt(f)
    }
}

impl Display for NestedText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(nested, secrets) = *self;
        let features = FeaturesText(&nested.features, secrets);
        match nested.head.as_deref() {
            None => features.fmt(f),
            Some(head) if head.reference => write!(f, "{} {} ", head.kind.keyword(), head.id),
            Some(head) => match head.kind {
                NestedKind::Network => write_network(f, &head.id, &features),
                NestedKind::System => write_system(f, &head.id, &features),
            },
        }
    }
}

impl Display for SoftText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "soft {} ( {} )",
            self.0.weight,
            FeaturesText(&self.0.features, self.1)
        )
    }
}

pub(super) fn write_network(
    f: &mut impl Write,
    id: &str,
    features: &FeaturesText<'_>,
) -> fmt::Result {
    write!(f, "network {id} ( {features} )")
}

pub(super) fn write_system(
    f: &mut impl Write,
    id: &str,
    features: &FeaturesText<'_>,
) -> fmt::Result {
    write!(f, "system {id} (\n{features}\n)\n")
}
