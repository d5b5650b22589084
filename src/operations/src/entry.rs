//! What one commit writes: an infrastructure, and its journal with it.

use std::collections::BTreeMap;

use im_domain::{BootId, Infrastructure, OperationId, Vm, VmId};
use im_store::{
    Intent, IntentAction, IntentState, JournalChange, NewIntent, NewOperation, Operation,
    OperationKind, OperationState, Sealed,
};

use crate::names::{Names, action_of, number};
use crate::noted;

/// The longest text that the journal keeps of an outcome or an answer.
const LONGEST: usize = 4_000;

/// The next state of an infrastructure, and the changes of its journal that are committed with it.
#[derive(Debug)]
pub struct Entry<'a> {
    /// The infrastructure.
    pub infrastructure: &'a mut Infrastructure,
    journal: &'a mut Vec<JournalChange>,
}

/// An intent to be written down.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The operation that needs it.
    pub operation: OperationId,
    /// What the cloud is asked for.
    pub action: IntentAction,
    /// The machine, which is part of the infrastructure already.
    pub vm: VmId,
    /// Which attempt it is, from 0.
    pub attempt: u32,
    /// A digest of what is asked for.
    pub digest: String,
}

/// What becomes of an operation that is taken over.
#[derive(Clone, Debug)]
pub enum TakeOver {
    /// It goes on with the credentials that it has.
    GoOn,
    /// It goes on with these.
    GoOnWith(Sealed),
    /// It waits for credentials.
    Wait,
}

// === impl Entry ===

impl<'a> Entry<'a> {
    /// An entry without changes.
    pub fn new(
        infrastructure: &'a mut Infrastructure,
        journal: &'a mut Vec<JournalChange>,
    ) -> Self {
        Self {
            infrastructure,
            journal,
        }
    }

    /// An operation begins.
    pub fn begin(&mut self, operation: &NewOperation) {
        noted::add_operation(self.infrastructure, operation.id, operation.kind);
        self.journal.push(JournalChange::Begin(operation.clone()));
    }

    /// Intents are written down, and the clouds may be asked as soon as this is committed.
    pub fn plan(&mut self, names: &Names, planned: &[Planned]) {
        for intent in planned {
            let Some(vm) = self.infrastructure.vm_mut(intent.vm) else {
                continue;
            };
            let seq = number(intent.operation, intent.action, intent.vm, intent.attempt);
            let mut open = noted::intents(vm);
            open.push(seq);
            noted::set_intents(vm, open);
            let cloud: String = vm.cloud.id.chars().take(255).collect();
            let token = names.token(
                &self.infrastructure.id,
                Some(intent.operation),
                intent.action,
                intent.vm,
                intent.attempt,
            );
            let new = NewIntent {
                seq,
                action: intent.action,
                operation: intent.operation,
                vm: Some(intent.vm),
                token,
                cloud,
                spec_digest: intent.digest.clone(),
            };
            self.journal
                .push(JournalChange::Plan(new, IntentState::Calling));
        }
    }

    /// The open intents of a machine for one action come to a state. There may be none.
    pub fn mark(&mut self, vm: VmId, action: IntentAction, state: IntentState, result: &str) {
        self.mark_those(vm, state, result, |seq| action_of(seq) == Some(action));
    }

    /// All open intents of a machine come to a state.
    pub fn mark_all(&mut self, vm: VmId, state: IntentState, result: &str) {
        self.mark_those(vm, state, result, |_| true);
    }

    fn mark_those(
        &mut self,
        vm: VmId,
        state: IntentState,
        result: &str,
        meant: impl Fn(u64) -> bool,
    ) {
        let listed = self.infrastructure.vm(vm).map(|vm| noted::intents(vm));
        let Some(listed) = listed.filter(|listed| !listed.is_empty()) else {
            return;
        };
        let (meant, rest): (Vec<u64>, Vec<u64>) = listed.into_iter().partition(|seq| meant(*seq));
        if meant.is_empty() {
            return;
        }
        if !state.is_open()
            && let Some(vm) = self.infrastructure.vm_mut(vm)
        {
            noted::set_intents(vm, rest);
        }
        let result = (!result.is_empty()).then(|| shortened(result));
        for seq in meant {
            self.push_mark(seq, state, result.clone());
        }
    }

    fn push_mark(&mut self, seq: u64, state: IntentState, result: Option<String>) {
        self.journal
            .push(JournalChange::Mark { seq, state, result });
    }

