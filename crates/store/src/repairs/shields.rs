//! Records that a court's ruling on a reorganisation or settlement shields for a time.

use jiff::civil::Date;

use crate::chain::Link;
use crate::db::{Conn, Row, Store, Tx, day_text, statements, values};
use crate::error::StoreError;
use crate::persons::json;

statements! {
    ADD_SHIELD = "INSERT INTO repair_shield (id, subject_id, record_id, unit_id, court, ruling, ruled_on, until_day, file_digest, \
        file_type, proposed_by, proposed_at, state, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'open', $13)";
    MOVE_SHIELD = "UPDATE repair_shield SET state = $2, decided_by = $3, decided_at = $4, decided_on = $5, decision = $6, \
        lift_kind = $7, lift_reason = $8, lift_document = $9, lift_by = $10, lift_at = $11, lifted_by = $12, lifted_at = $13, \
        lifted_on = $14, restored = $15, hash = $16 WHERE id = $1 AND hash = $17";
    SHIELD = "SELECT id, subject_id, record_id, unit_id, court, ruling, ruled_on, until_day, file_digest, file_type, proposed_by, \
        proposed_at, state, decided_by, decided_at, decided_on, decision, lift_kind, lift_reason, lift_document, lift_by, lift_at, lifted_by, \
        lifted_at, lifted_on, restored, hash FROM repair_shield WHERE id = $1";
    SHIELDS_PAGE = "SELECT id, subject_id, record_id, unit_id, court, ruling, ruled_on, until_day, file_digest, file_type, proposed_by, \
        proposed_at, state, decided_by, decided_at, decided_on, decision, lift_kind, lift_reason, lift_document, lift_by, lift_at, lifted_by, \
        lifted_at, lifted_on, restored, hash FROM repair_shield WHERE state IN " [texts] " ORDER BY id DESC LIMIT $2 OFFSET $3";
    COUNT_SHIELDS = "SELECT COUNT(*) FROM repair_shield WHERE state IN " [texts] "";
    SHIELDS_OF_UNITS = "SELECT s.id, s.subject_id, s.record_id, s.unit_id, s.court, s.ruling, s.ruled_on, s.until_day, s.file_digest, s.file_type, s.proposed_by, \
        s.proposed_at, s.state, s.decided_by, s.decided_at, s.decided_on, s.decision, s.lift_kind, s.lift_reason, s.lift_document, s.lift_by, s.lift_at, s.lifted_by, \
        s.lifted_at, s.lifted_on, s.restored, s.hash FROM " [each] " k CROSS JOIN repair_shield s \
        WHERE s.unit_id = k.value->>0 AND s.state = k.value->>1 ORDER BY s.id DESC LIMIT $2 OFFSET $3";
    COUNT_OF_UNITS = "SELECT COUNT(*) FROM " [each] " k CROSS JOIN repair_shield s \
        WHERE s.unit_id = k.value->>0 AND s.state = k.value->>1";
    SHIELD_OF_RECORD = "SELECT id, subject_id, record_id, unit_id, court, ruling, ruled_on, until_day, file_digest, file_type, \
        proposed_by, proposed_at, state, decided_by, decided_at, decided_on, decision, lift_kind, lift_reason, lift_document, lift_by, lift_at, \
        lifted_by, lifted_at, lifted_on, restored, hash FROM repair_shield \
        WHERE record_id = $2 AND subject_id = $1 AND state IN ('open', 'active')";
    LOCK_SHIELD = "UPDATE repair_shield SET hash = hash WHERE record_id = $2 AND subject_id = $1 AND state IN ('open', 'active') \
        RETURNING id, subject_id, record_id, unit_id, court, ruling, ruled_on, until_day, file_digest, file_type, proposed_by, proposed_at, \
        state, decided_by, decided_at, decided_on, decision, lift_kind, lift_reason, lift_document, lift_by, lift_at, lifted_by, lifted_at, \
        lifted_on, restored, hash";
    /// Shields that stand or were carried out, and repairs that were granted and not undone, but for one of either.
    DOWN_OTHERWISE = "SELECT (SELECT COUNT(*) FROM repair_shield s WHERE s.record_id = $2 AND s.subject_id = $1 AND s.id <> $3 \
        AND (s.state = 'active' OR (s.state = 'lifted' AND s.lift_kind = 'performed'))), \
        (SELECT COUNT(*) FROM repair_item i WHERE i.record_id = $2 AND i.subject_id = $1 AND i.id <> $3 \
        AND EXISTS (SELECT 1 FROM repair_step t WHERE t.item_id = i.id AND t.event = 'grant') \
        AND NOT EXISTS (SELECT 1 FROM repair_finding f WHERE f.item_id = i.id AND f.state = 'confirmed' AND f.restore = 1))";
    EVERY_SHIELD = "SELECT s.id, s.subject_id, s.record_id, s.unit_id, s.court, s.ruling, s.ruled_on, s.until_day, s.file_digest, \
        s.file_type, s.proposed_by, s.proposed_at, s.state, s.decided_by, s.decided_at, s.decided_on, s.decision, s.lift_kind, s.lift_reason, \
        s.lift_document, s.lift_by, s.lift_at, s.lifted_by, s.lifted_at, s.lifted_on, s.restored, s.hash, \
        (SELECT r.state FROM record r WHERE r.id = s.record_id AND r.subject_id = s.subject_id), \
        (SELECT COUNT(*) FROM upload u WHERE u.digest = s.file_digest) FROM repair_shield s ORDER BY s.id";
}

