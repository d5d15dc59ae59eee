//! What arrived when, which numbers are here, what units declare, what other sources know.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Serialize};

use crate::db::{Bound, Conn, Engine, Insert, Row, Store, Tx, Value, day_text, statements, values};
use crate::error::StoreError;
use crate::persons::json;
use crate::records::{NewRecord, RecordChange};

static ARRIVE: Insert = Insert::new(
    "arrival (unit_id, kind, decided_on, received_on, records)",
    5,
    "ON CONFLICT (unit_id, kind, decided_on, received_on) DO UPDATE SET records = arrival.records + excluded.records",
);
static NUMBER: Insert = Insert::new(
    "document_number (unit_id, kind, year, series, serial, record_id, subject_id, decided_on)",
    8,
    "ON CONFLICT (unit_id, kind, year, series, serial, record_id) DO UPDATE SET decided_on = excluded.decided_on",
);
static TOUCH: Insert = Insert::new(
    "number_series (unit_id, kind, year, series, touched, counted, gaps)",
    7,
    "ON CONFLICT (unit_id, kind, year, series) DO UPDATE SET touched = number_series.touched + 1",
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
    FORGET_NUMBERS = "DELETE FROM document_number";
    FORGET_STALE = "DELETE FROM meta WHERE key = $1";
    EVERY_KEY = "SELECT id, subject_id, unit_id, kind, natural_key, decided_on FROM record WHERE id > $1 AND batch_id <> 0 ORDER BY id LIMIT $2";
    ARRIVALS = "SELECT unit_id, kind, decided_on, received_on, records FROM arrival \
        WHERE decided_on >= $1 AND decided_on <= $2 AND (CAST($3 AS TEXT) IS NULL OR unit_id = $3) ORDER BY 1, 2, 3, 4";
    ARRIVALS_OF = "SELECT unit_id, kind, decided_on, received_on, records FROM arrival \
        WHERE unit_id = $3 AND kind = $4 AND decided_on >= $1 AND decided_on <= $2 ORDER BY 1, 2, 3, 4";
    NEWEST_ARRIVALS = "SELECT unit_id, kind, MAX(received_on) FROM arrival WHERE decided_on >= $1 GROUP BY unit_id, kind ORDER BY 1, 2";
    REACH = "SELECT unit_id, kind, MIN(decided_on), MAX(received_on) FROM arrival GROUP BY unit_id, kind ORDER BY 1, 2";
    COUNT_GAPS = "SELECT previous, serial, previous_on, decided_on FROM (SELECT serial, decided_on, \
        LAG(serial) OVER one AS previous, LAG(decided_on) OVER one AS previous_on FROM document_number \
        WHERE unit_id = $1 AND kind = $2 AND year = $3 AND series = $4 WINDOW one AS (ORDER BY serial)) counted \
        WHERE serial > COALESCE(previous, 0) + 1 ORDER BY serial";
    UNCOUNTED = "SELECT unit_id, kind, year, series, touched FROM number_series WHERE touched <> counted ORDER BY 1, 2, 3, 4";
    KEEP_GAPS = "UPDATE number_series SET counted = $5, gaps = $6 WHERE unit_id = $1 AND kind = $2 AND year = $3 AND series = $4 \
        AND counted < $5";
    FORGET_SERIES = "DELETE FROM number_series";
    EVERY_SERIES = "INSERT INTO number_series (unit_id, kind, year, series, touched, counted, gaps) \
        SELECT DISTINCT unit_id, kind, year, series, 1, 0, '[]' FROM document_number WHERE year > 0"
        pg "INSERT INTO number_series (unit_id, kind, year, series, touched, counted, gaps) \
        SELECT DISTINCT unit_id, kind, year, series, CAST(1 AS BIGINT), CAST(0 AS BIGINT), '[]' FROM document_number WHERE year > 0";
    GAPS = "SELECT series, gaps FROM number_series WHERE unit_id = $1 AND kind = $2 AND year = $3 ORDER BY series";
    GAPS_OF_YEAR = "SELECT unit_id, kind, series, gaps FROM number_series WHERE year = $1 AND gaps <> '[]' ORDER BY 1, 2, 3";
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
    EXPLAIN_GAP = "INSERT INTO gap_explanation (id, unit_id, kind, series, year, first, last, reason, note, actor, at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    END_EXPLANATION = "UPDATE gap_explanation SET ended_by = $2, ended_at = $3 WHERE id = $1 AND ended_by IS NULL";
    EXPLANATIONS = "SELECT id, unit_id, kind, series, year, first, last, reason, note, actor, at FROM gap_explanation \
        WHERE ended_by IS NULL AND unit_id = $1 AND kind = $2 AND year = $3 ORDER BY series, first, id";
    EXPLANATION = "SELECT id, unit_id, kind, series, year, first, last, reason, note, actor, at FROM gap_explanation \
        WHERE ended_by IS NULL AND id = $1";
    DECLARE = "INSERT INTO declared_count (unit_id, kind, month, seq, records, note, actor, at) \
        SELECT $1, $2, $3, COALESCE(MAX(seq), 0) + 1, $4, $5, $6, $7 FROM declared_count \
        WHERE unit_id = $1 AND kind = $2 AND month = $3"
        pg "INSERT INTO declared_count (unit_id, kind, month, seq, records, note, actor, at) \
        SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), COALESCE(MAX(seq), 0) + 1, $4, $5, $6, $7 FROM declared_count \
        WHERE unit_id = $1 AND kind = $2 AND month = $3";
    DECLARED = "SELECT d.unit_id, d.kind, d.month, d.seq, d.records, d.note, d.actor, d.at FROM declared_count d \
        WHERE d.month >= $1 AND d.month <= $2 AND (CAST($3 AS TEXT) IS NULL OR d.unit_id = $3) \
        AND d.seq = (SELECT MAX(n.seq) FROM declared_count n WHERE n.unit_id = d.unit_id AND n.kind = d.kind AND n.month = d.month) \
        ORDER BY 3, 1, 2";
    LEARN = "INSERT INTO known_decision (id, unit_id, kind, number, year, series, serial, decided_on, source, note, actor, at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (unit_id, kind, year, series, serial, source) DO NOTHING";
    ABSENT = "SELECT k.id, k.unit_id, k.kind, k.number, k.year, k.series, k.serial, k.decided_on, k.source, k.note, k.actor, k.at, \
        k.reminded_on, k.reminded_by FROM known_decision k WHERE k.closed_by IS NULL AND k.decided_on >= $1 AND k.decided_on <= $2 \
        AND (CAST($3 AS TEXT) IS NULL OR k.unit_id = $3) AND NOT EXISTS (SELECT 1 FROM document_number d \
        WHERE d.unit_id = k.unit_id AND d.kind = k.kind AND d.year = k.year AND d.series = k.series AND d.serial = k.serial) \
        ORDER BY k.unit_id, k.kind, k.decided_on, k.number";
    KNOWN = "SELECT k.id, k.unit_id, k.kind, k.number, k.year, k.series, k.serial, k.decided_on, k.source, k.note, k.actor, k.at, \
        k.reminded_on, k.reminded_by FROM known_decision k WHERE k.id = $1 AND k.closed_by IS NULL";
    REMIND = "UPDATE known_decision SET reminded_on = $2, reminded_by = $3 WHERE id = $1 AND reminded_on IS NULL AND closed_by IS NULL";
    CLOSE_KNOWN = "UPDATE known_decision SET closed_reason = $2, closed_by = $3, closed_at = $4 WHERE id = $1 AND closed_by IS NULL";
    ADD_OUTAGE = "INSERT INTO outage (id, first_day, last_day, reason, actor, at) VALUES ($1, $2, $3, $4, $5, $6)";
    END_OUTAGE = "UPDATE outage SET ended_by = $2, ended_at = $3 WHERE id = $1 AND ended_by IS NULL";
    OUTAGES = "SELECT id, first_day, last_day, reason, actor, at FROM outage WHERE ended_by IS NULL ORDER BY first_day, id";
    ISSUE = "INSERT INTO bulletin (month, seq, number, figures, actor, at) \
        SELECT $1, COALESCE(MAX(seq), 0) + 1, $2, $3, $4, $5 FROM bulletin WHERE month = $1"
        pg "INSERT INTO bulletin (month, seq, number, figures, actor, at) \
        SELECT CAST($1 AS TEXT), COALESCE(MAX(seq), 0) + 1, $2, $3, $4, $5 FROM bulletin WHERE month = $1";
    ISSUED = "SELECT month, seq, number, figures, actor, at FROM bulletin WHERE month = $1 ORDER BY seq";
    EVERY_ISSUE = "SELECT month, seq, number, '', actor, at FROM bulletin ORDER BY month DESC, seq DESC LIMIT $1";
    ARRIVALS_RECOUNTED = "SELECT r.unit_id, r.kind, r.decided_on, b.received_at, COUNT(*) FROM record r \
        LEFT JOIN record_version v ON v.record_id = r.id AND v.version = 1 AND v.subject_id = r.subject_id \
        LEFT JOIN batch b ON b.id = v.batch_id WHERE r.batch_id <> 0 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4";
    FORGET_ARRIVALS = "DELETE FROM arrival";
    NUMBERS_ASTRAY = "SELECT r.id FROM record r LEFT JOIN document_number d ON d.record_id = r.id AND d.unit_id = r.unit_id \
        AND d.kind = r.kind AND d.subject_id = r.subject_id AND d.decided_on = r.decided_on WHERE d.record_id IS NULL AND r.batch_id <> 0 \
        UNION ALL SELECT d.record_id FROM document_number d LEFT JOIN record r ON r.id = d.record_id AND r.subject_id = d.subject_id \
        AND r.unit_id = d.unit_id AND r.kind = d.kind WHERE r.id IS NULL";
}

