//! What arrived when, which numbers are here, what units declare, what other sources know.

pub(crate) mod arrivals;
pub(crate) mod bulletins;
pub(crate) mod known;
pub(crate) mod numbers;

use std::collections::BTreeMap;

use arrivals::{arrival, day_of};
use jiff::civil::Date;

use crate::db::{Conn, Store, statements, values};
use crate::error::StoreError;

pub use arrivals::{Arrival, ArrivedRecord, Reach, RowTally};
pub(crate) use arrivals::{Arrived, count_arrived};
pub use bulletins::{IssuedBulletin, Outage};
pub use known::{DeclaredCount, KnownDecision};
pub(crate) use numbers::bind_documents;
pub use numbers::{Gap, GapExplanation, NumberPlace, PlaceOf};

/// The schema that brought the summaries.
pub(crate) const REPORTING: i64 = 7;

statements! {
    ARRIVALS = "SELECT unit_id, kind, decided_on, received_on, records FROM arrival \
        WHERE decided_on >= $1 AND decided_on <= $2 AND (CAST($3 AS TEXT) IS NULL OR unit_id = $3) ORDER BY 1, 2, 3, 4";
    ARRIVALS_RECOUNTED = "SELECT r.unit_id, r.kind, r.decided_on, b.received_at, COUNT(*) FROM record r \
        LEFT JOIN record_version v ON v.record_id = r.id AND v.version = 1 AND v.subject_id = r.subject_id \
        LEFT JOIN batch b ON b.id = v.batch_id WHERE r.batch_id <> 0 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4";
    FORGET_ARRIVALS = "DELETE FROM arrival";
    NUMBERS_ASTRAY = "SELECT r.id FROM record r LEFT JOIN document_number d ON d.record_id = r.id AND d.unit_id = r.unit_id \
        AND d.kind = r.kind AND d.subject_id = r.subject_id AND d.decided_on = r.decided_on WHERE d.record_id IS NULL AND r.batch_id <> 0 \
        UNION ALL SELECT d.record_id FROM document_number d LEFT JOIN record r ON r.id = d.record_id AND r.subject_id = d.subject_id \
        AND r.unit_id = d.unit_id AND r.kind = d.kind WHERE r.id IS NULL";
}

impl Store {
    /// Counts anew, from the records, what arrived when. Returns of how many records. To be asked for while nothing is recorded: on PostgreSQL,
    /// what arrives between the count and its writing would be missing until the next one.
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
