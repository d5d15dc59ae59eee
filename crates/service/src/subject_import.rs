//! Imports the registry of subjects: the market regulator's list, the ground that every record stands on.
//!
//! The registry is the authority on who a subject is. A subject is never deleted; a new name keeps the old one as a former
//! name; the same file again changes nothing.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use serde_json::json;
use xinyong_domain::check::{clean, is_destroyed};
use xinyong_domain::finding::{Finding, Level};
use xinyong_domain::identifier::{self, Uscc};
use xinyong_domain::law::{Law, Profile, RegistryLayout};
use xinyong_domain::party::PartyCategory;
use xinyong_domain::text::{normalise_name, search_tokens};
use xinyong_domain::value::date;
use xinyong_domain::workflow::batch::{Event, Stage};
use xinyong_store::{
    Batch, BatchRow, Counts, FormerName, KnownSubject, NewSubject, RowFinding, SubjectChange, Tx,
};

use crate::access::Actor;
use crate::audit::AuditEvent;
use crate::desk::Desk;
use crate::intake::pass::{CHUNK, Tally, look_up, table};
use crate::intake::receive::{REGISTRY, REGISTRY_UNIT, Receive, receive, stage_of};
use crate::intake::recognise::{Recognised, recognise_registry};
use crate::intake::run::{BatchAnswer, answer, refusal_of};
use crate::intake::submit::stage_change;
use crate::refusal::DeskError;
use crate::sheet::{Opened, Row};

/// What a file has said about each code so far: the row, and 64 bits of the facts. Forty bytes a row, and a file's rows are
/// limited.
type Met = HashMap<[u8; 18], (u32, u64)>;

/// Imports a registry file as the credit office. The same file again is answered from its first import.
///
/// # Errors
/// `access.denied`, and what a file is refused for.
pub async fn import_subjects(
    desk: &Desk,
    actor: &Actor,
    path: &Path,
    file_name: &str,
    most_findings: usize,
) -> Result<BatchAnswer, DeskError> {
    let received = receive(
        desk,
        actor,
        Receive {
            path: path.to_path_buf(),
            file_name: file_name.to_owned(),
            kind: REGISTRY.to_owned(),
            unit: REGISTRY_UNIT.to_owned(),
            profile: Profile::Reported,
        },
    )
    .await?;
    if received.stage == Stage::Received {
        let found = desk.store().batch(received.batch).await?;
        work(desk, found.ok_or(DeskError::NotFound("该批次"))?, path).await?;
    }
    let found = desk.store().batch(received.batch).await?.ok_or(DeskError::NotFound("该批次"))?;
    if stage_of(&found.stage)? == Stage::Refused {
        return Err(refusal_of(&found).into());
    }
    let repeated = received.repeated && received.stage == Stage::Recorded;
    let mut result = answer(desk, received.batch, most_findings).await?;
    if repeated {
        // Nothing is written again: every row that went in before is unchanged now.
        result.unchanged += result.recorded;
        result.recorded = 0;
        result.repeated = true;
    }
    Ok(result)
}

/// Goes on with a registry file that was received: to `recorded`, or to `refused` when it cannot be worked through.
pub(crate) async fn work(desk: &Desk, batch: Batch, path: &Path) -> Result<Stage, DeskError> {
    let permit = desk
        .heavy()
        .acquire_owned()
        .await
        .map_err(|error| DeskError::Internal(error.to_string()))?;
    let (number, file_name) = (batch.id, batch.file_name.clone());
    let actor = Actor::system(&batch.received_by);
    let work = Import {
        desk: desk.clone(),
        law: desk.law(),
        today: desk.today(),
        now: desk.clock().now(),
        batch: batch.id,
        actor: actor.clone(),
        runtime: tokio::runtime::Handle::current(),
    };
    let path = path.to_path_buf();
    let outcome = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        work.run(&path, &file_name)
    })
    .await
    .map_err(|error| DeskError::Internal(error.to_string()))?;
    match outcome {
        Ok(tally) => {
            let event = AuditEvent::SubjectsImported { batch: number, changed: tally.recorded };
            desk.audit(&actor, event).await?;
            Ok(Stage::Recorded)
        }
        Err(DeskError::Refused(_)) => Ok(Stage::Refused),
        Err(error) => Err(error),
    }
}

