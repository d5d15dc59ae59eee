//! The numbers of documents, the series that they count in, the gaps of those and what units say about them.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::db::{Bound, Engine, Insert, Row, Store, Tx, Value, day_text, statements, values};
use crate::error::StoreError;
use crate::records::NewRecord;

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

/// What an upgrade writes down when the numbers of old records are still to be read.
const STALE: &str = "numbers_stale";

statements! {
    FORGET_NUMBERS = "DELETE FROM document_number";
    FORGET_STALE = "DELETE FROM meta WHERE key = $1";
    EVERY_KEY = "SELECT id, subject_id, unit_id, kind, natural_key, decided_on FROM record WHERE id > $1 AND batch_id <> 0 ORDER BY id LIMIT $2";
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
    EXPLAIN_GAP = "INSERT INTO gap_explanation (id, unit_id, kind, series, year, first, last, reason, note, actor, at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    END_EXPLANATION = "UPDATE gap_explanation SET ended_by = $2, ended_at = $3 WHERE id = $1 AND ended_by IS NULL";
    EXPLANATIONS = "SELECT id, unit_id, kind, series, year, first, last, reason, note, actor, at FROM gap_explanation \
        WHERE ended_by IS NULL AND unit_id = $1 AND kind = $2 AND year = $3 ORDER BY series, first, id";
    EXPLANATION = "SELECT id, unit_id, kind, series, year, first, last, reason, note, actor, at FROM gap_explanation \
        WHERE ended_by IS NULL AND id = $1";
}

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
pub(super) fn touch<'a>(
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

fn read_gaps(text: &str) -> Result<Vec<Gap>, StoreError> {
    serde_json::from_str(text)
        .map_err(|error| StoreError::inconsistent("number_series", "gaps", text, error.to_string()))
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

impl Tx {
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
}

impl Store {
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
}
