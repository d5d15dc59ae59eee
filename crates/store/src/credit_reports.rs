//! Credit reports that were issued, by digests and signature.

use jiff::civil::Date;

use crate::db::{Row, Store, Tx, statements, values};
use crate::error::StoreError;

statements! {
    ADD = "INSERT INTO credit_report (number, subject_id, edition, day, at, address, essence, content, file, key_id, signed_at, \
        signature, actor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    ONE = "SELECT number, subject_id, edition, day, at, address, essence, content, file, key_id, signed_at, signature, actor \
        FROM credit_report WHERE number = $1";
    OF_DAY = "SELECT number, subject_id, edition, day, at, address, essence, content, file, key_id, signed_at, signature, actor \
        FROM credit_report WHERE subject_id = $1 AND edition = $2 AND day = $3 ORDER BY at, number";
}

/// A report that was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditReport {
    /// Its number.
    pub number: String,
    /// About whom.
    pub subject_id: i64,
    /// For whom.
    pub edition: String,
    /// The day of its data.
    pub day: Date,
    /// The moment it bears, in milliseconds since 1970.
    pub at: i64,
    /// Where its code leads.
    pub address: String,
    /// Digest of what it says without the day.
    pub essence: String,
    /// Digest of its canonical content.
    pub content: String,
    /// Digest of the file with its seal blank.
    pub file: String,
    /// The key that signed.
    pub key_id: String,
    /// When it signed.
    pub signed_at: i64,
    /// The signature (DER), in hexadecimal digits.
    pub signature: String,
    /// Who asked for it.
    pub actor: String,
}

fn report(row: &Row) -> Result<CreditReport, StoreError> {
    Ok(CreditReport {
        number: row.text(0)?,
        subject_id: row.int(1)?,
        edition: row.text(2)?,
        day: row.day(3)?,
        at: row.int(4)?,
        address: row.text(5)?,
        essence: row.text(6)?,
        content: row.text(7)?,
        file: row.text(8)?,
        key_id: row.text(9)?,
        signed_at: row.int(10)?,
        signature: row.text(11)?,
        actor: row.text(12)?,
    })
}

impl Tx {
    /// Keeps a report that is issued.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] for a number that is taken.
    pub async fn add_credit_report(&mut self, new: &CreditReport) -> Result<(), StoreError> {
        let values = values![
            &new.number,
            new.subject_id,
            &new.edition,
            new.day,
            new.at,
            &new.address,
            &new.essence,
            &new.content,
            &new.file,
            &new.key_id,
            new.signed_at,
            &new.signature,
            &new.actor
        ];
        self.conn().execute(&ADD, values).await?;
        Ok(())
    }
}

impl Store {
    /// A report by its number.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn credit_report(&self, number: &str) -> Result<Option<CreditReport>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().maybe(&ONE, values![number]).await?.as_ref().map(report).transpose()
    }

    /// Reports of an edition about a subject with the data of a day, the first one first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn credit_reports_of(
        &self,
        subject: i64,
        edition: &str,
        day: Date,
    ) -> Result<Vec<CreditReport>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&OF_DAY, values![subject, edition, day]).await?;
        rows.iter().map(report).collect()
    }
}
