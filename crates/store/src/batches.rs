//! Files delivered by units: where each stands, what was found in it, what the reviewer judged.

use std::collections::BTreeSet;

use sm3::{Digest, Sm3};

use crate::db::{Conn, Insert, Row, Store, Tx, Value, statements, values};
use crate::error::StoreError;
use crate::persons::json;

static INSERT_FINDING: Insert =
    Insert::new("finding (batch_id, row, seq, field, level, code, message)", 7, "");
static INSERT_ROW: Insert = Insert::new(
    "batch_row (batch_id, row, outcome)",
    3,
    "ON CONFLICT (batch_id, row) DO UPDATE SET outcome = excluded.outcome",
);
static PUT_JUDGEMENT: Insert = Insert::new(
    "row_judgement (batch_id, row, key, value, reason, source, actor, at)",
    8,
    "ON CONFLICT (batch_id, row, key) DO UPDATE SET value = excluded.value, reason = excluded.reason, \
     source = excluded.source, actor = excluded.actor, at = excluded.at",
);

statements! {
    CREATE_BATCH = "INSERT INTO batch (id, kind, unit_id, profile, file_name, digest, size, stage, received_at, received_by, \
        rows_total, count_received, count_recorded, count_unchanged, count_held, count_refused, basis, sheet, heading, \
        progress, note, law_edition) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, 0, 0, 0, 0, $11, $12, $13, 0, \
        $14, $15)";
    BATCH = "SELECT id, kind, unit_id, profile, file_name, digest, size, stage, received_at, received_by, checked_at, submitted_at, \
        submitted_by, released_at, released_by, recorded_at, refusal, rows_total, count_received, count_recorded, \
        count_unchanged, count_held, count_refused, basis, sheet, heading, progress, note, law_edition, seal \
        FROM batch WHERE id = $1";
    BATCHES = "SELECT id, kind, unit_id, profile, file_name, digest, size, stage, received_at, received_by, checked_at, submitted_at, \
        submitted_by, released_at, released_by, recorded_at, refusal, rows_total, count_received, count_recorded, \
        count_unchanged, count_held, count_refused, basis, sheet, heading, progress, note, law_edition, seal \
        FROM batch WHERE (CAST($1 AS TEXT) IS NULL OR unit_id = $1) AND (CAST($2 AS TEXT) IS NULL OR stage = $2) \
        AND (CAST($3 AS TEXT) IS NULL OR kind = $3) AND (received_at, id) < (CAST($4 AS BIGINT), CAST($5 AS BIGINT)) \
        ORDER BY received_at DESC, id DESC LIMIT $6";
    BATCHES_BY_DIGEST = "SELECT id, kind, unit_id, profile, file_name, digest, size, stage, received_at, received_by, checked_at, \
        submitted_at, submitted_by, released_at, released_by, recorded_at, refusal, rows_total, count_received, \
        count_recorded, count_unchanged, count_held, count_refused, basis, sheet, heading, progress, note, law_edition, seal \
        FROM batch WHERE digest = $1 AND kind = $2 AND unit_id = $3 AND profile = $4 ORDER BY received_at DESC, id DESC";
    RECORDING_AT = "SELECT id FROM batch WHERE id IN " [ints] " AND received_at <= $2 AND (recorded_at >= $2 \
        OR (recorded_at IS NULL AND stage NOT IN ('checked', 'submitted', 'cancelled', 'refused')))";
    SET_STAGE = "UPDATE batch SET stage = $3, checked_at = COALESCE($4, checked_at), submitted_at = COALESCE($5, submitted_at), \
        submitted_by = COALESCE($6, submitted_by), released_at = COALESCE($7, released_at), \
        released_by = COALESCE($8, released_by), recorded_at = COALESCE($9, recorded_at), refusal = COALESCE($10, refusal), \
        basis = COALESCE($11, basis), note = COALESCE($12, note), law_edition = COALESCE($13, law_edition) \
        WHERE id = $1 AND stage = $2";
    SET_COUNTS = "UPDATE batch SET rows_total = $2, count_received = $3, count_recorded = $4, count_unchanged = $5, \
        count_held = $6, count_refused = $7 WHERE id = $1";
    SET_SHEET = "UPDATE batch SET sheet = $2, heading = $3 WHERE id = $1";
    SET_PROGRESS = "UPDATE batch SET progress = $2 WHERE id = $1";
    CLEAR_FINDINGS = "DELETE FROM finding WHERE batch_id = $1";
    CLEAR_ROWS = "DELETE FROM batch_row WHERE batch_id = $1";
    FINDINGS_FROM = "SELECT batch_id, row, seq, field, level, code, message FROM finding \
        WHERE batch_id = $1 AND (row, seq) > (CAST($2 AS BIGINT), CAST($3 AS BIGINT)) ORDER BY row, seq LIMIT $4";
    FINDINGS_OF_ROWS = "SELECT batch_id, row, seq, field, level, code, message FROM finding \
        WHERE batch_id = $1 AND row >= $2 AND row <= $3 ORDER BY row, seq";
    FINDING_ROWS = "SELECT DISTINCT row FROM finding WHERE batch_id = $1 AND row > $2 \
        AND (CAST($3 AS TEXT) IS NULL OR level = $3) ORDER BY row LIMIT $4";
    FINDING_COUNTS = "SELECT code, level, field, COUNT(*) FROM finding WHERE batch_id = $1 \
        GROUP BY code, level, field ORDER BY 4 DESC, code, field";
    ROWS = "SELECT row, outcome FROM batch_row WHERE batch_id = $1 AND row > $2 \
        AND (CAST($3 AS TEXT) IS NULL OR outcome = $3) ORDER BY row LIMIT $4";
    JUDGEMENTS = "SELECT row, key, value, reason, source, actor, at FROM row_judgement WHERE batch_id = $1 ORDER BY row, key";
    SET_SEAL = "UPDATE batch SET seal = $2 WHERE id = $1";
    BATCH_HASHES = "SELECT hash FROM record_version WHERE batch_id = $1 \
        ORDER BY row, subject_id, record_id, version";
    BATCH_SUBJECT_HASHES = "SELECT hash FROM subject_version WHERE source_batch = $1 ORDER BY subject_id, version";
}