struct Import {
    desk: Desk,
    law: Arc<Law>,
    today: Date,
    now: i64,
    batch: i64,
    actor: Actor,
    runtime: tokio::runtime::Handle,
}

/// One row of the registry after its check.
struct Entry {
    row: u32,
    code: String,
    name: String,
    name_key: String,
    category: PartyCategory,
    status: String,
    registered_on: Option<Date>,
    details: String,
    former: Vec<String>,
    codes: Vec<(String, String)>,
}

#[derive(Default)]
struct WriteSet {
    subjects: Vec<NewSubject>,
    changes: Vec<SubjectChange>,
    rows: Vec<BatchRow>,
    findings: Vec<RowFinding>,
    progress: i64,
}

impl Import {
    fn run(&self, path: &Path, file_name: &str) -> Result<Tally, DeskError> {
        let store = self.desk.store();
        let (mut opened, recognised) =
            match recognise_registry(path, file_name, &self.law, self.desk.limits()) {
                Ok(found) => found,
                Err(refusal) => {
                    let kept =
                        json!({ "code": refusal.code, "message": refusal.message }).to_string();
                    self.runtime.block_on(async {
                        let mut tx = store.transaction("refuse registry").await?;
                        self.step(&mut tx, Stage::Received, Event::Refuse, Some(kept)).await?;
                        tx.commit().await?;
                        Ok::<(), DeskError>(())
                    })?;
                    return Err(refusal.into());
                }
            };
        self.runtime.block_on(async {
            let mut tx = store.transaction("clear findings").await?;
            tx.clear_findings(self.batch).await?;
            tx.commit().await
        })?;
        let tally = self.rows(&mut opened, &recognised)?;
        let heading = json!({
            "sheet": recognised.sheet_name,
            "row": recognised.heading_row,
            "notes": recognised.notes.iter().map(|(_, note)| note).collect::<Vec<_>>(),
        })
        .to_string();
        let signed = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        self.runtime.block_on(async {
            let mut tx = store.transaction("finish registry").await?;
            let counts = Counts {
                total: signed(tally.received),
                received: signed(tally.received),
                recorded: signed(tally.recorded),
                unchanged: signed(tally.unchanged),
                held: signed(tally.held),
                refused: signed(tally.refused),
            };
            tx.set_counts(self.batch, &counts).await?;
            tx.set_sheet(self.batch, &recognised.sheet_name, &heading).await?;
            // The registry is the office's own source: it needs no second person, and the log says who imported it.
            let mut stage = Stage::Received;
            for event in [Event::Check, Event::Submit, Event::Release, Event::Record] {
                stage = self.step(&mut tx, stage, event, None).await?;
            }
            tx.seal_batch(self.batch).await?;
            tx.commit().await?;
            Ok::<(), DeskError>(())
        })?;
        Ok(tally)
    }

    async fn step(
        &self,
        tx: &mut Tx,
        from: Stage,
        event: Event,
        refusal: Option<String>,
    ) -> Result<Stage, DeskError> {
        let to = from.after(event).map_err(|error| DeskError::Internal(error.to_string()))?;
        let mut change = stage_change(to, &self.actor.login, self.now);
        change.refusal = refusal;
        tx.set_stage(self.batch, from.as_str(), to.as_str(), &change).await?;
        Ok(to)
    }

