//! The earliest decision in a batch that still waits: its clock runs out first.
//!
//! It stands only in the kept file. A file never changes, so what was read from it once is remembered; a file that is too
//! large for a page to wait for is not read at all.

use std::path::Path;

use jiff::civil::Date;
use xinyong_domain::value::date;
use xinyong_store::Batch;

use super::pass::{read_chunk, table};
use super::recognise::recognise_kind;
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Bytes of the largest file that is read for this.
const MOST_BYTES: i64 = 4 * 1024 * 1024;
/// Rows read at most, as chunks of a pass.
const MOST_CHUNKS: usize = 5;

/// The earliest decision date in a batch; nothing where it is not known or the machine has no time for it now.
pub(crate) async fn earliest_decision(desk: &Desk, batch: &Batch) -> Option<Date> {
    if let Some(known) = desk.earliest_of(batch.id) {
        return known;
    }
    if batch.size > MOST_BYTES || desk.law().kind(&batch.kind).is_none() {
        return None;
    }
    // A page does not wait behind the files that are being checked.
    let permit = desk.heavy().try_acquire_owned().ok()?;
    let found = read(desk, batch).await;
    drop(permit);
    let found = found.unwrap_or_else(|error| {
        tracing::warn!(batch = batch.id, code = error.code(), "no decision date could be read");
        None
    });
    desk.remember_earliest(batch.id, found);
    found
}

async fn read(desk: &Desk, batch: &Batch) -> Result<Option<Date>, DeskError> {
    let path = desk.scratch().join(format!("due-{}-{}", batch.id, desk.new_id()));
    let unpacked = super::run::unpack(desk, &batch.digest, &path).await;
    let (owned, batch, source) = (desk.clone(), batch.clone(), path.clone());
    let outcome = match unpacked {
        Ok(()) => tokio::task::spawn_blocking(move || earliest(&owned, &batch, &source))
            .await
            .map_err(|error| DeskError::Internal(error.to_string())),
        Err(error) => Err(error),
    };
    drop(std::fs::remove_file(&path));
    outcome?
}

fn earliest(desk: &Desk, batch: &Batch, source: &Path) -> Result<Option<Date>, DeskError> {
    let law = desk.law();
    let kind = law
        .kind(&batch.kind)
        .ok_or_else(|| DeskError::Internal(format!("unknown kind {}", batch.kind)))?;
    let (mut opened, recognised) =
        recognise_kind(source, &batch.file_name, kind, &law, desk.limits())?;
    let columns = &recognised.matched.columns;
    let Some(column) = columns.iter().position(|field| *field == Some(kind.decided)) else {
        return Ok(None);
    };
    let mut rows = table(&mut opened, &recognised)?;
    let mut chunk = Vec::new();
    let mut found: Option<Date> = None;
    for _ in 0..MOST_CHUNKS {
        let filled = read_chunk(&mut rows, recognised.heading_row, &mut chunk)?;
        if filled == 0 {
            break;
        }
        let days = chunk.iter().take(filled).filter_map(|row| date::read(row.cell(column)));
        found = days.map(|(day, _)| day).chain(found).min();
    }
    Ok(found)
}
