//! Hand infrastructures over, to another service or to other owners.

use dxr::Value;
use im_auth::Credentials;
use im_manager::OwnerChange;

use super::{Method, method, nothing, text, texts};
use crate::answer::{Answer, Refusal};
use crate::call::Call;
use crate::json::to_json;

pub(super) const METHODS: &[Method] = &[
    method!(export as "ExportInfrastructure"("inf_id", "delete", "auth")),
    method!(import as "ImportInfrastructure"("data", "auth")),
    method!(owners as "GetInfrastructureOwners"("inf_id", "auth")),
    method!(change_owners as "ChangeInfrastructureAuth"("inf_id", "new_auth", "overwrite", "auth")),
];

async fn export(mut call: Call) -> Answer {
    let credentials = call.credentials(2)?;
    let id = call.inf(0)?;
    let delete = call.flag(1, false)?;
    text(call.manager.export(&credentials, &id, delete).await?)
}

async fn import(mut call: Call) -> Answer {
    let credentials = call.credentials(1)?;
    let data = call.text(0)?;
    let id = call.manager.import(&credentials, &data).await?;
    Call::is_about(&id);
    text(id.as_str())
}

async fn owners(mut call: Call) -> Answer {
    let credentials = call.credentials(1)?;
    let id = call.inf(0)?;
    texts(call.manager.owners(&credentials, &id).await?)
}

async fn change_owners(mut call: Call) -> Answer {
    let credentials = call.credentials(3)?;
    let id = call.inf(0)?;
    let change = OwnerChange {
        credentials: new_owners(&mut call)?,
        overwrite: call.flag(2, false)?,
    };
    call.manager
        .change_owners(&credentials, &id, change)
        .await?;
    nothing()
}

/// A list as credentials are, or the structure of one owner, as clients send it too.
fn new_owners(call: &mut Call) -> Result<Credentials, Refusal> {
    let credentials = match call.take(1) {
        owner @ Value::Struct(_) => Credentials::from_new_owner(to_json(owner)),
        list => Credentials::from_value(to_json(list)),
    };
    credentials.map_err(|error| Refusal::Message(error.to_string()))
}
