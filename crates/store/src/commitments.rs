//! 信用承诺: the matters that units handle under 告知承诺, the commitments that were made and the steps of each.

pub(crate) mod editions;

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::chain::Link;
use crate::db::{Conn, Row, Store, Tx, day_text, statements, values};
use crate::error::StoreError;
use crate::keys::sm3_hex;
use crate::persons::json;
use crate::steps::{ChainedStep, Stands, StepChain};

statements! {
    ADD_MATTER = "INSERT INTO commitment_matter (id, unit_id, code, name, kind, basis, notice, content, liability, scope, days, ends, \
        from_day, state, proposed_by, proposed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'proposed', $14, $15)";
    DECIDE_MATTER = "UPDATE commitment_matter SET state = $2, decided_by = $3, decided_at = $4, reason = $5 \
        WHERE id = $1 AND state = 'proposed'";
    MATTER = "SELECT id, unit_id, code, name, kind, basis, notice, content, liability, scope, days, ends, from_day, state, proposed_by, \
        proposed_at, decided_by, decided_at, reason, (SELECT d.digest FROM commitment_matter_digest d \
        WHERE d.matter_id = commitment_matter.id) FROM commitment_matter WHERE id = $1";
    MATTERS = "SELECT id, unit_id, code, name, kind, basis, notice, content, liability, scope, days, ends, from_day, state, proposed_by, \
        proposed_at, decided_by, decided_at, reason, (SELECT d.digest FROM commitment_matter_digest d \
        WHERE d.matter_id = commitment_matter.id) FROM commitment_matter ORDER BY unit_id, code, from_day DESC, id DESC";
    WAITING = "SELECT COUNT(*) FROM commitment WHERE subject_id = $1 AND stage = 'made'";
    PAPER_LIKE = "SELECT number FROM commitment WHERE subject_id = $1 AND way = 'paper' \
        AND stage NOT IN ('declined', 'withdrawn', 'closed') AND (file_digest = $2 OR (matter_id = $3 AND made_on = $4 AND reason = $5)) \
        ORDER BY id LIMIT 1";
    /// Whoever gives numbers, and whoever takes in what carries some, does so one after the other: the row is held until the commit.
    HOLD_NUMBERS = "INSERT INTO meta (key, value) VALUES ('commitment-numbers', '') ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    NUMBERED_HERE = "SELECT COUNT(*) FROM commitment WHERE number IN " [texts] "";
    LAST_NUMBER = "SELECT MAX(number) FROM commitment WHERE number >= $1 AND number <= $2";
    ADD = "INSERT INTO commitment (id, number, once, subject_id, unit_id, matter_id, way, account_id, reason, valid_until, text, digest, \
        file_digest, file_type, made_on, made_at, made_by, stage, seq, hash) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 0, $19)";
    MOVE = "UPDATE commitment SET stage = $2, record_id = $3, accepted_on = $4, completed_on = $5, found_on = $6, settled_on = $7, \
        seq = $8, hash = $9 WHERE id = $1 AND hash = $10";
    ONE = "SELECT id, number, once, subject_id, unit_id, matter_id, way, account_id, reason, valid_until, text, digest, file_digest, \
        file_type, made_on, made_at, made_by, stage, record_id, accepted_on, completed_on, found_on, settled_on, seq, hash \
        FROM commitment WHERE id = $1";
    ONCE = "SELECT id FROM commitment WHERE once = $1";
    OF_SUBJECT = "SELECT id, number, once, subject_id, unit_id, matter_id, way, account_id, reason, valid_until, text, digest, file_digest, \
        file_type, made_on, made_at, made_by, stage, record_id, accepted_on, completed_on, found_on, settled_on, seq, hash \
        FROM commitment WHERE subject_id = $1 ORDER BY made_on DESC, id DESC LIMIT $2";
    IN_STAGES = "SELECT c.id, c.number, c.once, c.subject_id, c.unit_id, c.matter_id, c.way, c.account_id, c.reason, c.valid_until, c.text, \
        c.digest, c.file_digest, c.file_type, c.made_on, c.made_at, c.made_by, c.stage, c.record_id, c.accepted_on, c.completed_on, \
        c.found_on, c.settled_on, c.seq, c.hash \
        FROM " [each] " k CROSS JOIN commitment c WHERE c.unit_id = k.value->>0 AND c.stage = k.value->>1 \
        ORDER BY c.made_on DESC, c.id DESC LIMIT $2 OFFSET $3";
    COUNT_IN_STAGES = "SELECT COUNT(*) FROM " [each] " k CROSS JOIN commitment c WHERE c.unit_id = k.value->>0 AND c.stage = k.value->>1";
    /// A commitment whose record was taken down waits to be ended, and for nothing else.
    GROUPS = "SELECT c.unit_id, c.stage, c.matter_id, c.made_on, c.completed_on, c.found_on, COUNT(*), \
        CAST(CASE WHEN r.state IS NULL OR r.state = 'standing' THEN 0 ELSE 1 END AS BIGINT) \
        FROM " [each] " k CROSS JOIN commitment c LEFT JOIN record r ON r.id = c.record_id AND r.subject_id = c.subject_id \
        WHERE c.unit_id = k.value->>0 AND c.stage = k.value->>1 \
        GROUP BY c.unit_id, c.stage, c.matter_id, c.made_on, c.completed_on, c.found_on, \
        CAST(CASE WHEN r.state IS NULL OR r.state = 'standing' THEN 0 ELSE 1 END AS BIGINT) ORDER BY 4, 1, 2, 3, 5, 6, 8";
    IN_GROUPS = "SELECT c.id, c.number, c.once, c.subject_id, c.unit_id, c.matter_id, c.way, c.account_id, c.reason, c.valid_until, c.text, \
        c.digest, c.file_digest, c.file_type, c.made_on, c.made_at, c.made_by, c.stage, c.record_id, c.accepted_on, c.completed_on, \
        c.found_on, c.settled_on, c.seq, c.hash \
        FROM " [each] " k CROSS JOIN commitment c LEFT JOIN record r ON r.id = c.record_id AND r.subject_id = c.subject_id \
        WHERE c.unit_id = k.value->>0 AND c.stage = k.value->>1 \
        AND c.made_on = k.value->>3 AND c.matter_id = CAST(k.value->>2 AS BIGINT) AND COALESCE(c.completed_on, '') = k.value->>4 \
        AND COALESCE(c.found_on, '') = k.value->>5 \
        AND CASE WHEN r.state IS NULL OR r.state = 'standing' THEN 0 ELSE 1 END = CAST(k.value->>6 AS BIGINT) \
        ORDER BY CAST(k.value->>7 AS BIGINT), c.id";
    DAYS = "SELECT id, made_on, accepted_on, found_on, settled_on FROM commitment WHERE unit_id IN " [texts] " \
        AND stage NOT IN ('declined', 'withdrawn', 'closed') \
        AND ((made_on >= $2 AND made_on <= $3) OR (found_on >= $2 AND found_on <= $3)) ORDER BY id";
    BY_ID = "SELECT id, number, once, subject_id, unit_id, matter_id, way, account_id, reason, valid_until, text, digest, file_digest, \
        file_type, made_on, made_at, made_by, stage, record_id, accepted_on, completed_on, found_on, settled_on, seq, hash \
        FROM commitment WHERE id IN " [ints] " ORDER BY id";
    NUMBERED = "SELECT id, number, once, subject_id, unit_id, matter_id, way, account_id, reason, valid_until, text, digest, file_digest, \
        file_type, made_on, made_at, made_by, stage, record_id, accepted_on, completed_on, found_on, settled_on, seq, hash \
        FROM commitment WHERE number IN " [texts] " ORDER BY id";
    OF_RECORD = "SELECT id, number, once, subject_id, unit_id, matter_id, way, account_id, reason, valid_until, text, digest, file_digest, \
        file_type, made_on, made_at, made_by, stage, record_id, accepted_on, completed_on, found_on, settled_on, seq, hash \
        FROM commitment WHERE record_id = $2 AND subject_id = $1";
    NUMBERS_IN_FILES = "SELECT d.series FROM unit u CROSS JOIN document_number d WHERE d.unit_id = u.id AND d.kind = $1 AND d.year = 0 \
        AND d.series >= $2 AND d.series <= $3";
    MADE = "SELECT id, number, once, subject_id, unit_id, matter_id, way, account_id, reason, valid_until, text, digest, file_digest, \
        file_type, made_on, made_at, made_by, stage, record_id, accepted_on, completed_on, found_on, settled_on, seq, hash \
        FROM commitment WHERE made_on >= $1 AND made_on <= $2 ORDER BY made_on DESC, id DESC LIMIT $3";
    DECIDED = "SELECT r.subject_id, r.id, r.unit_id, r.decided_on, v.content FROM record r CROSS JOIN record_version v \
        WHERE r.kind = $1 AND r.decided_on >= $2 AND r.decided_on <= $3 AND r.state = 'standing' \
        AND (r.decided_on, r.id) > ($4, CAST($5 AS BIGINT)) \
        AND v.record_id = r.id AND v.version = r.version AND v.subject_id = r.subject_id ORDER BY r.decided_on, r.id LIMIT $6";
    EVERY = "SELECT c.id, c.number, c.once, c.subject_id, c.unit_id, c.matter_id, c.way, c.account_id, c.reason, c.valid_until, c.text, \
        c.digest, c.file_digest, c.file_type, c.made_on, c.made_at, c.made_by, c.stage, c.record_id, c.accepted_on, c.completed_on, \
        c.found_on, c.settled_on, c.seq, c.hash, \
        (SELECT COUNT(*) FROM unit u WHERE u.id = c.unit_id), \
        (SELECT COUNT(*) FROM subject s WHERE s.id = c.subject_id), \
        (SELECT COUNT(*) FROM commitment_matter m WHERE m.id = c.matter_id AND m.unit_id = c.unit_id AND m.state = 'released'), \
        (SELECT COUNT(*) FROM upload p WHERE p.digest = c.file_digest), \
        (SELECT r.state FROM record r WHERE r.id = c.record_id AND r.subject_id = c.subject_id), \
        m.notice, m.content, m.liability, \
        (SELECT v.content FROM record_version v WHERE v.record_id = c.record_id AND v.subject_id = c.subject_id AND v.version = 1), \
        (SELECT COUNT(*) FROM record_version v WHERE v.record_id = c.record_id AND v.subject_id = c.subject_id AND v.version = 1 \
        AND v.second IS NOT NULL AND v.second <> v.actor AND v.actor = c.made_by), \
        (SELECT COUNT(*) FROM record_version v WHERE v.record_id = c.record_id AND v.subject_id = c.subject_id \
        AND v.content LIKE '%\"fulfillmentStatus\":%') \
        FROM commitment c LEFT JOIN commitment_matter m ON m.id = c.matter_id ORDER BY c.id";
    STEPS_ASTRAY = "SELECT s.commitment_id, s.seq FROM commitment_step s LEFT JOIN commitment c ON c.id = s.commitment_id \
        WHERE c.id IS NULL OR s.seq > c.seq ORDER BY 1, 2";
    MATTERS_ASTRAY = "SELECT m.id FROM commitment_matter m LEFT JOIN unit u ON u.id = m.unit_id \
        WHERE u.id IS NULL OR (m.state = 'proposed') <> (m.decided_by IS NULL) OR m.state NOT IN ('proposed', 'released', 'declined') \
        OR (m.state = 'released' AND m.decided_by = m.proposed_by) OR (m.state = 'declined') <> (m.reason IS NOT NULL) ORDER BY 1";
}

