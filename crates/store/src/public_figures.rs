//! Counts over what is public by its dates, and who has something public: what statistics and open data begin with.

use jiff::civil::Date;

use crate::db::{Store, statements, values};
use crate::error::StoreError;
use crate::persons::json;
use crate::records::{Record, record};

statements! {
    PUBLIC_MONTHS = "SELECT kind, unit_id, substr(public_from, 1, 7), COUNT(*) FROM record WHERE state = 'standing' \
        AND public_from IS NOT NULL AND public_from <= $1 AND public_until >= $1 AND party_category <> 'natural-person' \
        GROUP BY kind, unit_id, substr(public_from, 1, 7) ORDER BY 1, 2, 3";
    /// A record counts where it is shown: under the entry that its subject, or the record itself, was found to belong to.
    PUBLIC_TOWNS = "WITH RECURSIVE up (id, now, step) AS (SELECT from_id, to_id, 1 FROM subject_judgement WHERE finding = 'same' \
        AND state = 'confirmed' UNION ALL SELECT u.id, j.to_id, u.step + 1 FROM up u CROSS JOIN subject_judgement j \
        WHERE j.from_id = u.now AND j.finding = 'same' AND j.state = 'confirmed' AND u.step < 50), \
        root (id, now) AS (SELECT u.id, u.now FROM up u WHERE NOT EXISTS (SELECT 1 FROM subject_judgement j WHERE j.from_id = u.now \
        AND j.finding = 'same' AND j.state = 'confirmed')) \
        SELECT r.kind, COALESCE(s.details ->> 'town', ''), COUNT(*) FROM record r \
        LEFT JOIN judged_record d ON d.record_id = r.id AND d.subject_id = r.subject_id AND d.counts = 1 \
        LEFT JOIN root t ON t.id = COALESCE(d.to_id, r.subject_id) \
        JOIN subject s ON s.id = COALESCE(t.now, d.to_id, r.subject_id) \
        WHERE r.state = 'standing' AND r.public_from IS NOT NULL AND r.public_from <= $1 AND r.public_until >= $1 \
        AND r.party_category <> 'natural-person' GROUP BY 1, 2 ORDER BY 1, 2"
        pg "WITH RECURSIVE up (id, now, step) AS (SELECT from_id, to_id, 1 FROM subject_judgement WHERE finding = 'same' \
        AND state = 'confirmed' UNION ALL SELECT u.id, j.to_id, u.step + 1 FROM up u CROSS JOIN subject_judgement j \
        WHERE j.from_id = u.now AND j.finding = 'same' AND j.state = 'confirmed' AND u.step < 50), \
        root (id, now) AS (SELECT u.id, u.now FROM up u WHERE NOT EXISTS (SELECT 1 FROM subject_judgement j WHERE j.from_id = u.now \
        AND j.finding = 'same' AND j.state = 'confirmed')) \
        SELECT r.kind, COALESCE(CAST(s.details AS jsonb) ->> 'town', ''), COUNT(*) FROM record r \
        LEFT JOIN judged_record d ON d.record_id = r.id AND d.subject_id = r.subject_id AND d.counts = 1 \
        LEFT JOIN root t ON t.id = COALESCE(d.to_id, r.subject_id) \
        JOIN subject s ON s.id = COALESCE(t.now, d.to_id, r.subject_id) \
        WHERE r.state = 'standing' AND r.public_from IS NOT NULL AND r.public_from <= $1 AND r.public_until >= $1 \
        AND r.party_category <> 'natural-person' GROUP BY 1, 2 ORDER BY 1, 2";
    PUBLIC_SUBJECTS = "SELECT DISTINCT subject_id FROM record WHERE subject_id > $1 AND state = 'standing' \
        AND public_from IS NOT NULL AND public_from <= $2 AND public_until >= $2 AND party_category <> 'natural-person' \
        ORDER BY subject_id LIMIT $3";
    WITHOUT_KINDS = "SELECT DISTINCT r.subject_id FROM record r WHERE r.subject_id > $2 AND r.state = 'standing' \
        AND r.public_from IS NOT NULL AND r.public_from <= $3 AND r.public_until >= $3 AND r.party_category <> 'natural-person' \
        AND r.subject_id <= $5 AND NOT EXISTS (SELECT 1 FROM record o WHERE o.subject_id = r.subject_id AND o.kind IN " [texts] " \
        AND o.state = 'standing' AND o.public_from IS NOT NULL AND o.public_from <= $3 AND o.public_until >= $3) \
        ORDER BY r.subject_id LIMIT $4";
    NTH_AFTER = "SELECT id FROM subject WHERE id > $1 ORDER BY id LIMIT 1 OFFSET $2";
    NEWEST_PUBLIC = "SELECT r.subject_id, r.id, r.kind, r.natural_key, r.version, v.content, v.sealed, v.platform, r.party_category, \
        r.decided_on, v.valid_until, r.unit_id, r.batch_id, r.row, v.known_at, v.law_edition, r.public_from, r.public_until, \
        r.withdrawn_on, r.state, v.content_digest FROM (SELECT o.subject_id, o.id, \
        ROW_NUMBER() OVER (PARTITION BY o.subject_id ORDER BY o.decided_on DESC, o.id DESC) AS place FROM record o \
        WHERE o.subject_id IN " [ints] " AND o.state = 'standing' AND o.public_from IS NOT NULL AND o.public_from <= $2 \
        AND o.public_until >= $2 AND o.party_category <> 'natural-person') n \
        JOIN record r ON r.id = n.id AND r.subject_id = n.subject_id \
        JOIN record_version v ON v.record_id = r.id AND v.version = r.version AND v.subject_id = r.subject_id \
        WHERE n.place > $3 AND n.place <= $4 ORDER BY r.subject_id, r.decided_on DESC, r.id DESC";
}

