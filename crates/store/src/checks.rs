//! Checks of subjects: what was answered, who asked, and what use was made of it.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::audit::AuditEntry;
use crate::db::{Insert, Row, Store, Tx, Value, day_text, statements, values};
use crate::error::StoreError;
use crate::keys::sm3_hex;

/// Where the day is fixed for a demonstration, the time of day begins anew every midnight: a use may stand that much before its look.
const DAY: i64 = 24 * 3_600_000;

static INSERT_FRAME: Insert =
    Insert::new("check_frame (digest, text)", 2, "ON CONFLICT (digest) DO NOTHING");
static INSERT_CHECK: Insert = Insert::new(
    "subject_check (number, subject_id, unit_id, actor, way, purpose, basis, reference, day, at, law, digest, frame, said)",
    14,
    "",
);
static INSERT_ROW: Insert =
    Insert::new("check_row (sheet_id, row, number, problem, message)", 5, "");

statements! {
    CHECK_ONE = "SELECT c.number, c.subject_id, c.unit_id, c.actor, c.way, c.purpose, c.basis, c.reference, c.day, c.at, c.law, c.digest \
        FROM subject_check c WHERE c.number = $1";
    /// The log names the subject of each look, and the number in what it says of it: that the looks are found through it is as sure as that
    /// they are in it, which the check of the database holds.
    CHECKS_OF_SUBJECT = "SELECT c.number, c.subject_id, c.unit_id, c.actor, c.way, c.purpose, c.basis, c.reference, c.day, c.at, c.law, \
        c.digest FROM (SELECT a.detail FROM json_each($1) k CROSS JOIN audit_place p CROSS JOIN audit a \
        WHERE p.word = 'o:subject:' || (k.value->>0) AND a.stream = p.stream AND a.seq = p.seq AND a.action = 'check.answered' \
        UNION ALL SELECT w.detail FROM audit_waiting w WHERE w.action = 'check.answered' \
        AND w.object IN (SELECT 'subject:' || (k.value->>0) FROM json_each($1) k)) l \
        CROSS JOIN subject_check c WHERE c.number = l.detail->>'number' ORDER BY c.at DESC, c.number DESC LIMIT $2"
        pg "SELECT c.number, c.subject_id, c.unit_id, c.actor, c.way, c.purpose, c.basis, c.reference, c.day, c.at, c.law, \
        c.digest FROM (SELECT a.detail FROM jsonb_array_elements(CAST($1 AS jsonb)) k CROSS JOIN audit_place p CROSS JOIN audit a \
        WHERE p.word = 'o:subject:' || (k.value->>0) AND a.stream = p.stream AND a.seq = p.seq AND a.action = 'check.answered' \
        UNION ALL SELECT w.detail FROM audit_waiting w WHERE w.action = 'check.answered' \
        AND w.object IN (SELECT 'subject:' || (k.value->>0) FROM jsonb_array_elements(CAST($1 AS jsonb)) k)) l \
        CROSS JOIN subject_check c WHERE c.number = CAST(l.detail AS jsonb)->>'number' ORDER BY c.at DESC, c.number DESC LIMIT $2";
    CHECKS_OF_UNIT = "SELECT c.number, c.subject_id, c.unit_id, c.actor, c.way, c.purpose, c.basis, c.reference, c.day, c.at, c.law, c.digest, \
        (SELECT u.outcome FROM check_use u WHERE u.number = c.number ORDER BY u.seq DESC LIMIT 1) FROM subject_check c \
        WHERE c.unit_id = $1 AND c.at <= $2 AND (c.at < $2 OR c.number < $3) ORDER BY c.at DESC, c.number DESC LIMIT $4";
    CHECKS_OF_ALL = "SELECT c.number, c.subject_id, c.unit_id, c.actor, c.way, c.purpose, c.basis, c.reference, c.day, c.at, c.law, c.digest, \
        (SELECT u.outcome FROM check_use u WHERE u.number = c.number ORDER BY u.seq DESC LIMIT 1) FROM subject_check c \
        WHERE c.at <= $1 AND (c.at < $1 OR c.number < $2) ORDER BY c.at DESC, c.number DESC LIMIT $3";
    ANSWER = "SELECT c.number, c.frame, f.text, c.said FROM subject_check c LEFT JOIN check_frame f ON f.digest = c.frame WHERE c.number = $1";
    USES = "SELECT number, seq, outcome, measures, note, actor, at FROM check_use WHERE number = $1 ORDER BY seq";
    ADD_USE = "INSERT INTO check_use (number, seq, outcome, measures, note, actor, at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    LOOK_COUNTS = "SELECT c.unit_id, c.purpose, COUNT(*) FROM subject_check c WHERE c.at >= $1 AND c.at < $2 \
        AND (CAST($3 AS TEXT) IS NULL OR c.unit_id = $3) GROUP BY 1, 2 ORDER BY 1, 2";
    /// What was said of a look was said after it: what was said before the first of them is about others.
    SAID_COUNTS = "SELECT c.unit_id, c.purpose, u.outcome, COUNT(*) FROM check_use u CROSS JOIN subject_check c WHERE u.at >= $4 \
        AND c.number = u.number AND c.at >= $1 AND c.at < $2 AND (CAST($3 AS TEXT) IS NULL OR c.unit_id = $3) \
        AND u.seq = (SELECT MAX(n.seq) FROM check_use n WHERE n.number = u.number) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3";
    ADD_LINK = "INSERT INTO check_link (digest, subject_id, unit_id, actor, purpose, basis, reference, made_at, ends_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    LINK = "SELECT digest, subject_id, unit_id, actor, purpose, basis, reference, made_at, ends_at, number FROM check_link \
        WHERE digest = $1";
    USE_LINK = "UPDATE check_link SET number = $2 WHERE digest = $1 AND number IS NULL";
    ADD_SHEET = "INSERT INTO check_sheet (id, unit_id, actor, purpose, basis, reference, file_name, digest, state, received_at, rows, done) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'received', $9, 0, 0)";
    SHEET = "SELECT id, unit_id, actor, purpose, basis, reference, file_name, digest, state, received_at, rows, done, finished_at, \
        refusal FROM check_sheet WHERE id = $1";
    SHEETS = "SELECT id, unit_id, actor, purpose, basis, reference, file_name, digest, state, received_at, rows, done, finished_at, \
        refusal FROM check_sheet WHERE (CAST($1 AS TEXT) IS NULL OR unit_id = $1) ORDER BY received_at DESC, id DESC LIMIT $2";
    OPEN_SHEETS = "SELECT id, unit_id, actor, purpose, basis, reference, file_name, digest, state, received_at, rows, done, finished_at, \
        refusal FROM check_sheet WHERE state IN ('received', 'running') ORDER BY id";
    SHEET_STATE = "UPDATE check_sheet SET state = $2, rows = $3, done = $4, finished_at = $5, refusal = $6 WHERE id = $1";
    LAST_ROW = "SELECT COALESCE(MAX(row), 0), COUNT(*) FROM check_row WHERE sheet_id = $1";
    SHEET_ROWS = "SELECT r.row, r.number, r.problem, r.message, c.frame, f.text, c.said FROM check_row r \
        LEFT JOIN subject_check c ON c.number = r.number LEFT JOIN check_frame f ON f.digest = c.frame \
        WHERE r.sheet_id = $1 AND r.row > $2 ORDER BY r.row LIMIT $3";
}

