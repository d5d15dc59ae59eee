//! Lists and figures of repairs, by unit and stage, without a limit that could hide something: what is long is read by the page.

use std::collections::HashSet;

use jiff::civil::Date;

use super::{RepairItem, item};
use crate::db::{Row, Store, statements, values};
use crate::error::StoreError;
use crate::persons::json;
use crate::records::{Record, record};

statements! {
    CLOCKS_IN = "SELECT i.id, i.unit_id, i.stage, i.entry, i.applied_on, i.supplied_on, i.granted_on, i.extended_days \
        FROM repair_item i WHERE i.stage IN " [texts] " ORDER BY i.applied_on, i.id";
    CLOCKS_OF_UNITS = "SELECT i.id, i.unit_id, i.stage, i.entry, i.applied_on, i.supplied_on, i.granted_on, i.extended_days \
        FROM " [each] " k CROSS JOIN repair_item i WHERE i.unit_id = k.value->>0 AND i.stage = k.value->>1 ORDER BY i.applied_on, i.id";
    NEWEST_IN = "SELECT id, application_id, subject_id, record_id, version, unit_id, kind, entry, rules, law_edition, stage, \
        applied_on, supplied_on, granted_on, extended_days, seq, hash FROM repair_item WHERE stage IN " [texts]
        " ORDER BY applied_on DESC, id DESC LIMIT $2 OFFSET $3";
    NEWEST_OF_UNITS = "SELECT i.id, i.application_id, i.subject_id, i.record_id, i.version, i.unit_id, i.kind, i.entry, i.rules, \
        i.law_edition, i.stage, i.applied_on, i.supplied_on, i.granted_on, i.extended_days, i.seq, i.hash \
        FROM " [each] " k CROSS JOIN repair_item i WHERE i.unit_id = k.value->>0 AND i.stage = k.value->>1 \
        ORDER BY i.applied_on DESC, i.id DESC LIMIT $2 OFFSET $3";
    COUNT_IN = "SELECT COUNT(*) FROM repair_item WHERE stage IN " [texts] "";
    COUNT_OF_UNITS = "SELECT COUNT(*) FROM " [each] " k CROSS JOIN repair_item i WHERE i.unit_id = k.value->>0 AND i.stage = k.value->>1";
    COURSES_IN = "SELECT i.id, i.unit_id, i.stage, i.entry, i.applied_on, i.supplied_on, i.granted_on, i.extended_days, \
        (SELECT MIN(s.on_day) FROM repair_step s WHERE s.item_id = i.id AND s.event = 'accept'), \
        (SELECT MIN(s.on_day) FROM repair_step s WHERE s.item_id = i.id AND s.event = 'review'), \
        (SELECT MIN(s.on_day) FROM repair_step s WHERE s.item_id = i.id AND s.event = 'grant'), \
        (SELECT MIN(s.on_day) FROM repair_step s WHERE s.item_id = i.id AND s.event = 'confirm') \
        FROM repair_item i WHERE i.stage IN " [texts] "";
    COURSES_OF_UNITS = "SELECT i.id, i.unit_id, i.stage, i.entry, i.applied_on, i.supplied_on, i.granted_on, i.extended_days, \
        (SELECT MIN(s.on_day) FROM repair_step s WHERE s.item_id = i.id AND s.event = 'accept'), \
        (SELECT MIN(s.on_day) FROM repair_step s WHERE s.item_id = i.id AND s.event = 'review'), \
        (SELECT MIN(s.on_day) FROM repair_step s WHERE s.item_id = i.id AND s.event = 'grant'), \
        (SELECT MIN(s.on_day) FROM repair_step s WHERE s.item_id = i.id AND s.event = 'confirm') \
        FROM " [each] " k CROSS JOIN repair_item i WHERE i.unit_id = k.value->>0 AND i.stage = k.value->>1";
    PUBLIC_OF_UNITS = "SELECT r.subject_id, r.id, r.kind, r.natural_key, r.version, v.content, v.sealed, v.platform, r.party_category, \
        r.decided_on, v.valid_until, r.unit_id, r.batch_id, r.row, v.known_at, v.law_edition, r.public_from, r.public_until, \
        r.withdrawn_on, r.state, v.content_digest FROM record r CROSS JOIN record_version v \
        WHERE r.unit_id IN " [texts] " AND r.kind = $2 AND r.state = 'standing' AND r.public_from IS NOT NULL \
        AND r.public_from <= $3 AND r.public_until >= $3 AND r.id > $4 \
        AND v.record_id = r.id AND v.version = r.version AND v.subject_id = r.subject_id ORDER BY r.id LIMIT $5";
    PUBLIC_OF_ALL = "SELECT r.subject_id, r.id, r.kind, r.natural_key, r.version, v.content, v.sealed, v.platform, r.party_category, \
        r.decided_on, v.valid_until, r.unit_id, r.batch_id, r.row, v.known_at, v.law_edition, r.public_from, r.public_until, \
        r.withdrawn_on, r.state, v.content_digest FROM record r CROSS JOIN record_version v \
        WHERE r.kind = $1 AND r.state = 'standing' AND r.public_from IS NOT NULL \
        AND r.public_from <= $2 AND r.public_until >= $2 AND r.id > $3 \
        AND v.record_id = r.id AND v.version = r.version AND v.subject_id = r.subject_id ORDER BY r.id LIMIT $4";
    UNDER_WAY = "SELECT i.record_id FROM " [each] " k CROSS JOIN repair_item i WHERE i.record_id = CAST(k.value->>1 AS BIGINT) \
        AND i.subject_id = CAST(k.value->>0 AS BIGINT) \
        AND i.stage IN ('applied', 'supplement', 'supplied', 'accepted', 'extended', 'reviewed', 'forwarded')";
    GROUNDS = "SELECT n.ground, COUNT(*) FROM repair_step_note n CROSS JOIN repair_item i WHERE i.id = n.item_id AND n.ground <> '' \
        GROUP BY n.ground";
    GROUNDS_OF_UNITS = "SELECT n.ground, COUNT(*) FROM repair_step_note n CROSS JOIN repair_item i WHERE i.id = n.item_id \
        AND n.ground <> '' AND i.unit_id IN " [texts] " GROUP BY n.ground";
}

