//! What the interface for machines keeps: keys, how much they are used, writes that may be sent again, and the feed of changes.

use std::collections::HashMap;

use jiff::civil::Date;

use crate::db::{Insert, Row, Store, Tx, Value, statements, values};
use crate::error::StoreError;
use crate::persons::json;
use crate::records::{Record, record};

static ADD_USAGE: Insert = Insert::new(
    "api_usage (key_id, day, requests, refusals, last_at)",
    5,
    "ON CONFLICT (key_id, day) DO UPDATE SET requests = api_usage.requests + excluded.requests, \
     refusals = api_usage.refusals + excluded.refusals, \
     last_at = CASE WHEN excluded.last_at > api_usage.last_at THEN excluded.last_at ELSE api_usage.last_at END",
);

statements! {
    ADD_KEY = "INSERT INTO api_key (id, name, hash, scopes, unit_id, expires_on, created_at, created_by) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    END_KEY = "UPDATE api_key SET ended_at = $2, ended_by = $3 WHERE id = $1 AND ended_at IS NULL";
    KEYS = "SELECT id, name, hash, scopes, unit_id, expires_on, created_at, created_by, ended_at, ended_by FROM api_key \
        ORDER BY id DESC";
    KEY = "SELECT id, name, hash, scopes, unit_id, expires_on, created_at, created_by, ended_at, ended_by FROM api_key WHERE id = $1";
    KEY_BY_HASH = "SELECT id, name, hash, scopes, unit_id, expires_on, created_at, created_by, ended_at, ended_by FROM api_key \
        WHERE hash = $1";
    USAGE_TOTALS = "SELECT key_id, CAST(SUM(requests) AS BIGINT), CAST(SUM(refusals) AS BIGINT), MAX(last_at) FROM api_usage \
        GROUP BY key_id";
    USAGE_DAYS = "SELECT key_id, day, requests, refusals, last_at FROM api_usage WHERE key_id = $1 ORDER BY day DESC LIMIT $2";
    BEGIN_WRITE = "INSERT INTO api_write (key_id, idempotency, digest, at) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (key_id, idempotency) DO UPDATE SET digest = excluded.digest, at = excluded.at, answer = NULL \
        WHERE api_write.answer IS NULL AND api_write.digest = excluded.digest AND api_write.at <= $5";
    FORGET_WRITES = "DELETE FROM api_write WHERE key_id = $1 AND at <= $2";
    WRITE = "SELECT digest, answer FROM api_write WHERE key_id = $1 AND idempotency = $2";
    ANSWER_WRITE = "UPDATE api_write SET answer = $4 WHERE key_id = $1 AND idempotency = $2 AND digest = $3";
    FORGET_WRITE = "DELETE FROM api_write WHERE key_id = $1 AND idempotency = $2 AND answer IS NULL";
    CHANGES = "SELECT e.at, e.record_id, e.seq, e.subject_id, e.kind, r.kind FROM publication_event e CROSS JOIN record r \
        WHERE r.id = e.record_id AND r.subject_id = e.subject_id AND (e.at, e.record_id, e.seq) > ($1, CAST($2 AS BIGINT), CAST($3 AS BIGINT)) \
        AND e.at <= $4 AND EXISTS (SELECT 1 FROM record_version v WHERE v.record_id = e.record_id AND v.subject_id = e.subject_id \
        AND v.known_at <= e.at AND v.public_from IS NOT NULL) ORDER BY e.at, e.record_id, e.seq LIMIT $5";
    NEWEST_EVENT = "SELECT MAX(at) FROM publication_event";
    RECORDING_SINCE = "SELECT MIN(released_at) FROM batch WHERE stage = $1";
    RECORDS_BY_ID = "SELECT r.subject_id, r.id, r.kind, r.natural_key, r.version, v.content, v.sealed, v.platform, r.party_category, \
        r.decided_on, v.valid_until, r.unit_id, r.batch_id, r.row, v.known_at, v.law_edition, r.public_from, r.public_until, \
        r.withdrawn_on, r.state, v.content_digest FROM " [each] " k CROSS JOIN record r CROSS JOIN record_version v \
        WHERE r.id = CAST(k.value->>1 AS BIGINT) AND r.subject_id = CAST(k.value->>0 AS BIGINT) \
        AND v.record_id = r.id AND v.version = r.version AND v.subject_id = r.subject_id";
}