/// The schema that brought the summaries.
pub(crate) const REPORTING: i64 = 7;

/// What an upgrade writes down when the numbers of old records are still to be read.
const STALE: &str = "numbers_stale";

/// Where the number of a decision stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NumberPlace {
    /// The year it was counted in; 0 without a series.
    pub year: i64,
    /// The series; without one, the whole number.
    pub series: String,
    /// The count; 0 without a series.
    pub serial: i64,
}

/// Reads a place from a record's natural key.
pub type PlaceOf<'f> = &'f (dyn Fn(&str) -> NumberPlace + Send + Sync);

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

/// Numbers that are missing in a series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The last number before it; none where the series begins later than with 1.
    pub before: Option<i64>,
    /// The next number after it.
    pub after: i64,
    /// When the one before was decided.
    pub before_on: Option<Date>,
    /// When the one after was.
    pub after_on: Date,
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

/// Why numbers that are missing are no missing reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GapExplanation {
    /// Its id.
    pub id: i64,
    /// The unit.
    pub unit_id: String,
    /// The kind.
    pub kind: String,
    /// The series.
    pub series: String,
    /// The year.
    pub year: i64,
    /// The first number it speaks of.
    pub first: i64,
    /// The last.
    pub last: i64,
    /// A code of the list of reasons.
    pub reason: String,
    /// In somebody's words.
    pub note: String,
    /// Who.
    pub actor: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

