//! Documents as answers show them.

use std::sync::Arc;

use im_domain::{Vm, VmState};
use im_radl::Radl;

/// Systems that the service itself adds to a document, to keep a private network that no system of the document
/// uses; answers do not show them.
const FAKE_SYSTEM: &str = "F0000__FAKE_SYSTEM__";

/// A machine as answers show it.
#[derive(Clone, Debug)]
pub struct VmView {
    /// The machine.
    pub vm: Arc<Vm>,
    /// Contextualization and deploys too.
    is_whole: bool,
}

// === impl VmView ===

impl VmView {
    /// The networks of its document and its system: what is answered to those who look.
    pub(crate) fn of(vm: &Arc<Vm>) -> Self {
        Self {
            vm: Arc::clone(vm),
            is_whole: false,
        }
    }

    /// Its whole document, contextualization and deploys too: what is answered to those who changed it.
    pub(crate) fn whole(vm: &Arc<Vm>) -> Self {
        Self {
            vm: Arc::clone(vm),
            is_whole: true,
        }
    }

    /// Its networks, its system with what is known of it.
    pub fn radl(&self) -> Arc<Radl> {
        let document = match self.is_whole {
            true => Arc::clone(&self.vm.info),
            false => Arc::new(self.vm.info.machine_view()),
        };
        with_state(document, self.vm.state)
    }

    /// The same as text.
    pub fn to_text(&self) -> String {
        let Vm { info, state, .. } = &*self.vm;
        match !self.is_whole && says(info, *state) {
            // What nearly always is asked for: no document is made to be printed once.
            true => info.machine_text(),
            false => self.radl().to_text(),
        }
    }
}

/// The document of an infrastructure as answers show it; the same pointer if there is nothing to hide.
pub(crate) fn visible(document: &Arc<Radl>) -> Arc<Radl> {
    let is_fake = |id: &str| id.starts_with(FAKE_SYSTEM);
    if !document.systems.keys().any(|id| is_fake(id)) {
        return Arc::clone(document);
    }
    let mut shown = Radl::clone(document);
    shown.systems.retain(|id, _| !is_fake(id));
    shown.deploys.retain(|deploy| !is_fake(&deploy.system));
    Arc::new(shown)
}

/// The document of a machine with its state in it; the same pointer if it says so already.
fn with_state(mut document: Arc<Radl>, state: VmState) -> Arc<Radl> {
    if !says(&document, state)
        && let Some(system) = Arc::make_mut(&mut document).first_system_mut()
    {
        system.features.set_str("state", state.as_str());
    }
    document
}

/// Whether the document of a machine says its state; one without a system has nothing to say.
fn says(document: &Radl, state: VmState) -> bool {
    document
        .first_system()
        .is_none_or(|system| system.features.get_str("state") == Some(state.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fake_systems_and_their_deploys_are_hidden() {
        let text = "network n (outbound = 'no')\nsystem a (net_interface.0.connection = 'n')\n\
                    system F0000__FAKE_SYSTEM__0 (net_interface.0.connection = 'n')\n\
                    deploy F0000__FAKE_SYSTEM__0 0\ndeploy a 1";
        let document = Arc::new(Radl::parse(text).unwrap());
        let shown = visible(&document).to_text();
        assert!(!shown.contains("FAKE"), "{shown}");
        assert!(shown.contains("deploy a 1"), "{shown}");
    }

    #[test]
    fn a_document_without_them_is_shared() {
        let document = Arc::new(Radl::parse("network n\nsystem a").unwrap());
        assert!(Arc::ptr_eq(&visible(&document), &document));
    }

    #[test]
    fn a_document_that_says_the_state_is_not_copied() {
        let document = Arc::new(Radl::parse("system s (state = 'running')").unwrap());
        assert!(Arc::ptr_eq(
            &with_state(document.clone(), VmState::Running),
            &document
        ));
        let stopped = with_state(document.clone(), VmState::Stopped);
        assert!(stopped.to_text().contains("state = 'stopped'"));
        assert!(document.to_text().contains("state = 'running'"));
    }
}