    fn rows(&self, opened: &mut Opened, recognised: &Recognised) -> Result<Tally, DeskError> {
        let law = Arc::clone(&self.law);
        let layout = law.registry();
        let mut rows = table(opened, recognised)?;
        let mut tally = Tally::default();
        let mut row = Row::new();
        let mut entries: Vec<Entry> = Vec::new();
        let mut set = WriteSet::default();
        let mut in_flight: Option<tokio::task::JoinHandle<Result<(), DeskError>>> = None;
        // What this file has already said about a code: the register answers only for what is committed.
        let mut met = Met::default();
        loop {
            let more = rows.read(&mut row)?;
            if more && (row.number <= recognised.heading_row || row.is_blank()) {
                continue;
            }
            if more {
                tally.received += 1;
                let mut findings = Vec::new();
                let entry = self.read(layout, recognised, &row, &mut findings);
                let kept = entry.and_then(|entry| {
                    self.not_repeated(entry, &mut met, &mut findings, &mut tally)
                });
                let refused = findings.iter().any(|finding| finding.level == Level::Error);
                for (seq, finding) in findings.into_iter().enumerate() {
                    set.findings.push(RowFinding {
                        row: i64::from(row.number),
                        seq: i64::try_from(seq).unwrap_or(i64::MAX) + 1,
                        field: finding.field,
                        level: finding.level.as_str().to_owned(),
                        code: finding.code.to_owned(),
                        message: finding.message,
                    });
                }
                if refused {
                    tally.refused += 1;
                    set.rows.push(BatchRow {
                        row: i64::from(row.number),
                        outcome: "refused".to_owned(),
                    });
                } else {
                    entries.extend(kept);
                }
                set.progress = i64::from(row.number);
            }
            if entries.len() >= CHUNK
                || (!more && (!entries.is_empty() || !set.findings.is_empty()))
            {
                self.settle(std::mem::take(&mut entries), &mut set, &mut tally)?;
                let (store, batch) = (self.desk.store().clone(), self.batch);
                let ready = std::mem::take(&mut set);
                let subjects = store.prepare_subjects(&ready.subjects)?;
                if let Some(writing) = in_flight.take() {
                    self.runtime
                        .block_on(writing)
                        .map_err(|error| DeskError::Internal(error.to_string()))??;
                }
                in_flight = Some(self.runtime.spawn(async move {
                    let mut tx = store.transaction("registry chunk").await?;
                    tx.update_subjects(&ready.changes).await?;
                    tx.set_rows(batch, &ready.rows).await?;
                    tx.add_findings(batch, &ready.findings).await?;
                    tx.set_progress(batch, ready.progress).await?;
                    tx.insert_prepared_subjects(subjects).await?;
                    tx.commit().await?;
                    Ok(())
                }));
            }
            if !more {
                break;
            }
        }
        if let Some(writing) = in_flight.take() {
            self.runtime
                .block_on(writing)
                .map_err(|error| DeskError::Internal(error.to_string()))??;
        }
        Ok(tally)
    }

    /// The same code twice in one file: the same facts are one subject and a note, other facts are an error.
    fn not_repeated(
        &self,
        entry: Entry,
        met: &mut Met,
        findings: &mut Vec<Finding>,
        tally: &mut Tally,
    ) -> Option<Entry> {
        use std::hash::{DefaultHasher, Hash as _, Hasher as _};
        let mut hasher = DefaultHasher::new();
        (&entry.name_key, &entry.details, &entry.registered_on, &entry.status).hash(&mut hasher);
        let facts = hasher.finish();
        let mut code = [0; 18];
        for (place, byte) in code.iter_mut().zip(entry.code.bytes()) {
            *place = byte;
        }
        match met.get(&code) {
            None => {
                met.insert(code, (entry.row, facts));
                Some(entry)
            }
            Some((first, same)) if *same == facts => {
                tally.unchanged += 1;
                findings.push(Finding::note(
                    "uscc",
                    "subject.repeated",
                    format!("与第{first}行完全相同，只计一次"),
                ));
                None
            }
            Some((first, _)) => {
                findings.push(Finding::error(
                    "uscc",
                    "subject.duplicate-code",
                    format!("代码与第{first}行相同而内容不同（重码），请核实后保留一行"),
                ));
                None
            }
        }
    }

