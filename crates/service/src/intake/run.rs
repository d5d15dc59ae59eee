//! 检查 and 入库: works through a batch's file, to say what is wrong with it, or to record its good rows.
//!
//! Both are the same pass over the same raw bytes. A chunk is one transaction: what a killed run had written stays, and the
//! next run begins at the top again, finds its own records by their natural keys and counts them as its own.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;
use serde::Serialize;
use serde_json::json;
use xinyong_domain::check::{Checked, Party};
use xinyong_domain::finding::Finding;
use xinyong_domain::law::{Kind, Law, PowersOfUnit, Profile, Unit};
use xinyong_domain::party::PartyCategory;
use xinyong_domain::text::{normalise_name, search_tokens};
use xinyong_domain::workflow::batch::{Event, Stage};
use xinyong_store::{
    Batch, BatchRow, Content, Counts, ExistingRecord, NewRecord, NewSubject, Person,
    PreparedRecords, PreparedSubjects, Purpose, RecordChange, RecordKey, RowFinding, Store,
    StoreError, Tx, person_place, record_place,
};

use super::pass::{Judged, Pass, Tally, look_up_parties, memory_registry, read_chunk, table};
use super::receive::stage_of;
use super::recognise::{Recognised, recognise_kind};
use super::record::{Marked, Platform, RecordFacts, Rulings, Sieve, number_place, split_content};
use super::submit::stage_change;
use crate::access::Actor;
use crate::audit::AuditEvent;
use crate::clock::Clock;
use crate::commitments::{Carried, Met, met};
use crate::desk::Desk;
use crate::refusal::{DeskError, Refusal};
use crate::sheet::{Opened, Row};
use crate::subject_import;

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

/// One finding as a command or a page gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingAnswer {
    /// Row number that a person sees in the sheet.
    pub row: i64,
    /// Official code of the field.
    pub field: String,
    /// `error`, `warning` or `note`.
    pub level: String,
    /// The stable code.
    pub code: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// What a batch came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BatchAnswer {
    /// The batch.
    pub batch: String,
    /// Where it stands.
    pub stage: Stage,
    /// Whether the same file had been handed in before.
    pub repeated: bool,
    /// Rows with anything in them.
    pub received: u64,
    /// New or changed in the register.
    pub recorded: u64,
    /// Already there, the same.
    pub unchanged: u64,
    /// Waiting for submission, matching or a decision.
    pub held: u64,
    /// With an error.
    pub refused: u64,
    /// Notes about the file as a whole.
    pub notes: Vec<String>,
    /// Every finding, up to the limit asked for.
    pub findings: Vec<FindingAnswer>,
}

/// The answer for a batch, with its findings up to a limit.
///
/// # Errors
/// When there is no such batch, or the file as a whole was refused (the refusal itself).
pub async fn answer(desk: &Desk, batch: i64, most: usize) -> Result<BatchAnswer, DeskError> {
    let store = desk.store();
    let found = store.batch(batch).await?.ok_or(DeskError::NotFound("该批次"))?;
    let stage = stage_of(&found.stage)?;
    if stage == Stage::Refused {
        return Err(refusal_of(&found).into());
    }
    let findings = store
        .findings_from(batch, 0, 0, i64::try_from(most).unwrap_or(i64::MAX))
        .await?
        .into_iter()
        .map(|finding| FindingAnswer {
            row: finding.row,
            field: finding.field,
            level: finding.level,
            code: finding.code,
            message: finding.message,
        })
        .collect();
    let count = |value: i64| u64::try_from(value).unwrap_or_default();
    let (recorded, unchanged, refused) =
        (count(found.count_recorded), count(found.count_unchanged), count(found.count_refused));
    let received = count(found.count_received);
    Ok(BatchAnswer {
        batch: batch.to_string(),
        stage,
        repeated: false,
        received,
        recorded,
        unchanged,
        // Before they are recorded, good rows wait for submission: that is held as well.
        held: received.saturating_sub(recorded + unchanged + refused),
        refused,
        notes: notes_of(&found),
        findings,
    })
}

pub(crate) fn notes_of(batch: &Batch) -> Vec<String> {
    serde_json::from_str::<serde_json::Value>(&batch.heading)
        .ok()
        .and_then(|heading| heading.get("notes").cloned())
        .and_then(|notes| serde_json::from_value(notes).ok())
        .unwrap_or_default()
}