/// A matter that a unit handles under 告知承诺, in one edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitmentMatter {
    /// The id of the edition.
    pub id: i64,
    /// The unit.
    pub unit_id: String,
    /// The unit's own number of the matter.
    pub code: String,
    /// Its name.
    pub name: String,
    /// A code of the list of types.
    pub kind: String,
    /// On what it rests.
    pub basis: String,
    /// What is told before anybody commits.
    pub notice: String,
    /// What is committed to.
    pub content: String,
    /// What follows where it is not kept.
    pub liability: String,
    /// A code of the list of scopes of publication.
    pub scope: String,
    /// Working days of the verification, from the day the matter is completed.
    pub days: i64,
    /// Whether from its first day the matter is handled so no more.
    pub ends: bool,
    /// The first day of the edition.
    pub from: Date,
    /// `proposed`, `released` or `declined`.
    pub state: String,
    /// Who proposed it.
    pub proposed_by: String,
    /// When, in milliseconds since 1970.
    pub proposed_at: i64,
    /// Who released or declined it.
    pub decided_by: Option<String>,
    /// When, in milliseconds since 1970.
    pub decided_at: Option<i64>,
    /// Why it was declined.
    pub reason: Option<String>,
    /// SM3 of its canonical text as it was released ([`CommitmentMatter::canonical_text`]); none for what was released before that was kept.
    pub digest: Option<String>,
}

