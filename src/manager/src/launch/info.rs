//! What is known of a machine once its cloud has answered.

use std::sync::Arc;

use im_radl::{Radl, System};

use crate::placement::new_password;

/// What the service fills in for the cloud alone, by the options `DEFAULT_VM_*`.
const FILLED_IN: [&str; 3] = ["cpu.count", "memory.size", "cpu.arch"];

/// The document of a machine: what was planned, with what the cloud decided before the launch and what it said then.
/// Values that the service filled in for the cloud alone stay out unless the cloud has changed them.
pub(super) fn after_launch(
    planned: &Arc<Radl>,
    sent: &Radl,
    observed: &Radl,
    requested: &Radl,
) -> Radl {
    let mut info = Radl::clone(planned);
    for (id, network) in &observed.networks {
        if sent.networks.get(id) != Some(network) {
            info.put_network(Arc::clone(network));
        }
    }
    let systems = (sent.first_system(), observed.first_system());
    if let ((Some(sent), Some(observed)), Some(system)) = (systems, info.first_system_mut()) {
        for (name, value) in observed.features.iter() {
            let is_news = !system.features.has(name) && !FILLED_IN.contains(&&**name);
            if is_news || sent.features.get(name) != Some(value) {
                system.features.set(Arc::clone(name), value.clone());
            }
        }
        if let Some(requested) = requested.first_system()
            && came_with_image(requested, system)
        {
            let password = new_password();
            system
                .features
                .set_str("disk.0.os.credentials.new.password", password.expose());
        }
    }
    info
}

/// Whether the machine is entered with a password that came with its image, and the document asks for no other one.
fn came_with_image(requested: &System, launched: &System) -> bool {
    let asked = requested.credentials();
    let new = requested.new_credentials();
    asked.password.is_none()
        && asked.private_key.is_none()
        && new.password.is_none()
        && new.private_key.is_none()
        && launched.credentials().password.is_some()
}
