//! Objections to records, what was handed in, their steps and the receipts of the places that show the record.

pub(crate) mod visitors;

use std::collections::HashMap;

use jiff::civil::Date;

use crate::chain::Link;
use crate::db::{Conn, Row, Store, Tx, day_text, statements, values};
use crate::error::StoreError;
use crate::keys::{KeyRing, Purpose, sm3_hex};
use crate::persons::json;
use crate::steps::{ChainedStep, Stands, StepChain};

statements! {
    ADD_OBJECTION = "INSERT INTO objection (id, once, claimant_id, subject_id, record_id, version, kind, ground, sealed, statement, way, \
        account_id, filed_on, filed_at, filed_by, law_edition, unit_id, stage, statement_state, seq, hash) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, 0, $20)";
    MOVE_OBJECTION = "UPDATE objection SET unit_id = $2, stage = $3, statement_state = $4, answer_by = $5, withheld_on = $6, \
        answered_on = $7, outcome = $8, corrected_on = $9, notice = $10, seq = $11, hash = $12 WHERE id = $1 AND hash = $13";
    /// The row is held until the commit, on either engine.
    LOCK_OBJECTION = "UPDATE objection SET seq = seq WHERE id = $1 RETURNING id, once, claimant_id, subject_id, record_id, version, kind, \
        ground, sealed, statement, way, account_id, filed_on, filed_at, filed_by, law_edition, unit_id, stage, statement_state, answer_by, \
        withheld_on, answered_on, outcome, corrected_on, notice, seq, hash";
    OBJECTION = "SELECT id, once, claimant_id, subject_id, record_id, version, kind, ground, sealed, statement, way, account_id, filed_on, \
        filed_at, filed_by, law_edition, unit_id, stage, statement_state, answer_by, withheld_on, answered_on, outcome, corrected_on, \
        notice, seq, hash FROM objection WHERE id = $1";
    OBJECTION_ONCE = "SELECT id, once, claimant_id, subject_id, record_id, version, kind, ground, sealed, statement, way, account_id, \
        filed_on, filed_at, filed_by, law_edition, unit_id, stage, statement_state, answer_by, withheld_on, answered_on, outcome, \
        corrected_on, notice, seq, hash FROM objection WHERE once = $1";
    OBJECTIONS_OF_CLAIMANT = "SELECT id, once, claimant_id, subject_id, record_id, version, kind, ground, sealed, statement, way, \
        account_id, filed_on, filed_at, filed_by, law_edition, unit_id, stage, statement_state, answer_by, withheld_on, answered_on, \
        outcome, corrected_on, notice, seq, hash FROM objection WHERE claimant_id = $1 ORDER BY id DESC LIMIT $2";
    OBJECTIONS_OF_RECORD = "SELECT id, once, claimant_id, subject_id, record_id, version, kind, ground, sealed, statement, way, \
        account_id, filed_on, filed_at, filed_by, law_edition, unit_id, stage, statement_state, answer_by, withheld_on, answered_on, \
        outcome, corrected_on, notice, seq, hash FROM objection WHERE record_id = $2 AND subject_id = $1 ORDER BY id";
    OBJECTIONS_IN = "SELECT id, once, claimant_id, subject_id, record_id, version, kind, ground, sealed, statement, way, account_id, \
        filed_on, filed_at, filed_by, law_edition, unit_id, stage, statement_state, answer_by, withheld_on, answered_on, outcome, \
        corrected_on, notice, seq, hash FROM objection WHERE stage IN " [texts] " ORDER BY filed_on, id LIMIT $2";
    NEWEST_OBJECTIONS_IN = "SELECT id, once, claimant_id, subject_id, record_id, version, kind, ground, sealed, statement, way, \
        account_id, filed_on, filed_at, filed_by, law_edition, unit_id, stage, statement_state, answer_by, withheld_on, answered_on, \
        outcome, corrected_on, notice, seq, hash FROM objection WHERE stage IN " [texts] " ORDER BY filed_on DESC, id DESC LIMIT $2";
    /// Each as (stage, unit).
    OBJECTIONS_OF_UNITS = "SELECT o.id, o.once, o.claimant_id, o.subject_id, o.record_id, o.version, o.kind, o.ground, o.sealed, \
        o.statement, o.way, o.account_id, o.filed_on, o.filed_at, o.filed_by, o.law_edition, o.unit_id, o.stage, o.statement_state, \
        o.answer_by, o.withheld_on, o.answered_on, o.outcome, o.corrected_on, o.notice, o.seq, o.hash \
        FROM " [each] " k CROSS JOIN objection o WHERE o.stage = k.value->>0 AND o.unit_id = k.value->>1 \
        ORDER BY o.filed_on, o.id LIMIT $2";
    NEWEST_OBJECTIONS_OF_UNITS = "SELECT o.id, o.once, o.claimant_id, o.subject_id, o.record_id, o.version, o.kind, o.ground, o.sealed, \
        o.statement, o.way, o.account_id, o.filed_on, o.filed_at, o.filed_by, o.law_edition, o.unit_id, o.stage, o.statement_state, \
        o.answer_by, o.withheld_on, o.answered_on, o.outcome, o.corrected_on, o.notice, o.seq, o.hash \
        FROM " [each] " k CROSS JOIN objection o WHERE o.stage = k.value->>0 AND o.unit_id = k.value->>1 \
        ORDER BY o.filed_on DESC, o.id DESC LIMIT $2";
    OPEN_OBJECTIONS = "SELECT o.id, o.once, o.claimant_id, o.subject_id, o.record_id, o.version, o.kind, o.ground, o.sealed, \
        o.statement, o.way, o.account_id, o.filed_on, o.filed_at, o.filed_by, o.law_edition, o.unit_id, o.stage, o.statement_state, \
        o.answer_by, o.withheld_on, o.answered_on, o.outcome, o.corrected_on, o.notice, o.seq, o.hash \
        FROM " [each] " k CROSS JOIN objection o WHERE o.record_id = CAST(k.value->>1 AS BIGINT) \
        AND o.subject_id = CAST(k.value->>0 AS BIGINT) AND o.stage IN ('filed', 'forwarded', 'upheld')";
    CORRECTED_OBJECTIONS = "SELECT id, once, claimant_id, subject_id, record_id, version, kind, ground, sealed, statement, way, \
        account_id, filed_on, filed_at, filed_by, law_edition, unit_id, stage, statement_state, answer_by, withheld_on, answered_on, \
        outcome, corrected_on, notice, seq, hash FROM objection WHERE corrected_on IS NOT NULL ORDER BY corrected_on DESC, id DESC LIMIT $1";
    ADD_OBJECTION_MATERIAL = "INSERT INTO objection_material (objection_id, seq, file_digest, file_type, added_at, added_by) \
        SELECT CAST($1 AS BIGINT), COALESCE(MAX(seq), 0) + 1, $2, $3, CAST($4 AS BIGINT), $5 FROM objection_material \
        WHERE objection_id = CAST($1 AS BIGINT)";
    OBJECTION_MATERIALS = "SELECT objection_id, seq, file_digest, file_type, added_at, added_by FROM objection_material \
        WHERE objection_id = $1 ORDER BY seq";
    EVERY_OBJECTION = "SELECT o.id, o.once, o.claimant_id, o.subject_id, o.record_id, o.version, o.kind, o.ground, o.sealed, \
        o.statement, o.way, o.account_id, o.filed_on, o.filed_at, o.filed_by, o.law_edition, o.unit_id, o.stage, o.statement_state, \
        o.answer_by, o.withheld_on, o.answered_on, o.outcome, o.corrected_on, o.notice, o.seq, o.hash, \
        (SELECT COUNT(*) FROM unit u WHERE u.id = o.unit_id), (SELECT COUNT(*) FROM subject s WHERE s.id = o.claimant_id), \
        (SELECT COUNT(*) FROM record r WHERE r.id = o.record_id AND r.subject_id = o.subject_id AND r.version >= o.version), \
        (SELECT v.platform FROM record r JOIN record_version v ON v.record_id = r.id AND v.version = r.version \
        AND v.subject_id = r.subject_id WHERE r.id = o.record_id AND r.subject_id = o.subject_id AND r.state = 'standing') \
        FROM objection o ORDER BY o.id";
    MARKED_RECORDS = "SELECT r.subject_id, r.id, v.platform FROM record r JOIN record_version v ON v.record_id = r.id \
        AND v.version = r.version AND v.subject_id = r.subject_id WHERE r.state = 'standing' AND v.platform LIKE '%\"objected\":%' \
        ORDER BY r.id";
    OBJECTION_MATERIALS_ASTRAY = "SELECT m.objection_id, m.seq FROM objection_material m LEFT JOIN objection o ON o.id = m.objection_id \
        LEFT JOIN upload u ON u.digest = m.file_digest WHERE o.id IS NULL OR u.digest IS NULL ORDER BY 1, 2";
    OBJECTION_STEPS_ASTRAY = "SELECT s.objection_id, s.seq FROM objection_step s LEFT JOIN objection o ON o.id = s.objection_id \
        WHERE o.id IS NULL OR s.seq > o.seq ORDER BY 1, 2";
    OBJECTION_RECEIPTS_ASTRAY = "SELECT r.objection_id, r.place FROM objection_receipt r LEFT JOIN objection o ON o.id = r.objection_id \
        WHERE o.id IS NULL OR o.corrected_on IS NULL OR (r.confirmed_at IS NULL) <> (r.confirmed_by IS NULL) \
        OR (r.confirmed_at IS NULL AND o.stage = 'closed') ORDER BY 1, 2";
}