/// A commitment with where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commitment {
    /// Its id.
    pub id: i64,
    /// 承诺编码, of twenty digits.
    pub number: String,
    /// The form it was sent from.
    pub once: String,
    /// Who made it.
    pub subject_id: i64,
    /// The accepting unit.
    pub unit_id: String,
    /// The edition of the matter.
    pub matter_id: i64,
    /// `online` or `paper`.
    pub way: String,
    /// The agent's account, for one made online.
    pub account_id: Option<i64>,
    /// The business that is being handled.
    pub reason: String,
    /// Until when it holds.
    pub valid_until: Option<Date>,
    /// What was read and signed, word for word.
    pub text: String,
    /// SM3 of it.
    pub digest: String,
    /// The scan of the paper among the uploads.
    pub file_digest: Option<String>,
    /// What sort of file it is.
    pub file_type: Option<String>,
    /// The day it was made.
    pub made_on: Date,
    /// When it came in, in milliseconds since 1970.
    pub made_at: i64,
    /// Who signed it online, or entered the paper.
    pub made_by: String,
    /// Where it stands, a stable word.
    pub stage: String,
    /// The record that it became.
    pub record_id: Option<i64>,
    /// When it was accepted.
    pub accepted_on: Option<Date>,
    /// When the matter was completed.
    pub completed_on: Option<Date>,
    /// The day of the document that finds how it was kept.
    pub found_on: Option<Date>,
    /// When that stood in the register.
    pub settled_on: Option<Date>,
    /// The number of its newest step.
    pub seq: i64,
    /// The hash of its newest step.
    pub hash: String,
}

