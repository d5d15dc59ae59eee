//! Reads that only the console asks for.

use crate::batches::Batch;
use crate::db::{Store, statements, values};
use crate::error::StoreError;
use crate::records::{Record, record};

statements! {
    BATCH_RECORDS = "SELECT r.subject_id, r.id, r.kind, r.natural_key, r.version, v.content, v.sealed, v.platform, \
        r.party_category, r.decided_on, v.valid_until, r.unit_id, r.batch_id, r.row, v.known_at, v.law_edition, \
        r.public_from, r.public_until, r.withdrawn_on, r.state, v.content_digest, b.row \
        FROM record_version b CROSS JOIN record r CROSS JOIN record_version v WHERE b.batch_id = $1 AND b.row > $2 \
        AND r.id = b.record_id AND r.subject_id = b.subject_id \
        AND v.record_id = r.id AND v.version = r.version AND v.subject_id = r.subject_id ORDER BY b.row LIMIT $3";
    EVERY_RECORD = "SELECT r.subject_id, r.id, r.kind, r.natural_key, r.version, v.content, v.sealed, v.platform, \
        r.party_category, r.decided_on, v.valid_until, r.unit_id, r.batch_id, r.row, v.known_at, v.law_edition, \
        r.public_from, r.public_until, r.withdrawn_on, r.state, v.content_digest \
        FROM record r CROSS JOIN record_version v WHERE r.id > $1 \
        AND v.record_id = r.id AND v.version = r.version AND v.subject_id = r.subject_id ORDER BY r.id LIMIT $2";
    WAITING = "SELECT id FROM batch WHERE stage = $1 AND (CAST($2 AS TEXT) IS NULL OR unit_id = $2) \
        ORDER BY received_at, id LIMIT $3";
}

impl Store {
    /// The newest state of the records a batch brought or changed, in the order of its rows after `after_row`, each with the row
    /// of the batch that brought it, which a later batch does not change.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn rows_of_batch(
        &self,
        batch: i64,
        after_row: i64,
        limit: i64,
    ) -> Result<Vec<(i64, Record)>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&BATCH_RECORDS, values![batch, after_row, limit]).await?;
        rows.iter().map(|row| Ok((row.int(21)?, record(row)?))).collect()
    }

    /// The newest state of all records, in the order of their ids after `after`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn records_after(&self, after: i64, limit: i64) -> Result<Vec<Record>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(&EVERY_RECORD, values![after, limit]).await?.iter().map(record).collect()
    }

    /// Batches that wait in a stage, the one that waits longest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn batches_waiting(
        &self,
        stage: &str,
        unit: Option<&str>,
        limit: i64,
    ) -> Result<Vec<Batch>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&WAITING, values![stage, unit, limit]).await?;
        drop(reader);
        let mut batches = Vec::with_capacity(rows.len());
        for row in &rows {
            batches.extend(self.batch(row.int(0)?).await?);
        }
        Ok(batches)
    }
}