/// A record shielded for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepairShield {
    /// Its id; its receipts stand under it.
    pub id: i64,
    /// Whose record.
    pub subject_id: i64,
    /// The record.
    pub record_id: i64,
    /// The unit that enters it.
    pub unit_id: String,
    /// Which court.
    pub court: String,
    /// The number of the ruling.
    pub ruling: String,
    /// Its day.
    pub ruled_on: Date,
    /// The last day the ruling gives; nothing until it is lifted.
    pub until_day: Option<Date>,
    /// The ruling among the uploads.
    pub file_digest: String,
    /// What sort of file it is.
    pub file_type: String,
    /// The first person.
    pub proposed_by: String,
    /// When, in milliseconds since 1970.
    pub proposed_at: i64,
    /// `open`, `active`, `declined` or `lifted`.
    pub state: String,
    /// The second person.
    pub decided_by: Option<String>,
    /// When, in milliseconds since 1970.
    pub decided_at: Option<i64>,
    /// On which day it began.
    pub decided_on: Option<Date>,
    /// Why it was declined.
    pub decision: Option<String>,
    /// `ended`: the record stands again; `performed`: it stays down for good.
    pub lift_kind: Option<String>,
    /// Why it is to be lifted.
    pub lift_reason: Option<String>,
    /// The document for that.
    pub lift_document: Option<String>,
    /// Who wants it lifted.
    pub lift_by: Option<String>,
    /// When, in milliseconds since 1970.
    pub lift_at: Option<i64>,
    /// Who lifted it.
    pub lifted_by: Option<String>,
    /// When, in milliseconds since 1970.
    pub lifted_at: Option<i64>,
    /// On which day.
    pub lifted_on: Option<Date>,
    /// The version with which the record stands again; nothing where it stays down.
    pub restored: Option<i64>,
    /// The hash of all of it.
    pub hash: String,
}

impl RepairShield {
    fn digest(&self) -> String {
        let day = |day: Option<Date>| day.map(day_text);
        Link::new("sh")
            .int(self.id)
            .int(self.subject_id)
            .int(self.record_id)
            .text(&self.unit_id)
            .text(&self.court)
            .text(&self.ruling)
            .text(&day_text(self.ruled_on))
            .text_or_null(day(self.until_day).as_deref())
            .text(&self.file_digest)
            .text(&self.file_type)
            .text(&self.proposed_by)
            .int(self.proposed_at)
            .text(&self.state)
            .text_or_null(self.decided_by.as_deref())
            .int_or_null(self.decided_at)
            .text_or_null(day(self.decided_on).as_deref())
            .text_or_null(self.decision.as_deref())
            .text_or_null(self.lift_kind.as_deref())
            .text_or_null(self.lift_reason.as_deref())
            .text_or_null(self.lift_document.as_deref())
            .text_or_null(self.lift_by.as_deref())
            .int_or_null(self.lift_at)
            .text_or_null(self.lifted_by.as_deref())
            .int_or_null(self.lifted_at)
            .text_or_null(day(self.lifted_on).as_deref())
            .int_or_null(self.restored)
            .hash()
    }
}

fn shield(row: &Row) -> Result<RepairShield, StoreError> {
    Ok(RepairShield {
        id: row.int(0)?,
        subject_id: row.int(1)?,
        record_id: row.int(2)?,
        unit_id: row.text(3)?,
        court: row.text(4)?,
        ruling: row.text(5)?,
        ruled_on: row.day(6)?,
        until_day: row.day_or_null(7)?,
        file_digest: row.text(8)?,
        file_type: row.text(9)?,
        proposed_by: row.text(10)?,
        proposed_at: row.int(11)?,
        state: row.text(12)?,
        decided_by: row.text_or_null(13)?,
        decided_at: row.int_or_null(14)?,
        decided_on: row.day_or_null(15)?,
        decision: row.text_or_null(16)?,
        lift_kind: row.text_or_null(17)?,
        lift_reason: row.text_or_null(18)?,
        lift_document: row.text_or_null(19)?,
        lift_by: row.text_or_null(20)?,
        lift_at: row.int_or_null(21)?,
        lifted_by: row.text_or_null(22)?,
        lifted_at: row.int_or_null(23)?,
        lifted_on: row.day_or_null(24)?,
        restored: row.int_or_null(25)?,
        hash: row.text(26)?,
    })
}