impl Commitment {
    /// The hash of what never changes about it; the first step follows it.
    fn origin(&self) -> String {
        Link::new("co")
            .int(self.id)
            .text(&self.number)
            .int(self.subject_id)
            .text(&self.unit_id)
            .int(self.matter_id)
            .text(&self.way)
            .text(&self.reason)
            .text(&self.valid_until.map(day_text).unwrap_or_default())
            .text(&self.digest)
            .text(self.file_digest.as_deref().unwrap_or_default())
            .text(&day_text(self.made_on))
            .text(&self.made_by)
            .hash()
    }

    fn stands(&self) -> Stands<'_> {
        Stands { id: self.id, stage: &self.stage, seq: self.seq, hash: &self.hash }
    }

    /// Whether its number is twenty digits with the day it was made among them.
    fn has_its_number(&self) -> bool {
        let day = day_text(self.made_on).replace('-', "");
        self.number.len() == 20
            && self.number.bytes().all(|one| one.is_ascii_digit())
            && self.number.get(6..14) == Some(day.as_str())
    }
}

/// Commitments that share everything their clocks are counted from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitmentGroup {
    /// The accepting unit.
    pub unit_id: String,
    /// Where they stand, a stable word.
    pub stage: String,
    /// The edition of the matter.
    pub matter_id: i64,
    /// The day they were made.
    pub made_on: Date,
    /// When the matter was completed.
    pub completed_on: Option<Date>,
    /// The day of the document that finds how they were kept.
    pub found_on: Option<Date>,
    /// How many.
    pub count: i64,
    /// Whether their records were taken down.
    pub down: bool,
}

/// The days of a commitment, for whoever counts what came in late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitmentDays {
    /// Its id.
    pub id: i64,
    /// The day it was made.
    pub made_on: Date,
    /// When it was accepted.
    pub accepted_on: Option<Date>,
    /// The day of the document that finds how it was kept.
    pub found_on: Option<Date>,
    /// When that stood in the register.
    pub settled_on: Option<Date>,
}

