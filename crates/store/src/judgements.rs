//! What two persons found about subjects, and which subject a record is shown under because of it. Nothing is moved: whoever reads
//! follows what stands here, so that taking a judgement back restores exactly what was.

use std::collections::HashMap;

use crate::chain::Link;
use crate::db::{Row, Store, Tx, statements, values};
use crate::error::StoreError;
use crate::persons::json;

statements! {
    ADD_JUDGEMENT = "INSERT INTO subject_judgement (id, finding, from_id, to_id, basis, document, reason, proposed_by, proposed_at, \
        state, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', $10)";
    ADD_JUDGED = "INSERT INTO judged_record (judgement_id, record_id, subject_id, to_id, counts) \
        SELECT $2, CAST(k.value->>0 AS BIGINT), CAST(k.value->>1 AS BIGINT), $3, 0 FROM " [each] " k";
    CHANGE_JUDGEMENT = "UPDATE subject_judgement SET state = $2, decided_by = $3, decided_at = $4, decline_reason = $5, undo_reason = $6, \
        undo_by = $7, undo_at = $8, undone_by = $9, undone_at = $10, hash = $11 WHERE id = $1 AND hash = $12";
    COUNT_JUDGED = "UPDATE judged_record SET counts = $2 WHERE judgement_id = $1";
    JUDGEMENT = "SELECT id, finding, from_id, to_id, basis, document, reason, proposed_by, proposed_at, state, decided_by, decided_at, \
        decline_reason, undo_reason, undo_by, undo_at, undone_by, undone_at, hash FROM subject_judgement WHERE id = $1";
    JUDGEMENTS = "SELECT id, finding, from_id, to_id, basis, document, reason, proposed_by, proposed_at, state, decided_by, decided_at, \
        decline_reason, undo_reason, undo_by, undo_at, undone_by, undone_at, hash FROM subject_judgement WHERE state IN " [texts]
        " ORDER BY id DESC LIMIT $2";
    JUDGEMENTS_WAITING = "SELECT id, finding, from_id, to_id, basis, document, reason, proposed_by, proposed_at, state, decided_by, decided_at, \
        decline_reason, undo_reason, undo_by, undo_at, undone_by, undone_at, hash FROM subject_judgement WHERE state = 'open' \
        OR (state = 'confirmed' AND undo_by IS NOT NULL) ORDER BY id DESC LIMIT $1";
    JUDGED_RECORDS = "SELECT record_id, subject_id FROM judged_record WHERE judgement_id = $1 ORDER BY record_id, subject_id";
    RECORD_JUDGED = "SELECT judgement_id, to_id FROM judged_record WHERE record_id = $2 AND subject_id = $1 AND counts = 1";
    ROOTS = "WITH RECURSIVE up (id, now, step) AS (SELECT CAST(k.value->>0 AS BIGINT), CAST(k.value->>0 AS BIGINT), 0 FROM " [each] " k \
        UNION ALL SELECT u.id, j.to_id, u.step + 1 FROM up u CROSS JOIN subject_judgement j \
        WHERE j.from_id = u.now AND j.finding = 'same' AND j.state = 'confirmed' AND u.step < 50) \
        SELECT id, now FROM up WHERE step > 0 ORDER BY id, step";
    GROUP = "WITH RECURSIVE g (id) AS (SELECT CAST($1 AS BIGINT) UNION SELECT j.from_id FROM g CROSS JOIN subject_judgement j \
        WHERE j.to_id = g.id AND j.finding = 'same' AND j.state = 'confirmed') SELECT id FROM g ORDER BY id";
    JOINED_COUNT = "SELECT COUNT(*) FROM subject_judgement WHERE finding = 'same' AND state = 'confirmed'";
    JUDGED = "SELECT from_id FROM subject_judgement WHERE state = 'confirmed' UNION SELECT to_id FROM subject_judgement \
        WHERE state = 'confirmed' UNION SELECT subject_id FROM judged_record WHERE counts = 1 ORDER BY 1";
    EVERY_JUDGEMENT = "SELECT id, finding, from_id, to_id, basis, document, reason, proposed_by, proposed_at, state, decided_by, decided_at, \
        decline_reason, undo_reason, undo_by, undo_at, undone_by, undone_at, hash FROM subject_judgement ORDER BY id";
    JUDGED_ASTRAY = "SELECT d.judgement_id, d.record_id FROM judged_record d LEFT JOIN subject_judgement j ON j.id = d.judgement_id \
        LEFT JOIN record r ON r.id = d.record_id AND r.subject_id = d.subject_id WHERE j.id IS NULL OR r.id IS NULL \
        OR j.to_id <> d.to_id OR j.finding <> 'different' \
        OR d.counts <> CASE WHEN j.state = 'confirmed' THEN 1 ELSE 0 END ORDER BY 1, 2";
}

