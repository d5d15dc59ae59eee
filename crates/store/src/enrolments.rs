//! Units that follow subjects, and what changed about those.

use jiff::civil::Date;

use crate::db::{Row, Store, Tx, statements, values};
use crate::error::StoreError;
use crate::persons::json;

statements! {
    ADD_ENROLMENT = "INSERT INTO enrolment (id, unit_id, subject_id, basis, purpose, until_day, made_by, made_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    END_ENROLMENT = "UPDATE enrolment SET ended_by = $2, ended_at = $3, end_reason = $4 WHERE id = $1 AND ended_at IS NULL \
        AND lapsed_at IS NULL AND until_day >= $5";
    LAPSED = "SELECT id, unit_id, subject_id, basis, purpose, until_day, made_by, made_at, ended_by, ended_at, end_reason, lapsed_at \
        FROM enrolment WHERE until_day < $1 AND ended_at IS NULL AND lapsed_at IS NULL ORDER BY until_day, id LIMIT $2";
    LAPSE = "UPDATE enrolment SET lapsed_at = $2 WHERE id = $1 AND ended_at IS NULL AND lapsed_at IS NULL";
    ENROLMENT = "SELECT id, unit_id, subject_id, basis, purpose, until_day, made_by, made_at, ended_by, ended_at, end_reason, lapsed_at \
        FROM enrolment WHERE id = $1";
    ENROLMENTS = "SELECT id, unit_id, subject_id, basis, purpose, until_day, made_by, made_at, ended_by, ended_at, end_reason, lapsed_at \
        FROM enrolment WHERE id > $1 ORDER BY id LIMIT $2";
    ENROLMENTS_OF_UNIT = "SELECT id, unit_id, subject_id, basis, purpose, until_day, made_by, made_at, ended_by, ended_at, end_reason, \
        lapsed_at FROM enrolment WHERE unit_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    ENROLMENTS_OF_SUBJECT = "SELECT id, unit_id, subject_id, basis, purpose, until_day, made_by, made_at, ended_by, ended_at, end_reason, \
        lapsed_at FROM enrolment WHERE subject_id = $1 ORDER BY made_at DESC, id DESC LIMIT $2";
    ENROLMENT_IN_FORCE = "SELECT id, unit_id, subject_id, basis, purpose, until_day, made_by, made_at, ended_by, ended_at, end_reason, \
        lapsed_at FROM enrolment WHERE unit_id = $1 AND subject_id = $2 AND ended_at IS NULL AND until_day >= $3 ORDER BY id LIMIT 1";
    ENROLMENT_CHANGES = "WITH RECURSIVE g (id) AS (SELECT CAST($2 AS BIGINT) UNION SELECT j.from_id FROM g CROSS JOIN subject_judgement j \
        WHERE j.to_id = g.id AND j.finding = 'same' AND j.state = 'confirmed'), \
        h (subject_id, id) AS (SELECT r.subject_id, r.id FROM g CROSS JOIN record r WHERE r.subject_id = g.id \
        AND NOT EXISTS (SELECT 1 FROM judged_record d WHERE d.record_id = r.id AND d.subject_id = r.subject_id AND d.counts = 1) \
        UNION ALL SELECT d.subject_id, d.record_id FROM g CROSS JOIN judged_record d WHERE d.to_id = g.id AND d.counts = 1), \
        m (at, seq, record_id, subject_id) AS (SELECT j.decided_at, j.id, d.record_id, d.subject_id FROM g CROSS JOIN judged_record d \
        CROSS JOIN subject_judgement j WHERE (d.to_id = g.id OR d.subject_id = g.id) AND j.id = d.judgement_id \
        AND j.state IN ('confirmed', 'undone') \
        UNION SELECT j.undone_at, j.id, d.record_id, d.subject_id FROM g CROSS JOIN judged_record d CROSS JOIN subject_judgement j \
        WHERE (d.to_id = g.id OR d.subject_id = g.id) AND j.id = d.judgement_id AND j.state = 'undone'), \
        q (subject_id, id, kind, quiet) AS (SELECT r.subject_id, r.id, r.kind, CASE WHEN r.kind IN " [texts] " THEN 1 ELSE 0 END \
        FROM (SELECT subject_id, id FROM h UNION SELECT subject_id, record_id FROM m) AS a CROSS JOIN record r \
        WHERE r.id = a.id AND r.subject_id = a.subject_id), \
        x (at, record_id, seq, subject_id, event, kind) AS (\
        SELECT e.at, e.record_id, e.seq, e.subject_id, e.kind, r.kind FROM h CROSS JOIN record r CROSS JOIN publication_event e \
        WHERE r.id = h.id AND r.subject_id = h.subject_id AND e.record_id = r.id AND e.subject_id = r.subject_id \
        AND EXISTS (SELECT 1 FROM record_version v WHERE v.record_id = e.record_id AND v.subject_id = e.subject_id \
        AND v.known_at <= e.at AND v.public_from IS NOT NULL) \
        UNION ALL SELECT v.known_at, v.record_id, v.version, v.subject_id, CASE v.version WHEN 1 THEN 'published' ELSE 'changed' END, \
        q.kind FROM h CROSS JOIN q CROSS JOIN record_version v WHERE q.id = h.id AND q.subject_id = h.subject_id AND q.quiet = 1 \
        AND v.record_id = q.id AND v.subject_id = q.subject_id \
        UNION ALL SELECT m.at, m.record_id, m.seq, m.subject_id, CASE WHEN EXISTS (SELECT 1 FROM h WHERE h.id = m.record_id \
        AND h.subject_id = m.subject_id) THEN 'published' ELSE 'away' END, q.kind FROM m CROSS JOIN q WHERE q.id = m.record_id \
        AND q.subject_id = m.subject_id AND (q.quiet = 1 OR EXISTS (SELECT 1 FROM record_version v WHERE v.record_id = q.id \
        AND v.subject_id = q.subject_id AND v.known_at <= m.at AND v.public_from IS NOT NULL))) \
        SELECT at, record_id, seq, subject_id, event, kind FROM x \
        WHERE (at, record_id, seq) > ($3, CAST($4 AS BIGINT), CAST($5 AS BIGINT)) AND at <= $6 ORDER BY at, record_id, seq LIMIT $7";
}