/// A standing record of a kind, for whoever counts what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecidedRecord {
    /// Whose it is.
    pub subject_id: i64,
    /// The record.
    pub id: i64,
    /// Who delivered it.
    pub unit_id: String,
    /// The day of the decision.
    pub decided_on: Date,
    /// The non-sensitive fields, as JSON.
    pub content: String,
}

fn matter(row: &Row) -> Result<CommitmentMatter, StoreError> {
    Ok(CommitmentMatter {
        id: row.int(0)?,
        unit_id: row.text(1)?,
        code: row.text(2)?,
        name: row.text(3)?,
        kind: row.text(4)?,
        basis: row.text(5)?,
        notice: row.text(6)?,
        content: row.text(7)?,
        liability: row.text(8)?,
        scope: row.text(9)?,
        days: row.int(10)?,
        ends: row.int(11)? != 0,
        from: row.day(12)?,
        state: row.text(13)?,
        proposed_by: row.text(14)?,
        proposed_at: row.int(15)?,
        decided_by: row.text_or_null(16)?,
        decided_at: row.int_or_null(17)?,
        reason: row.text_or_null(18)?,
        digest: row.text_or_null(19)?,
    })
}

fn commitment(row: &Row) -> Result<Commitment, StoreError> {
    Ok(Commitment {
        id: row.int(0)?,
        number: row.text(1)?,
        once: row.text(2)?,
        subject_id: row.int(3)?,
        unit_id: row.text(4)?,
        matter_id: row.int(5)?,
        way: row.text(6)?,
        account_id: row.int_or_null(7)?,
        reason: row.text(8)?,
        valid_until: row.day_or_null(9)?,
        text: row.text(10)?,
        digest: row.text(11)?,
        file_digest: row.text_or_null(12)?,
        file_type: row.text_or_null(13)?,
        made_on: row.day(14)?,
        made_at: row.int(15)?,
        made_by: row.text(16)?,
        stage: row.text(17)?,
        record_id: row.int_or_null(18)?,
        accepted_on: row.day_or_null(19)?,
        completed_on: row.day_or_null(20)?,
        found_on: row.day_or_null(21)?,
        settled_on: row.day_or_null(22)?,
        seq: row.int(23)?,
        hash: row.text(24)?,
    })
}

impl Tx {
    /// Keeps an edition of a matter that waits for a second person.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if one of the same matter waits already.
    pub async fn propose_commitment_matter(
        &mut self,
        new: &CommitmentMatter,
    ) -> Result<(), StoreError> {
        let values = values![
            new.id,
            &new.unit_id,
            &new.code,
            &new.name,
            &new.kind,
            &new.basis,
            &new.notice,
            &new.content,
            &new.liability,
            &new.scope,
            new.days,
            i64::from(new.ends),
            new.from,
            &new.proposed_by,
            new.proposed_at
        ];
        self.conn().execute(&ADD_MATTER, values).await?;
        Ok(())
    }