/// What a unit declares for a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredCount {
    /// The unit.
    pub unit_id: String,
    /// The kind.
    pub kind: String,
    /// The month, `2026-10`.
    pub month: String,
    /// Which declaration of that month this is, from 1.
    pub seq: i64,
    /// How many decisions; 0 is "none this month".
    pub records: i64,
    /// In somebody's words.
    pub note: String,
    /// Who signed.
    pub actor: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

/// A decision that another source knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownDecision {
    /// Its id.
    pub id: i64,
    /// The unit that decided.
    pub unit_id: String,
    /// The kind.
    pub kind: String,
    /// Its number, as the source writes it.
    pub number: String,
    /// Where that number stands.
    pub place: NumberPlace,
    /// The day of the decision.
    pub decided_on: Date,
    /// A code of the list of sources.
    pub source: String,
    /// In somebody's words.
    pub note: String,
    /// Who entered it.
    pub actor: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// The day the unit was reminded of it.
    pub reminded_on: Option<Date>,
    /// By whom.
    pub reminded_by: Option<String>,
}

/// Days on which the platform did not take files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outage {
    /// Its id.
    pub id: i64,
    /// The first day.
    pub first_day: Date,
    /// The last day.
    pub last_day: Date,
    /// What had happened.
    pub reason: String,
    /// Who noted it.
    pub actor: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