impl Tx {
    /// Keeps what one person enters.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the record is shielded already, or somebody wants it to be.
    pub async fn add_repair_shield(&mut self, new: &RepairShield) -> Result<(), StoreError> {
        let values = values![
            new.id,
            new.subject_id,
            new.record_id,
            &new.unit_id,
            &new.court,
            &new.ruling,
            new.ruled_on,
            new.until_day,
            &new.file_digest,
            &new.file_type,
            &new.proposed_by,
            new.proposed_at,
            new.digest()
        ];
        self.conn().execute(&ADD_SHIELD, values).await?;
        Ok(())
    }

    /// Writes its next state, made against the one that was read. Whether nobody was first.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn move_repair_shield(&mut self, next: &RepairShield) -> Result<bool, StoreError> {
        let values = values![
            next.id,
            &next.state,
            next.decided_by.as_deref(),
            next.decided_at,
            next.decided_on,
            next.decision.as_deref(),
            next.lift_kind.as_deref(),
            next.lift_reason.as_deref(),
            next.lift_document.as_deref(),
            next.lift_by.as_deref(),
            next.lift_at,
            next.lifted_by.as_deref(),
            next.lifted_at,
            next.lifted_on,
            next.restored,
            next.digest(),
            &next.hash
        ];
        Ok(self.conn().execute(&MOVE_SHIELD, values).await? == 1)
    }

    /// The one of a record that stands or is wanted, as it is now; nobody else moves it until the transaction ends. Who also holds an item
    /// holds this first.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn lock_repair_shield(
        &mut self,
        (subject, record): (i64, i64),
    ) -> Result<Option<RepairShield>, StoreError> {
        let row = self.conn().maybe(&LOCK_SHIELD, values![subject, record]).await?;
        row.as_ref().map(shield).transpose()
    }

    /// Whether a record stays down whatever becomes of one repair or one shield: another shield stands or was carried out, or another
    /// repair was granted and not undone.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn is_down_otherwise(
        &mut self,
        (subject, record): (i64, i64),
        but: i64,
    ) -> Result<bool, StoreError> {
        let row = self.conn().one(&DOWN_OTHERWISE, values![subject, record, but]).await?;
        Ok(row.int(0)? + row.int(1)? > 0)
    }
}

impl Store {
    /// One of them.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn repair_shield(&self, id: i64) -> Result<Option<RepairShield>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().maybe(&SHIELD, values![id]).await?.as_ref().map(shield).transpose()
    }

    /// The one of a record that stands or is wanted.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn repair_shield_of_record(
        &self,
        subject: i64,
        record: i64,
    ) -> Result<Option<RepairShield>, StoreError> {
        let mut reader = self.reader().await?;
        let row = reader.conn().maybe(&SHIELD_OF_RECORD, values![subject, record]).await?;
        row.as_ref().map(shield).transpose()
    }

    /// A page of those in some states, of some units or of all, the newest first, and how many there are.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn repair_shields(
        &self,
        units: Option<&[String]>,
        states: &[&str],
        (limit, offset): (i64, i64),
    ) -> Result<(Vec<RepairShield>, i64), StoreError> {
        let (page, count, list) = match units {
            Some(units) => (&SHIELDS_OF_UNITS, &COUNT_OF_UNITS, super::lists::pairs(units, states)),
            None => (&SHIELDS_PAGE, &COUNT_SHIELDS, json(states)),
        };
        let mut reader = self.reader().await?;
        let all = reader.conn().one(count, values![&list]).await?.int(0)?;
        let rows = reader.conn().all(page, values![&list, limit, offset]).await?;
        Ok((rows.iter().map(shield).collect::<Result<_, _>>()?, all))
    }
}

/// What is wrong among them.
pub(crate) async fn differs(
    conn: &mut Conn<'_>,
) -> Result<Vec<(&'static str, String, &'static str)>, StoreError> {
    let mut wrong = Vec::new();
    for row in conn.all(&EVERY_SHIELD, vec![]).await? {
        let one = shield(&row)?;
        let record = row.text_or_null(27)?;
        let active = one.state == "active";
        let same =
            |one: &Option<String>, other: Option<&str>| other.is_some() && one.as_deref() == other;
        let alone = (active && same(&one.decided_by, Some(&one.proposed_by)))
            || (one.state == "lifted" && same(&one.lifted_by, one.lift_by.as_deref()));
        for (there, reason) in [
            (one.digest() != one.hash, "与登记时的摘要不符，记录被改动"),
            (record.is_none(), "没有对应的信息"),
            (active && record.as_deref() == Some("standing"), "暂时屏蔽的信息没有撤下"),
            (row.int(28)? == 0, "所附裁定书不存在"),
            (alone, "登记和决定是同一人"),
        ] {
            if there {
                wrong.push(("repair_shield", one.id.to_string(), reason));
            }
        }
    }
    Ok(wrong)
}
