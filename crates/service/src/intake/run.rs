//! 检查 and 入库: works through a batch's file, to say what is wrong with it, or to record its good rows.
//!
//! Both are the same pass over the same raw bytes. A chunk is one transaction: what a killed run had written stays, and the
//! next run begins at the top again, finds its own records by their natural keys and counts them as its own.

mod answer;
mod chunk;
mod draft;
mod settle;

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;
use serde_json::json;
use xinyong_domain::law::{Law, PowersOfUnit, Profile, Unit};
use xinyong_domain::workflow::batch::{Event, Stage};
use xinyong_store::{Batch, Counts, Store, StoreError, Tx};

use super::pass::{Pass, Tally, look_up_parties, memory_registry, read_chunk, table};
use super::receive::stage_of;
use super::recognise::{Recognised, recognise_kind};
use super::record::Rulings;
use super::submit::stage_change;
use crate::access::Actor;
use crate::audit::AuditEvent;
use crate::clock::Clock;
use crate::desk::Desk;
use crate::refusal::{DeskError, Refusal};
use crate::sheet::{Opened, Row};
use crate::subject_import;

pub use answer::{BatchAnswer, FindingAnswer, answer};
pub(crate) use answer::{notes_of, refusal_of};
use chunk::{WriteSet, pass_chunk, write};

/// What the reviewer, or the command line, said about the records of a batch.
#[derive(Debug, Clone, Default)]
pub(crate) struct Release {
    /// The confirmed basis for publication, empty for none.
    pub basis: String,
    /// Who submitted.
    pub clerk: String,
    /// Who released.
    pub second: String,
    /// On which day.
    pub day: Option<Date>,
    /// Judgements by row: key to value, reason and source.
    pub judgements: HashMap<i64, HashMap<String, (String, String, String)>>,
}

/// Checks a received batch to its end: to `checked`, or to `refused` when the file cannot be worked through. A registry file goes
/// on to `recorded`: it needs no second person.
///
/// # Errors
/// Only what is not the file's fault; a refused file is a batch in stage `refused`.
pub async fn check(desk: &Desk, batch: i64) -> Result<Stage, DeskError> {
    let found = desk.store().batch(batch).await?.ok_or(DeskError::NotFound("该批次"))?;
    let stage = stage_of(&found.stage)?;
    if stage != Stage::Received {
        return Ok(stage);
    }
    if found.kind == super::receive::REGISTRY {
        let path = scratch_copy(desk, &found).await?;
        let outcome = subject_import::work(desk, found, &path).await;
        drop(std::fs::remove_file(&path));
        return outcome;
    }
    work_through(desk, found, None).await
}

/// Records the good rows of a released batch, and only then calls it recorded.
///
/// # Errors
/// What is not the file's fault.
pub async fn record_released(desk: &Desk, batch: i64) -> Result<Stage, DeskError> {
    match record_once(desk, batch).await {
        // Somebody was first with what a chunk was going to write: it goes on where it stands, and sees what that was.
        Err(DeskError::Store(StoreError::Conflict(_))) => record_once(desk, batch).await,
        other => other,
    }
}

async fn record_once(desk: &Desk, batch: i64) -> Result<Stage, DeskError> {
    let store = desk.store();
    let found = store.batch(batch).await?.ok_or(DeskError::NotFound("该批次"))?;
    let stage = stage_of(&found.stage)?;
    if stage != Stage::Released {
        return Ok(stage);
    }
    let mut judgements: HashMap<i64, HashMap<String, (String, String, String)>> = HashMap::new();
    for judgement in store.judgements(batch).await? {
        judgements
            .entry(judgement.row)
            .or_default()
            .insert(judgement.key, (judgement.value, judgement.reason, judgement.source));
    }
    let release = Release {
        basis: found.basis.clone().unwrap_or_default(),
        clerk: found.submitted_by.clone().unwrap_or_default(),
        second: found.released_by.clone().unwrap_or_default(),
        day: found.released_at.and_then(Clock::day_of),
        judgements,
    };
    work_through(desk, found, Some(release)).await
}

/// Goes on with every batch that a stopped process left unfinished.
///
/// # Errors
/// The first that cannot be finished.
pub async fn resume_unfinished(desk: &Desk) -> Result<usize, DeskError> {
    let mut resumed = 0;
    for batch in desk.store().unfinished_batches().await? {
        check(desk, batch.id).await?;
        record_released(desk, batch.id).await?;
        resumed += 1;
    }
    Ok(resumed)
}