/// A look at a subject with a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectCheck {
    /// Its number.
    pub number: String,
    /// About whom.
    pub subject_id: i64,
    /// For which unit.
    pub unit_id: String,
    /// Who asked: an account, or the name of a key.
    pub actor: String,
    /// How: `console`, `api`, `sheet`, `window` or `command`.
    pub way: String,
    /// For which purpose, an id of `check-purpose`.
    pub purpose: String,
    /// On which legal basis, as the one who asked wrote it.
    pub basis: String,
    /// The matter it belongs to, as the one who asked wrote it; may be empty.
    pub reference: String,
    /// The day that the answer is about.
    pub day: Date,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Edition of the law with the confirmations that counted.
    pub law: String,
    /// SM3 of the answer.
    pub digest: String,
}

/// What is the same for many answers: pieces of the text, a line each, with a place for what is said after each but the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerFrame {
    text: String,
    digest: String,
}

impl AnswerFrame {
    /// A frame of some pieces.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self { digest: sm3_hex(text.as_bytes()), text }
    }
}

/// An answer in two parts, so that what the law gives of it, which is the same for many, is kept once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerParts {
    /// What is the same for many; nothing where `said` is the whole.
    pub frame: Option<Arc<AnswerFrame>>,
    /// What is said of this subject, a line for each place.
    pub said: String,
}