    /// Releases or declines an edition that waits. Whether it did.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn decide_commitment_matter(
        &mut self,
        id: i64,
        state: &str,
        (actor, at): (&str, i64),
        reason: Option<&str>,
    ) -> Result<bool, StoreError> {
        let values = values![id, state, actor, at, reason];
        Ok(self.conn().execute(&DECIDE_MATTER, values).await? == 1)
    }

    /// Until the transaction ends nobody else gives a number to a commitment, nor takes in a file's rows that carry some.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn hold_commitment_numbers(&mut self) -> Result<(), StoreError> {
        self.conn().execute(&HOLD_NUMBERS, vec![]).await?;
        Ok(())
    }

    /// Whether one of some numbers was given here, as this transaction sees it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn are_commitments_numbered(
        &mut self,
        numbers: &[String],
    ) -> Result<bool, StoreError> {
        for part in numbers.chunks(500) {
            if self.conn().one(&NUMBERED_HERE, values![json(part)]).await?.int(0)? > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The greatest number from one to another, as this transaction sees it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn last_commitment_number(
        &mut self,
        first: &str,
        last: &str,
    ) -> Result<Option<String>, StoreError> {
        self.conn().one(&LAST_NUMBER, values![first, last]).await?.text_or_null(0)
    }

    /// How many commitments of a subject wait to be accepted, as this transaction sees it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn waiting_commitments(&mut self, subject: i64) -> Result<i64, StoreError> {
        self.conn().one(&WAITING, values![subject]).await?.int(0)
    }

    /// The number of a commitment on paper that is not over and is the same as a new one: the same scan, or the same matter, day and
    /// business of the same subject.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn paper_entered_before(
        &mut self,
        new: &Commitment,
    ) -> Result<Option<String>, StoreError> {
        let values =
            values![new.subject_id, &new.file_digest, new.matter_id, new.made_on, &new.reason];
        let row = self.conn().maybe(&PAPER_LIKE, values).await?;
        row.map(|row| row.text(0)).transpose()
    }

    /// The numbers from one to another that units' files of a kind carry, as this transaction sees it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn commitment_numbers_in_files(
        &mut self,
        kind: &str,
        first: &str,
        last: &str,
    ) -> Result<BTreeSet<String>, StoreError> {
        let rows = self.conn().all(&NUMBERS_IN_FILES, values![kind, first, last]).await?;
        rows.iter().map(|row| row.text(0)).collect()
    }

    /// Keeps a commitment with its first step; hashes and the number of the step are given here.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the same form was sent before, or somebody else took the number.
    pub async fn add_commitment(
        &mut self,
        new: &Commitment,
        first: &ChainedStep,
    ) -> Result<(), StoreError> {
        let hash = new.origin();
        let values = values![
            new.id,
            &new.number,
            &new.once,
            new.subject_id,
            &new.unit_id,
            new.matter_id,
            &new.way,
            new.account_id,
            &new.reason,
            new.valid_until,
            &new.text,
            &new.digest,
            &new.file_digest,
            &new.file_type,
            new.made_on,
            new.made_at,
            &new.made_by,
            &new.stage,
            &hash
        ];
        self.conn().execute(&ADD, values).await?;
        let next = Commitment { hash, seq: 0, ..new.clone() };
        self.move_commitment(&next, first).await.map(drop)
    }

    /// Writes the next step of a commitment, made against the state it was read with; number and hashes are given here. Whether nobody
    /// was first.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn move_commitment(
        &mut self,
        next: &Commitment,
        what: &ChainedStep,
    ) -> Result<bool, StoreError> {
        let step = StepChain::COMMITMENT.next(&next.stands(), what);
        let values = values![
            next.id,
            &next.stage,
            next.record_id,
            next.accepted_on,
            next.completed_on,
            next.found_on,
            next.settled_on,
            step.seq,
            &step.hash,
            &step.previous
        ];
        if self.conn().execute(&MOVE, values).await? != 1 {
            return Ok(false);
        }
        StepChain::COMMITMENT.add(&mut self.conn(), &step).await?;
        Ok(true)
    }
}

