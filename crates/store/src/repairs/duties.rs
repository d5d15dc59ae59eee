//! What a unit's own records say about the duties of its decisions, so that no applicant is asked for it.

use std::collections::HashMap;

use jiff::civil::Date;

use crate::chain::Link;
use crate::db::{Conn, Row, Store, Tx, day_text, statements, values};
use crate::error::StoreError;
use crate::persons::json;

statements! {
    ADD_DUTY = "INSERT INTO record_duty (subject_id, record_id, seq, what, done_on, document, takes_back, unit_id, actor, at, previous, \
        hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    DUTIES = "SELECT subject_id, record_id, seq, what, done_on, document, takes_back, unit_id, actor, at, previous, hash \
        FROM record_duty WHERE record_id = $2 AND subject_id = $1 ORDER BY seq";
    DUTIES_OF = "SELECT d.subject_id, d.record_id, d.seq, d.what, d.done_on, d.document, d.takes_back, d.unit_id, d.actor, d.at, \
        d.previous, d.hash FROM " [each] " k CROSS JOIN record_duty d WHERE d.record_id = CAST(k.value->>1 AS BIGINT) \
        AND d.subject_id = CAST(k.value->>0 AS BIGINT) ORDER BY d.record_id, d.seq";
    EVERY_DUTY = "SELECT d.subject_id, d.record_id, d.seq, d.what, d.done_on, d.document, d.takes_back, d.unit_id, d.actor, d.at, \
        d.previous, d.hash, (SELECT COUNT(*) FROM record r WHERE r.id = d.record_id AND r.subject_id = d.subject_id) \
        FROM record_duty d ORDER BY d.record_id, d.subject_id, d.seq";
}

/// Something a unit notes about the duties of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordDuty {
    /// Whose record.
    pub subject_id: i64,
    /// The record.
    pub record_id: i64,
    /// The number, from 1, given by the store.
    pub seq: i64,
    /// A code of the list of duties; `taken-back` for a note that was wrong.
    pub what: String,
    /// When it was done.
    pub done_on: Date,
    /// Title and number of the document; for one that takes back, why.
    pub document: String,
    /// The number of the note that it takes back.
    pub takes_back: Option<i64>,
    /// Of which unit.
    pub unit_id: String,
    /// Who noted it.
    pub actor: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// The hash of the note before; empty for the first.
    pub previous: String,
    /// The hash of all of it.
    pub hash: String,
}

impl RecordDuty {
    fn digest(&self) -> String {
        Link::new("rd")
            .int(self.subject_id)
            .int(self.record_id)
            .int(self.seq)
            .text(&self.what)
            .text(&day_text(self.done_on))
            .text(&self.document)
            .int_or_null(self.takes_back)
            .text(&self.unit_id)
            .text(&self.actor)
            .int(self.at)
            .text(&self.previous)
            .hash()
    }
}

fn duty(row: &Row) -> Result<RecordDuty, StoreError> {
    Ok(RecordDuty {
        subject_id: row.int(0)?,
        record_id: row.int(1)?,
        seq: row.int(2)?,
        what: row.text(3)?,
        done_on: row.day(4)?,
        document: row.text(5)?,
        takes_back: row.int_or_null(6)?,
        unit_id: row.text(7)?,
        actor: row.text(8)?,
        at: row.int(9)?,
        previous: row.text(10)?,
        hash: row.text(11)?,
    })
}

impl Tx {
    /// Adds a note after those that there are; number and hashes are given here.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if somebody added one at the same time.
    pub async fn add_record_duty(&mut self, new: &RecordDuty) -> Result<i64, StoreError> {
        let rows = self.conn().all(&DUTIES, values![new.subject_id, new.record_id]).await?;
        let last = rows.last().map(duty).transpose()?;
        let mut next = new.clone();
        next.seq = last.as_ref().map_or(1, |last| last.seq + 1);
        next.previous = last.map(|last| last.hash).unwrap_or_default();
        next.hash = next.digest();
        let values = values![
            next.subject_id,
            next.record_id,
            next.seq,
            &next.what,
            next.done_on,
            &next.document,
            next.takes_back,
            &next.unit_id,
            &next.actor,
            next.at,
            &next.previous,
            &next.hash
        ];
        self.conn().execute(&ADD_DUTY, values).await?;
        Ok(next.seq)
    }

    /// What is noted about a record, in order, as this transaction sees it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn record_duties_now(
        &mut self,
        (subject, record): (i64, i64),
    ) -> Result<Vec<RecordDuty>, StoreError> {
        self.conn().all(&DUTIES, values![subject, record]).await?.iter().map(duty).collect()
    }
}

impl Store {
    /// What is noted about some records, each given as (subject, record), in order.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn record_duties(
        &self,
        records: &[(i64, i64)],
    ) -> Result<HashMap<i64, Vec<RecordDuty>>, StoreError> {
        let mut found: HashMap<i64, Vec<RecordDuty>> = HashMap::new();
        let mut reader = self.reader().await?;
        for part in records.chunks(500) {
            for row in reader.conn().all(&DUTIES_OF, values![json(part)]).await? {
                let one = duty(&row)?;
                found.entry(one.record_id).or_default().push(one);
            }
        }
        Ok(found)
    }
}

/// What is wrong among the notes.
pub(crate) async fn differs(
    conn: &mut Conn<'_>,
) -> Result<Vec<(&'static str, String, &'static str)>, StoreError> {
    let mut wrong = Vec::new();
    let mut before: Option<RecordDuty> = None;
    for row in conn.all(&EVERY_DUTY, vec![]).await? {
        let one = duty(&row)?;
        let last = before
            .take()
            .filter(|last| (last.record_id, last.subject_id) == (one.record_id, one.subject_id));
        let (seq, previous) = last.map_or((1, String::new()), |last| (last.seq + 1, last.hash));
        let broken = one.seq != seq || one.previous != previous || one.digest() != one.hash;
        for (there, reason) in [
            (broken, "履行情况的哈希链断开，记录被改动"),
            (row.int(12)? == 0, "没有对应的信息"),
            (one.takes_back.is_some_and(|taken| taken >= one.seq), "收回的登记不存在"),
        ] {
            if there {
                let place = format!("{}/{}", one.record_id, one.seq);
                wrong.push(("record_duty", place, reason));
            }
        }
        before = Some(one);
    }
    Ok(wrong)
}