/// A bulletin as it was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedBulletin {
    /// The month.
    pub month: String,
    /// Which issue of that month, from 1.
    pub seq: i64,
    /// Its document number.
    pub number: String,
    /// The figures as they stood, as JSON; empty in a list.
    pub figures: String,
    /// Who issued it.
    pub actor: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
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

fn bind_numbers<'a>(
    engine: Engine,
    records: impl Iterator<Item = &'a NewRecord>,
    bound: &mut Bound,
) -> Result<(), StoreError> {
    let mut rows: Vec<Value<'_>> = Vec::new();
    for new in records.filter(|new| new.batch_id != 0) {
        let NumberPlace { year, series, serial } = &new.number;
        rows.extend(values![
            &new.unit_id,
            &new.kind,
            *year,
            series,
            *serial,
            new.id,
            new.subject_id,
            new.decided_on
        ]);
    }
    bound.add(engine, &NUMBER, &rows)?;
    Ok(())
}

/// Notes which series are to be counted anew.
fn touch<'a>(
    engine: Engine,
    places: impl Iterator<Item = (&'a str, &'a str, &'a NumberPlace)>,
    bound: &mut Bound,
) -> Result<(), StoreError> {
    let touched: BTreeSet<(&str, &str, i64, &str)> = places
        .filter(|(.., place)| place.year > 0)
        .map(|(unit, kind, place)| (unit, kind, place.year, place.series.as_str()))
        .collect();
    let mut rows: Vec<Value<'_>> = Vec::new();
    for (unit, kind, year, series) in touched {
        rows.extend(values![unit, kind, year, series, 1, 0, "[]"]);
    }
    bound.add(engine, &TOUCH, &rows)
}

fn touch_new(engine: Engine, records: &[NewRecord], bound: &mut Bound) -> Result<(), StoreError> {
    let reported = records.iter().filter(|new| new.batch_id != 0);
    let places = reported.map(|new| (new.unit_id.as_str(), new.kind.as_str(), &new.number));
    touch(engine, places, bound)
}

/// Numbers and the series that they touch.
pub(crate) fn bind_documents(
    engine: Engine,
    records: &[NewRecord],
    bound: &mut Bound,
) -> Result<(), StoreError> {
    bind_numbers(engine, records.iter(), bound)?;
    touch_new(engine, records, bound)
}

/// The day of an instant in Beijing, which has one time and no summer time.
fn day_of(instant: i64) -> Result<Date, StoreError> {
    let moment = Timestamp::from_millisecond(instant).map_err(|error| {
        StoreError::inconsistent("batch", "received_at", instant.to_string(), error.to_string())
    })?;
    Ok(moment.to_zoned_datetime(TimeZone::fixed(Offset::constant(8))).date())
}