impl Store {
    /// An edition of a matter.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn commitment_matter(&self, id: i64) -> Result<Option<CommitmentMatter>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().maybe(&MATTER, values![id]).await?.as_ref().map(matter).transpose()
    }

    /// Every edition of every matter, by unit and code, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn commitment_matters(&self) -> Result<Vec<CommitmentMatter>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(&MATTERS, vec![]).await?.iter().map(matter).collect()
    }

    /// One commitment.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn commitment(&self, id: i64) -> Result<Option<Commitment>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().maybe(&ONE, values![id]).await?.as_ref().map(commitment).transpose()
    }

    /// The commitment that came from a form.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn commitment_once(&self, once: &str) -> Result<Option<i64>, StoreError> {
        let mut reader = self.reader().await?;
        let row = reader.conn().maybe(&ONCE, values![once]).await?;
        row.map(|row| row.int(0)).transpose()
    }

    /// What a subject committed to, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn commitments_of_subject(
        &self,
        subject: i64,
        limit: i64,
    ) -> Result<Vec<Commitment>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&OF_SUBJECT, values![subject, limit]).await?;
        rows.iter().map(commitment).collect()
    }

    /// The commitments of some units in some stages, each as (unit, stage), the newest first, from a place on.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn commitments_in(
        &self,
        stages: &[(&str, &str)],
        (offset, limit): (i64, i64),
    ) -> Result<Vec<Commitment>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&IN_STAGES, values![json(stages), limit, offset]).await?;
        rows.iter().map(commitment).collect()
    }

    /// How many there are of some units in some stages, each as (unit, stage).
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn count_commitments_in(&self, stages: &[(&str, &str)]) -> Result<i64, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().one(&COUNT_IN_STAGES, values![json(stages)]).await?.int(0)
    }

    /// The commitments of some units in some stages, each as (unit, stage), counted by what their clocks run from, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn commitment_groups(
        &self,
        stages: &[(&str, &str)],
    ) -> Result<Vec<CommitmentGroup>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&GROUPS, values![json(stages)]).await?;
        rows.iter()
            .map(|row| {
                Ok(CommitmentGroup {
                    unit_id: row.text(0)?,
                    stage: row.text(1)?,
                    matter_id: row.int(2)?,
                    made_on: row.day(3)?,
                    completed_on: row.day_or_null(4)?,
                    found_on: row.day_or_null(5)?,
                    count: row.int(6)?,
                    down: row.int(7)? != 0,
                })
            })
            .collect()
    }

    /// The commitments of some groups, group by group as they are asked for.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn commitments_of_groups(
        &self,
        groups: &[&CommitmentGroup],
    ) -> Result<Vec<Commitment>, StoreError> {
        let day = |day: Option<Date>| day.map(day_text).unwrap_or_default();
        let keys: Vec<_> = groups
            .iter()
            .zip(0_i64..)
            .map(|(one, place)| {
                let (made, done, found) =
                    (day_text(one.made_on), day(one.completed_on), day(one.found_on));
                let down = i64::from(one.down);
                (&one.unit_id, &one.stage, one.matter_id, made, done, found, down, place)
            })
            .collect();
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&IN_GROUPS, values![json(&keys)]).await?;
        rows.iter().map(commitment).collect()
    }

    /// The days of the commitments of some units that were made or found in a span, but for those that nothing is owed for.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn commitment_days(
        &self,
        units: &[String],
        (first, last): (Date, Date),
    ) -> Result<Vec<CommitmentDays>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&DAYS, values![json(units), first, last]).await?;
        rows.iter()
            .map(|row| {
                Ok(CommitmentDays {
                    id: row.int(0)?,
                    made_on: row.day(1)?,
                    accepted_on: row.day_or_null(2)?,
                    found_on: row.day_or_null(3)?,
                    settled_on: row.day_or_null(4)?,
                })
            })
            .collect()
    }

    /// Some commitments by id, as far as they are there.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn commitments_by_id(&self, ids: &[i64]) -> Result<Vec<Commitment>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(&BY_ID, values![json(ids)]).await?.iter().map(commitment).collect()
    }

    /// Some commitments by number, as far as they were numbered here.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn commitments_numbered(
        &self,
        numbers: &[&str],
    ) -> Result<Vec<Commitment>, StoreError> {
        let mut reader = self.reader().await?;
        let mut found = Vec::new();
        for part in numbers.chunks(500) {
            for row in reader.conn().all(&NUMBERED, values![json(part)]).await? {
                found.push(commitment(&row)?);
            }
        }
        Ok(found)
    }

    /// The commitment that became a record.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn commitment_of_record(
        &self,
        subject: i64,
        record: i64,
    ) -> Result<Option<Commitment>, StoreError> {
        let mut reader = self.reader().await?;
        let row = reader.conn().maybe(&OF_RECORD, values![subject, record]).await?;
        row.as_ref().map(commitment).transpose()
    }

    /// The commitments made from `first` to `last`, both inclusive, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn commitments_made(
        &self,
        (first, last): (Date, Date),
        limit: i64,
    ) -> Result<Vec<Commitment>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&MADE, values![first, last, limit]).await?;
        rows.iter().map(commitment).collect()
    }

    /// Standing records of a kind decided from `first` to `last`, both inclusive, in the order of day and id after a place.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn decided_records(
        &self,
        kind: &str,
        (first, last): (Date, Date),
        (day, id): (Date, i64),
        limit: i64,
    ) -> Result<Vec<DecidedRecord>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&DECIDED, values![kind, first, last, day, id, limit]).await?;
        rows.iter()
            .map(|row| {
                Ok(DecidedRecord {
                    subject_id: row.int(0)?,
                    id: row.int(1)?,
                    unit_id: row.text(2)?,
                    decided_on: row.day(3)?,
                    content: row.text(4)?,
                })
            })
            .collect()
    }
}