/// A key of a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyRow {
    /// The id.
    pub id: i64,
    /// What people call it.
    pub name: String,
    /// The SM3 of what is sent.
    pub hash: String,
    /// What it is for, words with a space between.
    pub scopes: String,
    /// The unit it reports for, empty for none.
    pub unit_id: String,
    /// Its last day.
    pub expires_on: Date,
    /// When it was made, in milliseconds since 1970.
    pub created_at: i64,
    /// By whom.
    pub created_by: String,
    /// When it was ended before its time.
    pub ended_at: Option<i64>,
    /// By whom.
    pub ended_by: Option<String>,
}

/// How much a key was used on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiUsage {
    /// The key.
    pub key_id: i64,
    /// The day.
    pub day: Date,
    /// Requests.
    pub requests: i64,
    /// Requests that were answered with a problem.
    pub refusals: i64,
    /// The last of them, in milliseconds since 1970.
    pub last_at: i64,
}

/// How much a key was used altogether.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ApiUsageTotal {
    /// Requests.
    pub requests: i64,
    /// Requests that were answered with a problem.
    pub refusals: i64,
    /// The last of them, in milliseconds since 1970; 0 for none.
    pub last_at: i64,
}

/// One event of the change feed, in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEvent {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// The record.
    pub record_id: i64,
    /// The number of the event at its record.
    pub seq: i64,
    /// Whose the record is.
    pub subject_id: i64,
    /// What happened.
    pub event: String,
    /// The kind of the record.
    pub kind: String,
}

fn key(row: &Row) -> Result<ApiKeyRow, StoreError> {
    Ok(ApiKeyRow {
        id: row.int(0)?,
        name: row.text(1)?,
        hash: row.text(2)?,
        scopes: row.text(3)?,
        unit_id: row.text(4)?,
        expires_on: row.day(5)?,
        created_at: row.int(6)?,
        created_by: row.text(7)?,
        ended_at: row.int_or_null(8)?,
        ended_by: row.text_or_null(9)?,
    })
}

impl Tx {
    /// Keeps a new key.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the id or the hash is taken.
    pub async fn add_api_key(&mut self, new: &ApiKeyRow) -> Result<(), StoreError> {
        let values = values![
            new.id,
            &new.name,
            &new.hash,
            &new.scopes,
            &new.unit_id,
            new.expires_on,
            new.created_at,
            &new.created_by
        ];
        self.conn().execute(&ADD_KEY, values).await?;
        Ok(())
    }

    /// Ends a key. Whether it had not ended before.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn end_api_key(&mut self, id: i64, at: i64, by: &str) -> Result<bool, StoreError> {
        Ok(self.conn().execute(&END_KEY, values![id, at, by]).await? == 1)
    }

    /// Adds to the counts of keys and days; each pair of key and day stands once in `usage`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn add_api_usage(&mut self, usage: &[ApiUsage]) -> Result<(), StoreError> {
        let mut rows: Vec<Value<'_>> = Vec::with_capacity(usage.len() * 5);
        for one in usage {
            rows.extend(values![one.key_id, one.day, one.requests, one.refusals, one.last_at]);
        }
        self.conn().insert(&ADD_USAGE, &rows).await?;
        Ok(())
    }

    /// Opens a write under an idempotency key, after forgetting those of the key that began before `forgotten`. Whether it may go
    /// on: not when one under the same value is remembered, unless that one was the same, has no answer, and began before
    /// `abandoned`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn begin_api_write(
        &mut self,
        key: i64,
        idempotency: &str,
        digest: &str,
        at: i64,
        (forgotten, abandoned): (i64, i64),
    ) -> Result<bool, StoreError> {
        self.conn().execute(&FORGET_WRITES, values![key, forgotten]).await?;
        let values = values![key, idempotency, digest, at, abandoned];
        Ok(self.conn().execute(&BEGIN_WRITE, values).await? == 1)
    }

    /// Keeps the answer of a write.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn answer_api_write(
        &mut self,
        key: i64,
        idempotency: &str,
        digest: &str,
        answer: &str,
    ) -> Result<(), StoreError> {
        self.conn().execute(&ANSWER_WRITE, values![key, idempotency, digest, answer]).await?;
        Ok(())
    }

    /// Forgets a write that came to nothing.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn forget_api_write(
        &mut self,
        key: i64,
        idempotency: &str,
    ) -> Result<(), StoreError> {
        self.conn().execute(&FORGET_WRITE, values![key, idempotency]).await?;
        Ok(())
    }
}