/// Public records of one kind from one unit that became public in one month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthCount {
    /// Id of the kind.
    pub kind: String,
    /// Id of the unit.
    pub unit: String,
    /// The month, `YYYY-MM`.
    pub month: String,
    /// How many.
    pub count: i64,
}

impl Store {
    /// Records that are public on `today` by their dates, by kind, unit and the month their publicity began. Reads every
    /// record; keep the answer.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn public_months(&self, today: Date) -> Result<Vec<MonthCount>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&PUBLIC_MONTHS, values![today]).await?;
        rows.iter()
            .map(|row| {
                Ok(MonthCount {
                    kind: row.text(0)?,
                    unit: row.text(1)?,
                    month: row.text(2)?,
                    count: row.int(3)?,
                })
            })
            .collect()
    }

    /// The same by kind and the town that the register names for the subject under which the record is shown, empty where it names none.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn public_towns(
        &self,
        today: Date,
    ) -> Result<Vec<(String, String, i64)>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&PUBLIC_TOWNS, values![today]).await?;
        rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?, row.int(2)?))).collect()
    }

    /// Ids after `after` of subjects with a record that is public on `today` by its dates, in their order.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn public_subjects(
        &self,
        after: i64,
        today: Date,
        limit: i64,
    ) -> Result<Vec<i64>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&PUBLIC_SUBJECTS, values![after, today, limit]).await?;
        rows.iter().map(|row| row.int(0)).collect()
    }

    /// The same up to `until` without the subjects of which a record of one of `kinds` is public on that day.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn public_subjects_without(
        &self,
        kinds: &[&str],
        (after, until): (i64, i64),
        today: Date,
        limit: i64,
    ) -> Result<Vec<i64>, StoreError> {
        let values = values![json(kinds), after, today, limit, until];
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&WITHOUT_KINDS, values).await?;
        rows.iter().map(|row| row.int(0)).collect()
    }

    /// Of each of `subjects` the records that are public on `today` by their dates, the newest first, from one place in that
    /// order (not with it) to another.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn newest_public(
        &self,
        subjects: &[i64],
        today: Date,
        (after, until): (i64, i64),
    ) -> Result<Vec<Record>, StoreError> {
        let mut reader = self.reader().await?;
        let values = values![json(subjects), today, after, until];
        reader.conn().all(&NEWEST_PUBLIC, values).await?.iter().map(record).collect()
    }

    /// The id of the `nth` subject after one, in their order: where a long list of them may be cut.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn nth_subject_after(&self, after: i64, nth: i64) -> Result<Option<i64>, StoreError> {
        let mut reader = self.reader().await?;
        let row = reader.conn().maybe(&NTH_AFTER, values![after, nth - 1]).await?;
        row.map(|row| row.int(0)).transpose()
    }
}
