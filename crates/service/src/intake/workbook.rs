//! Gives a unit its own file back: its rows in its order, one column more.

use std::path::Path;

use xinyong_domain::finding::Level;
use xinyong_domain::identifier::mask_citizen_id;
use xinyong_domain::law::Headings;
use xinyong_store::RowFinding;

use super::pass::table;
use super::receive::REGISTRY;
use super::recognise::{recognise_kind, recognise_registry};
use crate::access::{Actor, Permission};
use crate::desk::Desk;
use crate::refusal::DeskError;
use crate::sheet::{Annotator, Row};

/// Findings fetched at a time; the file may be long.
const FETCHED: i64 = 5_000;

/// Writes the annotated workbook of a batch to a path.
///
/// # Errors
/// `access.denied`, `batch.refused` when the file as a whole was refused and there is no table to annotate.
pub async fn annotated_workbook(
    desk: &Desk,
    actor: &Actor,
    batch: i64,
    target: &Path,
) -> Result<(), DeskError> {
    let found = desk.store().batch(batch).await?.ok_or(DeskError::NotFound("该批次"))?;
    if found.kind == REGISTRY {
        actor.authorise(Permission::ImportSubjects)?;
    } else {
        actor.authorise_for(Permission::ReadBatch, &found.unit_id)?;
    }
    let permit = desk
        .heavy()
        .acquire_owned()
        .await
        .map_err(|error| DeskError::Internal(error.to_string()))?;
    let path = desk.scratch().join(format!("annotate-{batch}-{}", desk.new_id()));
    super::run::unpack(&desk.clone(), &found.digest, &path).await?;
    let (desk, target) = (desk.clone(), target.to_path_buf());
    let source = path.clone();
    let runtime = tokio::runtime::Handle::current();
    let outcome = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        write(&desk, &found.kind, batch, &found.file_name, &source, &target, &runtime)
    })
    .await
    .map_err(|error| DeskError::Internal(error.to_string()));
    drop(std::fs::remove_file(&path));
    outcome?
}

fn write(
    desk: &Desk,
    kind: &str,
    batch: i64,
    file_name: &str,
    source: &Path,
    target: &Path,
    runtime: &tokio::runtime::Handle,
) -> Result<(), DeskError> {
    let law = desk.law();
    let (mut opened, recognised, headings, sensitive): (_, _, Headings, Vec<usize>) = if kind
        == REGISTRY
    {
        let (opened, recognised) = recognise_registry(source, file_name, &law, desk.limits())?;
        (opened, recognised, law.registry().headings.clone(), Vec::new())
    } else {
        let kind =
            law.kind(kind).ok_or_else(|| DeskError::Internal(format!("unknown kind {kind}")))?;
        let (opened, recognised) = recognise_kind(source, file_name, kind, &law, desk.limits())?;
        let sensitive = recognised
            .matched
            .columns
            .iter()
            .enumerate()
            .filter(|(_, field)| {
                field.and_then(|field| kind.fields.get(field)).is_some_and(|field| field.sensitive)
            })
            .map(|(column, _)| column)
            .collect();
        (opened, recognised, kind.headings.clone(), sensitive)
    };
    drop(headings);
    let width = width(&mut opened, &recognised)?;
    let failed = |error: crate::sheet::AnnotateError| DeskError::File {
        context: "无法写出校验结果".to_owned(),
        source: std::io::Error::other(error.to_string()),
    };
    let mut rows = table(&mut opened, &recognised)?;
    let mut out = Annotator::create(target, "校验结果", width).map_err(failed)?;
    let mut found =
        Findings { desk, batch, runtime, after: (0, 0), fetched: Vec::new(), at: 0, done: false };
    let mut row = Row::new();
    while rows.read(&mut row)? {
        if row.number == recognised.heading_row {
            out.write_heading(&row).map_err(failed)?;
            continue;
        }
        let (text, worst) = found.of(i64::from(row.number))?;
        if sensitive.is_empty() || row.number < recognised.heading_row {
            out.write_row(&row, &text, worst).map_err(failed)?;
        } else {
            out.write_row(&masked(&row, &sensitive), &text, worst).map_err(failed)?;
        }
    }
    out.finish().map_err(failed)
}

/// The width of the widest row, so that the findings stand right of everything.
fn width(
    opened: &mut crate::sheet::Opened,
    recognised: &super::recognise::Recognised,
) -> Result<usize, DeskError> {
    let mut rows = table(opened, recognised)?;
    let mut row = Row::new();
    let mut width = recognised.heading.len();
    while rows.read(&mut row)? {
        width = width.max(row.len());
    }
    Ok(width)
}

/// Identity numbers go back masked.
fn masked(row: &Row, sensitive: &[usize]) -> Row {
    let mut copy = Row::new();
    copy.clear(row.number);
    for column in 0..row.len() {
        let cell = row.cell(column);
        if sensitive.contains(&column) && cell.chars().any(|character| character.is_ascii_digit()) {
            copy.push(&mask_citizen_id(cell));
        } else {
            copy.push(cell);
        }
    }
    copy
}

/// The findings of a batch, streamed in row order.
struct Findings<'f> {
    desk: &'f Desk,
    batch: i64,
    runtime: &'f tokio::runtime::Handle,
    after: (i64, i64),
    fetched: Vec<RowFinding>,
    at: usize,
    done: bool,
}

impl Findings<'_> {
    fn peek(&mut self) -> Result<Option<&RowFinding>, DeskError> {
        if self.at == self.fetched.len() && !self.done {
            let (row, seq) = self.after;
            let store = self.desk.store();
            self.fetched =
                self.runtime.block_on(store.findings_from(self.batch, row, seq, FETCHED))?;
            self.at = 0;
            match self.fetched.last() {
                Some(last) => self.after = (last.row, last.seq),
                None => self.done = true,
            }
        }
        Ok(self.fetched.get(self.at))
    }

    fn of(&mut self, row: i64) -> Result<(String, Option<Level>), DeskError> {
        let mut text = String::new();
        let mut worst = None;
        loop {
            let Some(finding) = self.peek()? else {
                break;
            };
            if finding.row > row {
                break;
            }
            if finding.row == row {
                let level = Level::from_word(&finding.level);
                if !text.is_empty() {
                    text.push('\n');
                }
                text.push_str(&format!(
                    "【{}】{}（{}）",
                    level.map_or("", Level::label),
                    finding.message,
                    finding.code
                ));
                worst = worst.max(level);
            }
            self.at += 1;
        }
        Ok((text, worst))
    }
}