/// What the clocks of an item are worked out from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepairClock {
    /// The item.
    pub id: i64,
    /// The unit that owes the next step.
    pub unit_id: String,
    /// Where it stands, a stable word.
    pub stage: String,
    /// Where the application goes in, a stable word.
    pub entry: String,
    /// When it was applied for.
    pub applied_on: Date,
    /// When what was missing was given.
    pub supplied_on: Option<Date>,
    /// When it was granted.
    pub granted_on: Option<Date>,
    /// Working days that it was extended by.
    pub extended_days: Option<i64>,
}

/// The same with the days of its steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepairCourse {
    /// As it stands.
    pub clock: RepairClock,
    /// When it was accepted.
    pub accepted: Option<Date>,
    /// When the unit said what it thinks.
    pub reviewed: Option<Date>,
    /// When it was decided to grant it.
    pub granted: Option<Date>,
    /// When every place had confirmed.
    pub confirmed: Option<Date>,
}

fn clock(row: &Row) -> Result<RepairClock, StoreError> {
    Ok(RepairClock {
        id: row.int(0)?,
        unit_id: row.text(1)?,
        stage: row.text(2)?,
        entry: row.text(3)?,
        applied_on: row.day(4)?,
        supplied_on: row.day_or_null(5)?,
        granted_on: row.day_or_null(6)?,
        extended_days: row.int_or_null(7)?,
    })
}

/// Units and stages as the statements take them: each with each.
pub(super) fn pairs(units: &[String], stages: &[&str]) -> String {
    let each = |unit: &'_ String| stages.iter().map(|stage| (unit.clone(), *stage)).collect();
    json(&units.iter().flat_map(|unit| -> Vec<(String, &str)> { each(unit) }).collect::<Vec<_>>())
}

impl Store {
    /// The clocks of all items in some stages, of some units or of all, those applied for first before the others.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn repair_clocks(
        &self,
        units: Option<&[String]>,
        stages: &[&str],
    ) -> Result<Vec<RepairClock>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = match units {
            Some(units) => {
                reader.conn().all(&CLOCKS_OF_UNITS, values![pairs(units, stages)]).await?
            }
            None => reader.conn().all(&CLOCKS_IN, values![json(stages)]).await?,
        };
        rows.iter().map(clock).collect()
    }

    /// A page of the items in some stages, of some units or of all, the newest first, and how many there are.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn repair_items_page(
        &self,
        units: Option<&[String]>,
        stages: &[&str],
        (limit, offset): (i64, i64),
    ) -> Result<(Vec<RepairItem>, i64), StoreError> {
        let (page, count, list) = match units {
            Some(units) => (&NEWEST_OF_UNITS, &COUNT_OF_UNITS, pairs(units, stages)),
            None => (&NEWEST_IN, &COUNT_IN, json(stages)),
        };
        let mut reader = self.reader().await?;
        let all = reader.conn().one(count, values![&list]).await?.int(0)?;
        let rows = reader.conn().all(page, values![&list, limit, offset]).await?;
        Ok((rows.iter().map(item).collect::<Result<_, _>>()?, all))
    }

    /// The days of the steps of all items in some stages, of some units or of all.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn repair_courses(
        &self,
        units: Option<&[String]>,
        stages: &[&str],
    ) -> Result<Vec<RepairCourse>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = match units {
            Some(units) => {
                reader.conn().all(&COURSES_OF_UNITS, values![pairs(units, stages)]).await?
            }
            None => reader.conn().all(&COURSES_IN, values![json(stages)]).await?,
        };
        rows.iter()
            .map(|row| {
                Ok(RepairCourse {
                    clock: clock(row)?,
                    accepted: row.day_or_null(8)?,
                    reviewed: row.day_or_null(9)?,
                    granted: row.day_or_null(10)?,
                    confirmed: row.day_or_null(11)?,
                })
            })
            .collect()
    }

    /// Records of a kind that are public on `today` by their dates, of some units or of all, in the order of their ids after one.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn public_records_of_units(
        &self,
        units: Option<&[String]>,
        kind: &str,
        today: Date,
        (after, limit): (i64, i64),
    ) -> Result<Vec<Record>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = match units {
            Some(units) => {
                let values = values![json(units), kind, today, after, limit];
                reader.conn().all(&PUBLIC_OF_UNITS, values).await?
            }
            None => reader.conn().all(&PUBLIC_OF_ALL, values![kind, today, after, limit]).await?,
        };
        rows.iter().map(record).collect()
    }

    /// Of some records, each as (subject, record), those that were applied for and are not decided yet.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn repairs_under_way(
        &self,
        records: &[(i64, i64)],
    ) -> Result<HashSet<i64>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&UNDER_WAY, values![json(records)]).await?;
        rows.iter().map(|row| row.int(0)).collect()
    }

    /// How often each ground was given, by some units or by all.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn repair_grounds(
        &self,
        units: Option<&[String]>,
    ) -> Result<Vec<(String, i64)>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = match units {
            Some(units) => reader.conn().all(&GROUNDS_OF_UNITS, values![json(units)]).await?,
            None => reader.conn().all(&GROUNDS, vec![]).await?,
        };
        rows.iter().map(|row| Ok((row.text(0)?, row.int(1)?))).collect()
    }
}