/// What two persons found about two subjects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectJudgement {
    /// Its id.
    pub id: i64,
    /// `same` or `different`.
    pub finding: String,
    /// The subject whose records are shown elsewhere.
    pub from_id: i64,
    /// The subject they are shown under.
    pub to_id: i64,
    /// A code of the list of bases.
    pub basis: String,
    /// The document it rests on.
    pub document: String,
    /// Why.
    pub reason: String,
    /// The first person.
    pub proposed_by: String,
    /// When, in milliseconds since 1970.
    pub proposed_at: i64,
    /// `open`, `confirmed`, `declined` or `undone`.
    pub state: String,
    /// The second person.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<i64>,
    /// Why it was declined.
    pub decline_reason: Option<String>,
    /// Why it is to be undone.
    pub undo_reason: Option<String>,
    /// Who wants that.
    pub undo_by: Option<String>,
    /// When.
    pub undo_at: Option<i64>,
    /// Who confirmed that.
    pub undone_by: Option<String>,
    /// When.
    pub undone_at: Option<i64>,
    /// The hash of all of it, given by the store.
    pub hash: String,
}

impl SubjectJudgement {
    /// The hash of what stands in it.
    pub(crate) fn digest(&self) -> String {
        let number = |value: Option<i64>| value.map(|value| value.to_string());
        Link::new("sj")
            .int(self.id)
            .text(&self.finding)
            .int(self.from_id)
            .int(self.to_id)
            .text(&self.basis)
            .text(&self.document)
            .text(&self.reason)
            .text(&self.proposed_by)
            .int(self.proposed_at)
            .text(&self.state)
            .text_or_null(self.decided_by.as_deref())
            .text_or_null(number(self.decided_at).as_deref())
            .text_or_null(self.decline_reason.as_deref())
            .text_or_null(self.undo_reason.as_deref())
            .text_or_null(self.undo_by.as_deref())
            .text_or_null(number(self.undo_at).as_deref())
            .text_or_null(self.undone_by.as_deref())
            .text_or_null(number(self.undone_at).as_deref())
            .hash()
    }
}

pub(crate) fn judgement(row: &Row) -> Result<SubjectJudgement, StoreError> {
    Ok(SubjectJudgement {
        id: row.int(0)?,
        finding: row.text(1)?,
        from_id: row.int(2)?,
        to_id: row.int(3)?,
        basis: row.text(4)?,
        document: row.text(5)?,
        reason: row.text(6)?,
        proposed_by: row.text(7)?,
        proposed_at: row.int(8)?,
        state: row.text(9)?,
        decided_by: row.text_or_null(10)?,
        decided_at: row.int_or_null(11)?,
        decline_reason: row.text_or_null(12)?,
        undo_reason: row.text_or_null(13)?,
        undo_by: row.text_or_null(14)?,
        undo_at: row.int_or_null(15)?,
        undone_by: row.text_or_null(16)?,
        undone_at: row.int_or_null(17)?,
        hash: row.text(18)?,
    })
}

impl Tx {
    /// Keeps a new judgement, open, with the records it gives to another subject as (record, subject). Returns its hash.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the id is taken.
    pub async fn add_subject_judgement(
        &mut self,
        new: &SubjectJudgement,
        records: &[(i64, i64)],
    ) -> Result<String, StoreError> {
        let hash = new.digest();
        let values = values![
            new.id,
            &new.finding,
            new.from_id,
            new.to_id,
            &new.basis,
            &new.document,
            &new.reason,
            &new.proposed_by,
            new.proposed_at,
            &hash
        ];
        self.conn().execute(&ADD_JUDGEMENT, values).await?;
        for part in records.chunks(500) {
            self.conn().execute(&ADD_JUDGED, values![json(part), new.id, new.to_id]).await?;
        }
        Ok(hash)
    }