async fn work_through(
    desk: &Desk,
    batch: Batch,
    release: Option<Release>,
) -> Result<Stage, DeskError> {
    let permit = desk
        .heavy()
        .acquire_owned()
        .await
        .map_err(|error| DeskError::Internal(error.to_string()))?;
    let path = scratch_copy(desk, &batch).await?;
    let unit = desk.unit(&batch.unit_id).await?;
    let powers = crate::powers::of_unit(desk, &batch.unit_id).await?;
    let work = Work {
        powers,
        desk: desk.clone(),
        law: desk.law(),
        today: desk.today(),
        now: desk.clock().now(),
        batch,
        unit,
        release,
        path: path.clone(),
        runtime: tokio::runtime::Handle::current(),
        rulings: RefCell::default(),
    };
    // Spawned, not awaited in place: a client that hangs up does not stop it in the middle.
    let outcome = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        work.run()
    })
    .await
    .map_err(|error| DeskError::Internal(error.to_string()));
    // The scratch copy is clear text of what the store keeps sealed.
    drop(std::fs::remove_file(&path));
    outcome?
}

/// The clear bytes of a batch's file in the scratch folder: whoever asks for them removes them.
async fn scratch_copy(desk: &Desk, batch: &Batch) -> Result<PathBuf, DeskError> {
    let path = desk.scratch().join(format!("batch-{}-{}", batch.id, desk.new_id()));
    unpack(desk, &batch.digest, &path).await?;
    Ok(path)
}

/// Writes the kept bytes of a file into the scratch folder.
pub(crate) async fn unpack(desk: &Desk, digest: &str, path: &Path) -> Result<(), DeskError> {
    if desk.store().upload_to_file(digest, path).await? {
        return Ok(());
    }
    Err(DeskError::Internal(format!("the file of digest {digest} is not kept")))
}

struct Work {
    desk: Desk,
    powers: PowersOfUnit,
    law: Arc<Law>,
    today: Date,
    now: i64,
    batch: Batch,
    unit: Unit,
    release: Option<Release>,
    path: PathBuf,
    runtime: tokio::runtime::Handle,
    rulings: RefCell<Rulings>,
}

impl Work {
    fn store(&self) -> &Store {
        self.desk.store()
    }

    fn run(self) -> Result<Stage, DeskError> {
        let profile = Profile::from_word(&self.batch.profile).ok_or_else(|| {
            DeskError::Internal(format!("unknown profile {}", self.batch.profile))
        })?;
        let kind = self
            .law
            .kind(&self.batch.kind)
            .cloned()
            .ok_or_else(|| DeskError::Internal(format!("unknown kind {}", self.batch.kind)))?;
        let recognised = recognise_kind(
            Path::new(&self.path),
            &self.batch.file_name,
            &kind,
            &self.law,
            self.desk.limits(),
        );
        let (mut opened, recognised) = match recognised {
            Ok(found) => found,
            Err(refusal) => return self.refuse(&refusal),
        };
        let mut pass =
            Pass::new(&kind, &self.law, &self.unit, profile, self.today, &recognised, &self.powers);
        self.runtime.block_on(async {
            let mut tx = self.store().transaction("clear findings").await?;
            tx.clear_findings(self.batch.id).await?;
            tx.commit().await
        })?;
        let worked = self.work_rows(&mut pass, &mut opened, &recognised);
        let tally = match worked {
            Ok(tally) => tally,
            // A file that turns out to be damaged further down: nothing was promised yet while it is only checked.
            Err(DeskError::Refused(refusal)) if self.release.is_none() => {
                return self.refuse(&refusal);
            }
            Err(error) => return Err(error),
        };
        if tally.received == 0 {
            return self.refuse(&Refusal::new(
                "file.no-rows",
                "标题行下面没有任何数据；请确认数据填在标题行之下，或选对了工作表",
            ));
        }
        self.finish(&recognised, tally)
    }

    fn refuse(&self, refusal: &Refusal) -> Result<Stage, DeskError> {
        let kept = json!({ "code": refusal.code, "message": refusal.message }).to_string();
        self.runtime.block_on(async {
            let mut tx = self.store().transaction("refuse").await?;
            tx.clear_findings(self.batch.id).await?;
            self.step(&mut tx, Stage::Received, Event::Refuse, refusal.code, Some(kept)).await?;
            tx.commit().await?;
            Ok::<(), DeskError>(())
        })?;
        Ok(Stage::Refused)
    }

