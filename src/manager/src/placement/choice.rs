//! Which clouds can take a group of deploys.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::future::join_all;
use im_auth::Caller;
use im_connectors::{CloudLine, Connector, ConnectorError, Operation};
use im_radl::{Radl, System};

use super::groups::{self, DeployGroup};
use super::{Candidate, Group, Placement, with_defaults};
use crate::{Error, Manager};

/// A cloud of the caller and what it can launch.
struct Offer {
    cloud_id: String,
    /// The systems that it can launch, by id; the others failed or belong to no image of it.
    answer: Result<Systems, ConnectorError>,
}

struct Systems {
    connector: Arc<dyn Connector>,
    can: BTreeMap<Arc<str>, Arc<System>>,
    failure: Option<ConnectorError>,
}

impl Manager {
    /// Finds the clouds for everything that a completed document deploys. `taken` is the cloud of each private network
    /// that the infrastructure has already.
    ///
    /// # Errors
    /// `Invalid`, if a deploy finds no cloud.
    pub(crate) async fn place(
        &self,
        caller: &Caller,
        document: &Radl,
        taken: &BTreeMap<String, String>,
    ) -> Result<Placement, Error> {
        let groups = groups::group(document, taken)?;
        if groups.is_empty() {
            return Ok(Placement::default());
        }
        let lines = CloudLine::all(caller.credentials());
        for group in &groups {
            if let Some(id) = &group.cloud_id
                && !lines.iter().any(|line| line.id() == &**id)
            {
                let message = format!("No auth data for cloud with ID: {id}");
                return Err(Error::invalid(message));
            }
        }
        let systems: BTreeSet<&str> = groups
            .iter()
            .flat_map(|group| systems_of(document, group))
            .collect();
        let systems: Vec<Arc<System>> = systems
            .into_iter()
            .filter_map(|id| document.system(id))
            .map(|system| Arc::new(with_defaults(system, &self.inner.settings)))
            .collect();
        let offers = join_all(lines.iter().map(|line| self.offer(line, &systems))).await;
        let groups = groups.into_iter().map(|group| {
            let candidates = candidates(document, &group, &offers);
            if candidates.is_empty() {
                return Err(no_cloud(document, &group, &offers));
            }
            Ok(Group {
                deploys: group.deploys,
                candidates,
            })
        });
        Ok(Placement {
            groups: groups.collect::<Result<_, _>>()?,
        })
    }

    async fn offer(&self, line: &CloudLine, systems: &[Arc<System>]) -> Offer {
        let answer = match self.inner.registry.connector(line) {
            Ok(connector) => Ok(concretize(connector, systems).await),
            Err(error) => Err(error),
        };
        Offer {
            cloud_id: line.id().to_owned(),
            answer,
        }
    }
}

/// Asks a cloud which of the systems it can launch, and how.
async fn concretize(connector: Arc<dyn Connector>, systems: &[Arc<System>]) -> Systems {
    let answers = join_all(systems.iter().map(|system| connector.concretize(system))).await;
    let mut can = BTreeMap::new();
    let mut failure = None;
    for (system, answer) in systems.iter().zip(answers) {
        match answer {
            Ok(found) => {
                if let Some(first) = found.into_iter().next() {
                    can.insert(Arc::clone(&system.id), Arc::new(first));
                }
            }
            Err(error) => failure = Some(error),
        }
    }
    Systems {
        connector,
        can,
        failure,
    }
}

// === impl Candidate ===

impl Candidate {
    /// Asks one cloud how it launches these systems, which have their defaults already.
    ///
    /// # Errors
    /// The cloud's, or that it has no image for one of them.
    pub(crate) async fn ask(
        connector: Arc<dyn Connector>,
        systems: &[Arc<System>],
    ) -> Result<Self, ConnectorError> {
        let found = concretize(connector, systems).await;
        match found.failure {
            Some(error) => Err(error),
            None if found.can.len() < systems.len() => Err(ConnectorError::invalid(
                Operation::Concretize,
                "The cloud has no image for the machine any more.",
            )),
            None => Ok(Self {
                connector: found.connector,
                systems: found.can,
            }),
        }
    }
}

fn systems_of<'a>(
    document: &'a Radl,
    group: &'a DeployGroup,
) -> impl Iterator<Item = &'a str> + 'a {
    group
        .deploys
        .iter()
        .filter_map(|position| document.deploys.get(*position))
        .map(|deploy| &*deploy.system)
}

fn is_asked(group: &DeployGroup, offer: &Offer) -> bool {
    group
        .cloud_id
        .as_deref()
        .is_none_or(|id| id == offer.cloud_id)
}

fn candidates(document: &Radl, group: &DeployGroup, offers: &[Offer]) -> Vec<Candidate> {
    offers
        .iter()
        .filter(|offer| is_asked(group, offer))
        .filter_map(|offer| offer.answer.as_ref().ok())
        .filter_map(|found| {
            let systems: Option<BTreeMap<_, _>> = systems_of(document, group)
                .map(|id| found.can.get_key_value(id))
                .map(|found| found.map(|(id, system)| (Arc::clone(id), Arc::clone(system))))
                .collect();
            Some(Candidate {
                connector: Arc::clone(&found.connector),
                systems: systems?,
            })
        })
        .collect()
}

/// Why a group has no cloud: what a cloud said against it, else what the document lacks.
fn no_cloud(document: &Radl, group: &DeployGroup, offers: &[Offer]) -> Error {
    let asked = || offers.iter().filter(|offer| is_asked(group, offer));
    let said = asked().find_map(|offer| match &offer.answer {
        Err(error) => Some(error),
        Ok(systems) => systems.failure.as_ref(),
    });
    if let Some(error) = said {
        return Error::invalid(error.message.clone());
    }
    let without_image = systems_of(document, group)
        .filter_map(|id| document.system(id))
        .find(|system| system.disk_image_urls().is_empty());
    Error::invalid(match without_image {
        Some(system) => format!(
            "Error getting VM images: No VMI obtained from Sites to system '{}'",
            system.id
        ),
        None => "No cloud provider available".to_owned(),
    })
}
