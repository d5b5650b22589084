//! What the journal and the cloud tell of an infrastructure, for who wonders what happened.

use im_simulated_cloud::Audit;
use im_simulated_cloud::audit::{INF, VM};

/// `sql` asks the database.
pub(crate) fn story(sql: impl Fn(&str) -> String, audit: &Audit, inf: &str) -> String {
    let operations = sql(&format!(
        "SELECT kind, state, outcome FROM im_operation WHERE inf_id = '{inf}'"
    ));
    let intents = sql(&format!(
        "SELECT seq, op, vm, token, state, epoch, result FROM im_intent WHERE inf_id = '{inf}' ORDER BY seq"
    ));
    let data = sql(&format!(
        "SELECT epoch, version, owner_boot, deleted, data FROM inf_list WHERE id = '{inf}'"
    ));
    let calls = audit
        .calls
        .iter()
        .filter(|call| call.inf.as_deref() == Some(inf))
        .map(|call| {
            format!(
                "asked for {:?} under {:?}: {} {:?}",
                call.vm, call.label, call.outcome, call.machine
            )
        });
    let machines = audit
        .machines
        .iter()
        .filter(|machine| machine.label(INF) == Some(inf))
        .map(|machine| {
            format!(
                "{} is {:?}, made {:?}, removed {:?}",
                machine.id,
                machine.label(VM),
                machine.made,
                machine.removed
            )
        });
    let cloud: Vec<String> = calls.chain(machines).collect();
    format!("{operations}\n{intents}\n{data}\n{}", cloud.join("\n"))
}
