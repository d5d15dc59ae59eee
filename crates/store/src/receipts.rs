//! The receipts of the places where a record is shown and used: each tells since when the place shows the record as it is now, or no more.

use crate::db::{Row, Statement, Store, Tx, statements, values};
use crate::error::StoreError;

statements! {
    ADD_REPAIR_RECEIPT = "INSERT INTO repair_receipt (item_id, place) VALUES ($1, $2) ON CONFLICT (item_id, place) DO NOTHING";
    CONFIRM_REPAIR_RECEIPT = "UPDATE repair_receipt SET confirmed_at = $3, confirmed_by = $4, evidence = $5 \
        WHERE item_id = $1 AND place = $2 AND confirmed_at IS NULL";
    REPAIR_RECEIPTS = "SELECT item_id, place, confirmed_at, confirmed_by, evidence FROM repair_receipt WHERE item_id = $1 ORDER BY place";
    OPEN_REPAIR_RECEIPTS = "SELECT COUNT(*) FROM repair_receipt WHERE item_id = $1 AND confirmed_at IS NULL";
    ADD_OBJECTION_RECEIPT = "INSERT INTO objection_receipt (objection_id, place) VALUES ($1, $2) \
        ON CONFLICT (objection_id, place) DO NOTHING";
    CONFIRM_OBJECTION_RECEIPT = "UPDATE objection_receipt SET confirmed_at = $3, confirmed_by = $4, evidence = $5 \
        WHERE objection_id = $1 AND place = $2 AND confirmed_at IS NULL";
    OBJECTION_RECEIPTS = "SELECT objection_id, place, confirmed_at, confirmed_by, evidence FROM objection_receipt \
        WHERE objection_id = $1 ORDER BY place";
    OPEN_OBJECTION_RECEIPTS = "SELECT COUNT(*) FROM objection_receipt WHERE objection_id = $1 AND confirmed_at IS NULL";
}

/// Where the receipts of one sort of proceeding are kept.
#[derive(Debug)]
pub struct Receipts {
    add: &'static Statement,
    confirm: &'static Statement,
    read: &'static Statement,
    open: &'static Statement,
}

/// Whether a place has confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The id of the proceeding.
    pub of: i64,
    /// A code of the list of places.
    pub place: String,
    /// Since when that is confirmed, in milliseconds since 1970.
    pub confirmed_at: Option<i64>,
    /// By whom.
    pub confirmed_by: Option<String>,
    /// By what.
    pub evidence: Option<String>,
}

impl Receipts {
    /// Those of a repair, and of a shield: it shows the record no more.
    pub const REPAIR: Self = Self {
        add: &ADD_REPAIR_RECEIPT,
        confirm: &CONFIRM_REPAIR_RECEIPT,
        read: &REPAIR_RECEIPTS,
        open: &OPEN_REPAIR_RECEIPTS,
    };
    /// Those of an objection: it shows the record as it was corrected.
    pub const OBJECTION: Self = Self {
        add: &ADD_OBJECTION_RECEIPT,
        confirm: &CONFIRM_OBJECTION_RECEIPT,
        read: &OBJECTION_RECEIPTS,
        open: &OPEN_OBJECTION_RECEIPTS,
    };
}

fn receipt(row: &Row) -> Result<Receipt, StoreError> {
    Ok(Receipt {
        of: row.int(0)?,
        place: row.text(1)?,
        confirmed_at: row.int_or_null(2)?,
        confirmed_by: row.text_or_null(3)?,
        evidence: row.text_or_null(4)?,
    })
}

impl Tx {
    /// Notes the places that must confirm.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn add_receipts(
        &mut self,
        kept: &Receipts,
        of: i64,
        places: &[String],
    ) -> Result<(), StoreError> {
        for place in places {
            self.conn().execute(kept.add, values![of, place]).await?;
        }
        Ok(())
    }

    /// Notes that a place has confirmed. Whether it had not been noted before.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn confirm_receipt(
        &mut self,
        kept: &Receipts,
        (of, place): (i64, &str),
        (by, at): (&str, i64),
        evidence: &str,
    ) -> Result<bool, StoreError> {
        let values = values![of, place, at, by, evidence];
        Ok(self.conn().execute(kept.confirm, values).await? == 1)
    }

    /// How many places have not confirmed, as this transaction sees it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn open_receipts(&mut self, kept: &Receipts, of: i64) -> Result<i64, StoreError> {
        self.conn().one(kept.open, values![of]).await?.int(0)
    }
}

impl Store {
    /// The places that must confirm.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn receipts(&self, kept: &Receipts, of: i64) -> Result<Vec<Receipt>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(kept.read, values![of]).await?.iter().map(receipt).collect()
    }
}
