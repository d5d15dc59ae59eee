//! The bodies that deliver records.

use crate::db::{Insert, Row, Store, Tx, Value, statements, values};
use crate::error::StoreError;

static PUT: Insert = Insert::new(
    "unit (id, name, code, settings, active)",
    5,
    "ON CONFLICT (id) DO UPDATE SET name = excluded.name, code = excluded.code, \
     settings = excluded.settings, active = excluded.active",
);

statements! {
    UNITS = "SELECT id, name, code, settings, active FROM unit ORDER BY id";
    UNIT = "SELECT id, name, code, settings, active FROM unit WHERE id = $1";
}

/// A body that delivers records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its short stable id.
    pub id: String,
    /// Its official name.
    pub name: String,
    /// Its unified social credit code where known.
    pub code: Option<String>,
    /// Settings as JSON.
    pub settings: String,
    /// Whether it still delivers.
    pub active: bool,
}

fn unit(row: &Row) -> Result<Unit, StoreError> {
    Ok(Unit {
        id: row.text(0)?,
        name: row.text(1)?,
        code: row.text_or_null(2)?,
        settings: row.text(3)?,
        active: row.flag(4)?,
    })
}

impl Tx {
    /// Adds units or brings them up to date.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn put_units(&mut self, units: &[Unit]) -> Result<(), StoreError> {
        let mut rows: Vec<Value<'_>> = Vec::with_capacity(units.len() * 5);
        for unit in units {
            rows.extend(values![&unit.id, &unit.name, &unit.code, &unit.settings, unit.active]);
        }
        self.conn().insert(&PUT, &rows).await?;
        Ok(())
    }
}

impl Store {
    /// All units, by id.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn units(&self) -> Result<Vec<Unit>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(&UNITS, vec![]).await?.iter().map(unit).collect()
    }

    /// One unit.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn unit(&self, id: &str) -> Result<Option<Unit>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().maybe(&UNIT, values![id]).await?.as_ref().map(unit).transpose()
    }
}