    /// An operation ends, if it is open.
    pub fn end(&mut self, id: OperationId, state: OperationState, outcome: Option<&str>) {
        if noted::remove_operation(self.infrastructure, id) {
            let outcome = outcome.map(shortened);
            self.journal.push(JournalChange::End(id, state, outcome));
        }
    }

    /// All open operations of these kinds end.
    pub fn end_kinds(
        &mut self,
        kinds: &[OperationKind],
        state: OperationState,
        outcome: Option<&str>,
    ) {
        for id in Self::open(self.infrastructure, Some(kinds)) {
            self.end(id, state, outcome);
        }
    }

    /// Nothing is open any more: operations end, and what is not known of intents never will be.
    pub fn end_all(&mut self, state: OperationState, outcome: Option<&str>) {
        let vms: Vec<VmId> = self.infrastructure.vms.iter().map(|vm| vm.id).collect();
        for vm in vms {
            self.mark_all(vm, IntentState::Failed, "");
        }
        for id in Self::open(self.infrastructure, None) {
            self.end(id, state, outcome);
        }
    }

    /// An open operation comes into the hands of a boot.
    pub fn take_over(&mut self, operation: &Operation, me: BootId, how: TakeOver) {
        if operation.boot != me {
            self.journal.push(JournalChange::TakeOver(operation.id, me));
        }
        let state = match how {
            TakeOver::GoOn | TakeOver::GoOnWith(_) => OperationState::Running,
            TakeOver::Wait => OperationState::Waiting,
        };
        if operation.state != state {
            self.journal.push(JournalChange::Set(operation.id, state));
        }
        if let TakeOver::GoOnWith(sealed) = how {
            self.journal
                .push(JournalChange::Seal(operation.id, Some(sealed)));
        }
    }

    /// Makes the infrastructure list what its journal has open, if another program has rewritten the one without the
    /// other. Answers whether anything had to be changed.
    pub fn reconcile(&mut self, operations: &[Operation], intents: &[Intent]) -> bool {
        let mut changed = false;
        let open = |id| operations.iter().any(|operation| operation.id == id);
        let listed = Self::open(self.infrastructure, None);
        for id in listed.iter().filter(|id| !open(**id)) {
            changed |= noted::remove_operation(self.infrastructure, *id);
        }
        for operation in operations.iter().filter(|o| !listed.contains(&o.id)) {
            noted::add_operation(self.infrastructure, operation.id, operation.kind);
            changed = true;
        }
        let mut of_vm: BTreeMap<VmId, Vec<u64>> = BTreeMap::new();
        for intent in intents.iter().filter(|intent| intent.state.is_open()) {
            if let Some(vm) = intent.plan.vm {
                of_vm.entry(vm).or_default().push(intent.plan.seq);
            }
        }
        for vm in &mut self.infrastructure.vms {
            let (mut listed, mut open) =
                (noted::intents(vm), of_vm.remove(&vm.id).unwrap_or_default());
            listed.sort_unstable();
            open.sort_unstable();
            if listed != open {
                noted::set_intents(std::sync::Arc::make_mut(vm), open);
                changed = true;
            }
        }
        changed
    }

    /// Forgets what an infrastructure brought along from another database.
    pub fn forget(infrastructure: &mut Infrastructure) {
        noted::forget(infrastructure);
    }

    /// Whether an operation is open.
    pub fn is_open(infrastructure: &Infrastructure, id: OperationId) -> bool {
        noted::operations(infrastructure)
            .iter()
            .any(|(listed, _)| *listed == id)
    }

    /// The open operations, or those of these kinds.
    pub fn open(
        infrastructure: &Infrastructure,
        kinds: Option<&[OperationKind]>,
    ) -> Vec<OperationId> {
        let open = match kinds {
            Some(kinds) => open_of(infrastructure, kinds),
            None => noted::operations(infrastructure),
        };
        open.into_iter().map(|(id, _)| id).collect()
    }

    /// Whether a machine has an open intent for an action.
    pub fn has_intent(vm: &Vm, action: IntentAction) -> bool {
        noted::intents(vm)
            .into_iter()
            .any(|seq| action_of(seq) == Some(action))
    }
}

fn open_of<'i>(
    infrastructure: &'i Infrastructure,
    kinds: &[OperationKind],
) -> Vec<(OperationId, &'i str)> {
    let mut open = noted::operations(infrastructure);
    open.retain(|(_, word)| kinds.iter().any(|kind| kind.as_str() == *word));
    open
}

fn shortened(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}
