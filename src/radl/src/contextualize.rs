//! Which recipes run on which systems, and when.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::{Feature, Line, Number};

/// The merged `contextualize` blocks of a document. One with neither items nor options switches contextualization
/// off; an absent one leaves the default.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contextualize {
    /// Seconds that contextualization may take; never zero.
    pub max_time: Option<Number>,
    /// What runs where, by system and configure.
    pub items: IndexMap<(Arc<str>, Arc<str>), ContextualizeItem>,
    /// Settings by name: texts and numbers.
    pub options: IndexMap<Arc<str>, Feature>,
    /// Where the first block was written.
    pub line: Line,
}

/// `system S configure C`.
#[derive(Clone, Debug, PartialEq)]
pub struct ContextualizeItem {
    /// The id of the system.
    pub system: Arc<str>,
    /// The id of the configure.
    pub configure: Arc<str>,
    /// Items run in the order of their steps; never zero.
    pub step: Option<Number>,
    /// The tool named with `with`: `Ansible`, `cloud_init`, or any other word.
    pub tool: Option<Arc<str>>,
    /// Where it was written.
    pub line: Line,
}

// === impl Contextualize ===

impl Contextualize {
    /// Whether this block has nothing to do and so switches contextualization off.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && self.options.is_empty()
    }

    /// Adds another block: the larger time limit wins, an item or option with the same key replaces the former one
    /// in its place.
    pub fn merge(&mut self, other: Contextualize) {
        if let Some(theirs) = other.max_time
            && self
                .max_time
                .as_ref()
                .is_none_or(|ours| theirs.compare(ours).is_gt())
        {
            self.max_time = Some(theirs);
        }
        self.items.extend(other.items);
        self.options.extend(other.options);
    }

    /// Adds an item.
    pub fn add_item(&mut self, item: ContextualizeItem) {
        self.items
            .insert((item.system.clone(), item.configure.clone()), item);
    }

    /// The items of one system, in order.
    pub fn items_of<'a>(
        &'a self,
        system: &'a str,
    ) -> impl Iterator<Item = &'a ContextualizeItem> + 'a {
        self.items
            .values()
            .filter(move |item| &*item.system == system)
    }
}
