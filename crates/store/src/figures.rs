//! Counts for lists and first pages, each for all units or for one.

use jiff::civil::Date;

use crate::batches::Batch;
use crate::db::{Store, statements, values};
use crate::error::StoreError;
use crate::public::RecordFilter;

statements! {
    COUNT_PUBLIC = "SELECT COUNT(*) FROM record WHERE kind = $1 AND state = 'standing' AND public_from IS NOT NULL \
        AND public_from <= $2 AND public_until >= $2 AND (CAST($3 AS TEXT) IS NULL OR unit_id = $3) \
        AND (CAST($4 AS TEXT) IS NULL OR decided_on >= $4) AND (CAST($5 AS TEXT) IS NULL OR decided_on <= $5)";
    BATCH_COUNTS = "SELECT stage, COUNT(*) FROM batch WHERE (CAST($1 AS TEXT) IS NULL OR unit_id = $1) GROUP BY stage";
    RECORDED_BY_MONTH = "SELECT month, CAST(SUM(n) AS BIGINT) FROM (SELECT substr(decided_on, 1, 7) AS month, COUNT(*) AS n \
        FROM record WHERE (CAST($1 AS TEXT) IS NULL OR unit_id = $1) GROUP BY substr(decided_on, 1, 7)) AS months \
        GROUP BY month ORDER BY month DESC LIMIT $2";
    UNFINISHED = "SELECT id FROM batch WHERE stage IN ('received', 'released') ORDER BY received_at, id";
}

impl Store {
    /// How many records of a kind are public on `today` by their dates; the filter's text is not asked.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn count_public(
        &self,
        kind: &str,
        today: Date,
        filter: &RecordFilter,
    ) -> Result<i64, StoreError> {
        let values = values![kind, today, &filter.unit, filter.from, filter.until];
        self.reader().await?.conn().one(&COUNT_PUBLIC, values).await?.int(0)
    }

    /// Batches by stage.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn batch_counts(&self, unit: Option<&str>) -> Result<Vec<(String, i64)>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&BATCH_COUNTS, values![unit]).await?;
        rows.iter().map(|row| Ok((row.text(0)?, row.int(1)?))).collect()
    }

    /// Records by the month of their decision, the newest `limit` months, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn recorded_by_month(
        &self,
        unit: Option<&str>,
        limit: i64,
    ) -> Result<Vec<(String, i64)>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&RECORDED_BY_MONTH, values![unit, limit]).await?;
        rows.iter().rev().map(|row| Ok((row.text(0)?, row.int(1)?))).collect()
    }

    /// Batches that a stopped process left between two stages, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn unfinished_batches(&self) -> Result<Vec<Batch>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&UNFINISHED, vec![]).await?;
        drop(reader);
        let mut batches = Vec::with_capacity(rows.len());
        for row in &rows {
            batches.extend(self.batch(row.int(0)?).await?);
        }
        Ok(batches)
    }
}
