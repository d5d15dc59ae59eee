//! Batches in the console: the list, and one batch with its findings.

use std::collections::HashMap;

use serde::Serialize;
use xinyong_domain::workflow::batch::Stage;
use xinyong_store::{Batch, BatchFilter};

use super::names::{Names, PersonView};
use crate::access::{Actor, Permission};
use crate::clock::Clock;
use crate::desk::Desk;
use crate::intake::receive::{REGISTRY, stage_of};
use crate::intake::run::{notes_of, refusal_of};
use crate::refusal::DeskError;

/// Batches on a page.
pub const BATCHES_PER_PAGE: usize = 20;
/// Rows with findings on a page.
pub const FINDING_ROWS_PER_PAGE: usize = 50;
/// Rows that a reviewer judges on one page; a longer batch is judged from the list that comes with it.
const MOST_JUDGED: usize = 300;
/// Findings fetched for a page.
const FETCHED: i64 = 1_000;

/// A batch as lists and pages show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BatchView {
    /// Id, in addresses.
    pub id: i64,
    /// What people call it: the day it came and the end of its id.
    pub number: String,
    /// Id of the kind.
    pub kind: String,
    /// Name of the kind.
    pub kind_name: String,
    /// Id of the unit.
    pub unit: String,
    /// Name of the unit.
    pub unit_name: String,
    /// The file's name.
    pub file_name: String,
    /// `reported` or `returned`.
    pub profile: String,
    /// Where it stands.
    pub stage: Stage,
    /// When it came.
    pub received_at: i64,
    /// Who sent it.
    pub received_by: PersonView,
    /// Who submitted it, when.
    pub submitted: Option<(PersonView, i64)>,
    /// Who released it, when.
    pub released: Option<(PersonView, i64)>,
    /// When it was recorded.
    pub recorded_at: Option<i64>,
    /// Last row worked through.
    pub progress: i64,
    /// Rows.
    pub rows: i64,
    /// Recorded rows.
    pub recorded: i64,
    /// Unchanged rows.
    pub unchanged: i64,
    /// Rows waiting for a person.
    pub held: i64,
    /// Rows with errors.
    pub refused: i64,
    /// Rows that can go on.
    pub good: i64,
    /// Notes about the file.
    pub notes: Vec<String>,
    /// Why the reviewer gave it back, empty when nobody did.
    pub returned: String,
    /// Why the file was refused: code and words.
    pub refusal: Option<(String, String)>,
}

/// Findings of one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingRow {
    /// Row number.
    pub row: i64,
    /// What was found: level, code, label of the field, message.
    pub findings: Vec<(String, String, String, String)>,
}

/// A penalty row that the reviewer may judge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JudgeRow {
    /// Row number.
    pub row: i64,
    /// Party.
    pub party: String,
    /// Document number.
    pub number: String,
    /// Content.
    pub summary: String,
    /// Id of the class the rule proposes.
    pub proposed: String,
    /// Name of that class.
    pub proposed_label: String,
    /// The reasons of the proposal, one line each.
    pub because: Vec<String>,
}

/// One batch with what its page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BatchPage {
    /// The batch.
    pub batch: BatchView,
    /// Findings by row, from the row asked for.
    pub findings: Vec<FindingRow>,
    /// First row of the next page of findings, 0 when there is none.
    pub next_row: i64,
    /// Rows for the reviewer, empty unless the batch waits for release and the actor may release it.
    pub judge: Vec<JudgeRow>,
    /// Whether the actor may submit it now.
    pub can_submit: bool,
    /// Whether the actor may release it now.
    pub can_release: bool,
}

fn number_of(batch: &Batch) -> String {
    let day = Clock::day_of(batch.received_at).map(|day| day.strftime("%Y%m%d").to_string());
    format!("{}-{:04}", day.unwrap_or_default(), batch.id % 10_000)
}