/// An objection. `sealed` opens with [`Purpose::Person`] for [`objection_place`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objection {
    /// Its id.
    pub id: i64,
    /// The form it was sent from.
    pub once: String,
    /// The subject that objects; 0 for a natural person whom the record names ([`visitors::ObjectionVisitor`]).
    pub claimant_id: i64,
    /// The subject the record is entered under.
    pub subject_id: i64,
    /// The record.
    pub record_id: i64,
    /// The version objected to.
    pub version: i64,
    /// The kind of the record.
    pub kind: String,
    /// A code of the list of grounds.
    pub ground: String,
    /// What is said, and who came to the window, sealed.
    pub sealed: Vec<u8>,
    /// The subject's words beside the record, empty for none.
    pub statement: String,
    /// `online` or `window`.
    pub way: String,
    /// The agent's account, for one made online.
    pub account_id: Option<i64>,
    /// On which day.
    pub filed_on: Date,
    /// When, in milliseconds since 1970.
    pub filed_at: i64,
    /// Who entered it.
    pub filed_by: String,
    /// Under which edition of the law.
    pub law_edition: String,
    /// The unit that delivered the record, and owes what it owes.
    pub unit_id: String,
    /// Where it stands, a stable word.
    pub stage: String,
    /// `shown`, `refused`, or `none`.
    pub statement_state: String,
    /// The last day on which the record is in view without an answer; none while that is not known.
    pub answer_by: Option<Date>,
    /// Since when the record is withheld.
    pub withheld_on: Option<Date>,
    /// When it was answered.
    pub answered_on: Option<Date>,
    /// What the answer orders, a code.
    pub outcome: Option<String>,
    /// When that was done.
    pub corrected_on: Option<Date>,
    /// Labels of what was corrected, as JSON.
    pub notice: Option<String>,
    /// The number of its newest step.
    pub seq: i64,
    /// The hash of its newest step.
    pub hash: String,
}

