//! What is known to have been decided otherwise than by what was reported: numbers that units declare, decisions heard of.

use jiff::civil::Date;

use super::numbers::NumberPlace;
use crate::db::{Row, Store, Tx, statements, values};
use crate::error::StoreError;

statements! {
    DECLARE = "INSERT INTO declared_count (unit_id, kind, month, seq, records, note, actor, at) \
        SELECT $1, $2, $3, COALESCE(MAX(seq), 0) + 1, $4, $5, $6, $7 FROM declared_count \
        WHERE unit_id = $1 AND kind = $2 AND month = $3"
        pg "INSERT INTO declared_count (unit_id, kind, month, seq, records, note, actor, at) \
        SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), COALESCE(MAX(seq), 0) + 1, $4, $5, $6, $7 FROM declared_count \
        WHERE unit_id = $1 AND kind = $2 AND month = $3";
    DECLARED = "SELECT d.unit_id, d.kind, d.month, d.seq, d.records, d.note, d.actor, d.at FROM declared_count d \
        WHERE d.month >= $1 AND d.month <= $2 AND (CAST($3 AS TEXT) IS NULL OR d.unit_id = $3) \
        AND d.seq = (SELECT MAX(n.seq) FROM declared_count n WHERE n.unit_id = d.unit_id AND n.kind = d.kind AND n.month = d.month) \
        ORDER BY 3, 1, 2";
    LEARN = "INSERT INTO known_decision (id, unit_id, kind, number, year, series, serial, decided_on, source, note, actor, at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (unit_id, kind, year, series, serial, source) DO NOTHING";
    ABSENT = "SELECT k.id, k.unit_id, k.kind, k.number, k.year, k.series, k.serial, k.decided_on, k.source, k.note, k.actor, k.at, \
        k.reminded_on, k.reminded_by FROM known_decision k WHERE k.closed_by IS NULL AND k.decided_on >= $1 AND k.decided_on <= $2 \
        AND (CAST($3 AS TEXT) IS NULL OR k.unit_id = $3) AND NOT EXISTS (SELECT 1 FROM document_number d \
        WHERE d.unit_id = k.unit_id AND d.kind = k.kind AND d.year = k.year AND d.series = k.series AND d.serial = k.serial) \
        ORDER BY k.unit_id, k.kind, k.decided_on, k.number";
    KNOWN = "SELECT k.id, k.unit_id, k.kind, k.number, k.year, k.series, k.serial, k.decided_on, k.source, k.note, k.actor, k.at, \
        k.reminded_on, k.reminded_by FROM known_decision k WHERE k.id = $1 AND k.closed_by IS NULL";
    REMIND = "UPDATE known_decision SET reminded_on = $2, reminded_by = $3 WHERE id = $1 AND reminded_on IS NULL AND closed_by IS NULL";
    CLOSE_KNOWN = "UPDATE known_decision SET closed_reason = $2, closed_by = $3, closed_at = $4 WHERE id = $1 AND closed_by IS NULL";
}

/// What a unit declares for a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredCount {
    /// The unit.
    pub unit_id: String,
    /// The kind.
    pub kind: String,
    /// The month, `2026-10`.
    pub month: String,
    /// Which declaration of that month this is, from 1.
    pub seq: i64,
    /// How many decisions; 0 is "none this month".
    pub records: i64,
    /// In somebody's words.
    pub note: String,
    /// Who signed.
    pub actor: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

/// A decision that another source knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownDecision {
    /// Its id.
    pub id: i64,
    /// The unit that decided.
    pub unit_id: String,
    /// The kind.
    pub kind: String,
    /// Its number, as the source writes it.
    pub number: String,
    /// Where that number stands.
    pub place: NumberPlace,
    /// The day of the decision.
    pub decided_on: Date,
    /// A code of the list of sources.
    pub source: String,
    /// In somebody's words.
    pub note: String,
    /// Who entered it.
    pub actor: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// The day the unit was reminded of it.
    pub reminded_on: Option<Date>,
    /// By whom.
    pub reminded_by: Option<String>,
}

fn known(row: &Row) -> Result<KnownDecision, StoreError> {
    Ok(KnownDecision {
        id: row.int(0)?,
        unit_id: row.text(1)?,
        kind: row.text(2)?,
        number: row.text(3)?,
        place: NumberPlace { year: row.int(4)?, series: row.text(5)?, serial: row.int(6)? },
        decided_on: row.day(7)?,
        source: row.text(8)?,
        note: row.text(9)?,
        actor: row.text(10)?,
        at: row.int(11)?,
        reminded_on: row.day_or_null(12)?,
        reminded_by: row.text_or_null(13)?,
    })
}

impl Tx {
    /// Keeps a declaration; the newest of a month counts. `seq` is given here.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if another declaration of the same month came at the same time.
    pub async fn declare_count(&mut self, new: &DeclaredCount) -> Result<(), StoreError> {
        let values = values![
            &new.unit_id,
            &new.kind,
            &new.month,
            new.records,
            &new.note,
            &new.actor,
            new.at
        ];
        self.conn().execute(&DECLARE, values).await?;
        Ok(())
    }

    /// Keeps what another source knows. Whether it was new.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn learn_decision(&mut self, new: &KnownDecision) -> Result<bool, StoreError> {
        let values = values![
            new.id,
            &new.unit_id,
            &new.kind,
            &new.number,
            new.place.year,
            &new.place.series,
            new.place.serial,
            new.decided_on,
            &new.source,
            &new.note,
            &new.actor,
            new.at
        ];
        Ok(self.conn().execute(&LEARN, values).await? == 1)
    }

    /// Notes that the unit was reminded of a decision. Whether it had not been.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn remind_decision(
        &mut self,
        id: i64,
        on: Date,
        actor: &str,
    ) -> Result<bool, StoreError> {
        Ok(self.conn().execute(&REMIND, values![id, on, actor]).await? == 1)
    }

    /// Closes what another source knows: it is no decision that is owed. Whether it was open.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn close_decision(
        &mut self,
        id: i64,
        reason: &str,
        actor: &str,
        at: i64,
    ) -> Result<bool, StoreError> {
        Ok(self.conn().execute(&CLOSE_KNOWN, values![id, reason, actor, at]).await? == 1)
    }
}

impl Store {
    /// What units declared for the months from `first` to `last`, the newest of each.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn declared_counts(
        &self,
        first: &str,
        last: &str,
        unit: Option<&str>,
    ) -> Result<Vec<DeclaredCount>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&DECLARED, values![first, last, unit]).await?;
        rows.iter()
            .map(|row| {
                Ok(DeclaredCount {
                    unit_id: row.text(0)?,
                    kind: row.text(1)?,
                    month: row.text(2)?,
                    seq: row.int(3)?,
                    records: row.int(4)?,
                    note: row.text(5)?,
                    actor: row.text(6)?,
                    at: row.int(7)?,
                })
            })
            .collect()
    }

    /// Decisions made from `first` to `last` that another source knows and that are not here.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn absent_decisions(
        &self,
        first: Date,
        last: Date,
        unit: Option<&str>,
    ) -> Result<Vec<KnownDecision>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&ABSENT, values![first, last, unit]).await?;
        rows.iter().map(known).collect()
    }

    /// One decision that another source knows, while it is open.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn known_decision(&self, id: i64) -> Result<Option<KnownDecision>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().maybe(&KNOWN, values![id]).await?.as_ref().map(known).transpose()
    }
}
