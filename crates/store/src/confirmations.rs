//! Entries of the law that rest on memory or on design and that two named persons have confirmed.

use jiff::civil::Date;

use crate::db::{Row, Store, statements, values};
use crate::error::StoreError;

statements! {
    ADD_CONFIRMATION = "INSERT INTO law_confirmation (id, parameter, from_day, value, text, first, second, at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    CONFIRMATIONS = "SELECT id, parameter, from_day, value, text, first, second, at FROM law_confirmation ORDER BY id";
}

/// One confirmation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LawConfirmation {
    /// Its id.
    pub id: i64,
    /// The parameter of the law.
    pub parameter: String,
    /// From which day it applies.
    pub from_day: Date,
    /// The value confirmed, as JSON.
    pub value: String,
    /// The text the two saw.
    pub text: String,
    /// Who confirmed first.
    pub first: String,
    /// Who confirmed second.
    pub second: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

fn confirmation(row: &Row) -> Result<LawConfirmation, StoreError> {
    Ok(LawConfirmation {
        id: row.int(0)?,
        parameter: row.text(1)?,
        from_day: row.day(2)?,
        value: row.text(3)?,
        text: row.text(4)?,
        first: row.text(5)?,
        second: row.text(6)?,
        at: row.int(7)?,
    })
}

impl crate::db::Tx {
    /// Keeps a confirmation.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the id is taken.
    pub async fn add_confirmation(&mut self, new: &LawConfirmation) -> Result<(), StoreError> {
        let values = values![
            new.id,
            &new.parameter,
            new.from_day,
            &new.value,
            &new.text,
            &new.first,
            &new.second,
            new.at
        ];
        self.conn().execute(&ADD_CONFIRMATION, values).await?;
        Ok(())
    }
}

impl Store {
    /// All confirmations, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn confirmations(&self) -> Result<Vec<LawConfirmation>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(&CONFIRMATIONS, vec![]).await?.iter().map(confirmation).collect()
    }
}