/// The additional data the sealed part of an objection is bound to.
#[must_use]
pub fn objection_place(objection: i64) -> Vec<u8> {
    format!("objection/{objection}").into_bytes()
}

impl Objection {
    /// The hash of what never changes about it; the first step follows it.
    fn origin(&self) -> String {
        Link::new("ob")
            .int(self.id)
            .int(self.claimant_id)
            .int(self.subject_id)
            .int(self.record_id)
            .int(self.version)
            .text(&self.kind)
            .text(&self.ground)
            .text(&sm3_hex(&self.sealed))
            .text(&self.statement)
            .text(&self.way)
            .text(&day_text(self.filed_on))
            .int(self.filed_at)
            .text(&self.filed_by)
            .text(&self.law_edition)
            .hash()
    }

    fn stands(&self) -> Stands<'_> {
        Stands { id: self.id, stage: &self.stage, seq: self.seq, hash: &self.hash }
    }

    fn is_open(&self) -> bool {
        ["filed", "forwarded", "upheld"].contains(&self.stage.as_str())
    }
}

/// A file that was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectionMaterial {
    /// With which objection.
    pub objection_id: i64,
    /// Its number there, given by the store.
    pub seq: i64,
    /// Its digest among the uploads.
    pub file_digest: String,
    /// What sort of file it is.
    pub file_type: String,
    /// When, in milliseconds since 1970.
    pub added_at: i64,
    /// By whom.
    pub added_by: String,
}

