//! A cloud that does what the test says, and that outlives the nodes of the test.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use im_connectors::{
    Capability, CloudType, CloudVm, Connector, ConnectorError, CreateIdempotency, ErrorKind, Image,
    ImageFilter, LaunchRequest, Launched, Observed, Operation, Quotas, Retry, Snapshot,
};
use im_domain::{CloudInfo, InfId, VmState};
use im_radl::{Radl, System};
use tokio::sync::{Semaphore, watch};

/// What one launch does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// There is no machine, and there will be none.
    Never(&'static str),
    /// There is no machine; another attempt may make one.
    Safe(&'static str),
    /// The machine is made and the answer is lost.
    Unheard,
    /// The question is lost: no machine is made, and nobody can tell.
    Unasked,
    /// The service itself fails.
    Fault,
}

/// What the cloud has and what it was asked.
#[derive(Debug, Default)]
struct State {
    machines: BTreeMap<(InfId, String), Launched>,
    launches: Vec<LaunchRequest>,
    finalized: Vec<(String, bool)>,
    deleted_images: Vec<String>,
    answers: VecDeque<Option<Answer>>,
    always: Option<Answer>,
    first_state: VmState,
    address: String,
    running: usize,
    most_at_a_time: usize,
    finding_fails: bool,
    finalizing_fails: bool,
    powered: Vec<(Operation, String)>,
}

/// The cloud behind any number of connectors, whatever the id in the credentials.
#[derive(Debug)]
pub(crate) struct Lab {
    state: Mutex<State>,
    /// A launch takes a permit for the time between the making of the machine and the answer.
    pub(crate) gate: Semaphore,
    /// How many launches have reached the gate so far.
    pub(crate) reached: watch::Sender<usize>,
}

#[derive(Debug)]
struct Bench {
    cloud: CloudInfo,
    lab: Arc<Lab>,
    idempotency: CreateIdempotency,
}

// === impl Lab ===

impl Lab {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                first_state: VmState::Running,
                address: "10.0.0.9".into(),
                ..State::default()
            }),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
            reached: watch::Sender::new(0),
        })
    }

    /// The types `Lab`, which recognises tokens, and `Plain`, which does not. A cloud has the images that begin with
    /// its id.
    pub(crate) fn cloud_types(self: &Arc<Self>) -> [CloudType; 2] {
        [
            ("Lab", CreateIdempotency::Token),
            ("Plain", CreateIdempotency::CheckOnly),
        ]
        .map(|(name, idempotency)| {
            let lab = Arc::clone(self);
            CloudType::new(name, move |line| {
                Ok(Arc::new(Bench {
                    cloud: line.cloud()?.clone(),
                    lab: Arc::clone(&lab),
                    idempotency,
                }))
            })
            .without_address()
        })
    }

    fn with<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        change(&mut self.state.lock().unwrap())
    }

    /// The next launch does this; then the one after it ...
    pub(crate) fn next(&self, answer: Answer) {
        self.with(|state| state.answers.push_back(Some(answer)));
    }

    /// The next launch succeeds.
    pub(crate) fn next_succeeds(&self) {
        self.with(|state| state.answers.push_back(None));
    }

    /// All launches do this, after those that were told apart.
    pub(crate) fn always(&self, answer: Option<Answer>) {
        self.with(|state| state.always = answer);
    }

    pub(crate) fn machines_begin_as(&self, first: VmState) {
        self.with(|state| state.first_state = first);
    }

    /// All machines are in this state now.
    pub(crate) fn machines_become(&self, now: VmState) {
        self.with(|state| {
            for machine in state.machines.values_mut() {
                machine.observed.state = now;
            }
        });
    }

    pub(crate) fn address_of_machines(&self, address: &str) {
        self.with(|state| state.address = address.into());
    }

    pub(crate) fn let_finding_fail(&self, fails: bool) {
        self.with(|state| state.finding_fails = fails);
    }

    pub(crate) fn let_finalizing_fail(&self, fails: bool) {
        self.with(|state| state.finalizing_fails = fails);
    }

    /// How many machines there are.
    pub(crate) fn count(&self) -> usize {
        self.with(|state| state.machines.len())
    }

    pub(crate) fn launches(&self) -> Vec<LaunchRequest> {
        self.with(|state| state.launches.clone())
    }

    /// The tokens of all launches, in order.
    pub(crate) fn tokens(&self) -> Vec<String> {
        self.launches().into_iter().map(|l| l.token).collect()
    }

    pub(crate) fn finalized(&self) -> Vec<(String, bool)> {
        self.with(|state| state.finalized.clone())
    }

    /// What was done to machines that exist.
    pub(crate) fn powered(&self) -> Vec<(Operation, String)> {
        self.with(|state| state.powered.clone())
    }

    pub(crate) fn deleted_images(&self) -> Vec<String> {
        self.with(|state| state.deleted_images.clone())
    }

    pub(crate) fn most_at_a_time(&self) -> usize {
        self.with(|state| state.most_at_a_time)
    }

    /// Waits until that many launches have made their machines.
    pub(crate) async fn until_reached(&self, launches: usize) {
        let mut reached = self.reached.subscribe();
        reached.wait_for(|n| *n >= launches).await.unwrap();
    }
}

