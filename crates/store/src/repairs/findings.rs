//! What two persons found about a repair: false materials, or a commitment that was broken.

use std::collections::HashMap;

use jiff::civil::Date;

use crate::chain::Link;
use crate::db::{Conn, Row, Store, Tx, day_text, statements, values};
use crate::error::StoreError;
use crate::persons::json;

statements! {
    ADD_FINDING = "INSERT INTO repair_finding (id, item_id, subject_id, what, basis, document, reason, restore, unit_id, proposed_by, \
        proposed_at, state, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'open', $12)";
    DECIDE_FINDING = "UPDATE repair_finding SET state = $2, decided_by = $3, decided_at = $4, decided_on = $5, decision = $6, \
        bar_until = $7, restored = $8, hash = $9 WHERE id = $1 AND hash = $10 AND state = 'open'";
    FINDING = "SELECT id, item_id, subject_id, what, basis, document, reason, restore, unit_id, proposed_by, proposed_at, state, \
        decided_by, decided_at, decided_on, decision, bar_until, restored, hash FROM repair_finding WHERE id = $1";
    FINDINGS_OF_ITEM = "SELECT id, item_id, subject_id, what, basis, document, reason, restore, unit_id, proposed_by, proposed_at, state, \
        decided_by, decided_at, decided_on, decision, bar_until, restored, hash FROM repair_finding WHERE item_id = $1 ORDER BY id";
    CONFIRMED_OF_SUBJECT = "SELECT id, item_id, subject_id, what, basis, document, reason, restore, unit_id, proposed_by, proposed_at, \
        state, decided_by, decided_at, decided_on, decision, bar_until, restored, hash FROM repair_finding \
        WHERE subject_id = $1 AND state = 'confirmed' ORDER BY id DESC";
    CONFIRMED_OF_SUBJECTS = "SELECT id, item_id, subject_id, what, basis, document, reason, restore, unit_id, proposed_by, proposed_at, \
        state, decided_by, decided_at, decided_on, decision, bar_until, restored, hash FROM repair_finding \
        WHERE subject_id IN " [ints] " AND state = 'confirmed' ORDER BY id DESC";
    EVERY_FINDING = "SELECT f.id, f.item_id, f.subject_id, f.what, f.basis, f.document, f.reason, f.restore, f.unit_id, f.proposed_by, \
        f.proposed_at, f.state, f.decided_by, f.decided_at, f.decided_on, f.decision, f.bar_until, f.restored, f.hash, \
        (SELECT COUNT(*) FROM repair_item i WHERE i.id = f.item_id), \
        (SELECT COUNT(*) FROM subject s WHERE s.id = f.subject_id) FROM repair_finding f ORDER BY f.id";
}

/// A finding about a repair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepairFinding {
    /// Its id.
    pub id: i64,
    /// The repair.
    pub item_id: i64,
    /// The subject that applied.
    pub subject_id: i64,
    /// `false-materials` or `breach`.
    pub what: String,
    /// The rule it rests on, with the article.
    pub basis: String,
    /// Title and number of the document with the evidence.
    pub document: String,
    /// What was found.
    pub reason: String,
    /// Whether the record is to stand again.
    pub restore: bool,
    /// The unit that finds it.
    pub unit_id: String,
    /// The first person.
    pub proposed_by: String,
    /// When, in milliseconds since 1970.
    pub proposed_at: i64,
    /// `open`, `confirmed` or `declined`.
    pub state: String,
    /// The second person.
    pub decided_by: Option<String>,
    /// When, in milliseconds since 1970.
    pub decided_at: Option<i64>,
    /// On which day.
    pub decided_on: Option<Date>,
    /// Why it was decided so.
    pub decision: Option<String>,
    /// The last day on which the subject may not apply, where a verified rule gives it.
    pub bar_until: Option<Date>,
    /// The version with which the record stands again.
    pub restored: Option<i64>,
    /// The hash of all of it.
    pub hash: String,
}

impl RepairFinding {
    fn digest(&self) -> String {
        let day = |day: Option<Date>| day.map(day_text);
        Link::new("rf")
            .int(self.id)
            .int(self.item_id)
            .int(self.subject_id)
            .text(&self.what)
            .text(&self.basis)
            .text(&self.document)
            .text(&self.reason)
            .int(i64::from(self.restore))
            .text(&self.unit_id)
            .text(&self.proposed_by)
            .int(self.proposed_at)
            .text(&self.state)
            .text_or_null(self.decided_by.as_deref())
            .int_or_null(self.decided_at)
            .text_or_null(day(self.decided_on).as_deref())
            .text_or_null(self.decision.as_deref())
            .text_or_null(day(self.bar_until).as_deref())
            .int_or_null(self.restored)
            .hash()
    }
}