/// Whether what a record says carries a number.
fn bears(content: &str, number: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(content)
        .is_ok_and(|said| said.get("code").and_then(serde_json::Value::as_str) == Some(number))
}

/// What is wrong among the commitments: the table, the row and the reason.
pub(crate) async fn differs(
    conn: &mut Conn<'_>,
) -> Result<Vec<(&'static str, String, &'static str)>, StoreError> {
    let mut wrong = Vec::new();
    for row in conn.all(&EVERY, vec![]).await? {
        let held = commitment(&row)?;
        let steps = StepChain::COMMITMENT.read(conn, held.id).await?;
        let [broken, elsewhere] =
            StepChain::COMMITMENT.differ(&steps, held.origin(), &held.stands());
        let state = row.text_or_null(29)?;
        let online = held.way == "online";
        let recorded = !matches!(held.stage.as_str(), "made" | "declined" | "withdrawn");
        let found = matches!(held.stage.as_str(), "fulfilled" | "partial" | "unfulfilled");
        // What was signed holds the words of the edition: whoever changes those afterwards changes what was not signed.
        let mut altered = false;
        for at in 30..33 {
            altered |= row.text_or_null(at)?.is_some_and(|words| !held.text.contains(&words));
        }
        let content = row.text_or_null(33)?;
        let numbered = content.as_deref().is_none_or(|content| bears(content, &held.number));
        let (seconded, stated) = (row.int(34)? > 0, row.int(35)? > 0);
        for (there, reason) in [
            broken,
            elsewhere,
            (sm3_hex(held.text.as_bytes()) != held.digest, "签署的文字与摘要不符"),
            (!held.has_its_number(), "承诺编码不是20位，或者与作出日期不一致"),
            (row.int(25)? == 0, "没有对应的单位"),
            (row.int(26)? == 0, "没有对应的主体"),
            (row.int(27)? == 0, "没有对应的、已公布的事项"),
            (online != held.account_id.is_some(), "作出的方式与签署人不一致"),
            (!online && row.int(28)? == 0, "纸质承诺的扫描件不存在"),
            (recorded && held.record_id.is_none(), "已受理的承诺没有登记为信息"),
            (held.record_id.is_some() && state.is_none(), "没有对应的信息"),
            (
                held.stage == "withdrawn" && state.as_deref() == Some("standing"),
                "已撤回的承诺仍登记为有效的信息",
            ),
            (
                held.stage == "closed" && state.as_deref() == Some("standing"),
                "以信息已撤下为由结束的承诺，登记的信息仍然有效",
            ),
            (found != held.settled_on.is_some(), "认定的结果与登记结果的日期不一致"),
            (altered, "签署的文字里没有该版事项的告知、承诺或者违诺责任，事项的文字被改动"),
            (!numbered, "登记的信息不是这个承诺编码"),
            (state.is_some() && !seconded, "登记的信息不是由一人作出、另一人受理的"),
            (found != stated, "认定的结果与登记的信息不一致"),
        ] {
            if there {
                wrong.push(("commitment", held.id.to_string(), reason));
            }
        }
    }
    for row in conn.all(&STEPS_ASTRAY, vec![]).await? {
        let place = format!("{}/{}", row.int(0)?, row.int(1)?);
        wrong.push(("commitment_step", place, "没有对应的承诺，或者在最后一步之后"));
    }
    wrong.extend(editions::differs(conn).await?);
    for row in conn.all(&MATTERS_ASTRAY, vec![]).await? {
        let place = row.int(0)?.to_string();
        wrong.push(("commitment_matter", place, "没有对应的单位，或者公布的手续不完整"));
    }
    Ok(wrong)
}