impl AnswerParts {
    /// An answer that is kept as it is, without a frame.
    #[must_use]
    pub const fn bare(said: String) -> Self {
        Self { frame: None, said }
    }

    /// The whole text; nothing where the parts do not fit each other.
    #[must_use]
    pub fn whole(&self) -> Option<String> {
        let Some(frame) = &self.frame else { return Some(self.said.clone()) };
        put_together(&frame.text, &self.said)
    }
}

/// A frame with what is said in its places; nothing where there are more or fewer of them.
fn put_together(frame: &str, said: &str) -> Option<String> {
    let mut text = String::with_capacity(frame.len() + said.len());
    let mut said = said.split('\n');
    for (place, piece) in frame.split('\n').enumerate() {
        if place > 0 {
            text.push_str(said.next()?);
        }
        text.push_str(piece);
    }
    said.next().is_none().then_some(text)
}

/// A check to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCheck {
    /// The look.
    pub check: SubjectCheck,
    /// What was answered.
    pub answer: AnswerParts,
}

/// What use was made of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckUse {
    /// The check.
    pub number: String,
    /// Which entry, from 1; the last one counts.
    pub seq: i64,
    /// What came of it, an id of `use-outcome`.
    pub outcome: String,
    /// The measures that were taken, as a JSON list of ids.
    pub measures: String,
    /// What the person adds.
    pub note: String,
    /// Who.
    pub actor: String,
    /// When.
    pub at: i64,
}

/// A window that may be opened once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckLink {
    /// SM3 of its token.
    pub digest: String,
    /// About whom.
    pub subject_id: i64,
    /// For which unit.
    pub unit_id: String,
    /// Who made it.
    pub actor: String,
    /// For which purpose.
    pub purpose: String,
    /// On which basis.
    pub basis: String,
    /// The matter.
    pub reference: String,
    /// When it was made.
    pub made_at: i64,
    /// Until when it may be opened.
    pub ends_at: i64,
    /// The check it became when it was opened.
    pub number: Option<String>,
}

/// A list of subjects that is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckSheet {
    /// The id.
    pub id: i64,
    /// For which unit.
    pub unit_id: String,
    /// Who sent it.
    pub actor: String,
    /// For which purpose.
    pub purpose: String,
    /// On which basis.
    pub basis: String,
    /// The matter.
    pub reference: String,
    /// What the file is called.
    pub file_name: String,
    /// The kept file.
    pub digest: String,
    /// `received`, `running`, `done` or `refused`.
    pub state: String,
    /// When it came.
    pub received_at: i64,
    /// Rows known so far.
    pub rows: i64,
    /// Rows that are done.
    pub done: i64,
    /// When it was done or refused.
    pub finished_at: Option<i64>,
    /// Why it was refused.
    pub refusal: Option<String>,
}

/// What became of a row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRow {
    /// The row as people count it.
    pub row: i64,
    /// The check it became.
    pub number: Option<String>,
    /// What is wrong instead, a stable code.
    pub problem: Option<String>,
    /// The same in words.
    pub message: Option<String>,
    /// What was answered.
    pub answer: Option<String>,
}

/// How many checks of a unit for a purpose came to an outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckCount {
    /// The unit.
    pub unit_id: String,
    /// The purpose.
    pub purpose: String,
    /// The outcome; empty where nobody has said it yet.
    pub outcome: String,
    /// How many.
    pub checks: i64,
}

fn check(row: &Row) -> Result<SubjectCheck, StoreError> {
    Ok(SubjectCheck {
        number: row.text(0)?,
        subject_id: row.int(1)?,
        unit_id: row.text(2)?,
        actor: row.text(3)?,
        way: row.text(4)?,
        purpose: row.text(5)?,
        basis: row.text(6)?,
        reference: row.text(7)?,
        day: row.day(8)?,
        at: row.int(9)?,
        law: row.text(10)?,
        digest: row.text(11)?,
    })
}