/// A batch as it arrives.
#[derive(Debug, Clone)]
pub struct NewBatch {
    /// The id.
    pub id: i64,
    /// The kind of records in it, or `registry`.
    pub kind: String,
    /// Who delivered it.
    pub unit_id: String,
    /// How strictly it is read.
    pub profile: String,
    /// The name of the file as delivered.
    pub file_name: String,
    /// The SM3 of the file, in hexadecimal.
    pub digest: String,
    /// Its size in bytes.
    pub size: i64,
    /// The first stage.
    pub stage: String,
    /// When, in milliseconds since 1970.
    pub received_at: i64,
    /// By whom.
    pub received_by: String,
    /// The basis of publication as given with the file.
    pub basis: Option<String>,
    /// The sheet read.
    pub sheet: String,
    /// The heading of the sheet as JSON.
    pub heading: String,
    /// A remark.
    pub note: Option<String>,
    /// Under which edition of the law it is worked on.
    pub law_edition: String,
}

/// A batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The id.
    pub id: i64,
    /// The kind of records in it.
    pub kind: String,
    /// Who delivered it.
    pub unit_id: String,
    /// How strictly it is read.
    pub profile: String,
    /// The name of the file as delivered.
    pub file_name: String,
    /// The SM3 of the file, in hexadecimal.
    pub digest: String,
    /// Its size in bytes.
    pub size: i64,
    /// Where it stands.
    pub stage: String,
    /// When it arrived, in milliseconds since 1970.
    pub received_at: i64,
    /// By whom.
    pub received_by: String,
    /// When it was checked through.
    pub checked_at: Option<i64>,
    /// When it was submitted.
    pub submitted_at: Option<i64>,
    /// By whom.
    pub submitted_by: Option<String>,
    /// When it was released.
    pub released_at: Option<i64>,
    /// By whom.
    pub released_by: Option<String>,
    /// When it was recorded.
    pub recorded_at: Option<i64>,
    /// Why the file as a whole was refused, as JSON `{code, message}`.
    pub refusal: Option<String>,
    /// Rows in the sheet.
    pub rows_total: i64,
    /// Rows received.
    pub count_received: i64,
    /// Rows recorded.
    pub count_recorded: i64,
    /// Rows that brought nothing new.
    pub count_unchanged: i64,
    /// Rows waiting.
    pub count_held: i64,
    /// Rows refused.
    pub count_refused: i64,
    /// The basis of publication.
    pub basis: Option<String>,
    /// The sheet read.
    pub sheet: String,
    /// The heading of the sheet as JSON.
    pub heading: String,
    /// Rows worked through in the present stage.
    pub progress: i64,
    /// A remark.
    pub note: Option<String>,
    /// Under which edition of the law it was worked on.
    pub law_edition: String,
    /// The SM3 over the hashes of everything it brought, once recorded.
    pub seal: Option<String>,
}

