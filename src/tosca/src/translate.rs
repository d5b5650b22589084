//! From a template to RADL: which systems, networks and recipes, and how many machines.

mod applications;
mod compute;
mod container;
mod count;
mod credential;
mod deploy;
mod faas;
mod network;
mod playbook;
mod recipe;
mod split;
mod step;
mod storage;
mod translator;
mod variables;

pub use count::ExistingMachine;
pub(crate) use faas::to_json;

use std::sync::Arc;

use im_radl::Radl;
use indexmap::IndexMap;

use crate::{Resolver, Template, ToscaError};
use translator::Translator;

/// What a translation needs to know besides the template.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Where recipes come from.
    pub resolver: &'a dyn Resolver,
    /// The token of whoever asks, for inputs that want it.
    pub token: Option<&'a str>,
    /// The machines that the infrastructure has already.
    pub existing: &'a [ExistingMachine],
    /// Eight letters or digits that make names of container systems unique. They are the same each time one
    /// infrastructure's document is translated.
    pub unique: &'a str,
}

/// What a template asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Translation {
    /// The document, with deploys for the machines that do not exist yet.
    pub radl: Radl,
    /// The ids of the machines to remove.
    pub removal: Vec<u32>,
    /// How many machines to create, by system.
    pub num_instances: IndexMap<Arc<str>, u64>,
}

impl Template {
    /// Translates the template for an infrastructure with the machines it has already.
    pub fn translate(&self, context: &Context<'_>) -> Result<Translation, ToscaError> {
        Translator::new(self, context).run()
    }
}
