//! Applications for repair, what was handed in, the steps of each record and the receipts of the places where it was public.

pub(crate) mod check;
pub(crate) mod duties;
pub(crate) mod findings;
pub(crate) mod lifts;
pub(crate) mod lists;
mod rows;
pub(crate) mod shields;

use std::collections::HashMap;

use jiff::civil::Date;

use crate::db::{Store, Tx, statements, values};
use crate::error::StoreError;
use crate::steps::{ChainedStep, StepChain};

use rows::item;
pub use rows::{RepairApplication, RepairItem, RepairMaterial, repair_place};

statements! {
    ADD_APPLICATION = "INSERT INTO repair_application (id, once, subject_id, way, account_id, sealed, commitment, applied_on, applied_at, \
        applied_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    APPLICATION = "SELECT id, once, subject_id, way, account_id, sealed, commitment, applied_on, applied_at, applied_by \
        FROM repair_application WHERE id = $1";
    APPLICANT = "SELECT subject_id FROM repair_application WHERE id = $1";
    APPLICATION_ONCE = "SELECT id FROM repair_application WHERE once = $1";
    ADD_MATERIAL = "INSERT INTO repair_material (application_id, seq, material, file_digest, file_type, added_at, added_by) \
        SELECT CAST($1 AS BIGINT), COALESCE(MAX(seq), 0) + 1, $2, $3, $4, CAST($5 AS BIGINT), $6 FROM repair_material \
        WHERE application_id = CAST($1 AS BIGINT) RETURNING seq";
    BIND_MATERIAL = "INSERT INTO repair_material_item (application_id, seq, item_id) VALUES ($1, $2, $3)";
    MATERIAL_ITEMS = "SELECT seq, item_id FROM repair_material_item WHERE application_id = $1 ORDER BY seq, item_id";
    MATERIALS = "SELECT application_id, seq, material, file_digest, file_type, added_at, added_by FROM repair_material \
        WHERE application_id = $1 ORDER BY seq";
    ADD_ITEM = "INSERT INTO repair_item (id, application_id, subject_id, record_id, version, unit_id, kind, entry, rules, law_edition, \
        stage, applied_on, seq, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, $13)";
    MOVE_ITEM = "UPDATE repair_item SET stage = $2, supplied_on = $3, granted_on = $4, extended_days = $5, seq = $6, hash = $7 \
        WHERE id = $1 AND hash = $8";
    /// The row is held until the commit, on either engine.
    LOCK_ITEM = "UPDATE repair_item SET seq = seq WHERE id = $1 RETURNING id, application_id, subject_id, record_id, version, unit_id, \
        kind, entry, rules, law_edition, stage, applied_on, supplied_on, granted_on, extended_days, seq, hash";
    ITEM = "SELECT id, application_id, subject_id, record_id, version, unit_id, kind, entry, rules, law_edition, stage, applied_on, \
        supplied_on, granted_on, extended_days, seq, hash FROM repair_item WHERE id = $1";
    ITEMS_OF_APPLICATION = "SELECT id, application_id, subject_id, record_id, version, unit_id, kind, entry, rules, law_edition, stage, \
        applied_on, supplied_on, granted_on, extended_days, seq, hash FROM repair_item WHERE application_id = $1 ORDER BY id";
    ITEMS_OF_RECORD = "SELECT id, application_id, subject_id, record_id, version, unit_id, kind, entry, rules, law_edition, stage, \
        applied_on, supplied_on, granted_on, extended_days, seq, hash FROM repair_item WHERE record_id = $2 AND subject_id = $1 \
        ORDER BY id DESC";
    ITEMS_OF_SUBJECT = "SELECT id, application_id, subject_id, record_id, version, unit_id, kind, entry, rules, law_edition, stage, \
        applied_on, supplied_on, granted_on, extended_days, seq, hash FROM repair_item WHERE application_id IN \
        (SELECT id FROM repair_application WHERE subject_id = $1) ORDER BY id DESC LIMIT $2";
    ERASE_VISITORS = "UPDATE repair_application SET sealed = NULL WHERE sealed IS NOT NULL AND NOT EXISTS (SELECT 1 FROM repair_item i \
        JOIN repair_step s ON s.item_id = i.id AND s.seq = i.seq WHERE i.application_id = repair_application.id \
        AND (i.stage NOT IN ('closed', 'not-accepted', 'refused', 'withdrawn', 'lapsed') OR s.on_day >= $1))";
}

impl Tx {
    /// Keeps an application.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the same form was sent before.
    pub async fn add_repair_application(
        &mut self,
        new: &RepairApplication,
    ) -> Result<(), StoreError> {
        let values = values![
            new.id,
            &new.once,
            new.subject_id,
            &new.way,
            new.account_id,
            &new.sealed,
            &new.commitment,
            new.applied_on,
            new.applied_at,
            &new.applied_by
        ];
        self.conn().execute(&ADD_APPLICATION, values).await?;
        Ok(())
    }

