//! One chunk of rows: checked, and written in one transaction.

use xinyong_domain::check::{MemoryRegistry, Party};
use xinyong_domain::finding::Finding;
use xinyong_store::{
    BatchRow, NewRecord, NewSubject, Person, PreparedRecords, PreparedSubjects, RecordChange,
    RowFinding, Store, StoreError,
};

use super::Work;
use super::draft::Draft;
use crate::commitments::{Carried, Met, met};
use crate::intake::pass::{Judged, Pass, Tally};
use crate::refusal::DeskError;
use crate::sheet::Row;

/// What one chunk puts into the store, in one transaction.
#[derive(Default)]
pub(super) struct WriteSet {
    pub(super) subjects: Vec<NewSubject>,
    pub(super) persons: Vec<Person>,
    pub(super) records: Vec<NewRecord>,
    pub(super) changes: Vec<RecordChange>,
    pub(super) rows: Vec<BatchRow>,
    pub(super) findings: Vec<RowFinding>,
    /// Numbers of commitments that good rows carry and that were given to nobody here when the rows were looked at.
    pub(super) numbers: Vec<String>,
    pub(super) progress: i64,
}

/// Checks one chunk: counts, findings and, when recording, drafts.
pub(super) fn pass_chunk(
    pass: &mut Pass<'_>,
    rows: &[Row],
    registry: &MemoryRegistry,
    work: &Work,
    set: &mut WriteSet,
    drafts: &mut Vec<Draft>,
    tally: &mut Tally,
) -> Result<(), DeskError> {
    let mut judged_rows: Vec<(u32, Vec<Finding>)> = Vec::new();
    let kind = pass.kind;
    let numbered = if kind.id == crate::commitments::KIND { kind.position("code") } else { None };
    let mut carried = Vec::new();
    pass.judge(rows, registry, |judged: Judged<'_, '_>| {
        tally.received += 1;
        let row = i64::from(judged.number);
        if judged.checked.is_refused() {
            tally.refused += 1;
            set.rows.push(BatchRow { row, outcome: "refused".to_owned() });
        } else if judged.checked.is_held() {
            tally.held += 1;
            set.rows.push(BatchRow { row, outcome: "held".to_owned() });
        } else {
            let number = numbered.map_or("", |at| judged.checked.value(at));
            if !number.is_empty() {
                carried.push(Carried {
                    row: judged.number,
                    number: number.to_owned(),
                    subject: match judged.checked.party {
                        Party::Known(id) => Some(id),
                        _ => None,
                    },
                });
            }
            if work.release.is_some() {
                drafts.push(work.draft(kind, judged.number, &judged.checked)?);
            }
        }
        judged_rows.push((judged.number, judged.findings));
        Ok(())
    })?;
    // A number that was given here belongs to the commitment that was made here, whatever a file says.
    if !carried.is_empty() {
        let unit = &work.batch.unit_id;
        let mut known = work.runtime.block_on(met(&work.desk, unit, &carried))?;
        if work.release.is_some() {
            let free = carried.iter().filter(|one| !known.contains_key(&one.row));
            set.numbers.extend(free.map(|one| one.number.clone()));
        }
        drafts.retain(|draft| !known.contains_key(&draft.row));
        for (number, findings) in &mut judged_rows {
            match known.remove(number) {
                None => {}
                Some(Met::Refused(finding)) => {
                    findings.push(finding);
                    tally.refused += 1;
                    let row = i64::from(*number);
                    set.rows.push(BatchRow { row, outcome: "refused".to_owned() });
                }
                Some(Met::Kept(finding)) => {
                    findings.push(finding);
                    tally.unchanged += u64::from(work.release.is_some());
                }
            }
        }
    }
    for (number, findings) in judged_rows {
        for (before, finding) in findings.into_iter().enumerate() {
            set.findings.push(row_finding(i64::from(number), before, finding));
        }
    }
    Ok(())
}

/// A finding of a row as it is kept, after so many others.
pub(super) fn row_finding(row: i64, before: usize, finding: Finding) -> RowFinding {
    RowFinding {
        row,
        seq: i64::try_from(before).unwrap_or(i64::MAX).saturating_add(1),
        field: finding.field,
        level: finding.level.as_str().to_owned(),
        code: finding.code.to_owned(),
        message: finding.message,
    }
}

/// One chunk, one transaction. Everything but the database's own work was done before.
pub(super) async fn write(
    store: &Store,
    batch: i64,
    subjects: PreparedSubjects,
    records: PreparedRecords,
    set: WriteSet,
) -> Result<(), DeskError> {
    let mut tx = store.transaction("record chunk").await?;
    if !set.numbers.is_empty() {
        tx.hold_commitment_numbers().await?;
        // Given to somebody here meanwhile: the chunk is looked at once more, and the row refused.
        if tx.are_commitments_numbered(&set.numbers).await? {
            return Err(StoreError::Conflict("a number of a commitment".to_owned()).into());
        }
    }
    tx.insert_persons(&set.persons).await?;
    tx.insert_prepared_records(records).await?;
    tx.change_records(&set.changes).await?;
    tx.set_rows(batch, &set.rows).await?;
    tx.add_findings(batch, &set.findings).await?;
    tx.set_progress(batch, set.progress).await?;
    tx.insert_prepared_subjects(subjects).await?;
    tx.commit().await?;
    Ok(())
}