// === impl Bench ===

impl Bench {
    fn make(&self, request: &LaunchRequest) -> Launched {
        let key = (request.inf.clone(), request.token.clone());
        self.lab.with(|state| {
            let number = state.launches.len();
            let mut radl = Radl::clone(&request.radl);
            if let Some(system) = radl.first_system_mut() {
                system.set_interface_ip(0, &state.address);
                system.features.set_str("provider.type", &self.cloud.kind);
                system
                    .features
                    .set_str("disk.0.os.credentials.password", "of-image");
            }
            let made = Launched {
                cloud_vm_id: format!("{}-{number}", self.cloud.id),
                observed: Observed {
                    state: state.first_state,
                    radl: Arc::new(radl),
                },
            };
            match self.idempotency {
                CreateIdempotency::Token => state.machines.entry(key).or_insert(made).clone(),
                _ => {
                    assert!(
                        state.machines.insert(key, made.clone()).is_none(),
                        "launched twice with one token"
                    );
                    made
                }
            }
        })
    }
}

impl Bench {
    fn power(
        &self,
        vm: &CloudVm,
        operation: Operation,
        becomes: Option<VmState>,
    ) -> Result<(), ConnectorError> {
        let id = vm.vm.cloud_vm_id.clone().unwrap_or_default();
        self.lab.with(|state| {
            let mut machines = state.machines.values_mut();
            let machine = machines.find(|machine| machine.cloud_vm_id == id);
            if let (Some(machine), Some(becomes)) = (machine, becomes) {
                machine.observed.state = becomes;
            }
            state.powered.push((operation, id));
        });
        Ok(())
    }
}

#[async_trait]
impl Connector for Bench {
    fn cloud(&self) -> &CloudInfo {
        &self.cloud
    }

    fn capability(&self) -> Capability {
        Capability {
            create_idempotency: self.idempotency,
            power: true,
            reboot: true,
            alter: true,
            snapshot: true,
            images: true,
            quotas: true,
        }
    }

    async fn concretize(&self, requested: &System) -> Result<Vec<System>, ConnectorError> {
        let images = requested.disk_image_urls();
        let of_cloud = images
            .into_iter()
            .filter(|image| image.starts_with(&self.cloud.id) || image.starts_with("any"));
        Ok(of_cloud
            .map(|image| {
                let mut system = requested.clone();
                system.set_disk_image_url(image);
                system
            })
            .collect())
    }

