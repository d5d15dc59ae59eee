//! 权力事项目录: editions of what a unit may license and punish, and what people said about names that stand in none.

use jiff::civil::Date;

use crate::db::{Insert, Row, Store, Tx, statements, values};
use crate::error::StoreError;

static ADD_POWERS: Insert =
    Insert::new("power (edition_id, seq, code, name, kind, basis, from_day, until_day)", 8, "");

statements! {
    ADD_EDITION = "INSERT INTO power_edition (id, unit_id, from_day, note, file_name, state, proposed_by, proposed_at) \
        VALUES ($1, $2, $3, $4, $5, 'proposed', $6, $7)";
    DECIDE_EDITION = "UPDATE power_edition SET state = $2, decided_by = $3, decided_at = $4, reason = $5 \
        WHERE id = $1 AND state = 'proposed'";
    EDITIONS = "SELECT id, unit_id, from_day, note, file_name, state, proposed_by, proposed_at, decided_by, decided_at, reason, \
        (SELECT COUNT(*) FROM power p WHERE p.edition_id = e.id) FROM power_edition e \
        WHERE (CAST($1 AS TEXT) IS NULL OR e.unit_id = $1) ORDER BY e.unit_id, e.from_day DESC, e.id DESC";
    EDITION = "SELECT id, unit_id, from_day, note, file_name, state, proposed_by, proposed_at, decided_by, decided_at, reason, \
        (SELECT COUNT(*) FROM power p WHERE p.edition_id = e.id) FROM power_edition e WHERE e.id = $1";
    POWERS = "SELECT code, name, kind, basis, from_day, until_day FROM power WHERE edition_id = $1 ORDER BY seq";
    ADD_MAPPING = "INSERT INTO power_mapping (id, unit_id, kind, name_key, name, code, note, actor, at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    END_MAPPING = "UPDATE power_mapping SET ended_by = $2, ended_at = $3 WHERE id = $1 AND ended_by IS NULL";
    MAPPINGS = "SELECT id, unit_id, kind, name_key, name, code, note, actor, at FROM power_mapping \
        WHERE unit_id = $1 AND ended_by IS NULL ORDER BY kind, name, id";
    MAPPING = "SELECT id, unit_id, kind, name_key, name, code, note, actor, at FROM power_mapping \
        WHERE id = $1 AND ended_by IS NULL";
    NAMED = "SELECT r.subject_id, r.id, r.decided_on, v.content FROM record r CROSS JOIN record_version v \
        WHERE r.unit_id = $1 AND r.kind = $2 AND r.decided_on >= $3 AND r.decided_on <= $4 AND r.state = 'standing' \
        AND (r.decided_on, r.id) > ($5, CAST($6 AS BIGINT)) \
        AND v.record_id = r.id AND v.version = r.version AND v.subject_id = r.subject_id ORDER BY r.decided_on, r.id LIMIT $7";
    COUNT_DECIDED = "SELECT COUNT(*) FROM record WHERE kind = $1 AND decided_on >= $2 AND decided_on <= $3";
}

/// An edition of a unit's catalogue of powers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PowerEdition {
    /// Its id.
    pub id: i64,
    /// The unit.
    pub unit_id: String,
    /// The first day it is in force.
    pub from: Date,
    /// What it rests on, in somebody's words.
    pub note: String,
    /// The file it was read from; none when it was typed.
    pub file_name: Option<String>,
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
    /// How many matters it has.
    pub powers: i64,
}

/// A matter of an edition: what a unit may license or punish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Power {
    /// Its code in the list of powers.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The record kind that its decisions are.
    pub kind: String,
    /// The legal basis.
    pub basis: String,
    /// The first day it may be used; none: as long as the edition is in force.
    pub from: Option<Date>,
    /// The last day.
    pub until: Option<Date>,
}

/// What a person said about a name on records that stands in no edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PowerMapping {
    /// Its id.
    pub id: i64,
    /// The unit.
    pub unit_id: String,
    /// The record kind.
    pub kind: String,
    /// The folded name.
    pub name_key: String,
    /// The name as the record has it.
    pub name: String,
    /// The code of the matter it is; empty: it is none of them, and the note says why.
    pub code: String,
    /// In somebody's words.
    pub note: String,
    /// Who.
    pub actor: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

/// A record with what it says, for whoever looks for a name in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedRecord {
    /// Whose it is.
    pub subject_id: i64,
    /// The record.
    pub id: i64,
    /// The day of the decision.
    pub decided_on: Date,
    /// The non-sensitive fields, as JSON.
    pub content: String,
}

fn edition(row: &Row) -> Result<PowerEdition, StoreError> {
    Ok(PowerEdition {
        id: row.int(0)?,
        unit_id: row.text(1)?,
        from: row.day(2)?,
        note: row.text(3)?,
        file_name: row.text_or_null(4)?,
        state: row.text(5)?,
        proposed_by: row.text(6)?,
        proposed_at: row.int(7)?,
        decided_by: row.text_or_null(8)?,
        decided_at: row.int_or_null(9)?,
        reason: row.text_or_null(10)?,
        powers: row.int(11)?,
    })
}