fn finding(row: &Row) -> Result<RepairFinding, StoreError> {
    Ok(RepairFinding {
        id: row.int(0)?,
        item_id: row.int(1)?,
        subject_id: row.int(2)?,
        what: row.text(3)?,
        basis: row.text(4)?,
        document: row.text(5)?,
        reason: row.text(6)?,
        restore: row.int(7)? != 0,
        unit_id: row.text(8)?,
        proposed_by: row.text(9)?,
        proposed_at: row.int(10)?,
        state: row.text(11)?,
        decided_by: row.text_or_null(12)?,
        decided_at: row.int_or_null(13)?,
        decided_on: row.day_or_null(14)?,
        decision: row.text_or_null(15)?,
        bar_until: row.day_or_null(16)?,
        restored: row.int_or_null(17)?,
        hash: row.text(18)?,
    })
}

impl Tx {
    /// Keeps what one person proposes to find.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if one is open for the same repair.
    pub async fn add_repair_finding(&mut self, new: &RepairFinding) -> Result<(), StoreError> {
        let values = values![
            new.id,
            new.item_id,
            new.subject_id,
            &new.what,
            &new.basis,
            &new.document,
            &new.reason,
            i64::from(new.restore),
            &new.unit_id,
            &new.proposed_by,
            new.proposed_at,
            new.digest()
        ];
        self.conn().execute(&ADD_FINDING, values).await?;
        Ok(())
    }

    /// Writes what the second person decided, made against the state that was read. Whether nobody was first.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn decide_repair_finding(
        &mut self,
        decided: &RepairFinding,
    ) -> Result<bool, StoreError> {
        let values = values![
            decided.id,
            &decided.state,
            decided.decided_by.as_deref(),
            decided.decided_at,
            decided.decided_on,
            decided.decision.as_deref(),
            decided.bar_until,
            decided.restored,
            decided.digest(),
            &decided.hash
        ];
        Ok(self.conn().execute(&DECIDE_FINDING, values).await? == 1)
    }
}

impl Store {
    /// One of them.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn repair_finding(&self, id: i64) -> Result<Option<RepairFinding>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().maybe(&FINDING, values![id]).await?.as_ref().map(finding).transpose()
    }

    /// What was found about a repair, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn repair_findings(&self, item: i64) -> Result<Vec<RepairFinding>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&FINDINGS_OF_ITEM, values![item]).await?;
        rows.iter().map(finding).collect()
    }

    /// What was confirmed about a subject, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn confirmed_repair_findings(
        &self,
        subject: i64,
    ) -> Result<Vec<RepairFinding>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&CONFIRMED_OF_SUBJECT, values![subject]).await?;
        rows.iter().map(finding).collect()
    }

    /// The same of some subjects, by subject.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn confirmed_repair_findings_of(
        &self,
        subjects: &[i64],
    ) -> Result<HashMap<i64, Vec<RepairFinding>>, StoreError> {
        let mut found: HashMap<i64, Vec<RepairFinding>> = HashMap::new();
        let mut reader = self.reader().await?;
        for row in reader.conn().all(&CONFIRMED_OF_SUBJECTS, values![json(subjects)]).await? {
            let one = finding(&row)?;
            found.entry(one.subject_id).or_default().push(one);
        }
        Ok(found)
    }
}

/// What is wrong among the findings.
pub(crate) async fn differs(
    conn: &mut Conn<'_>,
) -> Result<Vec<(&'static str, String, &'static str)>, StoreError> {
    let mut wrong = Vec::new();
    for row in conn.all(&EVERY_FINDING, vec![]).await? {
        let one = finding(&row)?;
        let decided = one.decided_by.is_some();
        let alone = one.state == "confirmed" && one.decided_by.as_ref() == Some(&one.proposed_by);
        for (there, reason) in [
            (one.digest() != one.hash, "与登记时的摘要不符，记录被改动"),
            (row.int(19)? == 0, "没有对应的修复申请"),
            (row.int(20)? == 0, "没有对应的主体"),
            (decided == (one.state == "open"), "状态与决定人不一致"),
            (alone, "登记和决定是同一人"),
        ] {
            if there {
                wrong.push(("repair_finding", one.id.to_string(), reason));
            }
        }
    }
    Ok(wrong)
}
