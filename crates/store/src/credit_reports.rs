//! Credit reports that were issued, by digests and signature.

use jiff::civil::Date;

use crate::db::{Row, Store, Tx, statements, values};
use crate::error::StoreError;

statements! {
    ADD_TERMS = "INSERT INTO credit_report_terms (number, unit_id, purpose, basis, span_from, span_until, head_size, head_key) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    TERMS = "SELECT unit_id, purpose, basis, span_from, span_until, head_size, head_key FROM credit_report_terms WHERE number = $1";
    FOR_UNITS = "SELECT r.at, t.unit_id, t.purpose, t.basis, r.number FROM credit_report r JOIN credit_report_terms t ON t.number = r.number \
        WHERE r.subject_id = $1 AND r.edition = $2 ORDER BY r.at DESC, r.number LIMIT $3";
    OF_KEY = "SELECT number, edition, at FROM credit_report WHERE key_id = $1 ORDER BY at DESC, number LIMIT $2";
    SIGNED = "SELECT key_id, COUNT(*) FROM credit_report GROUP BY key_id";
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

/// On what terms a report was issued.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReportTerms {
    /// For which unit, empty where for none.
    pub unit_id: String,
    /// For what, empty where for nothing in particular.
    pub purpose: String,
    /// On what basis.
    pub basis: String,
    /// First and last day of the span that it is about.
    pub span: Option<(Date, Date)>,
    /// Leaves of the head that its proofs go by, 0 for none.
    pub head_size: i64,
    /// The key of that head.
    pub head_key: String,
}

/// A report that was issued for a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportForUnit {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// For which unit.
    pub unit_id: String,
    /// For what.
    pub purpose: String,
    /// On which basis.
    pub basis: String,
    /// Its number.
    pub number: String,
}

/// A report that a key signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportOfKey {
    /// Its number.
    pub number: String,
    /// For whom.
    pub edition: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
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

    /// Keeps the terms of a report beside it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where it has some.
    pub async fn add_report_terms(
        &mut self,
        number: &str,
        terms: &ReportTerms,
    ) -> Result<(), StoreError> {
        let (from, until) = (terms.span.map(|span| span.0), terms.span.map(|span| span.1));
        let values = values![
            number,
            &terms.unit_id,
            &terms.purpose,
            &terms.basis,
            from,
            until,
            terms.head_size,
            &terms.head_key
        ];
        self.conn().execute(&ADD_TERMS, values).await?;
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

    /// The terms of a report; those of none in particular for one that was issued before there were any.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn report_terms(&self, number: &str) -> Result<ReportTerms, StoreError> {
        let mut reader = self.reader().await?;
        let row = reader.conn().maybe(&TERMS, values![number]).await?;
        let Some(row) = row else { return Ok(ReportTerms::default()) };
        Ok(ReportTerms {
            unit_id: row.text(0)?,
            purpose: row.text(1)?,
            basis: row.text(2)?,
            span: row.day_or_null(3)?.zip(row.day_or_null(4)?),
            head_size: row.int(5)?,
            head_key: row.text(6)?,
        })
    }

    /// For which units reports of an edition about a subject were issued, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn reports_for_units(
        &self,
        subject: i64,
        edition: &str,
        most: i64,
    ) -> Result<Vec<ReportForUnit>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&FOR_UNITS, values![subject, edition, most]).await?;
        let one = |row: &Row| {
            let (unit_id, purpose, basis) = (row.text(1)?, row.text(2)?, row.text(3)?);
            Ok(ReportForUnit { at: row.int(0)?, unit_id, purpose, basis, number: row.text(4)? })
        };
        rows.iter().map(one).collect()
    }

    /// The reports that a key signed, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn reports_of_key(
        &self,
        key: &str,
        most: i64,
    ) -> Result<Vec<ReportOfKey>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&OF_KEY, values![key, most]).await?;
        let one = |row: &Row| {
            Ok(ReportOfKey { number: row.text(0)?, edition: row.text(1)?, at: row.int(2)? })
        };
        rows.iter().map(one).collect()
    }

    /// How many reports each key signed.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn reports_by_key(&self) -> Result<Vec<(String, i64)>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&SIGNED, vec![]).await?;
        rows.iter().map(|row| Ok((row.text(0)?, row.int(1)?))).collect()
    }
}