/// Which batches are wanted; empty means all.
#[derive(Debug, Clone, Default)]
pub struct BatchFilter {
    /// Only of this unit.
    pub unit: Option<String>,
    /// Only in this stage.
    pub stage: Option<String>,
    /// Only of this kind.
    pub kind: Option<String>,
    /// Only what comes after this one (received_at and id of the last of the page before).
    pub after: Option<(i64, i64)>,
}

/// What a step from stage to stage brings with it; what is none stays as it is.
#[derive(Debug, Clone, Default)]
pub struct StageChange {
    /// When it was checked.
    pub checked_at: Option<i64>,
    /// When and by whom it was submitted.
    pub submitted: Option<(i64, String)>,
    /// When and by whom it was released.
    pub released: Option<(i64, String)>,
    /// When it was recorded.
    pub recorded_at: Option<i64>,
    /// Why the file as a whole is refused, as JSON.
    pub refusal: Option<String>,
    /// The basis of publication.
    pub basis: Option<String>,
    /// A remark.
    pub note: Option<String>,
    /// The edition of the law.
    pub law_edition: Option<String>,
}

/// The counts of a batch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows in the sheet.
    pub total: i64,
    /// received = recorded + unchanged + held + refused.
    pub received: i64,
    /// Recorded.
    pub recorded: i64,
    /// Nothing new.
    pub unchanged: i64,
    /// Waiting.
    pub held: i64,
    /// With an error.
    pub refused: i64,
}

/// One finding about one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFinding {
    /// The row number a person sees in the sheet.
    pub row: i64,
    /// The number within the row, from 1.
    pub seq: i64,
    /// The official code of the field, empty for the whole row.
    pub field: String,
    /// `error`, `warning` or `note`.
    pub level: String,
    /// The stable code.
    pub code: String,
    /// What a clerk reads.
    pub message: String,
}

/// How often one thing was found in a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingCount {
    /// The stable code.
    pub code: String,
    /// The level.
    pub level: String,
    /// The field.
    pub field: String,
    /// How often.
    pub count: i64,
}

/// A row that did not go straight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchRow {
    /// The row number.
    pub row: i64,
    /// `held` or `refused`.
    pub outcome: String,
}

/// What the reviewer set about a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The row number.
    pub row: i64,
    /// What about it: `severity`, `domain`, `basis` …
    pub key: String,
    /// The value.
    pub value: String,
    /// Why.
    pub reason: String,
    /// On what source.
    pub source: String,
    /// Who.
    pub actor: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

