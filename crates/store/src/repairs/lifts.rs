//! What was proposed to lift a shield and was declined: it stays, with who wanted it, who declined it and why.

use crate::chain::Link;
use crate::db::{Conn, Row, Store, Tx, statements, values};
use crate::error::StoreError;

statements! {
    ADD_LIFT = "INSERT INTO repair_shield_lift (shield_id, seq, lift_kind, reason, document, proposed_by, proposed_at, declined_by, \
        declined_at, declined_reason, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    NEXT_SEQ = "SELECT COALESCE(MAX(seq), 0) + 1 FROM repair_shield_lift WHERE shield_id = $1";
    LIFTS = "SELECT shield_id, seq, lift_kind, reason, document, proposed_by, proposed_at, declined_by, declined_at, declined_reason, hash \
        FROM repair_shield_lift WHERE shield_id = $1 ORDER BY seq";
    EVERY_LIFT = "SELECT l.shield_id, l.seq, l.lift_kind, l.reason, l.document, l.proposed_by, l.proposed_at, l.declined_by, \
        l.declined_at, l.declined_reason, l.hash, (SELECT COUNT(*) FROM repair_shield s WHERE s.id = l.shield_id) \
        FROM repair_shield_lift l ORDER BY l.shield_id, l.seq";
}

/// A proposal to lift a shield that was declined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclinedLift {
    /// The shield.
    pub shield_id: i64,
    /// Which proposal it was, from 1; given by the store.
    pub seq: i64,
    /// `ended` or `performed`.
    pub lift_kind: String,
    /// Why it was to be lifted.
    pub reason: String,
    /// The document for that.
    pub document: String,
    /// Who wanted it.
    pub proposed_by: String,
    /// When, in milliseconds since 1970.
    pub proposed_at: i64,
    /// Who declined it.
    pub declined_by: String,
    /// When, in milliseconds since 1970.
    pub declined_at: i64,
    /// Why.
    pub declined_reason: String,
}

impl DeclinedLift {
    fn digest(&self) -> String {
        Link::new("sl")
            .int(self.shield_id)
            .int(self.seq)
            .text(&self.lift_kind)
            .text(&self.reason)
            .text(&self.document)
            .text(&self.proposed_by)
            .int(self.proposed_at)
            .text(&self.declined_by)
            .int(self.declined_at)
            .text(&self.declined_reason)
            .hash()
    }
}

fn lift(row: &Row) -> Result<DeclinedLift, StoreError> {
    Ok(DeclinedLift {
        shield_id: row.int(0)?,
        seq: row.int(1)?,
        lift_kind: row.text(2)?,
        reason: row.text(3)?,
        document: row.text(4)?,
        proposed_by: row.text(5)?,
        proposed_at: row.int(6)?,
        declined_by: row.text(7)?,
        declined_at: row.int(8)?,
        declined_reason: row.text(9)?,
    })
}

impl Tx {
    /// Keeps a proposal that was declined. To be called with the shield held.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn add_declined_lift(&mut self, new: &DeclinedLift) -> Result<(), StoreError> {
        let seq = self.conn().one(&NEXT_SEQ, values![new.shield_id]).await?.int(0)?;
        let new = DeclinedLift { seq, ..new.clone() };
        let values = values![
            new.shield_id,
            new.seq,
            &new.lift_kind,
            &new.reason,
            &new.document,
            &new.proposed_by,
            new.proposed_at,
            &new.declined_by,
            new.declined_at,
            &new.declined_reason,
            new.digest()
        ];
        self.conn().execute(&ADD_LIFT, values).await?;
        Ok(())
    }
}

impl Store {
    /// The proposals to lift a shield that were declined, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn declined_lifts(&self, shield: i64) -> Result<Vec<DeclinedLift>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(&LIFTS, values![shield]).await?.iter().map(lift).collect()
    }
}

/// What is wrong among them.
pub(crate) async fn differs(
    conn: &mut Conn<'_>,
) -> Result<Vec<(&'static str, String, &'static str)>, StoreError> {
    let mut wrong = Vec::new();
    for row in conn.all(&EVERY_LIFT, vec![]).await? {
        let one = lift(&row)?;
        for (there, reason) in [
            (one.digest() != row.text(10)?, "与登记时的摘要不符，记录被改动"),
            (row.int(11)? == 0, "没有对应的暂时屏蔽"),
            (one.proposed_by == one.declined_by, "登记和决定是同一人"),
        ] {
            if there {
                let place = format!("{}/{}", one.shield_id, one.seq);
                wrong.push(("repair_shield_lift", place, reason));
            }
        }
    }
    Ok(wrong)
}
