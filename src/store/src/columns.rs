//! Rows of any backend, read by the names of their columns.

use sqlx::mysql::MySqlRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Error, Row as _};

use crate::Position;

/// A row of a result.
pub(crate) trait Columns {
    /// A text, or NULL.
    fn text(&self, name: &str) -> Result<Option<String>, Error>;

    /// A number, or NULL.
    fn number(&self, name: &str) -> Result<Option<i64>, Error>;

    /// Bytes, or NULL.
    fn bytes(&self, name: &str) -> Result<Option<Vec<u8>>, Error>;

    /// A text that must be there.
    fn some_text(&self, name: &str) -> Result<String, Error> {
        self.text(name)?.ok_or_else(|| missing(name))
    }

    /// A number that must be there.
    fn some_number(&self, name: &str) -> Result<i64, Error> {
        self.number(name)?.ok_or_else(|| missing(name))
    }

    /// A number that must be there and is never negative.
    fn count(&self, name: &str) -> Result<u64, Error> {
        u64::try_from(self.some_number(name)?).map_err(|error| Error::Decode(error.into()))
    }

    /// A text that is understood by a parser.
    fn parsed<T: std::str::FromStr>(&self, name: &str) -> Result<T, Error>
    where
        T::Err: std::error::Error + Send + Sync + 'static,
    {
        let text = self.some_text(name)?;
        text.parse().map_err(|error: T::Err| wrong(name, error))
    }

    /// One of a few words.
    fn word<T>(&self, name: &str, read: impl FnOnce(&str) -> Option<T>) -> Result<T, Error> {
        let text = self.some_text(name)?;
        read(&text).ok_or_else(|| {
            let context = format!("the column '{name}' has a word that this release does not know");
            Error::Decode(context.into())
        })
    }

    /// The columns `epoch` and `version`.
    fn position(&self) -> Result<Position, Error> {
        Ok(Position::new(self.count("epoch")?, self.count("version")?))
    }

    /// The column `owner_boot`.
    fn owner(&self) -> Result<Option<im_domain::BootId>, Error> {
        self.text("owner_boot")?
            .map(|text| text.parse().map_err(|error| wrong("owner_boot", error)))
            .transpose()
    }
}

macro_rules! columns {
    ($row:ty) => {
        impl Columns for $row {
            fn text(&self, name: &str) -> Result<Option<String>, Error> {
                self.try_get(name)
            }

            fn number(&self, name: &str) -> Result<Option<i64>, Error> {
                self.try_get(name)
            }

            fn bytes(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
                self.try_get(name)
            }
        }
    };
}

columns!(SqliteRow);
columns!(MySqlRow);

fn missing(name: &str) -> Error {
    Error::Decode(format!("the column '{name}' is empty").into())
}

fn wrong(name: &str, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Decode(format!("the column '{name}' cannot be read: {error}").into())
}
