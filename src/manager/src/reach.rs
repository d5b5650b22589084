//! The clouds of machines, reached with the caller's credentials.

use std::sync::Arc;

use im_auth::Caller;
use im_connectors::{CloudLine, CloudVm, Connector, ConnectorError, Registry};
use im_domain::{CloudInfo, InfId, Vm};

/// What a caller's credentials reach. Connectors are made once for each cloud.
#[derive(Debug)]
pub(crate) struct Reach<'a> {
    registry: &'a Registry,
    lines: Vec<CloudLine>,
    known: Vec<(CloudInfo, Arc<dyn Connector>)>,
}

/// A machine that can be reached.
#[derive(Clone, Debug)]
pub(crate) struct Reached {
    /// Its cloud.
    pub(crate) connector: Arc<dyn Connector>,
    /// The machine, as calls about it take it.
    pub(crate) target: CloudVm,
}

// === impl Reach ===

impl<'a> Reach<'a> {
    /// What these credentials reach.
    pub(crate) fn of(registry: &'a Registry, caller: &Caller) -> Self {
        Self {
            registry,
            lines: CloudLine::all(caller.credentials()),
            known: Vec::new(),
        }
    }

    /// Whether there are no credentials for any cloud.
    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The way to a machine.
    ///
    /// # Errors
    /// If no line of the credentials is for its cloud, or the line lacks something. No cloud is called.
    pub(crate) fn machine(&mut self, inf: &InfId, vm: &Arc<Vm>) -> Result<Reached, ConnectorError> {
        let target = CloudVm {
            inf: inf.clone(),
            vm: Arc::clone(vm),
        };
        let known = self.known.iter().find(|(cloud, _)| *cloud == vm.cloud);
        if let Some((_, connector)) = known {
            let connector = Arc::clone(connector);
            return Ok(Reached { connector, target });
        }
        let connector = self.registry.for_vm(&vm.cloud, &self.lines)?;
        self.known.push((vm.cloud.clone(), Arc::clone(&connector)));
        Ok(Reached { connector, target })
    }
}
