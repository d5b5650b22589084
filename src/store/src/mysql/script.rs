//! Statements that are sent together: a transaction up to its COMMIT in one round trip.
//!
//! The server runs them in their order and answers each; at the first that fails it stops. The COMMIT is never among
//! them: it is sent when all have said that they wrote what they had to, so that before it nothing is in doubt
//! (`writer`).

use futures::TryStreamExt;
use sqlx::{AssertSqlSafe, Either, Error, MySqlConnection};

use super::statement::Statement;

/// Statements of one transaction, after its BEGIN.
#[derive(Debug)]
pub(super) struct Script {
    text: String,
    /// Rows that each writes if all is well.
    rows: Vec<u64>,
}

// === impl Script ===

impl Script {
    /// A transaction in which nothing is done yet.
    pub(super) fn new() -> Self {
        Self {
            text: "BEGIN".to_owned(),
            rows: vec![0],
        }
    }

    /// Adds what is to be done next.
    pub(super) fn add(&mut self, statement: &Statement<'_>) {
        self.text.push_str("; ");
        statement.write_to(&mut self.text);
        self.rows.push(statement.rows());
    }

    /// The length of the text.
    pub(super) fn bytes(&self) -> u64 {
        self.text.len() as u64
    }

    /// Begins the transaction and does everything. Answers whether each statement wrote as many rows as it had to; if
    /// not, the transaction must be rolled back.
    ///
    /// # Errors
    /// What the server said of the first statement that failed, or that the connection broke.
    pub(super) async fn run(self, connection: &mut MySqlConnection) -> Result<bool, Error> {
        let mut answers = sqlx::raw_sql(AssertSqlSafe(self.text)).fetch_many(connection);
        let mut written = Vec::with_capacity(self.rows.len());
        while let Some(answer) = answers.try_next().await? {
            if let Either::Left(answer) = answer {
                written.push(answer.rows_affected());
            }
        }
        Ok(written == self.rows)
    }
}