/// The refusal that a refused batch keeps.
pub(crate) fn refusal_of(batch: &Batch) -> Refusal {
    let kept = batch
        .refusal
        .as_deref()
        .and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok())
        .unwrap_or_default();
    let text = |key: &str| kept.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
    Refusal { code: refusal_code(text("code")), message: text("message").to_owned() }
}

/// Codes are static; a stored one comes back as one of those that a file may be refused with.
fn refusal_code(code: &str) -> &'static str {
    const CODES: &[&str] = &[
        "content.forbidden",
        "file.cell-too-long",
        "file.damaged",
        "file.empty",
        "file.encrypted",
        "file.kind-mismatch",
        "file.kind-unknown",
        "file.not-a-table",
        "file.no-rows",
        "file.too-large",
        "file.too-many-columns",
        "file.too-many-rows",
        "file.unpacked-too-large",
        "file.unreadable",
    ];
    CODES.iter().copied().find(|known| *known == code).unwrap_or("file.refused")
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

/// What one chunk puts into the store, in one transaction.
#[derive(Default)]
struct WriteSet {
    subjects: Vec<NewSubject>,
    persons: Vec<Person>,
    records: Vec<NewRecord>,
    changes: Vec<RecordChange>,
    rows: Vec<BatchRow>,
    findings: Vec<RowFinding>,
    /// Numbers of commitments that good rows carry and that were given to nobody here when the rows were looked at.
    numbers: Vec<String>,
    progress: i64,
}

/// A good row, before it is known whether the register has it.
struct Draft {
    row: u32,
    party: Party,
    code: String,
    name: String,
    category: PartyCategory,
    blind: String,
    natural_key: String,
    content: Content,
    sensitive: Option<String>,
    digest: String,
    platform: Platform,
    decided: Date,
    valid_until: Option<Date>,
    sieve: Arc<Sieve>,
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

    /// Turns a checked row into a draft of its record.
    fn draft(
        &self,
        kind: &Kind,
        number: u32,
        checked: &Checked<'_, '_>,
    ) -> Result<Draft, DeskError> {
        let (decided, category) = checked.decided.zip(checked.category).ok_or_else(|| {
            DeskError::Internal(format!("row {number} passed without date or category"))
        })?;
        let mut platform = Platform::of_row(kind, checked, &self.unit);
        if let Some(release) = &self.release {
            platform.basis.clone_from(&release.basis);
            platform.released = release.day;
            if let Some(judged) = release.judgements.get(&i64::from(number)) {
                if let Some((value, reason, source)) = judged.get("severity") {
                    platform.severity.clone_from(value);
                    platform.severity_reason.clone_from(reason);
                    platform.severity_source.clone_from(source);
                }
                if let Some((value, ..)) = judged.get("domain") {
                    platform.domain.clone_from(value);
                }
                if let Some((value, ..)) = judged.get("basis") {
                    platform.basis.clone_from(value);
                }
                if let Some((value, ..)) = judged.get("exemption") {
                    platform.exemption.clone_from(value);
                }
            }
        }
        let (clear, sensitive) = split_content(kind, checked);
        let facts = RecordFacts {
            kind,
            category,
            decided,
            valid_until: checked.valid_until,
            content: &clear,
            platform: &platform,
            withdrawn: None,
        };
        let sieve = self.rulings.borrow_mut().of(&facts, self.today, &self.law)?;
        let content = Content::new(to_json(&clear)?);
        let sensitive = if sensitive.is_empty() { None } else { Some(to_json(&sensitive)?) };
        let natural_key = checked.natural_key(kind);
        let digest = self.store().keys().content_digest(&[
            &kind.id,
            content.sm3(),
            sensitive.as_deref().unwrap_or_default(),
        ]);
        let code = checked.value(kind.party.uscc).to_owned();
        let name = checked.value(kind.party.name).to_owned();
        let blind = if checked.party == Party::Person {
            let document = kind.party.document.map_or("", |position| checked.value(position));
            let identity = if document.is_empty() {
                format!("{}\u{1f}{natural_key}\u{1f}{name}", kind.id)
            } else {
                document.to_owned()
            };
            self.store().keys().blind_index(&identity)
        } else {
            String::new()
        };
        Ok(Draft {
            row: number,
            party: checked.party.clone(),
            code,
            name,
            category,
            blind,
            natural_key,
            content,
            sensitive,
            digest,
            platform,
            decided,
            valid_until: checked.valid_until,
            sieve,
        })
    }