    /// Keeps what was handed in with it; `seq` is given here.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn add_repair_material(&mut self, new: &RepairMaterial) -> Result<(), StoreError> {
        let values = values![
            new.application_id,
            &new.material,
            &new.file_digest,
            &new.file_type,
            new.added_at,
            &new.added_by
        ];
        let seq = self.conn().one(&ADD_MATERIAL, values).await?.int(0)?;
        for item in &new.items {
            self.conn().execute(&BIND_MATERIAL, values![new.application_id, seq, *item]).await?;
        }
        Ok(())
    }

    /// Keeps a record of an application, before its first step. Returns the hash that the first step follows.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the record is applied for already.
    pub async fn add_repair_item(&mut self, new: &RepairItem) -> Result<String, StoreError> {
        let hash = new.origin();
        let values = values![
            new.id,
            new.application_id,
            new.subject_id,
            new.record_id,
            new.version,
            &new.unit_id,
            &new.kind,
            &new.entry,
            &new.rules,
            &new.law_edition,
            &new.stage,
            new.applied_on,
            &hash
        ];
        self.conn().execute(&ADD_ITEM, values).await?;
        Ok(hash)
    }

    /// Writes the next step of an item, made against the state it was read with; number and hashes are given here. Whether nobody was
    /// first.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn move_repair_item(
        &mut self,
        next: &RepairItem,
        what: &ChainedStep,
    ) -> Result<bool, StoreError> {
        let step = StepChain::REPAIR.next(&next.stands(), what);
        let values = values![
            next.id,
            &next.stage,
            next.supplied_on,
            next.granted_on,
            next.extended_days,
            step.seq,
            &step.hash,
            &step.previous
        ];
        if self.conn().execute(&MOVE_ITEM, values).await? != 1 {
            return Ok(false);
        }
        StepChain::REPAIR.add(&mut self.conn(), &step).await?;
        Ok(true)
    }

    /// As [`Store::repair_items_of_record`], as this transaction sees it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn repair_items_of_record(
        &mut self,
        subject: i64,
        record: i64,
    ) -> Result<Vec<RepairItem>, StoreError> {
        let rows = self.conn().all(&ITEMS_OF_RECORD, values![subject, record]).await?;
        rows.iter().map(item).collect()
    }

    /// For whom an application was made, as this transaction sees it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn repair_applicant(&mut self, application: i64) -> Result<Option<i64>, StoreError> {
        let row = self.conn().maybe(&APPLICANT, values![application]).await?;
        row.map(|row| row.int(0)).transpose()
    }

    /// Erases who came to the window for applications that have all been over since before a day. Returns how many.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn erase_repair_visitors(&mut self, before: Date) -> Result<u64, StoreError> {
        self.conn().execute(&ERASE_VISITORS, values![before]).await
    }

    /// An item as it is now; nobody else moves it, nor notes a receipt that looks here first, until the transaction ends.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn lock_repair_item(&mut self, id: i64) -> Result<Option<RepairItem>, StoreError> {
        self.conn().maybe(&LOCK_ITEM, values![id]).await?.as_ref().map(item).transpose()
    }
}

impl Store {
    /// One application.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn repair_application(
        &self,
        id: i64,
    ) -> Result<Option<RepairApplication>, StoreError> {
        let mut reader = self.reader().await?;
        let row = reader.conn().maybe(&APPLICATION, values![id]).await?;
        row.map(|row| {
            Ok(RepairApplication {
                id: row.int(0)?,
                once: row.text(1)?,
                subject_id: row.int(2)?,
                way: row.text(3)?,
                account_id: row.int_or_null(4)?,
                sealed: row.bytes_or_null(5)?,
                commitment: row.text_or_null(6)?,
                applied_on: row.day(7)?,
                applied_at: row.int(8)?,
                applied_by: row.text(9)?,
            })
        })
        .transpose()
    }

    /// The application that came from a form.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn repair_application_once(&self, once: &str) -> Result<Option<i64>, StoreError> {
        let mut reader = self.reader().await?;
        let row = reader.conn().maybe(&APPLICATION_ONCE, values![once]).await?;
        row.map(|row| row.int(0)).transpose()
    }

    /// What was handed in with an application.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn repair_materials(
        &self,
        application: i64,
    ) -> Result<Vec<RepairMaterial>, StoreError> {
        let mut reader = self.reader().await?;
        let mut items: HashMap<i64, Vec<i64>> = HashMap::new();
        for row in reader.conn().all(&MATERIAL_ITEMS, values![application]).await? {
            items.entry(row.int(0)?).or_default().push(row.int(1)?);
        }
        let rows = reader.conn().all(&MATERIALS, values![application]).await?;
        rows.iter()
            .map(|row| {
                Ok(RepairMaterial {
                    items: items.remove(&row.int(1)?).unwrap_or_default(),
                    application_id: row.int(0)?,
                    seq: row.int(1)?,
                    material: row.text(2)?,
                    file_digest: row.text(3)?,
                    file_type: row.text(4)?,
                    added_at: row.int(5)?,
                    added_by: row.text(6)?,
                })
            })
            .collect()
    }

    /// One item.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn repair_item(&self, id: i64) -> Result<Option<RepairItem>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().maybe(&ITEM, values![id]).await?.as_ref().map(item).transpose()
    }

    /// The items of an application.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn repair_items(&self, application: i64) -> Result<Vec<RepairItem>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&ITEMS_OF_APPLICATION, values![application]).await?;
        rows.iter().map(item).collect()
    }

    /// The items of a record, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn repair_items_of_record(
        &self,
        subject: i64,
        record: i64,
    ) -> Result<Vec<RepairItem>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&ITEMS_OF_RECORD, values![subject, record]).await?;
        rows.iter().map(item).collect()
    }

    /// What was applied for by a subject, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn repair_items_of_subject(
        &self,
        subject: i64,
        limit: i64,
    ) -> Result<Vec<RepairItem>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&ITEMS_OF_SUBJECT, values![subject, limit]).await?;
        rows.iter().map(item).collect()
    }
}