pub(crate) fn batch_view(desk: &Desk, batch: Batch, names: &Names) -> Result<BatchView, DeskError> {
    let stage = stage_of(&batch.stage)?;
    let kind_name = if batch.kind == REGISTRY {
        desk.law().registry().name.clone()
    } else {
        desk.law().kind(&batch.kind).map(|kind| kind.name.clone()).unwrap_or_default()
    };
    let refusal = (stage == Stage::Refused).then(|| {
        let refusal = refusal_of(&batch);
        (refusal.code.to_owned(), refusal.message)
    });
    let by = |who: &Option<String>, at: Option<i64>| {
        who.as_deref().map(|login| names.person(login)).zip(at)
    };
    Ok(BatchView {
        id: batch.id,
        number: number_of(&batch),
        returned: batch.note.clone().unwrap_or_default(),
        kind_name,
        unit_name: names.unit(&batch.unit_id),
        stage,
        submitted: by(&batch.submitted_by, batch.submitted_at),
        released: by(&batch.released_by, batch.released_at),
        recorded_at: batch.recorded_at,
        good: batch.count_received - batch.count_refused - batch.count_held,
        notes: notes_of(&batch),
        refusal,
        kind: batch.kind,
        unit: batch.unit_id,
        file_name: batch.file_name,
        profile: batch.profile,
        received_at: batch.received_at,
        received_by: names.person(&batch.received_by),
        progress: batch.progress,
        rows: batch.count_received,
        recorded: batch.count_recorded,
        unchanged: batch.count_unchanged,
        held: batch.count_held,
        refused: batch.count_refused,
    })
}

/// A page of the batches that the actor may see, newest first; `stage` limits to one stage when it is not empty, `before` is
/// the id that the page before ended with, 0 for the first page.
///
/// # Errors
/// `access.denied`.
pub async fn batches(
    desk: &Desk,
    actor: &Actor,
    stage: &str,
    before: i64,
) -> Result<(Vec<BatchView>, i64), DeskError> {
    actor.authorise(Permission::ReadBatch)?;
    let names = Names::read(desk).await?;
    let filter = BatchFilter {
        unit: actor.unit_limit().map(str::to_owned),
        stage: (!stage.is_empty()).then(|| stage.to_owned()),
        kind: None,
        after: match before {
            0 => None,
            id => desk.store().batch(id).await?.map(|batch| (batch.received_at, batch.id)),
        },
    };
    let wanted = i64::try_from(BATCHES_PER_PAGE).unwrap_or(i64::MAX) + 1;
    let found = desk.store().batches(&filter, wanted).await?;
    let more = found.len() > BATCHES_PER_PAGE;
    let mut views = Vec::new();
    for batch in found.into_iter().take(BATCHES_PER_PAGE) {
        views.push(batch_view(desk, batch, &names)?);
    }
    let next = if more { views.last().map_or(0, |view| view.id) } else { 0 };
    Ok((views, next))
}

/// One batch, with findings from a row on.
///
/// # Errors
/// `access.denied`, not found.
pub async fn batch_page(
    desk: &Desk,
    actor: &Actor,
    batch: i64,
    from_row: i64,
) -> Result<BatchPage, DeskError> {
    let found = desk.store().batch(batch).await?.ok_or(DeskError::NotFound("该批次"))?;
    actor.authorise_for(Permission::ReadBatch, &found.unit_id)?;
    let names = Names::read(desk).await?;
    let kind = desk.law().kind(&found.kind).cloned();
    let view = batch_view(desk, found.clone(), &names)?;
    let label = |code: &str| {
        kind.as_ref()
            .and_then(|kind| kind.field(code))
            .map_or_else(|| code.to_owned(), |field| field.label.clone())
    };
    let mut rows: Vec<FindingRow> = Vec::new();
    let mut next_row = 0;
    for finding in desk.store().findings_from(batch, from_row, 0, FETCHED).await? {
        let same = rows.last().is_some_and(|row| row.row == finding.row);
        if !same {
            if rows.len() == FINDING_ROWS_PER_PAGE {
                next_row = finding.row;
                break;
            }
            rows.push(FindingRow { row: finding.row, findings: Vec::new() });
        }
        if let Some(row) = rows.last_mut() {
            row.findings.push((
                finding.level,
                finding.code,
                label(&finding.field),
                finding.message,
            ));
        }
    }
    let can_release = view.stage == Stage::Submitted
        && actor.may(Permission::ReleaseBatch)
        && found.submitted_by.as_deref() != Some(actor.login.as_str());
    let judge = if can_release {
        crate::intake::proposals(desk, found, MOST_JUDGED).await?
    } else {
        Vec::new()
    };
    let can_submit =
        view.stage == Stage::Checked && actor.may(Permission::SubmitBatch) && view.good > 0;
    Ok(BatchPage { batch: view, findings: rows, next_row, judge, can_submit, can_release })
}

/// Counts of batches by the word of their stage, as far as the actor may see them.
///
/// # Errors
/// `access.denied`.
pub async fn stage_counts(desk: &Desk, actor: &Actor) -> Result<HashMap<String, u64>, DeskError> {
    actor.authorise(Permission::ReadBatch)?;
    let counts = desk.store().batch_counts(actor.unit_limit()).await?;
    Ok(counts
        .into_iter()
        .map(|(stage, count)| (stage, u64::try_from(count).unwrap_or_default()))
        .collect())
}
