//! Rows of the journal. One that this release does not understand is an error, never half an answer.

use im_domain::{Epoch, VmId};
use sqlx::Error;

use super::{
    Intent, IntentAction, IntentState, NewIntent, Operation, OperationKind, OperationState, Sealed,
};
use crate::columns::Columns;

/// An operation, from the columns of its table; moments in seconds of the epoch.
pub(crate) fn operation(row: &impl Columns) -> Result<Operation, Error> {
    Ok(Operation {
        id: row.parsed("id")?,
        inf: row.parsed("inf_id")?,
        kind: row.word("kind", OperationKind::read)?,
        state: row.word("state", OperationState::read)?,
        epoch: Epoch(row.count("epoch")?),
        boot: row.parsed("boot")?,
        sealed: row.bytes("sealed")?.map(Sealed),
        digest: row.text("digest")?,
        created: row.some_number("created")?,
        updated: row.some_number("updated")?,
        ended: row.number("ended")?,
        outcome: row.text("outcome")?,
    })
}

/// An intent, as [`operation`].
pub(crate) fn intent(row: &impl Columns) -> Result<Intent, Error> {
    let vm = row.number("vm")?.map(u32::try_from).transpose();
    Ok(Intent {
        inf: row.parsed("inf_id")?,
        plan: NewIntent {
            seq: row.count("seq")?,
            action: row.word("op", IntentAction::read)?,
            operation: row.parsed("operation")?,
            vm: vm.map_err(|error| Error::Decode(error.into()))?.map(VmId),
            token: row.some_text("token")?,
            cloud: row.some_text("cloud")?,
            spec_digest: row.some_text("spec_digest")?,
        },
        state: row.word("state", IntentState::read)?,
        epoch: Epoch(row.count("epoch")?),
        created: row.some_number("created")?,
        updated: row.some_number("updated")?,
        resolved: row.number("resolved")?,
        result: row.text("result")?,
    })
}

/// The operations in the rows: all of them, or if some may be left out, those that can be understood.
pub(crate) fn operations(rows: &[impl Columns], leave_out: bool) -> Result<Vec<Operation>, Error> {
    let mut operations = Vec::with_capacity(rows.len());
    for row in rows {
        match operation(row) {
            Ok(operation) => operations.push(operation),
            Err(error) if leave_out => {
                let id = row.text("id").ok().flatten();
                tracing::error!(operation.id = id, %error, "an operation cannot be read and is left alone");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(operations)
}
