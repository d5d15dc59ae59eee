//! What came in: how many records of each day of decision arrived on which day, and what the batches came to.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

use super::ARRIVALS;
use super::numbers::{NumberPlace, bind_documents, touch};
use crate::db::{Bound, Insert, Row, Store, Tx, Value, statements, values};
use crate::error::StoreError;
use crate::persons::json;
use crate::records::{NewRecord, RecordChange};

static ARRIVE: Insert = Insert::new(
    "arrival (unit_id, kind, decided_on, received_on, records)",
    5,
    "ON CONFLICT (unit_id, kind, decided_on, received_on) DO UPDATE SET records = arrival.records + excluded.records",
);

statements! {
    RECEIVED_AT = "SELECT id, received_at FROM batch WHERE id IN " [ints] "";
    STOOD = "SELECT r.id, r.unit_id, r.decided_on, b.received_at FROM " [each] " k CROSS JOIN record r \
        CROSS JOIN record_version v CROSS JOIN batch b \
        WHERE r.id = CAST(k.value->>1 AS BIGINT) AND r.subject_id = CAST(k.value->>0 AS BIGINT) \
        AND v.record_id = r.id AND v.version = 1 AND v.subject_id = r.subject_id AND b.id = v.batch_id";
    FORGET_NUMBER = "DELETE FROM document_number WHERE unit_id = $1 AND kind = $2 AND year = $3 AND series = $4 AND serial = $5 \
        AND record_id = $6";
    FORGET_EMPTY = "DELETE FROM arrival WHERE records = 0 AND unit_id = $1";
    ARRIVALS_OF = "SELECT unit_id, kind, decided_on, received_on, records FROM arrival \
        WHERE unit_id = $3 AND kind = $4 AND decided_on >= $1 AND decided_on <= $2 ORDER BY 1, 2, 3, 4";
    NEWEST_ARRIVALS = "SELECT unit_id, kind, MAX(received_on) FROM arrival WHERE decided_on >= $1 GROUP BY unit_id, kind ORDER BY 1, 2";
    REACH = "SELECT unit_id, kind, MIN(decided_on), MAX(received_on) FROM arrival GROUP BY unit_id, kind ORDER BY 1, 2";
    ARRIVED_LATE = "SELECT r.subject_id, r.id, r.natural_key, b.received_at FROM record r CROSS JOIN record_version v \
        CROSS JOIN batch b WHERE r.unit_id = $1 AND r.kind = $2 AND r.decided_on = $3 AND v.record_id = r.id AND v.version = 1 \
        AND v.subject_id = r.subject_id AND b.id = v.batch_id AND b.received_at >= $4 ORDER BY b.received_at, r.id LIMIT $5";
    BATCH_ROWS = "SELECT unit_id, kind, SUM(count_received), SUM(count_recorded + count_unchanged), SUM(count_held), \
        SUM(count_refused) FROM batch WHERE received_at >= $1 AND received_at < $2 AND stage <> 'cancelled' \
        AND checked_at IS NOT NULL GROUP BY unit_id, kind ORDER BY 1, 2";
    MISSING_FIELDS = "SELECT b.unit_id, b.kind, COUNT(*) FROM batch b JOIN finding f ON f.batch_id = b.id \
        WHERE b.received_at >= $1 AND b.received_at < $2 AND b.stage <> 'cancelled' AND f.code = 'field.missing' \
        GROUP BY b.unit_id, b.kind ORDER BY 1, 2";
    HELD_ROWS = "SELECT unit_id, SUM(count_held), SUM(count_refused) FROM batch WHERE stage = 'recorded' AND received_at >= $1 \
        AND (CAST($2 AS TEXT) IS NULL OR unit_id = $2) GROUP BY unit_id";
}

/// How many records of a unit, decided on a day, arrived on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The unit.
    pub unit_id: String,
    /// The kind.
    pub kind: String,
    /// The day of the decisions.
    pub decided_on: Date,
    /// The day in Beijing on which the file came that first brought them.
    pub received_on: Date,
    /// How many.
    pub records: i64,
}

/// How far a unit's records of a kind reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// The unit.
    pub unit_id: String,
    /// The kind.
    pub kind: String,
    /// The earliest day of decision.
    pub first: Date,
    /// The day in Beijing on which the last file arrived.
    pub last: Date,
}