/// A unit that follows a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The id.
    pub id: i64,
    /// The unit.
    pub unit_id: String,
    /// Whom it follows.
    pub subject_id: i64,
    /// The legal basis, in words.
    pub basis: String,
    /// What for.
    pub purpose: String,
    /// The last day.
    pub until_day: Date,
    /// Who began it.
    pub made_by: String,
    /// When, in milliseconds since 1970.
    pub made_at: i64,
    /// Who ended it before its day.
    pub ended_by: Option<String>,
    /// When.
    pub ended_at: Option<i64>,
    /// Why.
    pub end_reason: Option<String>,
    /// When it was written down that its day had passed.
    pub lapsed_at: Option<i64>,
}

/// Something that happened to a record of a subject that is followed, in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentEvent {
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

pub(crate) fn enrolment(row: &Row) -> Result<Enrolment, StoreError> {
    Ok(Enrolment {
        id: row.int(0)?,
        unit_id: row.text(1)?,
        subject_id: row.int(2)?,
        basis: row.text(3)?,
        purpose: row.text(4)?,
        until_day: row.day(5)?,
        made_by: row.text(6)?,
        made_at: row.int(7)?,
        ended_by: row.text_or_null(8)?,
        ended_at: row.int_or_null(9)?,
        end_reason: row.text_or_null(10)?,
        lapsed_at: row.int_or_null(11)?,
    })
}