fn objection(row: &Row) -> Result<Objection, StoreError> {
    Ok(Objection {
        id: row.int(0)?,
        once: row.text(1)?,
        claimant_id: row.int(2)?,
        subject_id: row.int(3)?,
        record_id: row.int(4)?,
        version: row.int(5)?,
        kind: row.text(6)?,
        ground: row.text(7)?,
        sealed: row.bytes_or_null(8)?.unwrap_or_default(),
        statement: row.text(9)?,
        way: row.text(10)?,
        account_id: row.int_or_null(11)?,
        filed_on: row.day(12)?,
        filed_at: row.int(13)?,
        filed_by: row.text(14)?,
        law_edition: row.text(15)?,
        unit_id: row.text(16)?,
        stage: row.text(17)?,
        statement_state: row.text(18)?,
        answer_by: row.day_or_null(19)?,
        withheld_on: row.day_or_null(20)?,
        answered_on: row.day_or_null(21)?,
        outcome: row.text_or_null(22)?,
        corrected_on: row.day_or_null(23)?,
        notice: row.text_or_null(24)?,
        seq: row.int(25)?,
        hash: row.text(26)?,
    })
}

impl Tx {
    /// Keeps an objection, before its first step. Returns the hash that the first step follows.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the same form was sent before, or the record is objected to already.
    pub async fn add_objection(&mut self, new: &Objection) -> Result<String, StoreError> {
        let hash = new.origin();
        let values = values![
            new.id,
            &new.once,
            new.claimant_id,
            new.subject_id,
            new.record_id,
            new.version,
            &new.kind,
            &new.ground,
            new.sealed.as_slice(),
            &new.statement,
            &new.way,
            new.account_id,
            new.filed_on,
            new.filed_at,
            &new.filed_by,
            &new.law_edition,
            &new.unit_id,
            &new.stage,
            &new.statement_state,
            &hash
        ];
        self.conn().execute(&ADD_OBJECTION, values).await?;
        Ok(hash)
    }

    /// Writes the next step, made against the state it was read with; number and hashes are given here. The new state, or nothing where
    /// somebody was first.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn move_objection(
        &mut self,
        next: &Objection,
        what: &ChainedStep,
    ) -> Result<Option<Objection>, StoreError> {
        let step = StepChain::OBJECTION.next(&next.stands(), what);
        let values = values![
            next.id,
            &next.unit_id,
            &next.stage,
            &next.statement_state,
            next.answer_by,
            next.withheld_on,
            next.answered_on,
            &next.outcome,
            next.corrected_on,
            &next.notice,
            step.seq,
            &step.hash,
            &step.previous
        ];
        if self.conn().execute(&MOVE_OBJECTION, values).await? != 1 {
            return Ok(None);
        }
        StepChain::OBJECTION.add(&mut self.conn(), &step).await?;
        Ok(Some(Objection { seq: step.seq, hash: step.hash, ..next.clone() }))
    }

    /// One as it is now; nobody else moves it until the transaction ends.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn lock_objection(&mut self, id: i64) -> Result<Option<Objection>, StoreError> {
        let row = self.conn().maybe(&LOCK_OBJECTION, values![id]).await?;
        row.as_ref().map(objection).transpose()
    }

    /// Keeps what was handed in with it; `seq` is given here.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn add_objection_material(
        &mut self,
        new: &ObjectionMaterial,
    ) -> Result<(), StoreError> {
        let values = values![
            new.objection_id,
            &new.file_digest,
            &new.file_type,
            new.added_at,
            &new.added_by
        ];
        self.conn().execute(&ADD_OBJECTION_MATERIAL, values).await?;
        Ok(())
    }
}