/// The whole answer of a look: digest and text of its frame, and what is said, from a column on.
pub(crate) fn answer(number: &str, row: &Row, from: usize) -> Result<String, StoreError> {
    let wrong =
        |column, reason| Err(StoreError::inconsistent("subject_check", column, number, reason));
    let (digest, text) = (row.text(from)?, row.text_or_null(from + 1)?);
    if text.is_none() && !digest.is_empty() {
        return wrong("frame", "没有对应的答复框架");
    }
    let said = row.text(from + 2)?;
    match text {
        None => Ok(said),
        Some(frame) => match put_together(&frame, &said) {
            Some(whole) => Ok(whole),
            None => wrong("said", "与其答复框架不符"),
        },
    }
}

fn sheet(row: &Row) -> Result<CheckSheet, StoreError> {
    Ok(CheckSheet {
        id: row.int(0)?,
        unit_id: row.text(1)?,
        actor: row.text(2)?,
        purpose: row.text(3)?,
        basis: row.text(4)?,
        reference: row.text(5)?,
        file_name: row.text(6)?,
        digest: row.text(7)?,
        state: row.text(8)?,
        received_at: row.int(9)?,
        rows: row.int(10)?,
        done: row.int(11)?,
        finished_at: row.int_or_null(12)?,
        refusal: row.text_or_null(13)?,
    })
}

/// The rows of checks, those of their frames first.
fn rows_of(new: &[impl Borrow<NewCheck>]) -> [(&'static Insert, Vec<Value<'_>>); 2] {
    // One statement must not name a row twice; and whoever writes at the same time takes the rows in the same order.
    let frames = new.iter().filter_map(|one| one.borrow().answer.frame.as_deref());
    let frames: BTreeMap<&str, &str> =
        frames.map(|frame| (frame.digest.as_str(), frame.text.as_str())).collect();
    let mut given: Vec<Value<'_>> = Vec::with_capacity(frames.len() * 2);
    for (digest, text) in frames {
        given.extend(values![digest, text]);
    }
    let mut checks: Vec<Value<'_>> = Vec::with_capacity(new.len() * 14);
    for NewCheck { check, answer } in new.iter().map(Borrow::borrow) {
        checks.extend(values![
            &check.number,
            check.subject_id,
            &check.unit_id,
            &check.actor,
            &check.way,
            &check.purpose,
            &check.basis,
            &check.reference,
            day_text(check.day),
            check.at,
            &check.law,
            &check.digest,
            answer.frame.as_ref().map_or("", |frame| frame.digest.as_str()),
            &answer.said
        ]);
    }
    [(&INSERT_FRAME, given), (&INSERT_CHECK, checks)]
}

impl Tx {
    /// Keeps checks with what was answered.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] for a number that is taken.
    pub async fn add_checks(&mut self, new: &[impl Borrow<NewCheck>]) -> Result<(), StoreError> {
        let rows = rows_of(new);
        let parts = rows.each_ref().map(|(insert, values)| (*insert, values.as_slice()));
        self.conn().insert_each(&parts).await
    }

    /// Adds what use was made of an answer.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where somebody else added the same entry.
    pub async fn add_check_use(&mut self, new: &CheckUse) -> Result<(), StoreError> {
        let values = values![
            &new.number,
            new.seq,
            &new.outcome,
            &new.measures,
            &new.note,
            &new.actor,
            new.at
        ];
        self.conn().execute(&ADD_USE, values).await?;
        Ok(())
    }