fn read_gaps(text: &str) -> Result<Vec<Gap>, StoreError> {
    serde_json::from_str(text)
        .map_err(|error| StoreError::inconsistent("number_series", "gaps", text, error.to_string()))
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

    async fn add_arrivals(
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

    /// Explains numbers that are missing.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn explain_gap(&mut self, new: &GapExplanation) -> Result<(), StoreError> {
        let values = values![
            new.id,
            &new.unit_id,
            &new.kind,
            &new.series,
            new.year,
            new.first,
            new.last,
            &new.reason,
            &new.note,
            &new.actor,
            new.at
        ];
        self.conn().execute(&EXPLAIN_GAP, values).await?;
        Ok(())
    }

    /// Takes an explanation back; it stays in the history. Whether it stood.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn end_explanation(
        &mut self,
        id: i64,
        actor: &str,
        at: i64,
    ) -> Result<bool, StoreError> {
        Ok(self.conn().execute(&END_EXPLANATION, values![id, actor, at]).await? == 1)
    }

    /// Keeps a declaration; the newest of a month counts. `seq` is given here.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if another declaration of the same month came at the same time.
    pub async fn declare_count(&mut self, new: &DeclaredCount) -> Result<(), StoreError> {
        let values = values![
            &new.unit_id,
            &new.kind,
            &new.month,
            new.records,
            &new.note,
            &new.actor,
            new.at
        ];
        self.conn().execute(&DECLARE, values).await?;
        Ok(())
    }

    /// Keeps what another source knows. Whether it was new.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn learn_decision(&mut self, new: &KnownDecision) -> Result<bool, StoreError> {
        let values = values![
            new.id,
            &new.unit_id,
            &new.kind,
            &new.number,
            new.place.year,
            &new.place.series,
            new.place.serial,
            new.decided_on,
            &new.source,
            &new.note,
            &new.actor,
            new.at
        ];
        Ok(self.conn().execute(&LEARN, values).await? == 1)
    }

    /// Notes that the unit was reminded of a decision. Whether it had not been.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn remind_decision(
        &mut self,
        id: i64,
        on: Date,
        actor: &str,
    ) -> Result<bool, StoreError> {
        Ok(self.conn().execute(&REMIND, values![id, on, actor]).await? == 1)
    }

    /// Closes what another source knows: it is no decision that is owed. Whether it was open.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn close_decision(
        &mut self,
        id: i64,
        reason: &str,
        actor: &str,
        at: i64,
    ) -> Result<bool, StoreError> {
        Ok(self.conn().execute(&CLOSE_KNOWN, values![id, reason, actor, at]).await? == 1)
    }

    /// Notes days on which the platform did not take files.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn add_outage(&mut self, new: &Outage) -> Result<(), StoreError> {
        let values = values![new.id, new.first_day, new.last_day, &new.reason, &new.actor, new.at];
        self.conn().execute(&ADD_OUTAGE, values).await?;
        Ok(())
    }

    /// Keeps a bulletin as it is issued; `seq` is given here.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if another one of the same month came at the same time.
    pub async fn issue_bulletin(&mut self, new: &IssuedBulletin) -> Result<(), StoreError> {
        let values = values![&new.month, &new.number, &new.figures, &new.actor, new.at];
        self.conn().execute(&ISSUE, values).await?;
        Ok(())
    }

    /// Takes an outage back. Whether it stood.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn end_outage(&mut self, id: i64, actor: &str, at: i64) -> Result<bool, StoreError> {
        Ok(self.conn().execute(&END_OUTAGE, values![id, actor, at]).await? == 1)
    }
}

fn arrival(row: &Row) -> Result<Arrival, StoreError> {
    Ok(Arrival {
        unit_id: row.text(0)?,
        kind: row.text(1)?,
        decided_on: row.day(2)?,
        received_on: row.day(3)?,
        records: row.int(4)?,
    })
}

fn explanation(row: &Row) -> Result<GapExplanation, StoreError> {
    Ok(GapExplanation {
        id: row.int(0)?,
        unit_id: row.text(1)?,
        kind: row.text(2)?,
        series: row.text(3)?,
        year: row.int(4)?,
        first: row.int(5)?,
        last: row.int(6)?,
        reason: row.text(7)?,
        note: row.text(8)?,
        actor: row.text(9)?,
        at: row.int(10)?,
    })
}

