//! Estimate what a document would take (the dry run of a creation).

use std::collections::BTreeMap;

use im_auth::Credentials;
use im_connectors::CloudEstimate;
use im_domain::InfId;
use im_radl::Radl;
use serde_json::{Map, Value};

use crate::access::Verb;
use crate::placement::requested_machines;
use crate::tosca::Purpose;
use crate::{Document, Error, ErrorKind, Manager};

/// The resources that a document would take, by cloud id: the JSON object that `dry_run` answers.
pub type Estimate = Value;

impl Manager {
    /// What the document would take on each cloud, without making anything.
    #[tracing::instrument(target = "im_trace", name = "manager.estimate", skip_all)]
    pub async fn estimate(
        &self,
        credentials: &Credentials,
        document: Document,
    ) -> Result<Estimate, Error> {
        let caller = self.enter(Verb::Read, credentials)?;
        let id = InfId::random();
        let posted = self.posted(&caller, document, Purpose::Create(&id)).await?;
        let radl = posted.complete(&Radl::default())?;
        requested_machines(&radl, 0, self.inner.settings.max_inf_vms)?;
        let placement = self.place(&caller, &radl, &BTreeMap::new()).await?;
        let mut estimates: Map<String, Value> = Map::new();
        let mut by_cloud: Vec<(String, CloudEstimate)> = Vec::new();
        let mut deploys: Vec<(usize, usize)> = Vec::new();
        for (group, found) in placement.groups.iter().enumerate() {
            deploys.extend(found.deploys.iter().map(|position| (*position, group)));
        }
        deploys.sort_unstable();
        for (position, group) in deploys {
            let candidate = placement
                .groups
                .get(group)
                .and_then(|g| g.candidates.first());
            let (Some(candidate), Some(deploy)) = (candidate, radl.deploys.get(position)) else {
                continue;
            };
            let Some(system) = candidate.systems.get(&deploy.system) else {
                continue;
            };
            let connector = &*candidate.connector;
            let cloud = &connector.cloud().id;
            let index = by_cloud.iter().position(|(id, _)| id == cloud);
            let index = index.unwrap_or_else(|| {
                by_cloud.push((cloud.clone(), CloudEstimate::new(connector)));
                by_cloud.len() - 1
            });
            if let Some((_, estimate)) = by_cloud.get_mut(index) {
                for _ in 0..deploy.count().unwrap_or_default() {
                    estimate.add(system, &radl);
                }
            }
        }
        for (cloud, estimate) in by_cloud {
            let value = serde_json::to_value(estimate).map_err(|error| {
                Error::new(ErrorKind::Internal, "The estimate cannot be written.").caused_by(error)
            })?;
            estimates.insert(cloud, value);
        }
        Ok(Value::Object(estimates))
    }
}
