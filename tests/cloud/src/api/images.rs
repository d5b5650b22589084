//! Images.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Refusal, perform};
use crate::faults::Operation;
use crate::ledger::Event;
use crate::machine::Image;
use crate::server::Shared;

#[derive(Deserialize)]
struct Wanted {
    name: String,
}

pub(super) async fn snapshot(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    perform(shared, headers, Operation::Snapshot, move |scene| {
        let wanted: Wanted = serde_json::from_slice(&body).map_err(|_| Refusal::unclear())?;
        let state = scene.ledger.state();
        if state.machine(scene.account, &id).is_none() {
            return Err(Refusal::no_machine());
        }
        let image = Image {
            id: format!("image-{}", state.next),
            account: scene.account.to_owned(),
            name: wanted.name,
        };
        let shown = shown(&image);
        scene.record(Event::Image(image))?;
        Ok((StatusCode::CREATED, shown))
    })
    .await
}

pub(super) async fn list(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    perform(shared, headers, Operation::Images, |scene| {
        let mut images = vec![json!({ "id": "base", "name": "Base" })];
        let made = scene.ledger.state().images.values();
        let mine = made.filter(|image| image.account == scene.account);
        images.extend(mine.map(shown));
        Ok((StatusCode::OK, Value::Array(images)))
    })
    .await
}

pub(super) async fn remove(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    perform(shared, headers, Operation::RemoveImage, move |scene| {
        let known = scene.ledger.state().images.get(&id);
        if known.is_none_or(|image| image.account != scene.account) {
            return Err(Refusal::Status(
                StatusCode::NOT_FOUND,
                "There is no such image.",
            ));
        }
        scene.record(Event::ImageRemoved { id })?;
        Ok((StatusCode::NO_CONTENT, Value::Null))
    })
    .await
}

fn shown(image: &Image) -> Value {
    json!({ "id": image.id, "name": image.name })
}