    /// Keeps a window that may be opened once.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn add_check_link(&mut self, new: &CheckLink) -> Result<(), StoreError> {
        let values = values![
            &new.digest,
            new.subject_id,
            &new.unit_id,
            &new.actor,
            &new.purpose,
            &new.basis,
            &new.reference,
            new.made_at,
            new.ends_at
        ];
        self.conn().execute(&ADD_LINK, values).await?;
        Ok(())
    }

    /// Opens a window for good; false where somebody else was first.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn use_check_link(&mut self, digest: &str, number: &str) -> Result<bool, StoreError> {
        Ok(self.conn().execute(&USE_LINK, values![digest, number]).await? == 1)
    }

    /// Keeps a list that is to be checked.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn add_check_sheet(&mut self, new: &CheckSheet) -> Result<(), StoreError> {
        let values = values![
            new.id,
            &new.unit_id,
            &new.actor,
            &new.purpose,
            &new.basis,
            &new.reference,
            &new.file_name,
            &new.digest,
            new.received_at
        ];
        self.conn().execute(&ADD_SHEET, values).await?;
        Ok(())
    }

    /// Writes where a list stands.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn set_check_sheet(&mut self, sheet: &CheckSheet) -> Result<(), StoreError> {
        let values = values![
            sheet.id,
            &sheet.state,
            sheet.rows,
            sheet.done,
            sheet.finished_at,
            &sheet.refusal
        ];
        self.conn().execute(&SHEET_STATE, values).await?;
        Ok(())
    }

    /// Adds what became of rows.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where another process is at the same list.
    pub async fn add_check_rows(
        &mut self,
        sheet: i64,
        rows: &[CheckRow],
    ) -> Result<(), StoreError> {
        let mut bound: Vec<Value<'_>> = Vec::with_capacity(rows.len() * 5);
        for row in rows {
            bound.extend(values![sheet, row.row, &row.number, &row.problem, &row.message]);
        }
        self.conn().insert(&INSERT_ROW, &bound).await?;
        Ok(())
    }
}

impl Store {
    /// Keeps checks with what was answered, each with its line of the log, in a transaction of their own.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] for a number that is taken, and as [`Tx::commit`]; nothing is kept then.
    pub async fn keep_checks(
        &self,
        new: &[impl Borrow<NewCheck>],
        entries: Vec<Arc<AuditEntry>>,
    ) -> Result<(), StoreError> {
        let rows = rows_of(new);
        let parts = rows.each_ref().map(|(insert, values)| (*insert, values.as_slice()));
        self.insert_at_once("keep checks", &parts, entries).await
    }

