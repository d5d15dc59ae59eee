//! What may be public: the first sieve over the records, by dates and state. The desk decides about each one shown.

use jiff::civil::Date;

use crate::db::{Store, statements, values};
use crate::error::StoreError;
use crate::records::{Record, record};

statements! {
    PUBLIC_RECORDS = "SELECT r.subject_id, r.id, r.kind, r.natural_key, r.version, v.content, v.sealed, v.platform, r.party_category, \
        r.decided_on, v.valid_until, r.unit_id, r.batch_id, r.row, v.known_at, v.law_edition, r.public_from, r.public_until, \
        r.withdrawn_on, r.state, v.content_digest FROM record r CROSS JOIN record_version v \
        WHERE r.kind = $1 AND r.state = 'standing' AND r.public_from IS NOT NULL \
        AND r.public_from <= $2 AND r.public_until >= $2 \
        AND (CAST($3 AS TEXT) IS NULL OR r.unit_id = $3) AND r.decided_on >= $4 AND r.decided_on <= $5 \
        AND v.record_id = r.id AND v.version = r.version AND v.subject_id = r.subject_id \
        AND (CAST($6 AS TEXT) IS NULL OR v.content LIKE $6 ESCAPE '\\') \
        AND (r.decided_on, r.id) < ($7, CAST($8 AS BIGINT)) ORDER BY r.decided_on DESC, r.id DESC LIMIT $9";
    KINDS = "WITH RECURSIVE k(kind) AS (SELECT MIN(kind) FROM record WHERE state = 'standing' AND public_from IS NOT NULL \
        UNION ALL SELECT (SELECT MIN(r.kind) FROM record r WHERE r.kind > k.kind AND r.state = 'standing' \
        AND r.public_from IS NOT NULL) FROM k WHERE k.kind IS NOT NULL) SELECT kind FROM k WHERE kind IS NOT NULL";
    COUNTS_PUBLIC = "SELECT kind, COUNT(*) FROM record WHERE state = 'standing' AND public_from IS NOT NULL \
        AND public_from <= $1 AND public_until >= $1 GROUP BY kind ORDER BY kind";
    DUE_TO_END = "SELECT r.subject_id, r.id, r.kind, r.natural_key, r.version, v.content, v.sealed, v.platform, r.party_category, \
        r.decided_on, v.valid_until, r.unit_id, r.batch_id, r.row, v.known_at, v.law_edition, r.public_from, r.public_until, \
        r.withdrawn_on, r.state, v.content_digest FROM record r CROSS JOIN record_version v \
        WHERE r.ends_on IS NOT NULL AND r.ends_on < $1 AND v.record_id = r.id AND v.version = r.version AND v.subject_id = r.subject_id \
        ORDER BY r.ends_on, r.id LIMIT $2";
}

/// Which of the public records are wanted; empty means all.
#[derive(Debug, Clone, Default)]
pub struct RecordFilter {
    /// Only of this unit.
    pub unit: Option<String>,
    /// Decided on this day or later.
    pub from: Option<Date>,
    /// Decided on this day or earlier.
    pub until: Option<Date>,
    /// With this text anywhere in the content.
    pub text: Option<String>,
    /// Only what comes after this one (decision day and id of the last of the page before).
    pub after: Option<(Date, i64)>,
}

impl Store {
    /// Records of a kind that are public on `today` by their dates, the newest decision first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn public_records(
        &self,
        kind: &str,
        today: Date,
        filter: &RecordFilter,
        limit: i64,
    ) -> Result<Vec<Record>, StoreError> {
        let text =
            filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(|text| {
                // The content is JSON: what is looked for is written the way it stands there.
                let quoted = serde_json::to_string(text).unwrap_or_default();
                let inner = quoted.trim_matches('"');
                let escaped = inner.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
                format!("%{escaped}%")
            });
        let from = filter.from.unwrap_or(Date::constant(1, 1, 1));
        let until = filter.until.unwrap_or(Date::constant(9999, 12, 31));
        let (day, id) = filter.after.unwrap_or((Date::constant(9999, 12, 31), i64::MAX));
        let values = values![kind, today, &filter.unit, from, until, &text, day, id, limit];
        let mut reader = self.reader().await?;
        reader.conn().all(&PUBLIC_RECORDS, values).await?.iter().map(record).collect()
    }

    /// The newest decisions of all kinds that are public on `today` by their dates.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn latest_public(&self, today: Date, limit: i64) -> Result<Vec<Record>, StoreError> {
        let kinds = {
            let mut reader = self.reader().await?;
            let rows = reader.conn().all(&KINDS, vec![]).await?;
            rows.iter().map(|row| row.text(0)).collect::<Result<Vec<_>, _>>()?
        };
        let mut all = Vec::new();
        for kind in kinds {
            all.extend(self.public_records(&kind, today, &RecordFilter::default(), limit).await?);
        }
        all.sort_unstable_by_key(|record| std::cmp::Reverse((record.decided_on, record.id)));
        all.truncate(usize::try_from(limit).unwrap_or(0));
        Ok(all)
    }

    /// How many records of each kind are public on `today` by their dates. Reads one index through; keep the answer.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn counts_public(&self, today: Date) -> Result<Vec<(String, i64)>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&COUNTS_PUBLIC, values![today]).await?;
        rows.iter().map(|row| Ok((row.text(0)?, row.int(1)?))).collect()
    }

    /// Records whose last public day lies before `today` and whose end has not been written down yet.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn due_to_end(&self, today: Date, limit: i64) -> Result<Vec<Record>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(&DUE_TO_END, values![today, limit]).await?.iter().map(record).collect()
    }
}
