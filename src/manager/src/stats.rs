//! Statistics over infrastructures, deleted ones too.

use std::collections::BTreeSet;

use im_auth::Credentials;
use im_domain::dates::date_and_time;
use im_domain::{Identity, Infrastructure, Vm};
use im_store::Summary;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::access::Verb;
use crate::{Error, Manager};

/// One infrastructure in the statistics; names and order are those of the answer. Moments are local time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InfrastructureStats {
    /// When it was created, `YYYY-MM-DD hh:mm:ss`; empty for old ones that do not say.
    pub creation_date: String,
    /// The name of the icon of its TOSCA document, without folder and extension; empty without one.
    pub tosca_name: String,
    /// Machines ever asked for, removed ones too.
    pub vm_count: usize,
    /// Their processors.
    pub cpu_count: u64,
    /// Their memory, in units of 10^6 bytes.
    pub memory_size: u64,
    /// The type of the first machine's cloud; empty without machines.
    pub cloud_type: String,
    /// The server of the first machine's cloud; empty if it has none.
    pub cloud_host: String,
    /// Whether its machines are in several clouds.
    pub hybrid: bool,
    /// Destroyed, or exported with removal.
    pub deleted: bool,
    /// The first owner.
    pub im_user: String,
    /// Its id.
    pub inf_id: String,
    /// When it was last saved, or anything was learned about its machines, `YYYY-MM-DD hh:mm:ss`; of a deleted one
    /// when it was deleted.
    pub last_date: String,
}

/// The part of a TOSCA document that statistics look at.
#[derive(Debug, Default, Deserialize)]
struct Template {
    #[serde(default)]
    metadata: Option<Metadata>,
}

#[derive(Debug, Default, Deserialize)]
struct Metadata {
    #[serde(default)]
    icon: Option<String>,
}

const MEGA: u64 = 1_000_000;

impl Manager {
    /// The statistics of the caller's infrastructures (administrators: all) that were created at `from` or later and
    /// before `until`, in seconds of the epoch; those without creation date are never left out.
    #[tracing::instrument(target = "im_trace", name = "manager.stats", skip_all)]
    pub async fn stats(
        &self,
        credentials: &Credentials,
        from: Option<i64>,
        until: Option<i64>,
    ) -> Result<Vec<InfrastructureStats>, Error> {
        let caller = self.enter(Verb::Read, credentials)?;
        let store = self.inner.cluster.store();
        let users: Vec<_> = caller.identities().iter().map(Identity::user_key).collect();
        let users = (!caller.is_admin()).then_some(users.as_slice());
        let summaries = store.summaries(users).await?;
        let compute = move || {
            let zone = TimeZone::system();
            summaries
                .iter()
                .filter(|summary| is_within(&summary.infrastructure, from, until))
                .map(|summary| InfrastructureStats::of(summary, &zone))
                .collect()
        };
        tokio::task::spawn_blocking(compute)
            .await
            .map_err(Error::aborted)
    }
}

fn is_within(infrastructure: &Infrastructure, from: Option<i64>, until: Option<i64>) -> bool {
    infrastructure.creation_date.is_none_or(|created| {
        from.is_none_or(|from| created >= from) && until.is_none_or(|until| created < until)
    })
}

// === impl InfrastructureStats ===

impl InfrastructureStats {
    fn of(summary: &Summary, zone: &TimeZone) -> Self {
        let infrastructure = &summary.infrastructure;
        let vms = &infrastructure.vms;
        let clouds: BTreeSet<_> = vms
            .iter()
            .map(|vm| (&vm.cloud.kind, &vm.cloud.server, vm.cloud.port))
            .collect();
        let first = vms.first().map(|vm| &vm.cloud);
        let moment = |at: Option<i64>| at.map(|at| date_and_time(at, zone)).unwrap_or_default();
        let learned = vms.iter().map(|vm| vm.last_update).max();
        Self {
            creation_date: moment(infrastructure.creation_date),
            tosca_name: tosca_name(infrastructure),
            vm_count: vms.len(),
            cpu_count: vms.iter().filter_map(|vm| processors(vm)).sum(),
            memory_size: vms.iter().filter_map(|vm| megabytes(vm)).sum(),
            cloud_type: first.map(|cloud| cloud.kind.clone()).unwrap_or_default(),
            cloud_host: first.map(|cloud| cloud.server.clone()).unwrap_or_default(),
            hybrid: clouds.len() > 1,
            deleted: infrastructure.deleted,
            im_user: infrastructure
                .owners
                .first()
                .map(|owner| owner.identity().username.clone())
                .unwrap_or_default(),
            inf_id: infrastructure.id.to_string(),
            last_date: moment(
                learned
                    .max(summary.last_saved)
                    .max(infrastructure.creation_date),
            ),
        }
    }
}

fn processors(vm: &Vm) -> Option<u64> {
    vm.info.first_system()?.min_cpu()
}

/// To the nearest.
fn megabytes(vm: &Vm) -> Option<u64> {
    let bytes = vm.info.first_system()?.min_memory_bytes()?;
    Some(bytes / MEGA + u64::from(bytes % MEGA >= MEGA / 2))
}

fn tosca_name(infrastructure: &Infrastructure) -> String {
    let text = infrastructure.extra_info.get("TOSCA");
    let Some(text) = text.and_then(|text| text.as_str()) else {
        return String::new();
    };
    // A document that cannot be read has no name: statistics are not the place to complain about it.
    let template: Template = serde_saphyr::from_str(text).unwrap_or_default();
    let icon = template.metadata.and_then(|metadata| metadata.icon);
    let file = icon.as_deref().and_then(|icon| icon.rsplit('/').next());
    let file = file.unwrap_or_default();
    file.rsplit_once('.')
        .map_or(file, |(name, _)| name)
        .to_owned()
}
