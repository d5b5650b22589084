//! Which deploys belong together: those whose systems share a private network.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use im_radl::{Radl, System};

use crate::Error;

/// Deploys that share private networks, directly or through others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DeployGroup {
    /// Positions among the deploys of the document, ascending.
    pub(super) deploys: Vec<usize>,
    /// The cloud that must take them, if one is named or has one of their networks.
    pub(super) cloud_id: Option<Arc<str>>,
}

/// The ids of the networks of a system that are not public.
pub(crate) fn private_connections<'a>(
    document: &'a Radl,
    system: &'a System,
) -> impl Iterator<Item = &'a str> + 'a {
    system.connections().into_iter().filter(|id| {
        document
            .network(id)
            .is_some_and(|network| !network.is_public())
    })
}

/// Groups the deploys of a document that ask for machines. `taken` is the cloud of each private network that the
/// infrastructure has already.
///
/// # Errors
/// `Invalid` if a group is asked to be in two clouds.
pub(super) fn group(
    document: &Radl,
    taken: &BTreeMap<String, String>,
) -> Result<Vec<DeployGroup>, Error> {
    let mut leaders: Vec<usize> = (0..document.deploys.len()).collect();
    let mut first_of: HashMap<&str, usize> = HashMap::new();
    let mut wanted: Vec<(usize, &System)> = Vec::new();
    for (position, deploy) in document.deploys.iter().enumerate() {
        if deploy.count() == Some(0) {
            continue;
        }
        let Some(system) = document.system(&deploy.system) else {
            continue;
        };
        wanted.push((position, system));
        for network in private_connections(document, system) {
            let first = *first_of.entry(network).or_insert(position);
            join(&mut leaders, first, position);
        }
    }
    let mut groups: BTreeMap<usize, DeployGroup> = BTreeMap::new();
    for (position, system) in wanted {
        let group = groups
            .entry(leader(&mut leaders, position))
            .or_insert_with(|| DeployGroup {
                deploys: Vec::new(),
                cloud_id: None,
            });
        group.deploys.push(position);
        let named = document
            .deploys
            .get(position)
            .and_then(|d| d.cloud_id.clone());
        let of_networks = private_connections(document, system)
            .filter_map(|network| taken.get(network).map(|cloud| Arc::from(cloud.as_str())));
        for cloud in named.into_iter().chain(of_networks) {
            pin(group, cloud, &system.id)?;
        }
    }
    Ok(groups.into_values().collect())
}

fn pin(group: &mut DeployGroup, cloud: Arc<str>, system: &str) -> Result<(), Error> {
    match &group.cloud_id {
        Some(other) if **other != *cloud => Err(Error::invalid(format!(
            "The deploy of the system '{system}' shares a private network with machines in the cloud '{other}', \
             and is asked for in the cloud '{cloud}': it must be in the same one."
        ))),
        _ => {
            group.cloud_id = Some(cloud);
            Ok(())
        }
    }
}

/// The smallest position of the group; halves the paths on its way.
fn leader(leaders: &mut [usize], mut position: usize) -> usize {
    while let Some(&above) = leaders.get(position).filter(|above| **above != position) {
        let further = leaders.get(above).copied().unwrap_or(above);
        if let Some(mine) = leaders.get_mut(position) {
            *mine = further;
        }
        position = further;
    }
    position
}

fn join(leaders: &mut [usize], a: usize, b: usize) {
    let (a, b) = (leader(leaders, a), leader(leaders, b));
    if let Some(mine) = leaders.get_mut(a.max(b)) {
        *mine = a.min(b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> Radl {
        Radl::parse(text).unwrap()
    }

    const FOUR: &str = "network pub (outbound = 'yes')\nnetwork n (outbound = 'no')\nnetwork m (outbound = 'no')\n\
        system a (net_interface.0.connection = 'n')\n\
        system b (net_interface.0.connection = 'm' and net_interface.1.connection = 'pub')\n\
        system c (net_interface.0.connection = 'pub')\n\
        system d (net_interface.0.connection = 'n' and net_interface.1.connection = 'm')\n";

    fn groups(deploys: &str) -> Result<Vec<Vec<usize>>, Error> {
        let groups = group(&document(&format!("{FOUR}{deploys}")), &BTreeMap::new())?;
        Ok(groups.into_iter().map(|group| group.deploys).collect())
    }

    #[test]
    fn a_public_network_joins_nothing() {
        let found = groups("deploy a 1\ndeploy b 1\ndeploy c 1\n").unwrap();
        assert_eq!(found, [vec![0], vec![1], vec![2]]);
    }

    #[test]
    fn private_networks_join_through_others() {
        let found = groups("deploy a 1\ndeploy b 1\ndeploy c 1\ndeploy d 1\n").unwrap();
        assert_eq!(found, [vec![0, 1, 3], vec![2]]);
    }

    #[test]
    fn a_deploy_of_no_machine_joins_nothing() {
        let found = groups("deploy a 1\ndeploy b 1\ndeploy d 0\n").unwrap();
        assert_eq!(found, [vec![0], vec![1]]);
    }

    #[test]
    fn one_group_cannot_be_in_two_clouds() {
        assert!(groups("deploy a 1 x\ndeploy a 1 y\n").is_err());
        assert!(groups("deploy c 1 x\ndeploy c 1 y\n").is_ok());
    }

    #[test]
    fn a_network_that_lies_somewhere_decides() {
        let taken = BTreeMap::from([("n".to_owned(), "cloud".to_owned())]);
        let found = group(&document(&format!("{FOUR}deploy a 1\n")), &taken).unwrap();
        assert_eq!(found[0].cloud_id.as_deref(), Some("cloud"));
        let elsewhere = document(&format!("{FOUR}deploy a 1 other\n"));
        assert!(group(&elsewhere, &taken).is_err());
    }
}
