//! What holds a record, so that a later file of its unit does not change it, bring it back or unmark it.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

use crate::db::{Store, statements, values};
use crate::error::StoreError;
use crate::persons::json;

statements! {
    /// Each as (subject, record, digest of what a file says about it); the digest is empty where nothing is said. Repaired is what was
    /// granted and not found to have rested on false materials, or was shielded until the reorganisation was carried out.
    HOLDS = "WITH k AS (SELECT CAST(e.value->>0 AS BIGINT) AS subject, CAST(e.value->>1 AS BIGINT) AS record, e.value->>2 AS digest FROM "
        [each] " e) \
        SELECT i.record_id, 'repaired', '' FROM k CROSS JOIN repair_item i WHERE i.record_id = k.record AND i.subject_id = k.subject \
        AND EXISTS (SELECT 1 FROM repair_step s WHERE s.item_id = i.id AND s.event = 'grant') \
        AND NOT EXISTS (SELECT 1 FROM repair_finding f WHERE f.item_id = i.id AND f.state = 'confirmed' AND f.restore = 1) \
        UNION ALL \
        SELECT s.record_id, 'repaired', '' FROM k CROSS JOIN repair_shield s WHERE s.record_id = k.record AND s.subject_id = k.subject \
        AND s.state = 'lifted' AND s.lift_kind = 'performed' \
        UNION ALL \
        SELECT s.record_id, 'shielded', r.withdrawn_on FROM k CROSS JOIN repair_shield s CROSS JOIN record r \
        WHERE s.record_id = k.record AND s.subject_id = k.subject AND s.state = 'active' \
        AND r.id = s.record_id AND r.subject_id = s.subject_id AND r.withdrawn_on IS NOT NULL \
        UNION ALL \
        SELECT c.record_id, 'committed', '' FROM k CROSS JOIN commitment c WHERE c.record_id = k.record AND c.subject_id = k.subject \
        UNION ALL \
        SELECT v.record_id, 'superseded', '' FROM k CROSS JOIN record_version v WHERE v.record_id = k.record AND v.subject_id = k.subject \
        AND v.content_digest = k.digest AND EXISTS (SELECT 1 FROM correction c \
        WHERE c.record_id = v.record_id AND c.subject_id = v.subject_id AND c.state = 'confirmed' AND c.result_version > v.version) \
        UNION ALL \
        SELECT r.id, 'marked', v.platform FROM k CROSS JOIN record r CROSS JOIN record_version v \
        WHERE r.id = k.record AND r.subject_id = k.subject AND v.record_id = r.id AND v.version = r.version \
        AND v.subject_id = r.subject_id AND (v.platform LIKE '%\"objected\":%' OR v.platform LIKE '%\"marked\":%')";
}

/// What holds some records, by the id of each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holds {
    /// Repaired for good, also by a reorganisation that was carried out: no file brings them back.
    pub repaired: HashSet<i64>,
    /// Shielded now by a court's ruling, with the day since when they are down.
    pub shielded: HashMap<i64, Date>,
    /// What a commitment became, in whatever stage that stands: what was signed and found here, no file changes.
    pub committed: HashSet<i64>,
    /// What a file says of them was put right since by two persons.
    pub superseded: HashSet<i64>,
    /// Marked by an objection, or once marked: what the platform says in their newest version.
    pub marked: HashMap<i64, String>,
}

impl Store {
    /// What holds some records, each as (subject, record, digest of what a file says about it, empty for nothing).
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn holds(&self, records: &[(i64, i64, &str)]) -> Result<Holds, StoreError> {
        let mut holds = Holds::default();
        if records.is_empty() {
            return Ok(holds);
        }
        let mut reader = self.reader().await?;
        for part in records.chunks(500) {
            for row in reader.conn().all(&HOLDS, values![json(part)]).await? {
                let record = row.int(0)?;
                match row.text(1)?.as_str() {
                    "repaired" => drop(holds.repaired.insert(record)),
                    "shielded" => drop(holds.shielded.insert(record, row.day(2)?)),
                    "committed" => drop(holds.committed.insert(record)),
                    "superseded" => drop(holds.superseded.insert(record)),
                    _ => drop(holds.marked.insert(record, row.text(2)?)),
                }
            }
        }
        Ok(holds)
    }
}