fn batch(row: &Row) -> Result<Batch, StoreError> {
    Ok(Batch {
        id: row.int(0)?,
        kind: row.text(1)?,
        unit_id: row.text(2)?,
        profile: row.text(3)?,
        file_name: row.text(4)?,
        digest: row.text(5)?,
        size: row.int(6)?,
        stage: row.text(7)?,
        received_at: row.int(8)?,
        received_by: row.text(9)?,
        checked_at: row.int_or_null(10)?,
        submitted_at: row.int_or_null(11)?,
        submitted_by: row.text_or_null(12)?,
        released_at: row.int_or_null(13)?,
        released_by: row.text_or_null(14)?,
        recorded_at: row.int_or_null(15)?,
        refusal: row.text_or_null(16)?,
        rows_total: row.int(17)?,
        count_received: row.int(18)?,
        count_recorded: row.int(19)?,
        count_unchanged: row.int(20)?,
        count_held: row.int(21)?,
        count_refused: row.int(22)?,
        basis: row.text_or_null(23)?,
        sheet: row.text(24)?,
        heading: row.text(25)?,
        progress: row.int(26)?,
        note: row.text_or_null(27)?,
        law_edition: row.text(28)?,
        seal: row.text_or_null(29)?,
    })
}

fn finding(row: &Row) -> Result<RowFinding, StoreError> {
    Ok(RowFinding {
        row: row.int(1)?,
        seq: row.int(2)?,
        field: row.text(3)?,
        level: row.text(4)?,
        code: row.text(5)?,
        message: row.text(6)?,
    })
}

/// The seal of a batch: SM3 over the hashes of the record versions it brought, in the order of rows, then of the subject
/// versions. A row taken out is noticed by it, which the chain of the row itself cannot tell.
pub(crate) async fn seal_of(conn: &mut Conn<'_>, batch: i64) -> Result<String, StoreError> {
    let mut digest = Sm3::new();
    for statement in [&BATCH_HASHES, &BATCH_SUBJECT_HASHES] {
        conn.each(statement, values![batch], |row| {
            digest.update(row.text(0)?.as_bytes());
            Ok(())
        })
        .await?;
    }
    Ok(hex::encode(digest.finalize()))
}

impl Tx {
    /// Adds a batch.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the id is taken.
    pub async fn create_batch(&mut self, new: &NewBatch) -> Result<(), StoreError> {
        let values = values![
            new.id,
            &new.kind,
            &new.unit_id,
            &new.profile,
            &new.file_name,
            &new.digest,
            new.size,
            &new.stage,
            new.received_at,
            &new.received_by,
            &new.basis,
            &new.sheet,
            &new.heading,
            &new.note,
            &new.law_edition,
        ];
        self.conn().execute(&CREATE_BATCH, values).await?;
        Ok(())
    }

