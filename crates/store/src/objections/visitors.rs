//! Who came to the window with an objection: for the subject, or as a natural person whom the record names. Sealed, erased when its days are over.

use std::collections::HashMap;

use jiff::civil::Date;

use crate::db::{Conn, Row, Store, Tx, statements, values};
use crate::error::StoreError;
use crate::keys::{KeyRing, Purpose, sm3_hex};
use crate::persons::json;

statements! {
    ADD_OBJECTION_VISITOR = "INSERT INTO objection_visitor (objection_id, sealed, digest, relation, found, attested_by) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    ATTEST_OBJECTION_VISITOR = "UPDATE objection_visitor SET attested_by = $2 WHERE objection_id = $1 AND attested_by IS NULL";
    OBJECTION_VISITORS = "SELECT objection_id, sealed, digest, relation, found, attested_by FROM objection_visitor \
        WHERE objection_id IN " [ints] "";
    ERASE_OBJECTION_VISITORS = "UPDATE objection_visitor SET sealed = NULL WHERE sealed IS NOT NULL AND EXISTS (SELECT 1 FROM objection o \
        JOIN objection_step s ON s.objection_id = o.id AND s.seq = o.seq WHERE o.id = objection_visitor.objection_id \
        AND o.stage IN ('closed', 'not-upheld', 'withdrawn', 'dismissed') AND s.on_day < $1)";
    EVERY_OBJECTION_VISITOR = "SELECT v.objection_id, v.sealed, v.digest, v.relation, v.found, v.attested_by, o.claimant_id, o.stage, \
        (SELECT s.detail FROM objection_step s WHERE s.objection_id = v.objection_id AND s.seq = 1), \
        (SELECT s.actor FROM objection_step s WHERE s.objection_id = v.objection_id AND s.event = 'attest') \
        FROM objection_visitor v LEFT JOIN objection o ON o.id = v.objection_id ORDER BY v.objection_id";
    OBJECTION_VISITORS_MISSING = "SELECT o.id FROM objection o JOIN objection_step s ON s.objection_id = o.id AND s.seq = 1 \
        WHERE (s.detail <> '' OR o.claimant_id = 0) \
        AND NOT EXISTS (SELECT 1 FROM objection_visitor v WHERE v.objection_id = o.id) ORDER BY 1";
}

/// Who came with an objection. `sealed` opens with [`Purpose::Person`] for [`objection_visitor_place`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectionVisitor {
    /// The objection.
    pub objection_id: i64,
    /// Who it is; nothing once that was erased.
    pub sealed: Option<Vec<u8>>,
    /// SM3 of what was sealed; the first step of the objection names it too.
    pub digest: String,
    /// How a natural person who objects in their own right is named in the record, a code; none for who came for the subject.
    pub relation: Option<String>,
    /// Whether a field of the record holds the name as a whole.
    pub found: bool,
    /// The second person who looked at it.
    pub attested_by: Option<String>,
}

/// The additional data the sealed part of a visitor is bound to.
#[must_use]
pub fn objection_visitor_place(objection: i64) -> Vec<u8> {
    format!("objection-visitor/{objection}").into_bytes()
}

impl ObjectionVisitor {
    /// One with the digest of what is sealed.
    #[must_use]
    pub fn new(objection_id: i64, sealed: Vec<u8>, relation: Option<String>, found: bool) -> Self {
        let digest = sm3_hex(&sealed);
        Self { objection_id, sealed: Some(sealed), digest, relation, found, attested_by: None }
    }
}

fn visitor(row: &Row) -> Result<ObjectionVisitor, StoreError> {
    Ok(ObjectionVisitor {
        objection_id: row.int(0)?,
        sealed: row.bytes_or_null(1)?,
        digest: row.text(2)?,
        relation: row.text_or_null(3)?,
        found: row.int(4)? != 0,
        attested_by: row.text_or_null(5)?,
    })
}

impl Store {
    /// Who came with some objections, by objection.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn objection_visitors(
        &self,
        objections: &[i64],
    ) -> Result<HashMap<i64, ObjectionVisitor>, StoreError> {
        let mut found = HashMap::new();
        if objections.is_empty() {
            return Ok(found);
        }
        let mut reader = self.reader().await?;
        for row in reader.conn().all(&OBJECTION_VISITORS, values![json(objections)]).await? {
            let one = visitor(&row)?;
            found.insert(one.objection_id, one);
        }
        Ok(found)
    }
}

impl Tx {
    /// Keeps who came with an objection.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] for a second one.
    pub async fn add_objection_visitor(
        &mut self,
        new: &ObjectionVisitor,
    ) -> Result<(), StoreError> {
        let values = values![
            new.objection_id,
            &new.sealed,
            &new.digest,
            &new.relation,
            new.found,
            &new.attested_by
        ];
        self.conn().execute(&ADD_OBJECTION_VISITOR, values).await?;
        Ok(())
    }

    /// Notes the second person. Whether nobody had looked before.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn attest_objection_visitor(
        &mut self,
        objection: i64,
        by: &str,
    ) -> Result<bool, StoreError> {
        Ok(self.conn().execute(&ATTEST_OBJECTION_VISITOR, values![objection, by]).await? == 1)
    }

    /// Erases who came with objections that have been over since before a day. Returns how many.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn erase_objection_visitors(&mut self, before: Date) -> Result<u64, StoreError> {
        self.conn().execute(&ERASE_OBJECTION_VISITORS, values![before]).await
    }
}

/// What is wrong among them: the table, the row and the reason.
pub(super) async fn differs(
    conn: &mut Conn<'_>,
    keys: &KeyRing,
) -> Result<Vec<(&'static str, String, &'static str)>, StoreError> {
    const TABLE: &str = "objection_visitor";
    let mut wrong = Vec::new();
    for row in conn.all(&EVERY_OBJECTION_VISITOR, vec![]).await? {
        let held = visitor(&row)?;
        let place = objection_visitor_place(held.objection_id);
        let shut = held.sealed.as_deref().is_some_and(|sealed| {
            sm3_hex(sealed) != held.digest || keys.open(Purpose::Person, &place, sealed).is_err()
        });
        let over = row.text_or_null(7)?.is_some_and(|stage| {
            ["closed", "not-upheld", "withdrawn", "dismissed"].contains(&stage.as_str())
        });
        let person = row.int_or_null(6)?.map(|claimant| claimant == 0);
        for (there, reason) in [
            (shut, "加密内容无法解开或者与摘要不符"),
            (person.is_none(), "没有对应的异议"),
            (person.is_some_and(|is| is != held.relation.is_some()), "提出异议的是谁与异议不一致"),
            (row.text_or_null(8)?.as_ref() != Some(&held.digest), "摘要与异议的第一步不一致"),
            (row.text_or_null(9)? != held.attested_by, "核对的人与各步不一致"),
            (held.sealed.is_none() && !over, "异议没有办结，来人的信息已被清除"),
        ] {
            if there {
                wrong.push((TABLE, held.objection_id.to_string(), reason));
            }
        }
    }
    for row in conn.all(&OBJECTION_VISITORS_MISSING, vec![]).await? {
        wrong.push((TABLE, row.int(0)?.to_string(), "缺少来窗口提出异议的人"));
    }
    Ok(wrong)
}