/// A record that arrived at or after an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArrivedRecord {
    /// The subject.
    pub subject_id: i64,
    /// The record.
    pub id: i64,
    /// Its natural key.
    pub natural_key: String,
    /// When the file came that first brought it, in milliseconds since 1970.
    pub received_at: i64,
}

/// Rows that a unit handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowTally {
    /// The unit.
    pub unit_id: String,
    /// The kind.
    pub kind: String,
    /// Rows received.
    pub received: i64,
    /// Of these, taken in or there already.
    pub stored: i64,
    /// Held for somebody to decide.
    pub held: i64,
    /// Refused.
    pub refused: i64,
}

/// What arrived with new records: batch, unit, kind, day of decision, and how many.
pub(crate) type Arrived = BTreeMap<(i64, String, String, Date), i64>;

pub(crate) fn count_arrived(records: &[NewRecord]) -> Arrived {
    let mut arrived = Arrived::new();
    // What no unit reported arrived nowhere.
    for new in records.iter().filter(|new| new.batch_id != 0) {
        let key = (new.batch_id, new.unit_id.clone(), new.kind.clone(), new.decided_on);
        *arrived.entry(key).or_default() += 1;
    }
    arrived
}

/// The day of an instant in Beijing, which has one time and no summer time.
pub(super) fn day_of(instant: i64) -> Result<Date, StoreError> {
    let moment = Timestamp::from_millisecond(instant).map_err(|error| {
        StoreError::inconsistent("batch", "received_at", instant.to_string(), error.to_string())
    })?;
    Ok(moment.to_zoned_datetime(TimeZone::fixed(Offset::constant(8))).date())
}

pub(super) fn arrival(row: &Row) -> Result<Arrival, StoreError> {
    Ok(Arrival {
        unit_id: row.text(0)?,
        kind: row.text(1)?,
        decided_on: row.day(2)?,
        received_on: row.day(3)?,
        records: row.int(4)?,
    })
}

impl Tx {
    /// Adds to what arrived.
    pub(crate) async fn note_arrivals(&mut self, arrived: &Arrived) -> Result<(), StoreError> {
        if arrived.is_empty() {
            return Ok(());
        }
        let batches: Vec<i64> = arrived.keys().map(|(batch, ..)| *batch).collect();
        let mut days: HashMap<i64, Date> = HashMap::new();
        for row in self.conn().all(&RECEIVED_AT, values![json(&batches)]).await? {
            days.insert(row.int(0)?, day_of(row.int(1)?)?);
        }
        let mut counted: BTreeMap<(&str, &str, Date, Date), i64> = BTreeMap::new();
        for ((batch, unit, kind, decided), count) in arrived {
            let received = days.get(batch).ok_or_else(|| {
                StoreError::inconsistent("batch", "id", batch.to_string(), "记录所属的批次不存在")
            })?;
            *counted.entry((unit, kind, *decided, *received)).or_default() += count;
        }
        self.add_arrivals(&counted).await
    }

    pub(crate) async fn add_arrivals(
        &mut self,
        counted: &BTreeMap<(&str, &str, Date, Date), i64>,
    ) -> Result<(), StoreError> {
        let mut rows: Vec<Value<'_>> = Vec::new();
        for ((unit, kind, decided, received), count) in counted {
            rows.extend(values![*unit, *kind, *decided, *received, *count]);
        }
        let mut bound = Bound::default();
        bound.add(self.store().engine(), &ARRIVE, &rows)?;
        self.conn().run(bound).await?;
        Ok(())
    }