    /// As [`Store::batch`], as this transaction sees it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn batch(&mut self, id: i64) -> Result<Option<Batch>, StoreError> {
        self.conn().maybe(&BATCH, values![id]).await?.as_ref().map(batch).transpose()
    }

    /// Moves a batch from stage to stage, if it still stands where the caller believes.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if it does not.
    pub async fn set_stage(
        &mut self,
        id: i64,
        expected: &str,
        stage: &str,
        change: &StageChange,
    ) -> Result<(), StoreError> {
        let submitted = change.submitted.as_ref();
        let released = change.released.as_ref();
        let values = values![
            id,
            expected,
            stage,
            change.checked_at,
            submitted.map(|(at, _)| *at),
            submitted.map(|(_, by)| by.as_str()),
            released.map(|(at, _)| *at),
            released.map(|(_, by)| by.as_str()),
            change.recorded_at,
            &change.refusal,
            &change.basis,
            &change.note,
            &change.law_edition,
        ];
        if self.conn().execute(&SET_STAGE, values).await? == 1 {
            return Ok(());
        }
        Err(StoreError::conflict(format!(
            "批次 {id} 已不在“{expected}”阶段，可能已被他人处理；请刷新后再试"
        )))
    }

    /// Sets the counts of a batch.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn set_counts(&mut self, id: i64, counts: &Counts) -> Result<(), StoreError> {
        let values = values![
            id,
            counts.total,
            counts.received,
            counts.recorded,
            counts.unchanged,
            counts.held,
            counts.refused,
        ];
        self.conn().execute(&SET_COUNTS, values).await?;
        Ok(())
    }

    /// Notes which sheet was read and its heading (JSON).
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn set_sheet(
        &mut self,
        id: i64,
        sheet: &str,
        heading: &str,
    ) -> Result<(), StoreError> {
        self.conn().execute(&SET_SHEET, values![id, sheet, heading]).await?;
        Ok(())
    }

    /// Notes how many rows of the present stage are done.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn set_progress(&mut self, id: i64, rows: i64) -> Result<(), StoreError> {
        self.conn().execute(&SET_PROGRESS, values![id, rows]).await?;
        Ok(())
    }

    /// Adds findings.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if a number within a row is taken.
    pub async fn add_findings(
        &mut self,
        batch: i64,
        findings: &[RowFinding],
    ) -> Result<(), StoreError> {
        for part in findings.chunks(2_048) {
            let mut rows: Vec<Value<'_>> = Vec::with_capacity(part.len() * 7);
            for one in part {
                rows.extend(values![
                    batch,
                    one.row,
                    one.seq,
                    &one.field,
                    &one.level,
                    &one.code,
                    &one.message
                ]);
            }
            self.conn().insert(&INSERT_FINDING, &rows).await?;
        }
        Ok(())
    }

    /// Removes all findings and row outcomes of a batch, before it is checked again.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn clear_findings(&mut self, batch: i64) -> Result<(), StoreError> {
        self.conn().execute(&CLEAR_FINDINGS, values![batch]).await?;
        self.conn().execute(&CLEAR_ROWS, values![batch]).await?;
        Ok(())
    }

    /// Notes rows that did not go straight; the last word about a row holds.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn set_rows(&mut self, batch: i64, rows: &[BatchRow]) -> Result<(), StoreError> {
        let mut values: Vec<Value<'_>> = Vec::with_capacity(rows.len() * 3);
        for row in rows {
            values.extend(values![batch, row.row, &row.outcome]);
        }
        self.conn().insert(&INSERT_ROW, &values).await?;
        Ok(())
    }

    /// Forgets all row outcomes of a batch, findings stay.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn clear_rows(&mut self, batch: i64) -> Result<(), StoreError> {
        self.conn().execute(&CLEAR_ROWS, values![batch]).await?;
        Ok(())
    }

    /// Keeps what the reviewer set about rows; the newest word holds (the audit log has the others).
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn put_judgements(
        &mut self,
        batch: i64,
        judgements: &[Judgement],
    ) -> Result<(), StoreError> {
        let mut rows: Vec<Value<'_>> = Vec::with_capacity(judgements.len() * 8);
        for one in judgements {
            rows.extend(values![
                batch,
                one.row,
                &one.key,
                &one.value,
                &one.reason,
                &one.source,
                &one.actor,
                one.at
            ]);
        }
        self.conn().insert(&PUT_JUDGEMENT, &rows).await?;
        Ok(())
    }

    /// Seals a batch over everything it brought; call it last, in the transaction that records it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn seal_batch(&mut self, batch: i64) -> Result<String, StoreError> {
        let seal = seal_of(&mut self.conn(), batch).await?;
        self.conn().execute(&SET_SEAL, values![batch, &seal]).await?;
        Ok(seal)
    }
}