    fn read(
        &self,
        layout: &RegistryLayout,
        recognised: &Recognised,
        row: &Row,
        findings: &mut Vec<Finding>,
    ) -> Option<Entry> {
        let mut values: HashMap<&str, &str> = HashMap::new();
        for (column, position) in recognised.matched.columns.iter().enumerate() {
            if let Some(field) = position.and_then(|position| layout.fields.get(position)) {
                let value = clean(row.cell(column));
                if !value.is_empty() {
                    values.insert(&field.code, value);
                }
            }
        }
        for (code, value) in &values {
            if is_destroyed(value) {
                let label = layout
                    .position(code)
                    .and_then(|position| layout.fields.get(position))
                    .map_or(*code, |field| &field.label);
                findings.push(Finding::error(
                    *code,
                    "field.unprintable",
                    format!("「{label}」中的文字已损坏（乱码或不可见字符），请从原系统重新导出"),
                ));
            }
        }
        let beyond =
            (recognised.heading.len()..row.len()).any(|column| !clean(row.cell(column)).is_empty());
        if beyond {
            findings.push(Finding::error(
                "",
                "row.too-many-cells",
                "本行比标题行多出内容，疑似错位；请检查本行",
            ));
        }
        let code = self.read_code(&values, findings);
        let name = values.get("name").copied().unwrap_or_default();
        if name.is_empty() {
            findings.push(Finding::error("name", "field.missing", "「企业名称」未填写，此项必填"));
        } else if Uscc::parse(&identifier::normalise(name)).is_ok() || date::read(name).is_some() {
            findings.push(Finding::error(
                "name",
                "row.shifted",
                "「企业名称」一列里不是名称，疑似整行错位；请检查本行各列",
            ));
        }
        let registered_on = self.read_registered(&values, findings);
        let code = code?;
        let category = if code.is_individual_business() {
            PartyCategory::IndividualBusiness
        } else {
            PartyCategory::Organisation
        };
        let details: BTreeMap<&str, &str> = values
            .iter()
            .filter(|(field, _)| {
                !matches!(
                    **field,
                    "name"
                        | "uscc"
                        | "registered_on"
                        | "status"
                        | "former_names"
                        | "registration_no"
                )
            })
            .map(|(field, value)| (*field, *value))
            .collect();
        let mut codes = vec![("uscc".to_owned(), code.to_string())];
        if let Some(number) = values.get("registration_no") {
            codes.push(("registration-no".to_owned(), identifier::normalise(number).into_owned()));
        }
        Some(Entry {
            row: row.number,
            code: code.to_string(),
            name: name.to_owned(),
            name_key: normalise_name(name).into_owned(),
            category,
            status: values.get("status").copied().unwrap_or("unknown").to_owned(),
            registered_on,
            details: serde_json::to_string(&details).unwrap_or_else(|_| "{}".to_owned()),
            former: values
                .get("former_names")
                .map(|names| {
                    names
                        .split([';', '；', '、', '|'])
                        .map(str::trim)
                        .filter(|name| !name.is_empty())
                        .map(str::to_owned)
                        .collect()
                })
                .unwrap_or_default(),
            codes,
        })
    }

    fn read_code(&self, values: &HashMap<&str, &str>, findings: &mut Vec<Finding>) -> Option<Uscc> {
        let raw = values.get("uscc").copied().unwrap_or_default();
        let normalised = identifier::normalise(raw);
        let shifted = |findings: &mut Vec<Finding>| {
            for (field, value) in values {
                let elsewhere = *field != "uscc"
                    && value.len() == 18
                    && Uscc::parse(&identifier::normalise(value)).is_ok();
                if elsewhere {
                    findings.push(Finding::error(
                        *field,
                        "row.shifted",
                        "这一列里是统一社会信用代码，疑似整行错位；请检查本行各列",
                    ));
                }
            }
        };
        if raw.is_empty() {
            findings.push(Finding::error(
                "uscc",
                "field.missing",
                "「统一社会信用代码」未填写，此项必填",
            ));
            shifted(findings);
            return None;
        }
        match Uscc::parse(&normalised) {
            Ok(code) => {
                if normalised != raw {
                    findings.push(Finding::warning(
                        "uscc",
                        "id.normalised",
                        format!("代码含小写、全角、空格或连字符，已规范为{code}"),
                    ));
                }
                if !code.organisation_code_holds() {
                    findings.push(Finding::warning(
                        "uscc",
                        "uscc.organisation-code",
                        "代码本身有效，但其中的组织机构代码校验位不符，请留意",
                    ));
                }
                Some(code)
            }
            Err(error) => {
                findings.push(Finding::error(
                    "uscc",
                    error.code(),
                    format!("统一社会信用代码不正确：{error}"),
                ));
                shifted(findings);
                None
            }
        }
    }

    fn read_registered(
        &self,
        values: &HashMap<&str, &str>,
        findings: &mut Vec<Finding>,
    ) -> Option<Date> {
        let raw = values.get("registered_on")?;
        match date::read(raw) {
            Some((day, _)) if day > self.today => {
                findings.push(Finding::error(
                    "registered_on",
                    "date.future",
                    format!("注册日期{day}晚于今天，请核对"),
                ));
                None
            }
            Some((day, _)) => Some(day),
            None => {
                findings.push(Finding::error(
                    "registered_on",
                    "date.invalid",
                    "「注册日期」不是有效日期，请写作 2026/03/05 这样的形式",
                ));
                None
            }
        }
    }

