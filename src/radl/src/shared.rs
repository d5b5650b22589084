//! What documents have in common, kept once.
//!
//! The documents of the machines of one infrastructure differ in a name, an address and a password. Read one by one, each
//! would have copies of its own of all the rest, for as long as the infrastructure is in memory.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::same::Same;
use crate::{
    AnsibleHost, Configure, Contextualize, Description, Named, Network, ParseError, Radl, System,
};

/// Names met so far, and values if they are shared too, each stored once.
#[derive(Default)]
pub(crate) struct Texts {
    known: HashSet<Arc<str>>,
    values_too: bool,
}

/// The pieces of the documents that were read so far.
///
/// It is for documents that belong together and are read together: it knows a piece by its id, and remembers the last
/// one of each.
pub struct Shared {
    texts: Texts,
    description: Option<Arc<Description>>,
    ansible_hosts: Pieces<AnsibleHost>,
    networks: Pieces<Network>,
    systems: Pieces<System>,
    configures: Pieces<Configure>,
    contextualize: Option<Arc<Contextualize>>,
}

type Pieces<T> = HashMap<Arc<str>, Arc<T>>;

// === impl Texts ===

impl Texts {
    /// The shared copy of a name.
    pub(crate) fn name(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let new: Arc<str> = text.into();
        self.known.insert(new.clone());
        new
    }

    /// The text of a value. A single document hardly repeats one: only among several is it worth looking for.
    pub(crate) fn value(&mut self, text: &str) -> Arc<str> {
        if self.values_too {
            self.name(text)
        } else {
            text.into()
        }
    }
}

// === impl Shared ===

impl Shared {
    /// Nothing was read yet.
    pub fn new() -> Self {
        let texts = Texts {
            values_too: true,
            ..Texts::default()
        };
        Self {
            texts,
            description: None,
            ansible_hosts: Pieces::new(),
            networks: Pieces::new(),
            systems: Pieces::new(),
            configures: Pieces::new(),
            contextualize: None,
        }
    }

    /// Reads the text form as [`Radl::parse`] does, with the names and texts that were met before. Its larger pieces are
    /// not shared until [`Shared::unite`] is told of it.
    pub fn parse(&mut self, text: &str) -> Result<Radl, ParseError> {
        let mut random = crate::random::Letters::default();
        crate::text::parse(text, &mut random, &mut self.texts)
    }

    /// Puts pieces of earlier documents in the place of the same ones of this one: see [`Same`].
    pub fn unite(&mut self, document: &mut Radl) {
        unite_one(&mut self.description, &mut document.description);
        unite_all(&mut self.ansible_hosts, &mut document.ansible_hosts);
        unite_all(&mut self.networks, &mut document.networks);
        unite_all(&mut self.configures, &mut document.configures);
        unite_one(&mut self.contextualize, &mut document.contextualize);
        for system in document.systems.values_mut() {
            if let Some(known) = self.systems.get(&system.id)
                && !known.is_same(system)
                && let Some(system) = Arc::get_mut(system)
            {
                system.features.unite(&known.features);
            }
        }
        unite_all(&mut self.systems, &mut document.systems);
    }
}

impl Default for Shared {
    fn default() -> Self {
        Self::new()
    }
}

fn unite_all<T: Same>(known: &mut Pieces<T>, pieces: &mut Named<Arc<T>>) {
    for (id, piece) in pieces.iter_mut() {
        match known.get_mut(id) {
            Some(known) if known.is_same(piece) => *piece = Arc::clone(known),
            Some(known) => *known = Arc::clone(piece),
            None => {
                known.insert(Arc::clone(id), Arc::clone(piece));
            }
        }
    }
}

fn unite_one<T: Same>(known: &mut Option<Arc<T>>, piece: &mut Option<Arc<T>>) {
    match (&*known, &mut *piece) {
        (Some(known), Some(piece)) if known.is_same(piece) => *piece = Arc::clone(known),
        (_, Some(piece)) => *known = Some(Arc::clone(piece)),
        (_, None) => {}
    }
}