async fn open_of(
    conn: &mut Conn<'_>,
    records: &[(i64, i64)],
) -> Result<HashMap<i64, Objection>, StoreError> {
    let mut found = HashMap::new();
    for part in records.chunks(500) {
        for row in conn.all(&OPEN_OBJECTIONS, values![json(part)]).await? {
            let one = objection(&row)?;
            found.insert(one.record_id, one);
        }
    }
    Ok(found)
}

impl Store {
    /// One objection.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn objection(&self, id: i64) -> Result<Option<Objection>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().maybe(&OBJECTION, values![id]).await?.as_ref().map(objection).transpose()
    }

    /// The one that was sent from a form.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn objection_once(&self, once: &str) -> Result<Option<Objection>, StoreError> {
        let mut reader = self.reader().await?;
        let row = reader.conn().maybe(&OBJECTION_ONCE, values![once]).await?;
        row.as_ref().map(objection).transpose()
    }

    /// Those of a subject, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn objections_of(
        &self,
        claimant: i64,
        limit: i64,
    ) -> Result<Vec<Objection>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&OBJECTIONS_OF_CLAIMANT, values![claimant, limit]).await?;
        rows.iter().map(objection).collect()
    }

    /// Those to a record, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn objections_of_record(
        &self,
        subject: i64,
        record: i64,
    ) -> Result<Vec<Objection>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&OBJECTIONS_OF_RECORD, values![subject, record]).await?;
        rows.iter().map(objection).collect()
    }

    /// Those in some stages, of some units or of all for none named, the oldest first or the newest.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn objections_in(
        &self,
        stages: &[&str],
        units: Option<&[String]>,
        newest: bool,
        limit: i64,
    ) -> Result<Vec<Objection>, StoreError> {
        let list = match units {
            None => json(stages),
            Some(units) => {
                let mut pairs: Vec<(&str, &str)> = Vec::new();
                for stage in stages {
                    pairs.extend(units.iter().map(|unit| (*stage, unit.as_str())));
                }
                json(&pairs)
            }
        };
        let statement = match (newest, units) {
            (false, None) => &OBJECTIONS_IN,
            (true, None) => &NEWEST_OBJECTIONS_IN,
            (false, Some(_)) => &OBJECTIONS_OF_UNITS,
            (true, Some(_)) => &NEWEST_OBJECTIONS_OF_UNITS,
        };
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(statement, values![list, limit]).await?;
        rows.iter().map(objection).collect()
    }

    /// Of some records, each as (subject, record), the open objections by record: what a later file of their unit must not unmark.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn open_objections(
        &self,
        records: &[(i64, i64)],
    ) -> Result<HashMap<i64, Objection>, StoreError> {
        open_of(&mut self.reader().await?.conn(), records).await
    }

    /// Those that led to a correction, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn corrected_objections(&self, limit: i64) -> Result<Vec<Objection>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&CORRECTED_OBJECTIONS, values![limit]).await?;
        rows.iter().map(objection).collect()
    }

    /// What was handed in.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn objection_materials(&self, id: i64) -> Result<Vec<ObjectionMaterial>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&OBJECTION_MATERIALS, values![id]).await?;
        rows.iter()
            .map(|row| {
                Ok(ObjectionMaterial {
                    objection_id: row.int(0)?,
                    seq: row.int(1)?,
                    file_digest: row.text(2)?,
                    file_type: row.text(3)?,
                    added_at: row.int(4)?,
                    added_by: row.text(5)?,
                })
            })
            .collect()
    }
}

/// What a state of a record is marked with.
#[derive(PartialEq, Eq)]
struct Mark {
    objection: i64,
    since: String,
    statement: String,
    answer_by: Option<String>,
}

