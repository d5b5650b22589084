//! Private networks do not span clouds.

use std::collections::HashMap;
use std::sync::Arc;

use im_radl::Network;

use super::translator::Translator;

// === impl Translator ===

impl Translator<'_> {
    /// Gives the machines of other clouds than the first one on a private network a network of their own.
    pub(super) fn split_private_networks(&mut self) {
        let private: Vec<Arc<str>> = self
            .radl
            .networks
            .values()
            .filter(|network| !network.is_public())
            .map(|network| network.id.clone())
            .collect();
        let mut clouds: HashMap<Arc<str>, String> = HashMap::new();
        let mut moves: Vec<(Arc<str>, u32, String)> = Vec::new();
        for system in self.radl.systems.values() {
            let image = system
                .features
                .get_str("disk.0.image.url")
                .unwrap_or_default();
            let Some((cloud, host)) = cloud_of(image) else {
                continue;
            };
            for network in &private {
                for interface in system.interfaces_of(network) {
                    let first = clouds
                        .entry(network.clone())
                        .or_insert_with(|| cloud.clone());
                    if *first != cloud {
                        moves.push((system.id.clone(), interface, format!("private.{host}")));
                    }
                }
            }
        }
        for (system, interface, name) in moves {
            if self.radl.network(&name).is_none() {
                let mut network = Network::new(name.as_str());
                network.features.set_str("outbound", "no");
                self.radl.put_network(network);
            }
            if let Some(system) = self.radl.system_mut(&system) {
                let feature = format!("net_interface.{interface}.connection");
                system.features.set_str(&feature, &name);
            }
        }
    }
}

/// The scheme and host of an image's address, and the host alone.
fn cloud_of(url: &str) -> Option<(String, String)> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split('/').next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default().to_lowercase();
    let is_name = !host.is_empty()
        && host
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
    is_name.then(|| (format!("{scheme}://{host}"), host))
}