fn issued(row: &Row) -> Result<IssuedBulletin, StoreError> {
    Ok(IssuedBulletin {
        month: row.text(0)?,
        seq: row.int(1)?,
        number: row.text(2)?,
        figures: row.text(3)?,
        actor: row.text(4)?,
        at: row.int(5)?,
    })
}

fn known(row: &Row) -> Result<KnownDecision, StoreError> {
    Ok(KnownDecision {
        id: row.int(0)?,
        unit_id: row.text(1)?,
        kind: row.text(2)?,
        number: row.text(3)?,
        place: NumberPlace { year: row.int(4)?, series: row.text(5)?, serial: row.int(6)? },
        decided_on: row.day(7)?,
        source: row.text(8)?,
        note: row.text(9)?,
        actor: row.text(10)?,
        at: row.int(11)?,
        reminded_on: row.day_or_null(12)?,
        reminded_by: row.text_or_null(13)?,
    })
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

    /// Counts the series anew to which something came. Returns how many.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn count_series(&self) -> Result<usize, StoreError> {
        let mut reader = self.reader().await?;
        let waiting = reader.conn().all(&UNCOUNTED, vec![]).await?;
        let mut counted = Vec::with_capacity(waiting.len());
        for row in &waiting {
            let (unit, kind, year) = (row.text(0)?, row.text(1)?, row.int(2)?);
            let (series, touched) = (row.text(3)?, row.int(4)?);
            let rows = reader.conn().all(&COUNT_GAPS, values![&unit, &kind, year, &series]).await?;
            let gaps: Vec<Gap> = rows
                .iter()
                .map(|row| {
                    Ok(Gap {
                        before: row.int_or_null(0)?,
                        after: row.int(1)?,
                        before_on: row.day_or_null(2)?,
                        after_on: row.day(3)?,
                    })
                })
                .collect::<Result<_, StoreError>>()?;
            let text = serde_json::to_string(&gaps).map_err(|error| {
                StoreError::inconsistent("number_series", "gaps", &series, error.to_string())
            })?;
            counted.push((unit, kind, year, series, touched, text));
        }
        drop(reader);
        if counted.is_empty() {
            return Ok(0);
        }
        // What is counted here may be older than what has come meanwhile: then it is counted once more.
        let mut tx = self.transaction("count series").await?;
        for (unit, kind, year, series, touched, text) in &counted {
            let values = values![unit, kind, *year, series, *touched, text];
            tx.conn().execute(&KEEP_GAPS, values).await?;
        }
        tx.commit().await?;
        Ok(counted.len())
    }

    /// Where numbers are missing in the series of a unit and a year, as they were last counted ([`Store::count_series`]).
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn gaps(
        &self,
        unit: &str,
        kind: &str,
        year: i64,
    ) -> Result<Vec<(String, Vec<Gap>)>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&GAPS, values![unit, kind, year]).await?;
        rows.iter().map(|row| Ok((row.text(0)?, read_gaps(&row.text(1)?)?))).collect()
    }

    /// As [`Store::gaps`], of all units: unit, kind, series and where numbers are missing.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn gaps_of_year(
        &self,
        year: i64,
    ) -> Result<Vec<(String, String, String, Vec<Gap>)>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&GAPS_OF_YEAR, values![year]).await?;
        rows.iter()
            .map(|row| Ok((row.text(0)?, row.text(1)?, row.text(2)?, read_gaps(&row.text(3)?)?)))
            .collect()
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

    /// The explanations that stand for a unit, a kind and a year.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn gap_explanations(
        &self,
        unit: &str,
        kind: &str,
        year: i64,
    ) -> Result<Vec<GapExplanation>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&EXPLANATIONS, values![unit, kind, year]).await?;
        rows.iter().map(explanation).collect()
    }

    /// One explanation that stands.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn gap_explanation(&self, id: i64) -> Result<Option<GapExplanation>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().maybe(&EXPLANATION, values![id]).await?.as_ref().map(explanation).transpose()
    }

    /// What units declared for the months from `first` to `last`, the newest of each.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn declared_counts(
        &self,
        first: &str,
        last: &str,
        unit: Option<&str>,
    ) -> Result<Vec<DeclaredCount>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&DECLARED, values![first, last, unit]).await?;
        rows.iter()
            .map(|row| {
                Ok(DeclaredCount {
                    unit_id: row.text(0)?,
                    kind: row.text(1)?,
                    month: row.text(2)?,
                    seq: row.int(3)?,
                    records: row.int(4)?,
                    note: row.text(5)?,
                    actor: row.text(6)?,
                    at: row.int(7)?,
                })
            })
            .collect()
    }

    /// Decisions made from `first` to `last` that another source knows and that are not here.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn absent_decisions(
        &self,
        first: Date,
        last: Date,
        unit: Option<&str>,
    ) -> Result<Vec<KnownDecision>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&ABSENT, values![first, last, unit]).await?;
        rows.iter().map(known).collect()
    }

    /// One decision that another source knows, while it is open.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn known_decision(&self, id: i64) -> Result<Option<KnownDecision>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().maybe(&KNOWN, values![id]).await?.as_ref().map(known).transpose()
    }

    /// The outages that stand.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn outages(&self) -> Result<Vec<Outage>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&OUTAGES, vec![]).await?;
        rows.iter()
            .map(|row| {
                Ok(Outage {
                    id: row.int(0)?,
                    first_day: row.day(1)?,
                    last_day: row.day(2)?,
                    reason: row.text(3)?,
                    actor: row.text(4)?,
                    at: row.int(5)?,
                })
            })
            .collect()
    }

    /// The bulletins of a month, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn issued_bulletins(&self, month: &str) -> Result<Vec<IssuedBulletin>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(&ISSUED, values![month]).await?.iter().map(issued).collect()
    }

    /// The newest bulletins, without their figures.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn newest_bulletins(&self, limit: i64) -> Result<Vec<IssuedBulletin>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(&EVERY_ISSUE, values![limit]).await?.iter().map(issued).collect()
    }

    /// Whether an upgrade brought the table of numbers and left it to be filled.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn numbers_are_stale(&self) -> Result<bool, StoreError> {
        Ok(self.get_meta(STALE).await?.is_some())
    }

    /// Writes the numbers of all records anew from their natural keys.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn rebuild_numbers(&self, place_of: PlaceOf<'_>) -> Result<u64, StoreError> {
        let mut tx = self.transaction("rebuild numbers").await?;
        tx.conn().execute(&FORGET_NUMBERS, vec![]).await?;
        tx.conn().execute(&FORGET_STALE, values![STALE]).await?;
        let (mut after, mut written) = (i64::MIN, 0);
        loop {
            let rows = tx.conn().all(&EVERY_KEY, values![after, 2_000]).await?;
            let Some(last) = rows.last() else { break };
            after = last.int(0)?;
            let mut values: Vec<Value<'_>> = Vec::with_capacity(rows.len() * 8);
            for row in &rows {
                let NumberPlace { year, series, serial } = place_of(&row.text(4)?);
                values.extend(values![
                    row.text(2)?,
                    row.text(3)?,
                    year,
                    series,
                    serial,
                    row.int(0)?,
                    row.int(1)?,
                    day_text(row.day(5)?)
                ]);
            }
            let mut bound = Bound::default();
            bound.add(self.engine(), &NUMBER, &values)?;
            tx.conn().run(bound).await?;
            written += u64::try_from(rows.len()).unwrap_or(u64::MAX);
        }
        tx.conn().execute(&FORGET_SERIES, vec![]).await?;
        tx.conn().execute(&EVERY_SERIES, vec![]).await?;
        tx.commit().await?;
        Ok(written)
    }

    /// Counts anew, from the records, what arrived when. Returns of how many records.
    ///
    /// # Errors
    /// [`StoreError::Inconsistent`] if the batch that first brought a record is not there; [`StoreError::Unavailable`] and its like.
    pub async fn rebuild_arrivals(&self) -> Result<u64, StoreError> {
        let mut tx = self.transaction("rebuild arrivals").await?;
        let (counted, astray) = recounted(&mut tx.conn()).await?;
        if let Some(unit) = astray {
            return Err(StoreError::inconsistent("record", "batch_id", &unit, no_batch(&unit)));
        }
        tx.conn().execute(&FORGET_ARRIVALS, vec![]).await?;
        let by_key: BTreeMap<(&str, &str, Date, Date), i64> = counted
            .iter()
            .map(|((unit, kind, decided, received), records)| {
                ((unit.as_str(), kind.as_str(), *decided, *received), *records)
            })
            .collect();
        tx.add_arrivals(&by_key).await?;
        tx.commit().await?;
        Ok(counted.values().sum::<i64>().unsigned_abs())
    }

    /// Whether the summaries say what a recount says: the first thing that does not, in words.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn reporting_differs(&self) -> Result<Option<(&'static str, String)>, StoreError> {
        let mut reader = self.reader().await?;
        differs(&mut reader.conn()).await
    }
}