    async fn step(
        &self,
        tx: &mut Tx,
        from: Stage,
        event: Event,
        note: &str,
        refusal: Option<String>,
    ) -> Result<Stage, DeskError> {
        let to = from.after(event).map_err(|error| DeskError::Internal(error.to_string()))?;
        let mut change = stage_change(to, "system", self.desk.clock().now());
        change.refusal = refusal;
        change.law_edition = Some(self.law.edition().to_owned());
        tx.set_stage(self.batch.id, from.as_str(), to.as_str(), &change).await?;
        let moved = AuditEvent::BatchMoved {
            batch: self.batch.id,
            from: from.as_str(),
            to: to.as_str(),
            note,
        };
        self.desk.audit_with(tx, &Actor::system("system"), moved);
        Ok(to)
    }

    fn finish(&self, recognised: &Recognised, tally: Tally) -> Result<Stage, DeskError> {
        let (from, event) = if self.release.is_some() {
            (Stage::Released, Event::Record)
        } else {
            (Stage::Received, Event::Check)
        };
        let heading = json!({
            "sheet": recognised.sheet_name,
            "row": recognised.heading_row,
            "notes": recognised.notes.iter().map(|(_, note)| note).collect::<Vec<_>>(),
        })
        .to_string();
        let signed = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let to = self.runtime.block_on(async {
            let mut tx = self.store().transaction("finish").await?;
            let counts = Counts {
                total: signed(tally.received),
                received: signed(tally.received),
                recorded: signed(tally.recorded),
                unchanged: signed(tally.unchanged),
                held: signed(tally.held),
                refused: signed(tally.refused),
            };
            tx.set_counts(self.batch.id, &counts).await?;
            tx.set_sheet(self.batch.id, &recognised.sheet_name, &heading).await?;
            let to = self.step(&mut tx, from, event, "", None).await?;
            if to == Stage::Recorded {
                tx.seal_batch(self.batch.id).await?;
            }
            tx.commit().await?;
            Ok::<Stage, DeskError>(to)
        })?;
        Ok(to)
    }

    fn work_rows(
        &self,
        pass: &mut Pass<'_>,
        opened: &mut Opened,
        recognised: &Recognised,
    ) -> Result<Tally, DeskError> {
        let mut rows = table(opened, recognised)?;
        let mut chunk: Vec<Row> = Vec::new();
        let mut tally = Tally::default();
        // Subjects made in the chunk that is being written just now: the register may not answer for them yet.
        let mut recent: HashMap<String, i64> = HashMap::new();
        let mut in_flight: Option<tokio::task::JoinHandle<Result<(), DeskError>>> = None;
        loop {
            let filled = read_chunk(&mut rows, recognised.heading_row, &mut chunk)?;
            if filled == 0 {
                break;
            }
            let read = chunk.get(..filled).unwrap_or_default();
            let known = look_up_parties(self.store(), &self.runtime, &pass.parties(read))?;
            let registry = memory_registry(&known);
            let mut set = WriteSet::default();
            let mut drafts = Vec::new();
            pass_chunk(pass, read, &registry, self, &mut set, &mut drafts, &mut tally)?;
            if self.release.is_some() {
                let made = self.settle(drafts, &recent, &mut set, &mut tally, pass.kind)?;
                recent = made;
            }
            set.progress = read.last().map_or(0, |row| i64::from(row.number));
            let (store, batch) = (self.store().clone(), self.batch.id);
            let subjects = store.prepare_subjects(&std::mem::take(&mut set.subjects))?;
            let records = store.prepare_records(&std::mem::take(&mut set.records))?;
            if let Some(writing) = in_flight.take() {
                self.runtime
                    .block_on(writing)
                    .map_err(|error| DeskError::Internal(error.to_string()))??;
            }
            in_flight = Some(
                self.runtime
                    .spawn(async move { write(&store, batch, subjects, records, set).await }),
            );
        }
        if let Some(writing) = in_flight.take() {
            self.runtime
                .block_on(writing)
                .map_err(|error| DeskError::Internal(error.to_string()))??;
        }
        Ok(tally)
    }
}
