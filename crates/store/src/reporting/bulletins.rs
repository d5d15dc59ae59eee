//! The bulletins of a month that were issued, and the days on which the platform did not take files.

use jiff::civil::Date;

use crate::db::{Row, Store, Tx, statements, values};
use crate::error::StoreError;

statements! {
    ADD_OUTAGE = "INSERT INTO outage (id, first_day, last_day, reason, actor, at) VALUES ($1, $2, $3, $4, $5, $6)";
    END_OUTAGE = "UPDATE outage SET ended_by = $2, ended_at = $3 WHERE id = $1 AND ended_by IS NULL";
    OUTAGES = "SELECT id, first_day, last_day, reason, actor, at FROM outage WHERE ended_by IS NULL ORDER BY first_day, id";
    ISSUE = "INSERT INTO bulletin (month, seq, number, figures, actor, at) \
        SELECT $1, COALESCE(MAX(seq), 0) + 1, $2, $3, $4, $5 FROM bulletin WHERE month = $1"
        pg "INSERT INTO bulletin (month, seq, number, figures, actor, at) \
        SELECT CAST($1 AS TEXT), COALESCE(MAX(seq), 0) + 1, $2, $3, $4, $5 FROM bulletin WHERE month = $1";
    ISSUED = "SELECT month, seq, number, figures, actor, at FROM bulletin WHERE month = $1 ORDER BY seq";
    EVERY_ISSUE = "SELECT month, seq, number, '', actor, at FROM bulletin ORDER BY month DESC, seq DESC LIMIT $1";
}

/// Days on which the platform did not take files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outage {
    /// Its id.
    pub id: i64,
    /// The first day.
    pub first_day: Date,
    /// The last day.
    pub last_day: Date,
    /// What had happened.
    pub reason: String,
    /// Who noted it.
    pub actor: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

/// A bulletin as it was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedBulletin {
    /// The month.
    pub month: String,
    /// Which issue of that month, from 1.
    pub seq: i64,
    /// Its document number.
    pub number: String,
    /// The figures as they stood, as JSON; empty in a list.
    pub figures: String,
    /// Who issued it.
    pub actor: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

fn issued(row: &Row) -> Result<IssuedBulletin, StoreError> {
    Ok(IssuedBulletin {
        month: row.text(0)?,
        seq: row.int(1)?,
        number: row.text(2)?,
        figures: row.text(3)?,
        actor: row.text(4)?,
        at: row.int(5)?,
    })
}

impl Tx {
    /// Notes days on which the platform did not take files.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn add_outage(&mut self, new: &Outage) -> Result<(), StoreError> {
        let values = values![new.id, new.first_day, new.last_day, &new.reason, &new.actor, new.at];
        self.conn().execute(&ADD_OUTAGE, values).await?;
        Ok(())
    }

    /// Keeps a bulletin as it is issued; `seq` is given here.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if another one of the same month came at the same time.
    pub async fn issue_bulletin(&mut self, new: &IssuedBulletin) -> Result<(), StoreError> {
        let values = values![&new.month, &new.number, &new.figures, &new.actor, new.at];
        self.conn().execute(&ISSUE, values).await?;
        Ok(())
    }

    /// Takes an outage back. Whether it stood.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn end_outage(&mut self, id: i64, actor: &str, at: i64) -> Result<bool, StoreError> {
        Ok(self.conn().execute(&END_OUTAGE, values![id, actor, at]).await? == 1)
    }
}

impl Store {
    /// The outages that stand.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn outages(&self) -> Result<Vec<Outage>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&OUTAGES, vec![]).await?;
        rows.iter()
            .map(|row| {
                Ok(Outage {
                    id: row.int(0)?,
                    first_day: row.day(1)?,
                    last_day: row.day(2)?,
                    reason: row.text(3)?,
                    actor: row.text(4)?,
                    at: row.int(5)?,
                })
            })
            .collect()
    }

    /// The bulletins of a month, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn issued_bulletins(&self, month: &str) -> Result<Vec<IssuedBulletin>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(&ISSUED, values![month]).await?.iter().map(issued).collect()
    }

    /// The newest bulletins, without their figures.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn newest_bulletins(&self, limit: i64) -> Result<Vec<IssuedBulletin>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(&EVERY_ISSUE, values![limit]).await?.iter().map(issued).collect()
    }
}
