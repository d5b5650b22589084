//! Hand infrastructures over, to another service or to other owners.

use im_manager::OwnerChange;

use super::{Method, method, nothing, text, texts};
use crate::answer::Answer;
use crate::call::Call;

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
        credentials: call.credentials(1)?,
        overwrite: call.flag(2, false)?,
    };
    call.manager
        .change_owners(&credentials, &id, change)
        .await?;
    nothing()
}