impl Mark {
    fn read(platform: &str) -> Option<Self> {
        let read: serde_json::Value = serde_json::from_str(platform).ok()?;
        let objected = read.get("objected")?;
        let text = |key: &str| objected.get(key).and_then(|one| one.as_str()).map(str::to_owned);
        Some(Self {
            objection: objected.get("objection")?.as_i64()?,
            since: text("since")?,
            statement: text("statement").unwrap_or_default(),
            answer_by: text("answer_by"),
        })
    }

    /// As it follows from the objection.
    fn of(one: &Objection) -> Self {
        let shown = one.statement_state == "shown";
        Self {
            objection: one.id,
            since: day_text(one.filed_on),
            statement: if shown { one.statement.clone() } else { String::new() },
            answer_by: one.answer_by.map(day_text),
        }
    }
}

/// What is wrong among the objections: the table, the row and the reason.
pub(crate) async fn differs(
    conn: &mut Conn<'_>,
    keys: &KeyRing,
) -> Result<Vec<(&'static str, String, &'static str)>, StoreError> {
    let mut wrong = Vec::new();
    let mut open = HashMap::new();
    for row in conn.all(&EVERY_OBJECTION, vec![]).await? {
        let held = objection(&row)?;
        let steps = StepChain::OBJECTION.read(conn, held.id).await?;
        let [broken, elsewhere] =
            StepChain::OBJECTION.differ(&steps, held.origin(), &held.stands());
        // The newest of an event tells.
        let told = |event: &str| {
            steps.iter().rev().find(|step| step.event == event).map(|step| step.detail.clone())
        };
        let (ordered, touched) = (told("uphold"), told("carry-out"));
        let shut = keys.open(Purpose::Person, &objection_place(held.id), &held.sealed).is_err();
        let mark = row.text_or_null(30)?.map(|platform| Mark::read(&platform));
        let unmarked = mark.is_some_and(|mark| match (held.is_open(), mark) {
            (true, mark) => mark != Some(Mark::of(&held)),
            (false, mark) => mark.is_some_and(|mark| mark.objection == held.id),
        });
        for (there, reason) in [
            (shut, "加密内容无法解开"),
            broken,
            elsewhere,
            (row.int(27)? == 0, "没有对应的单位"),
            (held.claimant_id != 0 && row.int(28)? == 0, "没有对应的主体"),
            (row.int(29)? == 0, "没有对应的信息或版本"),
            ((held.way == "online") != held.account_id.is_some(), "提出的方式与提出的人不一致"),
            (held.outcome != ordered || held.notice != touched, "处理结果与各步不一致"),
            (held.corrected_on.is_some() != touched.is_some(), "更正的日期与更正的步骤不一致"),
            (unmarked, "信息的异议标注与异议的环节不一致"),
        ] {
            if there {
                wrong.push(("objection", held.id.to_string(), reason));
            }
        }
        open.insert(held.id, (held.is_open(), held.record_id));
    }
    wrong.extend(visitors::differs(conn, keys).await?);
    for row in conn.all(&MARKED_RECORDS, vec![]).await? {
        let (subject, id) = (row.int(0)?, row.int(1)?);
        let by = Mark::read(&row.text(2)?).map(|mark| mark.objection);
        if by.is_none_or(|by| open.get(&by) != Some(&(true, id))) {
            wrong.push(("record", format!("{subject}/{id}"), "标注的异议不存在或者已经办结"));
        }
    }
    for (statement, table, reason) in [
        (&OBJECTION_MATERIALS_ASTRAY, "objection_material", "没有对应的异议，或者所附文件不存在"),
        (&OBJECTION_STEPS_ASTRAY, "objection_step", "没有对应的异议，或者在最后一步之后"),
    ] {
        for row in conn.all(statement, vec![]).await? {
            wrong.push((table, format!("{}/{}", row.int(0)?, row.int(1)?), reason));
        }
    }
    for row in conn.all(&OBJECTION_RECEIPTS_ASTRAY, vec![]).await? {
        let place = format!("{}/{}", row.int(0)?, row.text(1)?);
        wrong.push(("objection_receipt", place, "没有对应的更正，或者回执不完整"));
    }
    Ok(wrong)
}
