//! Rows of `inf_list` that have not been understood yet.

use im_domain::stored::{self, Origin};
use im_domain::{BootId, InfId};
use sqlx::Error;

use crate::columns::Columns;
use crate::{Loaded, Position, Standing, StoreError, StoreErrorKind, Summary};

/// Bytes of a stored form that are read in some milliseconds.
const LARGE: usize = 1 << 20;

/// The row of an infrastructure.
pub(crate) struct RawRow {
    data: Result<Option<String>, Error>,
    standing: Standing,
    origin: Origin,
}

/// The columns `epoch`, `version`, `owner_boot` and `deleted`.
pub(crate) fn standing(row: &impl Columns) -> Result<Standing, Error> {
    Ok(Standing {
        position: row.position()?,
        owner: row.owner()?,
        deleted: row.number("deleted")?.unwrap_or_default() != 0,
    })
}

/// The ids in the rows, each once. Rows of one infrastructure stand side by side, since they have its place in the order.
pub(crate) fn ids(rows: &[impl Columns]) -> Vec<InfId> {
    let mut ids: Vec<InfId> = rows.iter().filter_map(id).collect();
    ids.dedup();
    ids
}

fn id(row: &impl Columns) -> Option<InfId> {
    let text = row
        .some_text("id")
        .inspect_err(|error| tracing::error!(%error, "the id of a row cannot be read"))
        .ok()?;
    text.parse()
        .inspect_err(|error| tracing::error!(id = text, %error, "a row has an id that is none"))
        .ok()
}

/// What statistics need of a row; nothing if it cannot be understood.
pub(crate) fn summary(row: &impl Columns) -> Option<Summary> {
    let id = id(row)?;
    let loaded = RawRow::of(row)
        .map_err(|error| {
            let context = format!("the columns of infrastructure {id} cannot be read: {error}");
            StoreError::new(StoreErrorKind::Corrupt, Some(&id), context)
        })
        .and_then(|row| row.understand(&id))
        .inspect_err(|error| tracing::error!(inf.id = %id, %error, "an infrastructure is left out of statistics"))
        .ok()?;
    Some(Summary {
        id,
        infrastructure: loaded.infrastructure,
        last_saved: row.number("last_saved").ok().flatten(),
    })
}

// === impl RawRow ===

impl RawRow {
    /// From the columns `data`, `is_own` (whether this service saved it last) and those of [`standing`].
    pub(crate) fn of(row: &impl Columns) -> Result<Self, Error> {
        Ok(Self {
            data: row.text("data"),
            standing: standing(row)?,
            origin: match row.some_number("is_own")? {
                0 => Origin::Reference,
                _ => Origin::Own,
            },
        })
    }

    /// Whether another program wrote it: no write of this service leaves version 0.
    pub(crate) fn is_foreign(&self) -> bool {
        self.position().version.0 == 0
    }

    fn position(&self) -> Position {
        self.standing.position
    }

    /// The infrastructure in it. A large one is read where it holds nobody up.
    pub(crate) async fn understand_apart(self, id: &InfId) -> Result<Loaded, StoreError> {
        let length = |data: &Option<String>| data.as_ref().map_or(0, String::len);
        if self.data.as_ref().map_or(0, length) <= LARGE {
            return self.understand(id);
        }
        let own = id.clone();
        tokio::task::spawn_blocking(move || self.understand(&own))
            .await
            .unwrap_or_else(|error| {
                let context = format!("the stored form of infrastructure {id} could not be read");
                Err(StoreError::new(StoreErrorKind::Corrupt, Some(id), context).caused_by(error))
            })
    }

    /// The infrastructure in it. Whether it is deleted is what the column says.
    pub(crate) fn understand(self, id: &InfId) -> Result<Loaded, StoreError> {
        let none = |error: Option<Error>| {
            let context = format!("the stored form of infrastructure {id} is no text");
            let none = StoreError::new(StoreErrorKind::Corrupt, Some(id), context);
            match error {
                Some(error) => none.caused_by(error),
                None => none,
            }
        };
        let position = self.position();
        let owner: Option<BootId> = self.standing.owner;
        let data = self
            .data
            .map_err(|error| none(Some(error)))?
            .ok_or_else(|| none(None))?;
        let mut infrastructure =
            stored::read(id, &data, self.origin).map_err(|error| StoreError::corrupt(id, error))?;
        infrastructure.deleted = self.standing.deleted;
        Ok(Loaded {
            infrastructure,
            position,
            owner,
        })
    }
}
