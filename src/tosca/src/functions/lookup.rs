//! Which nodes a function means.

use crate::Template;
use crate::template::NodeTemplate;

pub(crate) const HOSTED_ON: &str = "tosca.relationships.HostedOn";
pub(crate) const BINDS_TO: &str = "tosca.relationships.network.BindsTo";

impl Template {
    /// A node by name.
    pub(crate) fn node(&self, name: &str) -> Option<&NodeTemplate> {
        self.nodes.get(name)
    }

    /// The hosts of a node, the nearest first; not itself.
    pub(crate) fn hosts<'a>(
        &'a self,
        node: &NodeTemplate,
    ) -> impl Iterator<Item = &'a NodeTemplate> + 'a {
        let place = self.nodes.get_index_of(&*node.name);
        let hosts = place.and_then(|place| self.hosts.get(place));
        hosts
            .into_iter()
            .flatten()
            .filter_map(|place| self.nodes.get_index(*place as usize))
            .map(|(_, host)| host)
    }

    /// The machine a node is on: itself, or the first one among its hosts.
    pub(crate) fn compute_of<'a>(&'a self, node: &'a NodeTemplate) -> Option<&'a NodeTemplate> {
        if node.is_compute() {
            return Some(node);
        }
        self.hosts(node).find(|host| host.is_compute())
    }

    /// Finds the hosts of all nodes.
    pub(crate) fn find_hosts(&mut self) {
        let hosts = self
            .nodes
            .values()
            .map(|node| self.hosts_of(node))
            .collect();
        self.hosts = hosts;
    }

    fn hosts_of(&self, node: &NodeTemplate) -> Vec<u32> {
        let mut seen = vec![false; self.nodes.len()];
        let mut found = Vec::new();
        let mut open: Vec<usize> = self.nodes.get_index_of(&*node.name).into_iter().collect();
        while let Some(place) = open.pop() {
            let Some((_, next)) = self.nodes.get_index(place) else {
                continue;
            };
            match seen.get_mut(place) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            if next.name != node.name {
                found.extend(u32::try_from(place).ok());
            }
            let targets: Vec<_> = next
                .targets(HOSTED_ON)
                .chain(next.targets(BINDS_TO))
                .filter_map(|target| self.nodes.get_index_of(target))
                .collect();
            open.extend(targets.into_iter().rev());
        }
        found
    }
}