    async fn launch(&self, request: &LaunchRequest) -> Result<Launched, ConnectorError> {
        let answer = self.lab.with(|state| {
            state.launches.push(request.clone());
            state.running += 1;
            state.most_at_a_time = state.most_at_a_time.max(state.running);
            match state.answers.pop_front() {
                Some(answer) => answer,
                None => state.always.clone(),
            }
        });
        tokio::task::yield_now().await;
        let result = match answer {
            None => Ok(self.make(request)),
            Some(Answer::Never(reason)) => Err(failed(Retry::Never, reason)),
            Some(Answer::Safe(reason)) => Err(failed(Retry::Safe, reason)),
            Some(Answer::Unheard) => {
                self.make(request);
                Err(failed(Retry::AfterCheck, "the answer was lost"))
            }
            Some(Answer::Unasked) => Err(failed(Retry::AfterCheck, "nobody answered")),
            Some(Answer::Fault) => panic!("as the test wants it"),
        };
        self.lab.reached.send_modify(|n| *n += 1);
        let _permit = self.lab.gate.acquire().await.unwrap();
        self.lab.with(|state| state.running -= 1);
        result
    }

    async fn status(&self, vm: &CloudVm) -> Result<Observed, ConnectorError> {
        let id = vm.vm.cloud_vm_id.clone().unwrap_or_default();
        let found = self.lab.with(|state| {
            let mut machines = state.machines.values();
            machines.find(|machine| machine.cloud_vm_id == id).cloned()
        });
        Ok(Observed {
            state: found.map_or(VmState::Off, |machine| machine.observed.state),
            radl: Arc::clone(&vm.vm.info),
        })
    }

    async fn stop(&self, vm: &CloudVm) -> Result<(), ConnectorError> {
        self.power(vm, Operation::Stop, Some(VmState::Stopped))
    }

    async fn start(&self, vm: &CloudVm) -> Result<(), ConnectorError> {
        self.power(vm, Operation::Start, Some(VmState::Running))
    }

    async fn reboot(&self, vm: &CloudVm) -> Result<(), ConnectorError> {
        self.power(vm, Operation::Reboot, None)
    }

    async fn alter(&self, vm: &CloudVm, _wanted: &Radl) -> Result<Observed, ConnectorError> {
        self.power(vm, Operation::Alter, None)?;
        self.status(vm).await
    }

    async fn finalize(&self, vm: &CloudVm, last: bool) -> Result<(), ConnectorError> {
        let id = vm.vm.cloud_vm_id.clone().unwrap_or_default();
        self.lab.with(|state| {
            if state.finalizing_fails {
                return Err(ConnectorError::new(
                    ErrorKind::Unauthorized,
                    Retry::Never,
                    Operation::Finalize,
                    "The cloud keeps its machines.",
                ));
            }
            state
                .machines
                .retain(|_, machine| machine.cloud_vm_id != id);
            state.finalized.push((id, last));
            Ok(())
        })
    }

    async fn snapshot(&self, _vm: &CloudVm, snapshot: &Snapshot) -> Result<Image, ConnectorError> {
        Ok(Image {
            uri: snapshot.name.clone(),
            name: snapshot.name.clone(),
        })
    }

    async fn delete_image(&self, uri: &str) -> Result<(), ConnectorError> {
        self.lab
            .with(|state| state.deleted_images.push(uri.to_owned()));
        Ok(())
    }

    async fn list_images(&self, _filter: &ImageFilter) -> Result<Vec<Image>, ConnectorError> {
        Ok(Vec::new())
    }

    async fn quotas(&self) -> Result<Quotas, ConnectorError> {
        Ok(Quotas::new())
    }

    async fn find_by_token(
        &self,
        inf: &InfId,
    ) -> Result<BTreeMap<String, Launched>, ConnectorError> {
        self.lab.with(|state| {
            if state.finding_fails {
                return Err(failed(Retry::Never, "The cloud does not answer."));
            }
            let of_inf = state.machines.iter().filter(|((of, _), _)| of == inf);
            Ok(of_inf
                .map(|((_, token), machine)| (token.clone(), machine.clone()))
                .collect())
        })
    }
}

fn failed(retry: Retry, reason: &str) -> ConnectorError {
    ConnectorError::new(ErrorKind::Other, retry, Operation::Launch, reason)
}