    /// Writes the next state of a judgement, made against the hash it was read with; from then on its records count or do not.
    /// Returns its new hash, none when somebody was first.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the subject or one of the records is under another judgement already.
    pub async fn change_subject_judgement(
        &mut self,
        next: &SubjectJudgement,
    ) -> Result<Option<String>, StoreError> {
        let hash = next.digest();
        let values = values![
            next.id,
            &next.state,
            &next.decided_by,
            next.decided_at,
            &next.decline_reason,
            &next.undo_reason,
            &next.undo_by,
            next.undo_at,
            &next.undone_by,
            next.undone_at,
            &hash,
            &next.hash
        ];
        if self.conn().execute(&CHANGE_JUDGEMENT, values).await? != 1 {
            return Ok(None);
        }
        let counts = i64::from(next.state == "confirmed");
        self.conn().execute(&COUNT_JUDGED, values![next.id, counts]).await?;
        Ok(Some(hash))
    }

    /// As [`Store::roots`], as this transaction sees it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn roots(&mut self, ids: &[i64]) -> Result<HashMap<i64, i64>, StoreError> {
        roots_of(&self.conn().all(&ROOTS, values![listed(ids)]).await?)
    }
}

/// Each in a list of its own, which both engines take apart alike.
fn listed(ids: &[i64]) -> String {
    let each: Vec<[i64; 1]> = ids.iter().map(|id| [*id]).collect();
    json(&each)
}

fn roots_of(rows: &[Row]) -> Result<HashMap<i64, i64>, StoreError> {
    // In the order of the steps: the last one stays.
    rows.iter().map(|row| Ok((row.int(0)?, row.int(1)?))).collect()
}

impl Store {
    /// One judgement.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn subject_judgement(&self, id: i64) -> Result<Option<SubjectJudgement>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().maybe(&JUDGEMENT, values![id]).await?.as_ref().map(judgement).transpose()
    }

    /// Judgements in some states, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn subject_judgements(
        &self,
        states: &[&str],
        limit: i64,
    ) -> Result<Vec<SubjectJudgement>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&JUDGEMENTS, values![json(states), limit]).await?;
        rows.iter().map(judgement).collect()
    }

    /// Judgements that wait for a second person, to hold or to be undone, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn waiting_judgements(
        &self,
        limit: i64,
    ) -> Result<Vec<SubjectJudgement>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&JUDGEMENTS_WAITING, values![limit]).await?;
        rows.iter().map(judgement).collect()
    }

    /// The records that a judgement gives to another subject, as (record, subject).
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn judged_records(&self, id: i64) -> Result<Vec<(i64, i64)>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&JUDGED_RECORDS, values![id]).await?;
        rows.iter().map(|row| Ok((row.int(0)?, row.int(1)?))).collect()
    }

    /// The judgement by which a record is shown under another subject, and that subject.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn record_judged(
        &self,
        subject: i64,
        record: i64,
    ) -> Result<Option<(i64, i64)>, StoreError> {
        let mut reader = self.reader().await?;
        let row = reader.conn().maybe(&RECORD_JUDGED, values![subject, record]).await?;
        row.map(|row| Ok((row.int(0)?, row.int(1)?))).transpose()
    }

    /// Of some subjects those that are found to be another one, with the one they are.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn roots(&self, ids: &[i64]) -> Result<HashMap<i64, i64>, StoreError> {
        let mut reader = self.reader().await?;
        roots_of(&reader.conn().all(&ROOTS, values![listed(ids)]).await?)
    }

    /// A subject and all that are found to be the same.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn joined_group(&self, subject: i64) -> Result<Vec<i64>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&GROUP, values![subject]).await?;
        rows.iter().map(|row| row.int(0)).collect()
    }

    /// Every subject that a judgement which holds speaks of.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn judged_subjects(&self) -> Result<Vec<i64>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(&JUDGED, vec![]).await?.iter().map(|row| row.int(0)).collect()
    }

    /// How many subjects are found to be another one.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn count_joined(&self) -> Result<i64, StoreError> {
        self.reader().await?.conn().one(&JOINED_COUNT, vec![]).await?.int(0)
    }
}

/// What is wrong among the judgements: the row and the reason.
pub(crate) async fn differs(
    conn: &mut crate::db::Conn<'_>,
) -> Result<Vec<(&'static str, String, &'static str)>, StoreError> {
    let mut wrong = Vec::new();
    for row in conn.all(&EVERY_JUDGEMENT, vec![]).await? {
        let held = judgement(&row)?;
        if held.digest() != held.hash {
            wrong.push(("subject_judgement", held.id.to_string(), "内容与其哈希不符，记录被改动"));
        }
    }
    for row in conn.all(&JUDGED_ASTRAY, vec![]).await? {
        let place = format!("{}/{}", row.int(0)?, row.int(1)?);
        wrong.push(("judged_record", place, "与所属的核定不一致，或者没有对应的信息"));
    }
    Ok(wrong)
}