    /// A check by its number.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn subject_check(&self, number: &str) -> Result<Option<SubjectCheck>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().maybe(&CHECK_ONE, values![number]).await?.as_ref().map(check).transpose()
    }

    /// The text that was answered.
    ///
    /// # Errors
    /// [`StoreError::Inconsistent`] where its parts are not there or do not fit each other, [`StoreError::Unavailable`] and its like.
    pub async fn check_answer(&self, number: &str) -> Result<Option<String>, StoreError> {
        let mut reader = self.reader().await?;
        let row = reader.conn().maybe(&ANSWER, values![number]).await?;
        row.as_ref().map(|row| answer(number, row, 1)).transpose()
    }

    /// Who looked at any of some subjects, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn checks_of_subjects(
        &self,
        subjects: &[i64],
        limit: i64,
    ) -> Result<Vec<SubjectCheck>, StoreError> {
        let each = serde_json::json!(subjects.iter().map(|id| [id]).collect::<Vec<_>>());
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&CHECKS_OF_SUBJECT, values![each.to_string(), limit]).await?;
        rows.iter().map(check).collect()
    }

    /// The checks of a unit, of all without one, each with the outcome that was entered last, the newest first, after an instant and
    /// number.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn checks_of_unit(
        &self,
        unit: Option<&str>,
        after: Option<(i64, &str)>,
        limit: i64,
    ) -> Result<Vec<(SubjectCheck, Option<String>)>, StoreError> {
        let (at, number) = after.unwrap_or((i64::MAX, ""));
        let mut reader = self.reader().await?;
        let mut conn = reader.conn();
        let rows = match unit {
            Some(unit) => conn.all(&CHECKS_OF_UNIT, values![unit, at, number, limit]).await?,
            None => conn.all(&CHECKS_OF_ALL, values![at, number, limit]).await?,
        };
        rows.iter().map(|row| Ok((check(row)?, row.text_or_null(12)?))).collect()
    }

    /// What use was made of an answer, in the order of the entries.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn check_uses(&self, number: &str) -> Result<Vec<CheckUse>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&USES, values![number]).await?;
        rows.iter()
            .map(|row| {
                Ok(CheckUse {
                    number: row.text(0)?,
                    seq: row.int(1)?,
                    outcome: row.text(2)?,
                    measures: row.text(3)?,
                    note: row.text(4)?,
                    actor: row.text(5)?,
                    at: row.int(6)?,
                })
            })
            .collect()
    }

    /// The checks from one instant until before another, counted by unit, purpose and outcome; of one unit or of all.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn check_counts(
        &self,
        from: i64,
        before: i64,
        unit: Option<&str>,
    ) -> Result<Vec<CheckCount>, StoreError> {
        // One moment for both, or a look that comes in between is counted with less than nothing.
        let mut tx = self.snapshot().await?;
        let mut conn = tx.conn();
        let looks = conn.all(&LOOK_COUNTS, values![from, before, unit]).await?;
        let said = values![from, before, unit, from - DAY];
        let said = conn.all(&SAID_COUNTS, said).await?;
        let mut counts = Vec::with_capacity(looks.len() + said.len());
        for row in &said {
            counts.push(CheckCount {
                unit_id: row.text(0)?,
                purpose: row.text(1)?,
                outcome: row.text(2)?,
                checks: row.int(3)?,
            });
        }
        for row in &looks {
            let (unit_id, purpose, checks) = (row.text(0)?, row.text(1)?, row.int(2)?);
            let of_it = counts
                .iter()
                .filter(|one| (&one.unit_id, &one.purpose) == (&unit_id, &purpose))
                .map(|one| one.checks);
            let checks = checks - of_it.sum::<i64>();
            if checks > 0 {
                counts.push(CheckCount { unit_id, purpose, outcome: String::new(), checks });
            }
        }
        counts.sort_unstable_by(|one, other| {
            let key = |count: &CheckCount| {
                (count.unit_id.clone(), count.purpose.clone(), count.outcome.clone())
            };
            key(one).cmp(&key(other))
        });
        Ok(counts)
    }

    /// A window by the digest of its token.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn check_link(&self, digest: &str) -> Result<Option<CheckLink>, StoreError> {
        let mut reader = self.reader().await?;
        let row = reader.conn().maybe(&LINK, values![digest]).await?;
        row.as_ref()
            .map(|row| {
                Ok(CheckLink {
                    digest: row.text(0)?,
                    subject_id: row.int(1)?,
                    unit_id: row.text(2)?,
                    actor: row.text(3)?,
                    purpose: row.text(4)?,
                    basis: row.text(5)?,
                    reference: row.text(6)?,
                    made_at: row.int(7)?,
                    ends_at: row.int(8)?,
                    number: row.text_or_null(9)?,
                })
            })
            .transpose()
    }

    /// A list by its id.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn check_sheet(&self, id: i64) -> Result<Option<CheckSheet>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().maybe(&SHEET, values![id]).await?.as_ref().map(sheet).transpose()
    }

    /// The lists of a unit, or of all, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn check_sheets(
        &self,
        unit: Option<&str>,
        limit: i64,
    ) -> Result<Vec<CheckSheet>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&SHEETS, values![unit, limit]).await?;
        rows.iter().map(sheet).collect()
    }

    /// The lists that are not done.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn open_check_sheets(&self) -> Result<Vec<CheckSheet>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&OPEN_SHEETS, values![]).await?;
        rows.iter().map(sheet).collect()
    }

    /// The last row of a list that is done, and how many are.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn last_check_row(&self, sheet: i64) -> Result<(i64, i64), StoreError> {
        let mut reader = self.reader().await?;
        let row = reader.conn().one(&LAST_ROW, values![sheet]).await?;
        Ok((row.int(0)?, row.int(1)?))
    }

    /// What became of rows after a row.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn check_rows(
        &self,
        sheet: i64,
        after: i64,
        limit: i64,
    ) -> Result<Vec<CheckRow>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&SHEET_ROWS, values![sheet, after, limit]).await?;
        rows.iter()
            .map(|row| {
                let number = row.text_or_null(1)?;
                // A number that no look has any more has no answer either.
                let there = row.text_or_null(4)?.is_some();
                let kept = number.as_deref().filter(|_| there);
                let answer = kept.map(|number| answer(number, row, 4)).transpose()?;
                Ok(CheckRow {
                    row: row.int(0)?,
                    number,
                    problem: row.text_or_null(2)?,
                    message: row.text_or_null(3)?,
                    answer,
                })
            })
            .collect()
    }
}
