//! Corrections, revocations and changes by a court, as they are entered and confirmed.

use jiff::civil::Date;

use crate::db::{Row, Store, Tx, statements, values};
use crate::error::StoreError;
use crate::persons::json;

statements! {
    ADD_CORRECTION = "INSERT INTO correction (id, subject_id, record_id, version, unit_id, event, document, document_on, known_on, \
        reason, sealed, file_name, file_digest, proposed_by, proposed_at, state) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'open')";
    DECIDE_CORRECTION = "UPDATE correction SET state = $2, decided_by = $3, decided_at = $4, decided_on = $5, decline_reason = $6, \
        result_version = $7 WHERE id = $1 AND state = 'open'";
    CORRECTION = "SELECT id, subject_id, record_id, version, unit_id, event, document, document_on, known_on, reason, sealed, file_name, \
        file_digest, proposed_by, proposed_at, state, decided_by, decided_at, decided_on, decline_reason, result_version \
        FROM correction WHERE id = $1";
    CORRECTIONS_OF = "SELECT id, subject_id, record_id, version, unit_id, event, document, document_on, known_on, reason, sealed, \
        file_name, file_digest, proposed_by, proposed_at, state, decided_by, decided_at, decided_on, decline_reason, result_version \
        FROM correction WHERE record_id = $2 AND subject_id = $1 ORDER BY id DESC";
    OPEN_CORRECTIONS = "SELECT id, subject_id, record_id, version, unit_id, event, document, document_on, known_on, reason, sealed, \
        file_name, file_digest, proposed_by, proposed_at, state, decided_by, decided_at, decided_on, decline_reason, result_version \
        FROM correction WHERE state = 'open' AND proposed_by <> $1 ORDER BY known_on, id LIMIT $2";
    OPEN_CORRECTIONS_OF = "SELECT id, subject_id, record_id, version, unit_id, event, document, document_on, known_on, reason, sealed, file_name, \
        file_digest, proposed_by, proposed_at, state, decided_by, decided_at, decided_on, decline_reason, result_version \
        FROM correction WHERE unit_id IN " [texts]
        " AND state = 'open' AND proposed_by <> $2 ORDER BY known_on, id LIMIT $3";
    DECIDED_CORRECTIONS = "SELECT id, subject_id, record_id, version, unit_id, event, document, document_on, known_on, reason, sealed, \
        file_name, file_digest, proposed_by, proposed_at, state, decided_by, decided_at, decided_on, decline_reason, result_version \
        FROM correction WHERE state IN ('confirmed', 'declined') ORDER BY known_on DESC, id DESC LIMIT $1";
    DECIDED_CORRECTIONS_OF = "SELECT id, subject_id, record_id, version, unit_id, event, document, document_on, known_on, reason, sealed, file_name, \
        file_digest, proposed_by, proposed_at, state, decided_by, decided_at, decided_on, decline_reason, result_version \
        FROM correction WHERE unit_id IN " [texts]
        " AND state IN ('confirmed', 'declined') ORDER BY known_on DESC, id DESC LIMIT $2";
}

/// What changes a record otherwise than by its unit's files. `sealed` opens with [`crate::Purpose::Record`] for
/// [`correction_place`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// Its id.
    pub id: i64,
    /// The subject of the record.
    pub subject_id: i64,
    /// The record.
    pub record_id: i64,
    /// The version it was made against.
    pub version: i64,
    /// The unit of the record.
    pub unit_id: String,
    /// A code of the list of events.
    pub event: String,
    /// Title and number of the document.
    pub document: String,
    /// The day of the document.
    pub document_on: Date,
    /// The day the unit knew of it: from here the clock counts.
    pub known_on: Date,
    /// Why, in words that the public may read.
    pub reason: String,
    /// The fields that change with their new values, as JSON, sealed; none for what takes the record down.
    pub sealed: Option<Vec<u8>>,
    /// Name of the scan.
    pub file_name: Option<String>,
    /// Its digest among the uploads.
    pub file_digest: Option<String>,
    /// Who entered it.
    pub proposed_by: String,
    /// When, in milliseconds since 1970.
    pub proposed_at: i64,
    /// `open`, `confirmed` or `declined`.
    pub state: String,
    /// The second person.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<i64>,
    /// On which day.
    pub decided_on: Option<Date>,
    /// Why it was declined.
    pub decline_reason: Option<String>,
    /// The version it led to.
    pub result_version: Option<i64>,
}

