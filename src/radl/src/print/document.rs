//! Sentences and whole documents as text.

use std::fmt::{self, Display};

use super::feature::{FeaturesText, Secrets, feature_text, write_network, write_system};
use crate::{
    AnsibleHost, Configure, Contextualize, ContextualizeItem, Deploy, Description, Network, Radl,
    System, VmNumber,
};

/// The canonical text: description, ansible hosts, networks, systems, configures, contextualize and deploys,
/// separated by line ends; an absent contextualize leaves an empty line.
impl Display for Radl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.description
            .iter()
            .try_for_each(|it| writeln!(f, "{it}"))?;
        self.ansible_hosts
            .values()
            .try_for_each(|it| writeln!(f, "{it}"))?;
        self.networks
            .values()
            .try_for_each(|it| writeln!(f, "{it}"))?;
        self.systems
            .values()
            .try_for_each(|it| writeln!(f, "{it}"))?;
        self.configures
            .values()
            .try_for_each(|it| writeln!(f, "{it}"))?;
        self.contextualize
            .iter()
            .try_for_each(|it| write!(f, "{it}"))?;
        self.deploys.iter().try_for_each(|it| write!(f, "\n{it}"))
    }
}

impl Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "description {} ({})",
            self.id,
            FeaturesText(&self.features, Secrets::Shown)
        )
    }
}

impl Display for AnsibleHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "ansible {} ({})",
            self.id,
            FeaturesText(&self.features, Secrets::Shown)
        )
    }
}

impl Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.reference {
            return write!(f, "network {} ", self.id);
        }
        write_network(f, &self.id, &FeaturesText(&self.features, Secrets::Shown))
    }
}

impl Display for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.reference {
            return write!(f, "system {} ", self.id);
        }
        write_system(f, &self.id, &FeaturesText(&self.features, Secrets::Shown))
    }
}

impl Display for Configure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.recipe {
            _ if self.reference => write!(f, "configure {}", self.id),
            None => write!(f, "configure {} ()", self.id),
            Some(recipe) => write!(f, "configure {} (\n@begin\n{recipe}\n@end\n)", self.id),
        }
    }
}

impl Display for Contextualize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("contextualize ()");
        }
        f.write_str("contextualize ")?;
        self.max_time.iter().try_for_each(|time| time.fmt(f))?;
        f.write_str(" (\n")?;
        self.options
            .iter()
            .try_for_each(|(name, value)| writeln!(f, "option {}", feature_text(name, value)))?;
        for (index, item) in self.items.values().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            item.fmt(f)?;
        }
        f.write_str("\n)")
    }
}

impl Display for ContextualizeItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "system {} configure {} ", self.system, self.configure)?;
        self.step
            .iter()
            .try_for_each(|step| write!(f, "step {step}"))?;
        f.write_str(" ")?;
        self.tool
            .iter()
            .try_for_each(|tool| write!(f, "with {tool}"))
    }
}

impl Display for Deploy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "deploy {} ", self.system)?;
        match &self.vm_number {
            VmNumber::Number(number) => number.fmt(f)?,
            VmNumber::Text(text) => f.write_str(text)?,
        }
        self.cloud_id
            .iter()
            .try_for_each(|cloud| write!(f, " {cloud}"))
    }
}