impl Store {
    /// One batch.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn batch(&self, id: i64) -> Result<Option<Batch>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().maybe(&BATCH, values![id]).await?.as_ref().map(batch).transpose()
    }

    /// Those of the batches that were here and not yet recorded to their end at an instant: what bears an earlier one may not have been
    /// there to read. What was never recorded from is none of them.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn batches_recording_at(
        &self,
        batches: &[i64],
        at: i64,
    ) -> Result<BTreeSet<i64>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&RECORDING_AT, values![json(batches), at]).await?;
        rows.iter().map(|row| row.int(0)).collect()
    }

    /// Batches, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn batches(
        &self,
        filter: &BatchFilter,
        limit: i64,
    ) -> Result<Vec<Batch>, StoreError> {
        let (at, id) = filter.after.unwrap_or((i64::MAX, i64::MAX));
        let values = values![&filter.unit, &filter.stage, &filter.kind, at, id, limit];
        let mut reader = self.reader().await?;
        reader.conn().all(&BATCHES, values).await?.iter().map(batch).collect()
    }

    /// Batches of the same file for the same purpose, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn batches_by_digest(
        &self,
        digest: &str,
        kind: &str,
        unit: &str,
        profile: &str,
    ) -> Result<Vec<Batch>, StoreError> {
        let mut reader = self.reader().await?;
        let values = values![digest, kind, unit, profile];
        reader.conn().all(&BATCHES_BY_DIGEST, values).await?.iter().map(batch).collect()
    }

    /// Findings after (`row`, `seq`) in order, for walking through all: begin with (0, 0).
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn findings_from(
        &self,
        batch: i64,
        row: i64,
        seq: i64,
        limit: i64,
    ) -> Result<Vec<RowFinding>, StoreError> {
        let mut reader = self.reader().await?;
        let values = values![batch, row, seq, limit];
        reader.conn().all(&FINDINGS_FROM, values).await?.iter().map(finding).collect()
    }

    /// The findings of the next `rows` rows after `after_row` that have any (of `level` if given), grouped by row.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn findings(
        &self,
        batch: i64,
        level: Option<&str>,
        after_row: i64,
        rows: i64,
    ) -> Result<Vec<(i64, Vec<RowFinding>)>, StoreError> {
        let mut reader = self.reader().await?;
        let wanted =
            reader.conn().all(&FINDING_ROWS, values![batch, after_row, level, rows]).await?;
        let wanted = wanted.iter().map(|row| row.int(0)).collect::<Result<Vec<_>, _>>()?;
        let (Some(first), Some(last)) = (wanted.first(), wanted.last()) else {
            return Ok(Vec::new());
        };
        let mut out: Vec<(i64, Vec<RowFinding>)> =
            wanted.iter().map(|row| (*row, Vec::new())).collect();
        for row in reader.conn().all(&FINDINGS_OF_ROWS, values![batch, *first, *last]).await? {
            let finding = finding(&row)?;
            if let Ok(place) = out.binary_search_by_key(&finding.row, |(row, _)| *row) {
                out[place].1.push(finding);
            }
        }
        Ok(out)
    }

    /// How often each thing was found, the most frequent first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn finding_counts(&self, batch: i64) -> Result<Vec<FindingCount>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&FINDING_COUNTS, values![batch]).await?;
        rows.iter()
            .map(|row| {
                Ok(FindingCount {
                    code: row.text(0)?,
                    level: row.text(1)?,
                    field: row.text(2)?,
                    count: row.int(3)?,
                })
            })
            .collect()
    }

    /// Rows that did not go straight (with this outcome if given), after `after_row`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn batch_rows(
        &self,
        batch: i64,
        outcome: Option<&str>,
        after_row: i64,
        limit: i64,
    ) -> Result<Vec<BatchRow>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&ROWS, values![batch, after_row, outcome, limit]).await?;
        rows.iter().map(|row| Ok(BatchRow { row: row.int(0)?, outcome: row.text(1)? })).collect()
    }

    /// What the reviewer set about rows of a batch.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn judgements(&self, batch: i64) -> Result<Vec<Judgement>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&JUDGEMENTS, values![batch]).await?;
        rows.iter()
            .map(|row| {
                Ok(Judgement {
                    row: row.int(0)?,
                    key: row.text(1)?,
                    value: row.text(2)?,
                    reason: row.text(3)?,
                    source: row.text(4)?,
                    actor: row.text(5)?,
                    at: row.int(6)?,
                })
            })
            .collect()
    }
}