    /// Finds or makes the subjects, asks the register for what it has under the same keys, and decides for each draft whether
    /// it is new, a correction, or nothing new. Returns the subjects it made.
    fn settle(
        &self,
        drafts: Vec<Draft>,
        recent: &HashMap<String, i64>,
        set: &mut WriteSet,
        tally: &mut Tally,
        kind: &Kind,
    ) -> Result<HashMap<String, i64>, DeskError> {
        let blinds: Vec<String> = drafts
            .iter()
            .filter(|draft| !draft.blind.is_empty())
            .map(|draft| draft.blind.clone())
            .collect();
        let persons = if blinds.is_empty() {
            HashMap::new()
        } else {
            let blinds: Vec<&str> = blinds.iter().map(String::as_str).collect();
            self.runtime.block_on(self.store().persons_by_blind(&blinds))?
        };
        let mut made: HashMap<String, i64> = HashMap::new();
        let mut placed = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let subject = match &draft.party {
                Party::Known(id) => *id,
                Party::New => match made.get(&draft.code).or_else(|| recent.get(&draft.code)) {
                    Some(id) => *id,
                    None => {
                        let subject = self.new_subject(&draft, kind);
                        let id = subject.id;
                        set.subjects.push(subject);
                        made.insert(draft.code.clone(), id);
                        id
                    }
                },
                Party::Person => {
                    let known = persons
                        .get(&draft.blind)
                        .or_else(|| made.get(&draft.blind))
                        .or_else(|| recent.get(&draft.blind));
                    match known {
                        Some(id) => *id,
                        None => {
                            let id = self.desk.new_id();
                            let sealed = self.store().keys().seal(
                                Purpose::Person,
                                &person_place(id),
                                draft.name.as_bytes(),
                            )?;
                            set.persons.push(Person {
                                id,
                                blind: draft.blind.clone(),
                                sealed,
                                known_at: self.now,
                            });
                            made.insert(draft.blind.clone(), id);
                            id
                        }
                    }
                }
                Party::Unmatched => continue,
            };
            placed.push((subject, draft));
        }
        let key = |subject: i64, draft: &Draft| -> RecordKey {
            (subject, kind.id.clone(), draft.natural_key.clone())
        };
        let keys: Vec<RecordKey> =
            placed.iter().map(|(subject, draft)| key(*subject, draft)).collect();
        let existing = self.runtime.block_on(self.store().existing_records(&keys))?;
        let differing: Vec<(i64, i64, &str)> = placed
            .iter()
            .filter_map(|(subject, draft)| {
                let held = existing.get(&key(*subject, draft))?;
                (held.content_digest != draft.digest).then_some((
                    *subject,
                    held.id,
                    draft.digest.as_str(),
                ))
            })
            .collect();
        let holds = self.runtime.block_on(self.store().holds(&differing))?;
        for (subject, mut draft) in placed {
            let held = existing.get(&key(subject, &draft));
            let id = held.map_or(0, |held| held.id);
            if holds.committed.contains(&id) {
                // Accepted while the file was checked: what was signed and found here, no file changes.
                let finding = crate::commitments::held_here();
                let row = i64::from(draft.row);
                let before = set.findings.iter().filter(|one| one.row == row).count();
                set.findings.push(row_finding(row, before, finding));
                tally.unchanged += 1;
                continue;
            }
            if holds.superseded.contains(&id) || holds.repaired.contains(&id) {
                // An old file once more: what two persons put right since is not undone by it; and what was repaired no file
                // brings back.
                tally.unchanged += 1;
                continue;
            }
            if let Some(platform) = holds.marked.get(&id) {
                // No file of a unit takes the mark of an objection away, nor counts a mark as a correction.
                let platform: Platform = serde_json::from_str(platform).map_err(|error| {
                    DeskError::Internal(format!("what the platform says of record {id}: {error}"))
                })?;
                draft.platform.objected = platform.objected;
                draft.platform.marked = Marked::with_news(platform.marked);
            }
            // What a court shields stays down and is kept up to date: what stands when the shield is lifted is what was reported last.
            let down = holds.shielded.get(&id).copied();
            self.place((subject, down), draft, held, set, tally, kind)?;
        }
        Ok(made)
    }

    fn place(
        &self,
        (subject, down): (i64, Option<Date>),
        draft: Draft,
        held: Option<&ExistingRecord>,
        set: &mut WriteSet,
        tally: &mut Tally,
        kind: &Kind,
    ) -> Result<(), DeskError> {
        let release = self.release.as_ref();
        // Nor does it bring back what is withheld because the unit is silent.
        let answer_by = draft.platform.objected.as_ref().and_then(|one| one.answer_by);
        let withheld = answer_by.is_some_and(|last| last < self.desk.today());
        let mut record = NewRecord {
            subject_id: subject,
            id: 0,
            kind: kind.id.clone(),
            number: number_place(&draft.natural_key),
            natural_key: draft.natural_key,
            content: draft.content,
            sealed: None,
            platform: to_json(&draft.platform)?,
            party_category: draft.category.as_str().to_owned(),
            decided_on: draft.decided,
            valid_until: draft.valid_until,
            unit_id: self.batch.unit_id.clone(),
            batch_id: self.batch.id,
            row: i64::from(draft.row),
            recorded_at: self.now,
            law_edition: self.law.edition().to_owned(),
            public_from: draft.sieve.public_from.filter(|_| !withheld),
            public_until: draft.sieve.public_until.filter(|_| !withheld),
            content_digest: draft.digest,
            actor: release.map(|release| release.clerk.clone()).unwrap_or_default(),
            second: release.map(|release| release.second.clone()),
            reason: "报送".to_owned(),
            citations: draft.sieve.citations.clone(),
        };
        let sensitive = draft.sensitive;
        let seal = |record: &mut NewRecord| -> Result<(), DeskError> {
            let place = record_place(record.subject_id, record.id);
            let keys = self.store().keys();
            record.sealed = sensitive
                .as_ref()
                .map(|clear| keys.seal(Purpose::Record, &place, clear.as_bytes()))
                .transpose()?;
            Ok(())
        };
        match held {
            None => {
                record.id = self.desk.new_id();
                seal(&mut record)?;
                set.records.push(record);
                tally.recorded += 1;
            }
            Some(held) if held.content_digest == record.content_digest => {
                // Found again under this very batch: a killed run had written it.
                if held.batch_id == self.batch.id {
                    tally.recorded += 1
                } else {
                    tally.unchanged += 1
                }
            }
            Some(held) => {
                record.id = held.id;
                record.reason = "更正".to_owned();
                seal(&mut record)?;
                let on = record.public_from.unwrap_or(record.decided_on);
                set.changes.push(RecordChange {
                    record,
                    expected: held.version,
                    // Nobody is told of what nobody sees.
                    event: (down.is_none() && !withheld).then_some(("changed", on)),
                    delivered: true,
                    withdrawn_on: down,
                });
                tally.recorded += 1;
            }
        }
        Ok(())
    }

    fn new_subject(&self, draft: &Draft, kind: &Kind) -> NewSubject {
        NewSubject {
            id: self.desk.new_id(),
            category: draft.category.as_str().to_owned(),
            code: Some(draft.code.clone()),
            codes: vec![("uscc".to_owned(), draft.code.clone())],
            name: draft.name.clone(),
            name_key: normalise_name(&draft.name).into_owned(),
            former: Vec::new(),
            status: "unknown".to_owned(),
            details: "{}".to_owned(),
            registered_on: None,
            source: kind.id.clone(),
            known_at: self.now,
            tokens: search_tokens(&draft.name),
            actor: "system".to_owned(),
            reason: "由记录得知".to_owned(),
            source_batch: Some(self.batch.id),
        }
    }
}

pub(crate) fn to_json<T: Serialize>(value: &T) -> Result<String, DeskError> {
    serde_json::to_string(value).map_err(|error| DeskError::Internal(error.to_string()))
}

/// Checks one chunk: counts, findings and, when recording, drafts.
fn pass_chunk(
    pass: &mut Pass<'_>,
    rows: &[Row],
    registry: &xinyong_domain::check::MemoryRegistry,
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
fn row_finding(row: i64, before: usize, finding: Finding) -> RowFinding {
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
async fn write(
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