    fn settle(
        &self,
        entries: Vec<Entry>,
        set: &mut WriteSet,
        tally: &mut Tally,
    ) -> Result<(), DeskError> {
        let codes: Vec<&str> = entries.iter().map(|entry| entry.code.as_str()).collect();
        let known = look_up(self.desk.store(), &self.runtime, &codes)?;
        for entry in entries {
            match known.by_code.get(&entry.code) {
                None => {
                    set.subjects.push(self.new_subject(entry));
                    tally.recorded += 1;
                }
                Some(held) => match self.change(held, entry)? {
                    None => tally.unchanged += 1,
                    Some(change) => {
                        // A change that this very batch made before it was killed is its own.
                        set.changes.push(change);
                        tally.recorded += 1;
                    }
                },
            }
        }
        Ok(())
    }

    fn new_subject(&self, entry: Entry) -> NewSubject {
        let names: Vec<&str> =
            std::iter::once(&entry.name).chain(&entry.former).map(String::as_str).collect();
        let tokens = tokens(&names);
        NewSubject {
            id: self.desk.new_id(),
            category: entry.category.as_str().to_owned(),
            code: Some(entry.code),
            codes: entry.codes,
            name: entry.name,
            name_key: entry.name_key,
            former: entry
                .former
                .into_iter()
                .map(|name| FormerName {
                    name_key: normalise_name(&name).into_owned(),
                    name,
                    since: None,
                    until: None,
                })
                .collect(),
            status: entry.status,
            details: entry.details,
            registered_on: entry.registered_on,
            source: "registry".to_owned(),
            known_at: self.now,
            tokens,
            actor: self.actor.login.clone(),
            reason: "登记信息导入".to_owned(),
            source_batch: Some(self.batch),
        }
    }

    /// What the registry says anew about a subject; `None` when it says what is known.
    fn change(
        &self,
        held: &KnownSubject,
        entry: Entry,
    ) -> Result<Option<SubjectChange>, DeskError> {
        let store = self.desk.store();
        let current =
            self.runtime.block_on(store.subject(held.id))?.ok_or(DeskError::NotFound("该主体"))?;
        let same_source = current.source == "registry" || current.details == entry.details;
        let same = current.name_key == entry.name_key
            && current.details == entry.details
            && current.status == entry.status
            && current.registered_on == entry.registered_on
            && same_source;
        if same {
            return Ok(None);
        }
        let mut former: Vec<FormerName> = entry
            .former
            .iter()
            .map(|name| FormerName {
                name: name.clone(),
                name_key: normalise_name(name).into_owned(),
                since: None,
                until: None,
            })
            .collect();
        if current.name_key != entry.name_key {
            former.push(FormerName {
                name: current.name.clone(),
                name_key: current.name_key.clone(),
                since: None,
                until: Some(self.today),
            });
        }
        let names = self.runtime.block_on(store.subject_names(held.id))?;
        let all_former: Vec<String> = names
            .into_iter()
            .map(|name| name.name)
            .chain(former.iter().map(|name| name.name.clone()))
            .filter(|name| *name != entry.name)
            .collect();
        let subject = NewSubject {
            tokens: tokens(
                &std::iter::once(&entry.name)
                    .chain(&all_former)
                    .map(String::as_str)
                    .collect::<Vec<_>>(),
            ),
            id: held.id,
            category: entry.category.as_str().to_owned(),
            code: Some(entry.code),
            codes: entry.codes,
            name: entry.name,
            name_key: entry.name_key,
            former,
            status: entry.status,
            details: entry.details,
            registered_on: entry.registered_on,
            source: "registry".to_owned(),
            known_at: self.now,
            actor: self.actor.login.clone(),
            reason: "登记信息更新".to_owned(),
            source_batch: Some(self.batch),
        };
        Ok(Some(SubjectChange { subject, expected: current.version }))
    }
}

/// The tokens of the present name and all former ones, in one text. One that several names share stands there several times;
/// the store keeps it once.
pub(crate) fn tokens(names: &[&str]) -> String {
    let all: Vec<String> = names.iter().map(|name| search_tokens(name)).collect();
    all.join(" ")
}
