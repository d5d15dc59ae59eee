//! The bodies that deliver records, their history, and who took over from whom.

use jiff::civil::Date;

use crate::chain::Link;
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
    ADD_VERSION = "INSERT INTO unit_version (unit_id, version, name, code, settings, active, on_day, change, reason, document, \
        actor, known_at, previous, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    VERSIONS = "SELECT unit_id, version, name, code, settings, active, on_day, change, reason, document, actor, known_at, \
        previous, hash FROM unit_version WHERE unit_id = $1 ORDER BY version";
    LAST_VERSION = "SELECT version, hash FROM unit_version WHERE unit_id = $1 ORDER BY version DESC LIMIT 1";
    UNITS_WITH_HISTORY = "SELECT DISTINCT unit_id FROM unit_version ORDER BY unit_id";
    ADD_SUCCESSOR = "INSERT INTO unit_successor (unit_id, successor_id, on_day, change) VALUES ($1, $2, $3, $4)";
    SUCCESSORS = "SELECT unit_id, successor_id, on_day, change FROM unit_successor ORDER BY on_day, unit_id, successor_id";
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

/// A state of a unit in its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitVersion {
    /// The unit.
    pub unit_id: String,
    /// The number, from 1; given when it is written.
    pub version: i64,
    /// Its official name then.
    pub name: String,
    /// Its unified social credit code then.
    pub code: Option<String>,
    /// Its settings then, as JSON.
    pub settings: String,
    /// Whether it still delivered.
    pub active: bool,
    /// From which day it holds.
    pub on_day: Date,
    /// What happened, a stable word.
    pub change: String,
    /// Why.
    pub reason: String,
    /// The document it rests on.
    pub document: String,
    /// Who wrote it down.
    pub actor: String,
    /// When, in milliseconds since 1970.
    pub known_at: i64,
    /// The hash of the version before; given when it is written.
    pub previous: String,
    /// The hash of this version; given when it is written.
    pub hash: String,
}

/// That one unit took over from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitSuccessor {
    /// The unit that ended.
    pub unit_id: String,
    /// The one that took over.
    pub successor_id: String,
    /// From which day on.
    pub on_day: Date,
    /// `merge`, `split` or `successor`.
    pub change: String,
}

pub(crate) fn version_hash(version: &UnitVersion) -> String {
    Link::new("u")
        .text(&version.unit_id)
        .int(version.version)
        .text(&version.name)
        .text_or_null(version.code.as_deref())
        .text(&version.settings)
        .int(i64::from(version.active))
        .text(&version.on_day.to_string())
        .text(&version.change)
        .text(&version.reason)
        .text(&version.document)
        .text(&version.actor)
        .int(version.known_at)
        .text(&version.previous)
        .hash()
}

pub(crate) fn version(row: &Row) -> Result<UnitVersion, StoreError> {
    Ok(UnitVersion {
        unit_id: row.text(0)?,
        version: row.int(1)?,
        name: row.text(2)?,
        code: row.text_or_null(3)?,
        settings: row.text(4)?,
        active: row.flag(5)?,
        on_day: row.day(6)?,
        change: row.text(7)?,
        reason: row.text(8)?,
        document: row.text(9)?,
        actor: row.text(10)?,
        known_at: row.int(11)?,
        previous: row.text(12)?,
        hash: row.text(13)?,
    })
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

    /// Whether a unit has a history, also one that is not committed yet.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn has_unit_history(&mut self, id: &str) -> Result<bool, StoreError> {
        Ok(self.conn().maybe(&LAST_VERSION, values![id]).await?.is_some())
    }

    /// Appends a state to a unit's history; number, previous hash and hash are set here.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if somebody else appended at the same time.
    pub async fn add_unit_version(&mut self, new: &UnitVersion) -> Result<(), StoreError> {
        let last = self.conn().maybe(&LAST_VERSION, values![&new.unit_id]).await?;
        let (number, previous) = match last {
            Some(row) => (row.int(0)?, row.text(1)?),
            None => (0, String::new()),
        };
        let mut linked = UnitVersion { version: number + 1, previous, ..new.clone() };
        linked.hash = version_hash(&linked);
        let values = values![
            &linked.unit_id,
            linked.version,
            &linked.name,
            &linked.code,
            &linked.settings,
            linked.active,
            linked.on_day,
            &linked.change,
            &linked.reason,
            &linked.document,
            &linked.actor,
            linked.known_at,
            &linked.previous,
            &linked.hash
        ];
        self.conn().execute(&ADD_VERSION, values).await?;
        Ok(())
    }

    /// Notes that one unit took over from another.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if it had already.
    pub async fn add_unit_successor(&mut self, new: &UnitSuccessor) -> Result<(), StoreError> {
        let values = values![&new.unit_id, &new.successor_id, new.on_day, &new.change];
        self.conn().execute(&ADD_SUCCESSOR, values).await?;
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

    /// The history of a unit, the oldest first; empty for one that is as its county's file has it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn unit_versions(&self, id: &str) -> Result<Vec<UnitVersion>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(&VERSIONS, values![id]).await?.iter().map(version).collect()
    }

    /// The ids of units that were changed here.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn units_with_history(&self) -> Result<Vec<String>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&UNITS_WITH_HISTORY, vec![]).await?;
        rows.iter().map(|row| row.text(0)).collect()
    }

    /// Who took over from whom, the earliest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn unit_successors(&self) -> Result<Vec<UnitSuccessor>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&SUCCESSORS, vec![]).await?;
        rows.iter()
            .map(|row| {
                Ok(UnitSuccessor {
                    unit_id: row.text(0)?,
                    successor_id: row.text(1)?,
                    on_day: row.day(2)?,
                    change: row.text(3)?,
                })
            })
            .collect()
    }
}
