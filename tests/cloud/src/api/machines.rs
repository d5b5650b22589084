//! Machines.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::{Answer, Refusal, Scene, perform};
use crate::audit::{INF, LaunchCall, TOKEN, VM};
use crate::faults::Operation;
use crate::ledger::Event;
use crate::machine::{Machine, Moment, Power, Size, Spec};
use crate::server::Shared;
use crate::settings::Idempotency;

pub(super) async fn launch(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    perform(shared, headers, Operation::Launch, move |scene| {
        let mut body: Value = serde_json::from_slice(&body).map_err(|_| Refusal::unclear())?;
        let token = match body.as_object_mut().and_then(|body| body.remove("token")) {
            None => None,
            Some(Value::String(token)) => Some(token),
            Some(_) => return Err(Refusal::unclear()),
        };
        let spec: Spec = serde_json::from_value(body).map_err(|_| Refusal::unclear())?;
        launched(scene, spec, token)
    })
    .await
}

fn launched(scene: &mut Scene<'_>, spec: Spec, token: Option<String>) -> Result<Answer, Refusal> {
    let state = scene.ledger.state();
    let former = match scene.shared.settings.idempotency {
        Idempotency::None => None,
        Idempotency::Token => state.machines.iter().find(|machine| {
            token.is_some() && machine.token == token && machine.account == scene.account
        }),
    };
    let there = state
        .machines
        .iter()
        .filter(|m| m.removed.is_none())
        .count();
    let full = scene.capacity.is_some_and(|capacity| there >= capacity);
    let (outcome, status, made) = match former {
        Some(former) if former.spec != spec => {
            ("different", StatusCode::UNPROCESSABLE_ENTITY, None)
        }
        Some(former) if former.removed.is_some() => ("removed", StatusCode::GONE, None),
        Some(_) => ("repeated", StatusCode::OK, None),
        None if full => ("full", StatusCode::CONFLICT, None),
        None => {
            let made = new(scene, &spec, token.clone());
            ("made", StatusCode::CREATED, Some(Box::new(made)))
        }
    };
    let machine = made.as_deref().or(former).cloned();
    let label = |key: &str| spec.labels.get(key).cloned();
    let call = LaunchCall {
        event: state.next,
        account: scene.account.to_owned(),
        token,
        label: label(TOKEN),
        inf: label(INF),
        vm: label(VM),
        outcome: outcome.to_owned(),
        machine: machine.as_ref().map(|machine| machine.id.clone()),
    };
    scene.record(Event::Launch { call, made })?;
    match (status, machine) {
        (StatusCode::CREATED | StatusCode::OK, Some(machine)) => {
            Ok((status, shown(scene, &machine)))
        }
        (StatusCode::CONFLICT, _) => Err(Refusal::Status(status, "There is no room.")),
        (StatusCode::GONE, _) => Err(Refusal::Status(
            status,
            "The machine of this token was removed.",
        )),
        _ => Err(Refusal::Status(
            status,
            "The token was used for something else.",
        )),
    }
}

fn new(scene: &Scene<'_>, spec: &Spec, token: Option<String>) -> Machine {
    let state = scene.ledger.state();
    let number = state.machines.len();
    let addresses = (0..spec.interfaces.max(1)).map(|interface| {
        let (high, low) = (number / 250 % 250, number % 250 + 1);
        format!("10.{}.{high}.{low}", 100 + interface % 100)
    });
    Machine {
        id: format!("m-{number}"),
        account: scene.account.to_owned(),
        token,
        spec: spec.clone(),
        size: spec.size,
        addresses: addresses.collect(),
        password: format!("password-{number}"),
        power: Power::On(scene.now),
        made: Moment {
            event: state.next,
            ms: scene.now,
        },
        removed: None,
    }
}

pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    perform(shared, headers, Operation::List, move |scene| {
        let label = match query.get("label") {
            None => None,
            Some(label) => Some(label.split_once('=').ok_or_else(Refusal::unclear)?),
        };
        let machines = scene.ledger.state().machines.iter();
        let found = machines.filter(|machine| {
            machine.account == scene.account
                && machine.is_listed(scene.now, scene.late)
                && label.is_none_or(|(key, value)| machine.label(key) == Some(value))
        });
        let shown: Vec<_> = found.map(|machine| shown(scene, machine)).collect();
        Ok((StatusCode::OK, Value::Array(shown)))
    })
    .await
}

pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    perform(shared, headers, Operation::Show, move |scene| {
        let machine = existing(scene, &id)?;
        Ok((StatusCode::OK, shown(scene, machine)))
    })
    .await
}

pub(super) async fn remove(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    perform(shared, headers, Operation::Remove, move |scene| {
        existing(scene, &id)?;
        let at = Moment {
            event: scene.ledger.state().next,
            ms: scene.now,
        };
        scene.record(Event::Removed { id, at })?;
        Ok((StatusCode::NO_CONTENT, Value::Null))
    })
    .await
}

pub(super) async fn alter(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    perform(shared, headers, Operation::Alter, move |scene| {
        existing(scene, &id)?;
        let size: Size = serde_json::from_slice(&body).map_err(|_| Refusal::unclear())?;
        scene.record(Event::Size {
            id: id.clone(),
            size,
        })?;
        let machine = existing(scene, &id)?;
        Ok((StatusCode::OK, shown(scene, machine)))
    })
    .await
}

pub(super) async fn start(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    perform(shared, headers, Operation::Start, move |scene| {
        switch(scene, id, Power::On(scene.now))
    })
    .await
}

pub(super) async fn stop(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    perform(shared, headers, Operation::Stop, move |scene| {
        switch(scene, id, Power::Off)
    })
    .await
}

/// A stopped machine stays stopped.
pub(super) async fn reboot(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    perform(shared, headers, Operation::Reboot, move |scene| {
        if existing(scene, &id)?.power != Power::Off {
            let power = Power::On(scene.now);
            scene.record(Event::Power { id, power })?;
        }
        Ok((StatusCode::NO_CONTENT, Value::Null))
    })
    .await
}

/// Switches a machine on or off; one that is so already stays as it is.
fn switch(scene: &mut Scene<'_>, id: String, power: Power) -> Result<Answer, Refusal> {
    let machine = existing(scene, &id)?;
    let is_off = machine.power == Power::Off;
    if is_off != (power == Power::Off) {
        scene.record(Event::Power { id, power })?;
    }
    Ok((StatusCode::NO_CONTENT, Value::Null))
}

pub(super) async fn quotas(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    perform(shared, headers, Operation::Quotas, |scene| {
        let machines = scene.ledger.state().machines.iter();
        let used = machines.filter(|m| m.removed.is_none()).count();
        let limit = scene.capacity.map_or(json!(-1), |capacity| json!(capacity));
        let quotas = json!({ "instances": { "used": used, "limit": limit } });
        Ok((StatusCode::OK, quotas))
    })
    .await
}

fn existing<'a>(scene: &'a Scene<'_>, id: &str) -> Result<&'a Machine, Refusal> {
    scene
        .ledger
        .state()
        .machine(scene.account, id)
        .ok_or_else(Refusal::no_machine)
}

fn shown(scene: &Scene<'_>, machine: &Machine) -> Value {
    json!({
        "id": machine.id,
        "name": machine.spec.name,
        "state": machine.state(scene.now, scene.boot),
        "image": machine.spec.image,
        "cpu": machine.size.cpu,
        "memory_mb": machine.size.memory_mb,
        "addresses": machine.addresses,
        "username": "simulated",
        "password": machine.password,
        "labels": machine.spec.labels,
        "user_data": machine.spec.user_data,
    })
}