    /// Where the summaries must follow records that now belong elsewhere: another day of decision, another unit. To be called
    /// before the records change.
    pub(crate) async fn move_arrivals(
        &mut self,
        changes: &[RecordChange],
    ) -> Result<(), StoreError> {
        let keys: Vec<(i64, i64)> =
            changes.iter().map(|change| (change.record.subject_id, change.record.id)).collect();
        let mut stood: HashMap<i64, (String, Date, Date)> = HashMap::new();
        for part in keys.chunks(500) {
            for row in self.conn().all(&STOOD, values![json(part)]).await? {
                stood.insert(row.int(0)?, (row.text(1)?, row.day(2)?, day_of(row.int(3)?)?));
            }
        }
        for change in changes {
            let new = &change.record;
            let Some((unit, decided, received)) = stood.get(&new.id) else { continue };
            if (unit, decided) == (&new.unit_id, &new.decided_on) {
                continue;
            }
            let (unit, kind) = (unit.as_str(), new.kind.as_str());
            let mut counted = BTreeMap::from([((unit, kind, *decided, *received), -1)]);
            *counted.entry((&new.unit_id, kind, new.decided_on, *received)).or_default() += 1;
            self.add_arrivals(&counted).await?;
            self.conn().execute(&FORGET_EMPTY, values![unit]).await?;
            let NumberPlace { year, series, serial } = &new.number;
            let place = values![unit, kind, *year, series, *serial, new.id];
            self.conn().execute(&FORGET_NUMBER, place).await?;
            let mut bound = Bound::default();
            let engine = self.store().engine();
            bind_documents(engine, std::slice::from_ref(new), &mut bound)?;
            touch(engine, std::iter::once((unit, kind, &new.number)), &mut bound)?;
            self.conn().run(bound).await?;
        }
        Ok(())
    }
}

impl Store {
    /// What arrived of decisions made from `first` to `last`, both inclusive; of one unit, or of all.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn arrivals(
        &self,
        first: Date,
        last: Date,
        unit: Option<&str>,
    ) -> Result<Vec<Arrival>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&ARRIVALS, values![first, last, unit]).await?;
        rows.iter().map(arrival).collect()
    }

    /// As [`Store::arrivals`], of one unit and kind.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn arrivals_of(
        &self,
        unit: &str,
        kind: &str,
        first: Date,
        last: Date,
    ) -> Result<Vec<Arrival>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&ARRIVALS_OF, values![first, last, unit, kind]).await?;
        rows.iter().map(arrival).collect()
    }

    /// When each unit last delivered something of a kind, among decisions made since `first`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn newest_arrivals(
        &self,
        first: Date,
    ) -> Result<Vec<(String, String, Date)>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&NEWEST_ARRIVALS, values![first]).await?;
        rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?, row.day(2)?))).collect()
    }

    /// From which day of decision and up to which day of arrival each unit's records of a kind reach.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn reach(&self) -> Result<Vec<Reach>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&REACH, vec![]).await?;
        let one = |row: &Row| {
            let (unit_id, kind) = (row.text(0)?, row.text(1)?);
            Ok(Reach { unit_id, kind, first: row.day(2)?, last: row.day(3)? })
        };
        rows.iter().map(one).collect()
    }

    /// The records of a unit, decided on a day, whose file came at or after an instant.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn arrived_since(
        &self,
        unit: &str,
        kind: &str,
        decided: Date,
        instant: i64,
        limit: i64,
    ) -> Result<Vec<ArrivedRecord>, StoreError> {
        let mut reader = self.reader().await?;
        let values = values![unit, kind, decided, instant, limit];
        let rows = reader.conn().all(&ARRIVED_LATE, values).await?;
        rows.iter()
            .map(|row| {
                Ok(ArrivedRecord {
                    subject_id: row.int(0)?,
                    id: row.int(1)?,
                    natural_key: row.text(2)?,
                    received_at: row.int(3)?,
                })
            })
            .collect()
    }

    /// Rows handed in from an instant to another, the latter not included, by unit and kind.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn row_tallies(&self, from: i64, to: i64) -> Result<Vec<RowTally>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&BATCH_ROWS, values![from, to]).await?;
        rows.iter()
            .map(|row| {
                Ok(RowTally {
                    unit_id: row.text(0)?,
                    kind: row.text(1)?,
                    received: row.int(2)?,
                    stored: row.int(3)?,
                    held: row.int(4)?,
                    refused: row.int(5)?,
                })
            })
            .collect()
    }

    /// How many required fields were empty in those rows, by unit and kind.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn missing_fields(
        &self,
        from: i64,
        to: i64,
    ) -> Result<Vec<(String, String, i64)>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&MISSING_FIELDS, values![from, to]).await?;
        rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?, row.int(2)?))).collect()
    }

    /// Rows held and refused in batches received since an instant, by unit.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn held_rows(
        &self,
        from: i64,
        unit: Option<&str>,
    ) -> Result<Vec<(String, i64, i64)>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&HELD_ROWS, values![from, unit]).await?;
        rows.iter().map(|row| Ok((row.text(0)?, row.int(1)?, row.int(2)?))).collect()
    }
}