impl Tx {
    /// The enrolment by which a unit follows a subject on a day; asked once more by who holds the unit's enrolments.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn enrolment_in_force(
        &mut self,
        unit: &str,
        subject: i64,
        on: Date,
    ) -> Result<Option<Enrolment>, StoreError> {
        let row = self.conn().maybe(&ENROLMENT_IN_FORCE, values![unit, subject, on]).await?;
        row.as_ref().map(enrolment).transpose()
    }

    /// Keeps a new enrolment, which has not ended.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the id is taken.
    pub async fn add_enrolment(&mut self, new: &Enrolment) -> Result<(), StoreError> {
        let values = values![
            new.id,
            &new.unit_id,
            new.subject_id,
            &new.basis,
            &new.purpose,
            new.until_day,
            &new.made_by,
            new.made_at
        ];
        self.conn().execute(&ADD_ENROLMENT, values).await?;
        Ok(())
    }

    /// Ends one before its day. Whether it was in force on `today`.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn end_enrolment(
        &mut self,
        id: i64,
        (by, at): (&str, i64),
        reason: &str,
        today: Date,
    ) -> Result<bool, StoreError> {
        Ok(self.conn().execute(&END_ENROLMENT, values![id, by, at, reason, today]).await? == 1)
    }

    /// Writes down that the day of an enrolment has passed. Whether nobody had, and it was not ended before.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn lapse_enrolment(&mut self, id: i64, at: i64) -> Result<bool, StoreError> {
        Ok(self.conn().execute(&LAPSE, values![id, at]).await? == 1)
    }
}

impl Store {
    /// Who followed a subject, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn enrolments_of_subject(
        &self,
        subject: i64,
        limit: i64,
    ) -> Result<Vec<Enrolment>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&ENROLMENTS_OF_SUBJECT, values![subject, limit]).await?;
        rows.iter().map(enrolment).collect()
    }

    /// One enrolment.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn enrolment(&self, id: i64) -> Result<Option<Enrolment>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().maybe(&ENROLMENT, values![id]).await?.as_ref().map(enrolment).transpose()
    }

    /// Enrolments behind an id, the oldest first; of one unit or of all.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn enrolments(
        &self,
        unit: Option<&str>,
        after: i64,
        limit: i64,
    ) -> Result<Vec<Enrolment>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = match unit {
            Some(unit) => {
                reader.conn().all(&ENROLMENTS_OF_UNIT, values![unit, after, limit]).await?
            }
            None => reader.conn().all(&ENROLMENTS, values![after, limit]).await?,
        };
        rows.iter().map(enrolment).collect()
    }

    /// The enrolment by which a unit follows a subject on a day.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn enrolment_in_force(
        &self,
        unit: &str,
        subject: i64,
        on: Date,
    ) -> Result<Option<Enrolment>, StoreError> {
        let mut reader = self.reader().await?;
        let row = reader.conn().maybe(&ENROLMENT_IN_FORCE, values![unit, subject, on]).await?;
        row.as_ref().map(enrolment).transpose()
    }

    /// Enrolments whose last day lies before a day, and of which that is not written down yet.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn lapsed_enrolments(
        &self,
        before: Date,
        limit: i64,
    ) -> Result<Vec<Enrolment>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(&LAPSED, values![before, limit]).await?.iter().map(enrolment).collect()
    }

    /// What happened to the records of a subject, of what is shown under it, after a place and not later than `until`: in public,
    /// and to records of the kinds `shared`, which no public event tells of.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn enrolment_changes(
        &self,
        subject: i64,
        shared: &[&str],
        (at, record, seq): (i64, i64, i64),
        until: i64,
        limit: i64,
    ) -> Result<Vec<EnrolmentEvent>, StoreError> {
        let mut reader = self.reader().await?;
        let values = values![json(shared), subject, at, record, seq, until, limit];
        let rows = reader.conn().all(&ENROLMENT_CHANGES, values).await?;
        rows.iter()
            .map(|row| {
                Ok(EnrolmentEvent {
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
}
