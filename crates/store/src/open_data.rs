//! The open tables as they were last compared with what is public: what stood in them, and what came, changed or went on a day.

use jiff::civil::Date;

use crate::db::{Insert, Row, Store, Tx, statements, values};
use crate::error::StoreError;
use crate::persons::json;
use crate::records::{Record, record};

static KEEP_ROW: Insert = Insert::new(
    "open_row (record_id, subject_id, kind, digest)",
    4,
    "ON CONFLICT (record_id, subject_id) DO UPDATE SET digest = excluded.digest",
);
// Who has the day up to here must still be able to follow: what came and then changed has come, what went and came back has
// changed, and what went has gone whatever it did before.
static NOTE_CHANGE: Insert = Insert::new(
    "open_change (kind, day, record_id, subject_id, change)",
    5,
    "ON CONFLICT (kind, day, record_id, subject_id) DO UPDATE SET change = CASE \
     WHEN excluded.change = 'removed' THEN 'removed' \
     WHEN open_change.change = 'added' THEN 'added' ELSE 'changed' END",
);

statements! {
    OPEN_ROWS = "SELECT record_id, subject_id, kind, digest FROM open_row WHERE record_id > $1 ORDER BY record_id LIMIT $2";
    UNOPENED = "SELECT r.subject_id, r.id, r.kind, r.natural_key, r.version, v.content, v.sealed, v.platform, r.party_category, \
        r.decided_on, v.valid_until, r.unit_id, r.batch_id, r.row, v.known_at, v.law_edition, r.public_from, r.public_until, \
        r.withdrawn_on, r.state, v.content_digest FROM record r CROSS JOIN record_version v \
        WHERE r.id > $1 AND r.state = 'standing' AND r.public_from IS NOT NULL AND r.public_from <= $2 AND r.public_until >= $2 \
        AND NOT EXISTS (SELECT 1 FROM open_row o WHERE o.record_id = r.id AND o.subject_id = r.subject_id) \
        AND v.record_id = r.id AND v.version = r.version AND v.subject_id = r.subject_id ORDER BY r.id LIMIT $3";
    FORGET_ROWS = "DELETE FROM open_row WHERE record_id IN " [ints] "";
    NOTE_DAY = "INSERT INTO open_day (day, compared_at, closed) VALUES ($1, $2, $3) \
        ON CONFLICT (day) DO UPDATE SET compared_at = excluded.compared_at, closed = excluded.closed";
    FORGET_DAYS = "DELETE FROM open_day WHERE day < $1";
    FORGET_CHANGES = "DELETE FROM open_change WHERE day < $1";
    OPEN_DAYS = "SELECT day, compared_at, closed FROM open_day ORDER BY day DESC LIMIT $1";
    OPEN_CHANGES = "SELECT record_id, subject_id, change FROM open_change WHERE kind = $1 AND day = $2 AND record_id > $3 \
        ORDER BY record_id LIMIT $4";
}

/// A row of an open table as it was last compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenRow {
    /// The record.
    pub record_id: i64,
    /// Whose it is.
    pub subject_id: i64,
    /// Its kind.
    pub kind: String,
    /// The digest of the row.
    pub digest: String,
}

/// What happened to a row of an open table on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenChange {
    /// The record.
    pub record_id: i64,
    /// Whose it is.
    pub subject_id: i64,
    /// `added`, `changed` or `removed`.
    pub change: String,
}

/// A day on which the open tables were compared with what is public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenDay {
    /// The day.
    pub day: Date,
    /// When they were compared last, in milliseconds since 1970.
    pub compared_at: i64,
    /// Whether nothing more will be written down for the day.
    pub closed: bool,
}

fn open_row(row: &Row) -> Result<OpenRow, StoreError> {
    Ok(OpenRow {
        record_id: row.int(0)?,
        subject_id: row.int(1)?,
        kind: row.text(2)?,
        digest: row.text(3)?,
    })
}

impl Store {
    /// Rows of the open tables as they were last compared, in the order of their records after one.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn open_rows(&self, after: i64, limit: i64) -> Result<Vec<OpenRow>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(&OPEN_ROWS, values![after, limit]).await?.iter().map(open_row).collect()
    }

    /// Records that are public on a day by their dates and did not stand in the open tables, in the order of their ids after one.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn unopened(
        &self,
        after: i64,
        on: Date,
        limit: i64,
    ) -> Result<Vec<Record>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(&UNOPENED, values![after, on, limit]).await?.iter().map(record).collect()
    }

    /// The days on which the open tables were compared, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn open_days(&self, limit: i64) -> Result<Vec<OpenDay>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&OPEN_DAYS, values![limit]).await?;
        rows.iter()
            .map(|row| {
                Ok(OpenDay { day: row.day(0)?, compared_at: row.int(1)?, closed: row.int(2)? != 0 })
            })
            .collect()
    }

    /// What happened to rows of a kind on a day, in the order of their records after one.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn open_changes(
        &self,
        kind: &str,
        day: Date,
        after: i64,
        limit: i64,
    ) -> Result<Vec<OpenChange>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&OPEN_CHANGES, values![kind, day, after, limit]).await?;
        rows.iter()
            .map(|row| {
                Ok(OpenChange {
                    record_id: row.int(0)?,
                    subject_id: row.int(1)?,
                    change: row.text(2)?,
                })
            })
            .collect()
    }
}

impl Tx {
    /// Writes down rows as they stand now.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn keep_open_rows(&mut self, rows: &[OpenRow]) -> Result<(), StoreError> {
        let values: Vec<_> = rows
            .iter()
            .flat_map(|row| values![row.record_id, row.subject_id, &row.kind, &row.digest])
            .collect();
        self.conn().insert(&KEEP_ROW, &values).await?;
        Ok(())
    }

    /// Forgets rows that stand there no more.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn forget_open_rows(&mut self, records: &[i64]) -> Result<(), StoreError> {
        self.conn().execute(&FORGET_ROWS, values![json(records)]).await?;
        Ok(())
    }

    /// Writes down what happened to rows on a day, each with its kind.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn note_open_changes(
        &mut self,
        day: Date,
        changes: &[(String, OpenChange)],
    ) -> Result<(), StoreError> {
        let values: Vec<_> = changes
            .iter()
            .flat_map(|(kind, change)| {
                values![kind, day, change.record_id, change.subject_id, &change.change]
            })
            .collect();
        self.conn().insert(&NOTE_CHANGE, &values).await?;
        Ok(())
    }

    /// Writes down that a day was compared, and forgets the days before `kept_from` with what happened on them.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn note_open_day(&mut self, day: OpenDay, kept_from: Date) -> Result<(), StoreError> {
        let closed = i64::from(day.closed);
        self.conn().execute(&NOTE_DAY, values![day.day, day.compared_at, closed]).await?;
        self.conn().execute(&FORGET_DAYS, values![kept_from]).await?;
        self.conn().execute(&FORGET_CHANGES, values![kept_from]).await?;
        Ok(())
    }
}