impl Store {
    /// All keys, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn api_keys(&self) -> Result<Vec<ApiKeyRow>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(&KEYS, vec![]).await?.iter().map(key).collect()
    }

    /// One key.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn api_key(&self, id: i64) -> Result<Option<ApiKeyRow>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().maybe(&KEY, values![id]).await?.as_ref().map(key).transpose()
    }

    /// The key of a hash.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn api_key_by_hash(&self, hash: &str) -> Result<Option<ApiKeyRow>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().maybe(&KEY_BY_HASH, values![hash]).await?.as_ref().map(key).transpose()
    }

    /// How much each key was used altogether, by id.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn api_usage_totals(&self) -> Result<HashMap<i64, ApiUsageTotal>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&USAGE_TOTALS, vec![]).await?;
        rows.iter()
            .map(|row| {
                let total = ApiUsageTotal {
                    requests: row.int(1)?,
                    refusals: row.int(2)?,
                    last_at: row.int(3)?,
                };
                Ok((row.int(0)?, total))
            })
            .collect()
    }

    /// The days on which a key was used, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn api_usage_days(&self, key: i64, limit: i64) -> Result<Vec<ApiUsage>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&USAGE_DAYS, values![key, limit]).await?;
        rows.iter()
            .map(|row| {
                Ok(ApiUsage {
                    key_id: row.int(0)?,
                    day: row.day(1)?,
                    requests: row.int(2)?,
                    refusals: row.int(3)?,
                    last_at: row.int(4)?,
                })
            })
            .collect()
    }

    /// What is remembered of a write: its digest and, once there is one, its answer.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn api_write(
        &self,
        key: i64,
        idempotency: &str,
    ) -> Result<Option<(String, Option<String>)>, StoreError> {
        let mut reader = self.reader().await?;
        let row = reader.conn().maybe(&WRITE, values![key, idempotency]).await?;
        row.map(|row| Ok((row.text(0)?, row.text_or_null(1)?))).transpose()
    }

    /// Events after a place in the feed and not later than `until`, in the order of the feed. What happens to a record that never
    /// was to be public until then is no event of the feed.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn changes(
        &self,
        (at, record, seq): (i64, i64, i64),
        until: i64,
        limit: i64,
    ) -> Result<Vec<FeedEvent>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&CHANGES, values![at, record, seq, until, limit]).await?;
        rows.iter()
            .map(|row| {
                Ok(FeedEvent {
                    at: row.int(0)?,
                    record_id: row.int(1)?,
                    seq: row.int(2)?,
                    subject_id: row.int(3)?,
                    event: row.text(4)?,
                    kind: row.text(5)?,
                })
            })
            .collect()
    }

    /// When the newest thing happened in public, in milliseconds since 1970; nothing before the first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn newest_event(&self) -> Result<Option<i64>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().one(&NEWEST_EVENT, vec![]).await?.int_or_null(0)
    }

    /// Since when the batch that stands longest in a stage was released, in milliseconds since 1970.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn released_since(&self, stage: &str) -> Result<Option<i64>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().one(&RECORDING_SINCE, values![stage]).await?.int_or_null(0)
    }

    /// Records by subject and id, as far as they are there.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn records_by_id(&self, ids: &[(i64, i64)]) -> Result<Vec<Record>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&RECORDS_BY_ID, values![json(ids)]).await?;
        rows.iter().map(record).collect()
    }
}