fn mapping(row: &Row) -> Result<PowerMapping, StoreError> {
    Ok(PowerMapping {
        id: row.int(0)?,
        unit_id: row.text(1)?,
        kind: row.text(2)?,
        name_key: row.text(3)?,
        name: row.text(4)?,
        code: row.text(5)?,
        note: row.text(6)?,
        actor: row.text(7)?,
        at: row.int(8)?,
    })
}

impl Tx {
    /// Keeps an edition that waits for a second person, with its matters in their order.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn propose_powers(
        &mut self,
        new: &PowerEdition,
        powers: &[Power],
    ) -> Result<(), StoreError> {
        let values = values![
            new.id,
            &new.unit_id,
            new.from,
            &new.note,
            &new.file_name,
            &new.proposed_by,
            new.proposed_at
        ];
        self.conn().execute(&ADD_EDITION, values).await?;
        let mut rows = Vec::new();
        for (seq, power) in (1_i64..).zip(powers) {
            rows.extend(values![
                new.id,
                seq,
                &power.code,
                &power.name,
                &power.kind,
                &power.basis,
                power.from,
                power.until
            ]);
        }
        self.conn().insert(&ADD_POWERS, &rows).await?;
        Ok(())
    }

    /// Releases or declines an edition that waits. Whether it did.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn decide_powers(
        &mut self,
        id: i64,
        state: &str,
        (actor, at): (&str, i64),
        reason: Option<&str>,
    ) -> Result<bool, StoreError> {
        let values = values![id, state, actor, at, reason];
        Ok(self.conn().execute(&DECIDE_EDITION, values).await? == 1)
    }

    /// Keeps what a person said about a name.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn map_power(&mut self, new: &PowerMapping) -> Result<(), StoreError> {
        let values = values![
            new.id,
            &new.unit_id,
            &new.kind,
            &new.name_key,
            &new.name,
            &new.code,
            &new.note,
            &new.actor,
            new.at
        ];
        self.conn().execute(&ADD_MAPPING, values).await?;
        Ok(())
    }

    /// Takes back what was said about a name; it stays in the history. Whether it stood.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn end_power_mapping(
        &mut self,
        id: i64,
        actor: &str,
        at: i64,
    ) -> Result<bool, StoreError> {
        Ok(self.conn().execute(&END_MAPPING, values![id, actor, at]).await? == 1)
    }
}

impl Store {
    /// The editions of a unit, or of all, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn power_editions(
        &self,
        unit: Option<&str>,
    ) -> Result<Vec<PowerEdition>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(&EDITIONS, values![unit]).await?.iter().map(edition).collect()
    }

    /// An edition.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn power_edition(&self, id: i64) -> Result<Option<PowerEdition>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().maybe(&EDITION, values![id]).await?.as_ref().map(edition).transpose()
    }

    /// The matters of an edition, in its order.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn powers(&self, edition: i64) -> Result<Vec<Power>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&POWERS, values![edition]).await?;
        rows.iter()
            .map(|row| {
                Ok(Power {
                    code: row.text(0)?,
                    name: row.text(1)?,
                    kind: row.text(2)?,
                    basis: row.text(3)?,
                    from: row.day_or_null(4)?,
                    until: row.day_or_null(5)?,
                })
            })
            .collect()
    }

    /// What stands about names on records of a unit.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn power_mappings(&self, unit: &str) -> Result<Vec<PowerMapping>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(&MAPPINGS, values![unit]).await?.iter().map(mapping).collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn power_mapping(&self, id: i64) -> Result<Option<PowerMapping>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().maybe(&MAPPING, values![id]).await?.as_ref().map(mapping).transpose()
    }

    /// Standing records of a unit and kind decided from `first` to `last`, both inclusive, in the order of day and id after a
    /// place.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn named_records(
        &self,
        (unit, kind): (&str, &str),
        (first, last): (Date, Date),
        (day, id): (Date, i64),
        limit: i64,
    ) -> Result<Vec<NamedRecord>, StoreError> {
        let values = values![unit, kind, first, last, day, id, limit];
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&NAMED, values).await?;
        rows.iter()
            .map(|row| {
                Ok(NamedRecord {
                    subject_id: row.int(0)?,
                    id: row.int(1)?,
                    decided_on: row.day(2)?,
                    content: row.text(3)?,
                })
            })
            .collect()
    }

    /// How many records of a kind were decided from `first` to `last`, both inclusive.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn count_decided(
        &self,
        kind: &str,
        first: Date,
        last: Date,
    ) -> Result<i64, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().one(&COUNT_DECIDED, values![kind, first, last]).await?.int(0)
    }
}