/// What arrived when, counted from the records themselves, and a unit of which a record's first batch is not there.
async fn recounted(
    conn: &mut Conn<'_>,
) -> Result<(BTreeMap<(String, String, Date, Date), i64>, Option<String>), StoreError> {
    let (mut counted, mut astray) = (BTreeMap::new(), None);
    conn.each(&ARRIVALS_RECOUNTED, vec![], |row| {
        match row.int_or_null(3)? {
            Some(received) => {
                let key = (row.text(0)?, row.text(1)?, row.day(2)?, day_of(received)?);
                *counted.entry(key).or_default() += row.int(4)?;
            }
            None => astray = Some(row.text(0)?),
        }
        Ok(())
    })
    .await?;
    Ok((counted, astray))
}

fn no_batch(unit: &str) -> String {
    format!("{unit} 的记录找不到最初报送的批次")
}

/// As [`Store::reporting_differs`], on a connection that sees one moment.
pub(crate) async fn differs(
    conn: &mut Conn<'_>,
) -> Result<Option<(&'static str, String)>, StoreError> {
    let (mut counted, astray) = recounted(conn).await?;
    if let Some(unit) = astray {
        return Ok(Some(("arrival", no_batch(&unit))));
    }
    let (first, last) = (Date::MIN, Date::MAX);
    let rows = conn.all(&ARRIVALS, values![first, last, None::<&str>]).await?;
    for row in &rows {
        let held = arrival(row)?;
        let key = (held.unit_id, held.kind, held.decided_on, held.received_on);
        let recounted = counted.remove(&key).unwrap_or_default();
        if recounted != held.records {
            let (unit, kind, decided, received) = key;
            return Ok(Some((
                "arrival",
                format!(
                    "{unit} {kind} {decided} 决定 {received} 收到：汇总为 {}，重新计数为 {recounted}",
                    held.records
                ),
            )));
        }
    }
    if let Some(((unit, kind, decided, received), recounted)) = counted.into_iter().next() {
        let text = format!(
            "{unit} {kind} {decided} 决定 {received} 收到：缺少汇总，重新计数为 {recounted}"
        );
        return Ok(Some(("arrival", text)));
    }
    let astray = conn.maybe(&NUMBERS_ASTRAY, vec![]).await?;
    astray
        .map(|row| Ok(("document_number", format!("记录 {} 的文号汇总与记录不符", row.int(0)?))))
        .transpose()
}