/// What the second person decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectionDecision {
    /// The correction.
    pub id: i64,
    /// `confirmed` or `declined`.
    pub state: String,
    /// Who.
    pub by: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// On which day.
    pub on: Date,
    /// Why it was declined.
    pub reason: Option<String>,
    /// The version it led to.
    pub result_version: Option<i64>,
}

/// The additional data that the changed fields are sealed for.
#[must_use]
pub fn correction_place(id: i64) -> Vec<u8> {
    format!("correction/{id}").into_bytes()
}

fn correction(row: &Row) -> Result<Correction, StoreError> {
    Ok(Correction {
        id: row.int(0)?,
        subject_id: row.int(1)?,
        record_id: row.int(2)?,
        version: row.int(3)?,
        unit_id: row.text(4)?,
        event: row.text(5)?,
        document: row.text(6)?,
        document_on: row.day(7)?,
        known_on: row.day(8)?,
        reason: row.text(9)?,
        sealed: row.bytes_or_null(10)?,
        file_name: row.text_or_null(11)?,
        file_digest: row.text_or_null(12)?,
        proposed_by: row.text(13)?,
        proposed_at: row.int(14)?,
        state: row.text(15)?,
        decided_by: row.text_or_null(16)?,
        decided_at: row.int_or_null(17)?,
        decided_on: row.day_or_null(18)?,
        decline_reason: row.text_or_null(19)?,
        result_version: row.int_or_null(20)?,
    })
}

impl Tx {
    /// Keeps a new correction, open.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if one of the same record is open.
    pub async fn add_correction(&mut self, new: &Correction) -> Result<(), StoreError> {
        let values = values![
            new.id,
            new.subject_id,
            new.record_id,
            new.version,
            &new.unit_id,
            &new.event,
            &new.document,
            new.document_on,
            new.known_on,
            &new.reason,
            &new.sealed,
            &new.file_name,
            &new.file_digest,
            &new.proposed_by,
            new.proposed_at
        ];
        self.conn().execute(&ADD_CORRECTION, values).await?;
        Ok(())
    }

    /// Decides a correction. Whether it was still open.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn decide_correction(
        &mut self,
        decision: &CorrectionDecision,
    ) -> Result<bool, StoreError> {
        let values = values![
            decision.id,
            &decision.state,
            &decision.by,
            decision.at,
            decision.on,
            &decision.reason,
            decision.result_version
        ];
        Ok(self.conn().execute(&DECIDE_CORRECTION, values).await? == 1)
    }
}

impl Store {
    /// One correction.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn correction(&self, id: i64) -> Result<Option<Correction>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().maybe(&CORRECTION, values![id]).await?.as_ref().map(correction).transpose()
    }

    /// The corrections of a record, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn corrections_of(
        &self,
        subject: i64,
        record: i64,
    ) -> Result<Vec<Correction>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&CORRECTIONS_OF, values![subject, record]).await?;
        rows.iter().map(correction).collect()
    }

    /// Corrections of some units, or of all for none named, that wait for their second person, the longest known first; without
    /// those that `but` entered, empty for nobody.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn open_corrections(
        &self,
        units: Option<&[String]>,
        but: &str,
        limit: i64,
    ) -> Result<Vec<Correction>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = match units {
            None => reader.conn().all(&OPEN_CORRECTIONS, values![but, limit]).await?,
            Some(units) => {
                reader.conn().all(&OPEN_CORRECTIONS_OF, values![json(units), but, limit]).await?
            }
        };
        rows.iter().map(correction).collect()
    }

    /// Corrections of some units, or of all for none named, that were decided, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn decided_corrections(
        &self,
        units: Option<&[String]>,
        limit: i64,
    ) -> Result<Vec<Correction>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = match units {
            None => reader.conn().all(&DECIDED_CORRECTIONS, values![limit]).await?,
            Some(units) => {
                reader.conn().all(&DECIDED_CORRECTIONS_OF, values![json(units), limit]).await?
            }
        };
        rows.iter().map(correction).collect()
    }
}
