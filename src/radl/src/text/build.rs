//! From sentences to a document.

use super::grammar::Sentence;
use crate::{Contextualize, Radl};

/// The document so far.
#[derive(Default)]
pub(super) struct Builder {
    radl: Radl,
    contextualize: Option<Contextualize>,
}

// === impl Builder ===

impl Builder {
    pub(super) fn add(&mut self, sentence: Sentence) -> Result<(), &'static str> {
        let radl = &mut self.radl;
        let repeated = match sentence {
            Sentence::Description(description) => {
                if radl.description.replace(description.into()).is_some() {
                    return Err("Description can only be defined once.");
                }
                false
            }
            Sentence::Ansible(host) => radl
                .ansible_hosts
                .insert(host.id.clone(), host.into())
                .is_some(),
            Sentence::Network(network) => radl
                .networks
                .insert(network.id.clone(), network.into())
                .is_some(),
            Sentence::System(system) => radl
                .systems
                .insert(system.id.clone(), system.into())
                .is_some(),
            Sentence::Configure(configure) => radl
                .configures
                .insert(configure.id.clone(), configure.into())
                .is_some(),
            Sentence::Contextualize(block) => {
                match &mut self.contextualize {
                    Some(present) => present.merge(block),
                    None => self.contextualize = Some(block),
                }
                false
            }
            Sentence::Deploy(deploy) => {
                radl.deploys.push(deploy);
                false
            }
        };
        if repeated {
            Err("Aspect with the same id was found.")
        } else {
            Ok(())
        }
    }

    /// The document, which takes no more room than it needs: it may be kept for long.
    pub(super) fn finish(self) -> Radl {
        let mut radl = self.radl;
        radl.contextualize = self.contextualize.map(Into::into);
        radl.ansible_hosts.shrink_to_fit();
        radl.networks.shrink_to_fit();
        radl.systems.shrink_to_fit();
        radl.configures.shrink_to_fit();
        radl.deploys.shrink_to_fit();
        radl
    }
}
