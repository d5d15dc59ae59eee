//! Objecting: online by the subject's agent, at the window by the office or the unit for who came with paper; taking it back.

use std::path::{Path, PathBuf};

use xinyong_domain::identifier;
use xinyong_domain::rules::objection::{is_own, statement, statement_of_person};
use xinyong_domain::workflow::objection::{Event, Owner, Stage};
use xinyong_store::{
    ChainedStep, Objection, ObjectionMaterial, ObjectionVisitor, Purpose, Record, StoreError,
    Subject, Tx, objection_place, objection_visitor_place,
};

use super::named::{self, Came};
use super::{
    GROUNDS, HELD, SHOWN, Said, authorise, days_of, found, mark, noted, object, own, owner_of,
    stage_of,
};
use crate::access::{Actor, Permission, Role};
use crate::agents::{Agent, recognise};
use crate::audit::AuditEvent;
use crate::browse::{HeldRecord, Names, held, stored_of_own};
use crate::desk::Desk;
use crate::notices::{objection_handlers, objection_moved, objection_waits};
use crate::proceeding::written;
use crate::refusal::{DeskError, Refusal};
use crate::repairs::Visitor;
use crate::units::{responsible, stands_for};

/// Characters of the token of a form ([`crate::repairs::new_entry`]).
const ENTRY_LENGTH: usize = 24;
/// Characters of what is said.
const TEXT: std::ops::RangeInclusive<usize> = 4..=1_000;
/// Characters of the reason that something is taken back at the window.
const TAKE_BACK_REASON: std::ops::RangeInclusive<usize> = 4..=200;
/// Characters of a visitor's name and telephone.
const VISITOR: std::ops::RangeInclusive<usize> = 1..=40;
/// How one was made that came on paper.
const WINDOW: &str = "window";
/// The first step.
const FILE: &str = "file";

/// An objection as it is filled in.
#[derive(Debug, Clone, Default)]
pub struct File {
    /// The record.
    pub record: i64,
    /// What made the form one.
    pub entry: String,
    /// A code of [`GROUNDS`].
    pub ground: String,
    /// What is wrong. For the office and the unit alone.
    pub text: String,
    /// What everybody is to read beside the record while it is open; empty for nothing.
    pub statement: String,
    /// The scan of what shows it.
    pub file: Option<PathBuf>,
}

/// A record that may be objected to, and the open objection to it.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The record.
    pub record: HeldRecord,
    /// The open objection.
    pub open: Option<i64>,
}

/// The subject that somebody came to the window for, with what may be objected to.
#[derive(Debug, Clone)]
pub struct WindowObjection {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its records.
    pub records: Vec<Candidate>,
}

/// Who objects, and for whom.
pub(super) struct Claimant<'a> {
    /// Who enters it.
    pub(super) actor: &'a Actor,
    /// The subject; 0 for a natural person whom the record names.
    pub(super) subject: i64,
    /// Its agent, for what is made online.
    pub(super) agent: Option<&'a Agent>,
    /// Who came to the window.
    pub(super) came: Option<Came>,
}

/// Whether a record can be objected to at all.
pub(crate) fn open_to_objection(desk: &Desk, record: &Record) -> Result<(), Refusal> {
    if record.withdrawn_on.is_some() {
        return Err(Refusal::new(
            "objection.gone",
            "这条信息已经撤下，不再公示、共享，不需要提出异议",
        ));
    }
    let law = desk.law();
    if law.kind(&record.kind).is_some_and(|kind| kind.by_subject.is_some()) {
        return Err(Refusal::new(
            "objection.own-declaration",
            "这是主体自己申报的信息，可以随时更改或者撤回，不需要提出异议",
        ));
    }
    Ok(())
}

async fn listed(desk: &Desk, actor: &Actor, subject: i64) -> Result<Vec<Candidate>, DeskError> {
    let names = Names::read(desk).await?;
    let (law, today) = (desk.law(), desk.today());
    let records = stored_of_own(desk, subject).await?;
    let places: Vec<_> = records.iter().map(|record| (record.subject_id, record.id)).collect();
    let open = desk.store().open_objections(&places).await?;
    let mut list = Vec::new();
    for record in records.iter().filter(|record| open_to_objection(desk, record).is_ok()) {
        let open = open.get(&record.id).map(|one| one.id);
        list.push(Candidate { record: held(record, today, &law, &names, actor)?, open });
    }
    Ok(list)
}

/// What the subject may object to, the newest decision first.
///
/// # Errors
/// `access.denied`.
pub async fn candidates(desk: &Desk, agent: &Agent) -> Result<Vec<Candidate>, DeskError> {
    agent.actor.authorise(Permission::FileObjection)?;
    listed(desk, &agent.actor, agent.subject.id).await
}

async fn window_subject(desk: &Desk, actor: &Actor, code: &str) -> Result<Subject, DeskError> {
    actor.authorise(Permission::EnterObjection)?;
    let code = identifier::normalise(code);
    let whole = desk.store().subject_whole(&code).await?;
    Ok(whole.ok_or(DeskError::NotFound("该主体"))?.subject)
}

/// The same for who came to the window: for a unit what it delivered itself. A look at a subject is a line of the audit log.
///
/// # Errors
/// `access.denied`; not found.
pub async fn candidates_at_window(
    desk: &Desk,
    actor: &Actor,
    code: &str,
) -> Result<WindowObjection, DeskError> {
    let subject = window_subject(desk, actor, code).await?;
    desk.audit(actor, AuditEvent::SubjectSeen { subject: subject.id }).await?;
    let mut records = listed(desk, actor, subject.id).await?;
    if actor.unit_limit().is_some() {
        records.retain(|one| one.record.own);
    }
    Ok(WindowObjection { code: subject.code.unwrap_or_default(), name: subject.name, records })
}

/// The subject's agent objects.
///
/// # Errors
/// `access.denied`, not found for a record that is not the subject's; `objection.entry-invalid`, `objection.ground-missing`,
/// `objection.text-missing`, those of a statement ([`xinyong_domain::rules::objection::StatementFault`]), `objection.already`,
/// `objection.gone`, `objection.own-declaration`, `objection.moved`, `objection.answered` for a ground that was answered and nothing new,
/// `objection.taken-back-often`, and those of a file.
pub async fn file(desk: &Desk, agent: &Agent, command: File) -> Result<i64, DeskError> {
    agent.actor.authorise(Permission::FileObjection)?;
    let subject = agent.subject.id;
    let who = Claimant { actor: &agent.actor, subject, agent: Some(agent), came: None };
    enter(desk, &who, None, command).await
}

/// Somebody of the office, or of the unit for what it delivered, enters what was brought to the window, with a scan of the paper.
///
/// # Errors
/// As [`file()`]; `objection.scan-missing`, `objection.visitor-missing`.
pub async fn file_at_window(
    desk: &Desk,
    actor: &Actor,
    code: &str,
    visitor: Visitor,
    command: File,
) -> Result<i64, DeskError> {
    let subject = window_subject(desk, actor, code).await?.id;
    let visitor = came(visitor)?;
    scanned(&command)?;
    let came = Some(Came { visitor, person: None });
    enter(desk, &Claimant { actor, subject, agent: None, came }, None, command).await
}

/// One of the records of a subject.
async fn of_subject(desk: &Desk, subject: i64, record: i64) -> Result<Record, DeskError> {
    let own = stored_of_own(desk, subject).await?;
    own.into_iter().find(|one| one.id == record).ok_or(DeskError::NotFound("该信息"))
}

/// A unit enters only what is about a record that it delivered itself.
pub(super) async fn delivered(
    desk: &Desk,
    actor: &Actor,
    record: &Record,
) -> Result<(), DeskError> {
    match actor.unit_limit() {
        Some(limit) if !stands_for(desk, limit).await?.contains(&record.unit_id) => {
            Err(DeskError::NotFound("该信息"))
        }
        _ => Ok(()),
    }
}

/// Who came, in one form.
pub(super) fn came(visitor: Visitor) -> Result<Visitor, Refusal> {
    let visitor = Visitor {
        name: visitor.name.trim().to_owned(),
        telephone: visitor.telephone.trim().to_owned(),
    };
    let fits = |text: &str| VISITOR.contains(&text.chars().count());
    if !fits(&visitor.name) || !fits(&visitor.telephone) {
        return Err(Refusal::new(
            "objection.visitor-missing",
            "请填写来办理的人的姓名和联系电话，并核对其身份证件和授权",
        ));
    }
    Ok(visitor)
}

/// What comes to the window comes on paper.
pub(super) fn scanned(command: &File) -> Result<(), Refusal> {
    if command.file.is_none() {
        return Err(Refusal::new(
            "objection.scan-missing",
            "请上传异议申请书和证明材料的扫描件（合成一个 PDF）",
        ));
    }
    Ok(())
}

fn already() -> DeskError {
    DeskError::refused(
        "objection.already",
        "这条信息已经提出异议，正在处理，不需要再次提出；请查看办理情况",
    )
}

/// What can be said without looking at the record: the words as they are kept.
fn checked(desk: &Desk, command: &File, came: Option<&Came>) -> Result<(String, String), Refusal> {
    let law = desk.law();
    let known = law.codes().get(GROUNDS).is_some_and(|list| list.by_id(&command.ground).is_some());
    if !known {
        return Err(Refusal::new("objection.ground-missing", "请选择异议的理由"));
    }
    let text = command.text.trim();
    if !TEXT.contains(&text.chars().count()) {
        return Err(Refusal::new(
            "objection.text-missing",
            format!("请写明哪里有误、正确的是什么（{}至{}字）", TEXT.start(), TEXT.end()),
        ));
    }
    if came.is_some_and(|came| came.is_told_by(text)) {
        return Err(Refusal::new(
            "objection.text-named",
            "异议的内容不随姓名清除，不能写提出异议的人和代办人的姓名、证件号码和电话，请改写为“本人”“代办人”",
        ));
    }
    let words = match came.and_then(Came::secrets) {
        None => statement(&command.statement, desk.today(), &law),
        Some((names, numbers)) => {
            let secrets = (&names[..], &numbers[..]);
            statement_of_person(&command.statement, secrets, desk.today(), &law)
        }
    };
    let words = words.map_err(|fault| Refusal::new(fault.code(), fault.to_string()))?;
    Ok((text.to_owned(), words))
}

/// Enters it: to a record of the subject, or to the one that a natural person brought.
pub(super) async fn enter(
    desk: &Desk,
    who: &Claimant<'_>,
    brought: Option<Record>,
    command: File,
) -> Result<i64, DeskError> {
    let store = desk.store();
    let invalid = || DeskError::refused("objection.entry-invalid", "页面已过期，请重新打开填写");
    let entry = &command.entry;
    if entry.len() != ENTRY_LENGTH || !entry.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(invalid());
    }
    if let Some(before) = store.objection_once(entry).await? {
        // The same form once more; whoever sends another's token learns nothing.
        let same = before.filed_by == who.actor.login && before.claimant_id == who.subject;
        return if same { Ok(before.id) } else { Err(invalid()) };
    }
    let person = who.came.as_ref().and_then(|came| came.person.as_ref());
    let (text, words) = checked(desk, &command, who.came.as_ref())?;
    let record = match brought {
        Some(record) => record,
        None => of_subject(desk, who.subject, command.record).await?,
    };
    if who.agent.is_none() {
        delivered(desk, who.actor, &record).await?;
    }
    open_to_objection(desk, &record)?;
    let open = store.open_objections(&[(record.subject_id, record.id)]).await?;
    if let Some(open) = open.get(&record.id) {
        // The same form, sent twice at once.
        let same = open.once == *entry && open.filed_by == who.actor.login;
        return if same { Ok(open.id) } else { Err(already()) };
    }
    let mut before = store.objections_of_record(record.subject_id, record.id).await?;
    // What somebody else was answered, or took back, binds nobody.
    before.retain(|one| one.claimant_id == who.subject);
    not_too_often(desk, who, &before)?;
    // Without a file nothing is new, and nothing is kept; a file that came before is there already.
    if command.file.is_none() {
        says_something_new(desk, &record, &command.ground, &before, None).await?;
    }
    let kept = keep(desk, command.file.as_deref()).await?;
    if let Some((digest, _)) = &kept {
        says_something_new(desk, &record, &command.ground, &before, Some(digest)).await?;
    }
    let id = desk.new_id();
    let said = Said { text, visitor: None };
    let clear =
        serde_json::to_vec(&said).map_err(|error| DeskError::Internal(error.to_string()))?;
    let now = desk.clock().now();
    let new = Objection {
        id,
        once: command.entry.clone(),
        claimant_id: who.subject,
        subject_id: record.subject_id,
        record_id: record.id,
        version: record.version,
        kind: record.kind.clone(),
        ground: command.ground.clone(),
        sealed: store.keys().seal(Purpose::Person, &objection_place(id), &clear)?,
        statement_state: match (words.is_empty(), person) {
            (true, _) => "none",
            (false, None) => SHOWN,
            // A person's words nobody reads before a second one has looked at them and at who it is.
            (false, Some(_)) => HELD,
        }
        .to_owned(),
        statement: words,
        way: if who.agent.is_some() { "online" } else { WINDOW }.to_owned(),
        account_id: who.agent.map(|agent| agent.account),
        filed_on: desk.today(),
        filed_at: now,
        filed_by: who.actor.login.clone(),
        law_edition: desk.law().edition().to_owned(),
        unit_id: unit_of(desk, &record).await?,
        stage: Stage::Filed.as_str().to_owned(),
        answer_by: None,
        withheld_on: None,
        answered_on: None,
        outcome: None,
        corrected_on: None,
        notice: None,
        seq: 0,
        hash: String::new(),
    };
    let own_matter = is_own(&new.ground, new.filed_on, &desk.law()).value;
    let handlers = objection_handlers(desk, &new.unit_id, own_matter).await?;
    let mut tx = store.transaction("object").await?;
    if let Some(agent) = who.agent {
        agent.hold(&mut tx).await?;
    }
    // What happened to it while the file was kept.
    let stands = tx.record(record.subject_id, record.id).await?;
    let stands = stands.ok_or(DeskError::NotFound("该信息"))?;
    open_to_objection(desk, &stands)?;
    let new = Objection { version: stands.version, ..new };
    let hash = match tx.add_objection(&new).await {
        Err(StoreError::Conflict(_)) => {
            drop(tx);
            // The same form twice at once: the first of them is the answer to both.
            let first = store.objection_once(&new.once).await?;
            let same = first
                .filter(|one| one.filed_by == new.filed_by && one.claimant_id == new.claimant_id);
            return same.map(|one| one.id).ok_or_else(already);
        }
        other => other?,
    };
    if let Some((file_digest, kind)) = kept {
        tx.add_objection_material(&ObjectionMaterial {
            objection_id: id,
            seq: 0,
            file_digest,
            file_type: kind.to_owned(),
            added_at: now,
            added_by: who.actor.login.clone(),
        })
        .await?;
    }
    let visitor = who.came.as_ref().map(|came| sealed_visitor(desk, id, came)).transpose()?;
    let mut filed = written(desk, who.actor, FILE);
    if let Some(visitor) = &visitor {
        tx.add_objection_visitor(visitor).await?;
        filed.detail.clone_from(&visitor.digest);
    }
    let own_matter = is_own(&new.ground, new.filed_on, &desk.law()).value;
    let first = at_clock(desk, Objection { hash, ..new })?;
    let mut stands = moved(desk, &mut tx, who.actor, first, filed).await?;
    if !own_matter {
        // Nobody needs to look before the source can be asked: the clock of both runs from today.
        let next = Objection { stage: Stage::Forwarded.as_str().to_owned(), ..stands };
        let step = ChainedStep {
            actor: "system".to_owned(),
            ..written(desk, who.actor, Event::Forward.as_str())
        };
        stands = moved(desk, &mut tx, who.actor, at_clock(desk, next)?, step).await?;
    }
    // The same words whoever objects: nobody learns from the history of a record that it was a person.
    mark::write(desk, &mut tx, who.actor, &stands, "提出异议").await?;
    objection_waits(desk, &mut tx, id, &handlers).await?;
    desk.audit_with(&mut tx, who.actor, noted("objection.filed", &object(id), &command.ground));
    tx.commit().await?;
    Ok(id)
}

/// Who came, as it is kept.
fn sealed_visitor(desk: &Desk, id: i64, came: &Came) -> Result<ObjectionVisitor, DeskError> {
    let clear = serde_json::to_vec(came).map_err(|error| DeskError::Internal(error.to_string()))?;
    let place = objection_visitor_place(id);
    let sealed = desk.store().keys().seal(Purpose::Person, &place, &clear)?;
    let (relation, found) = match &came.person {
        Some(person) => (Some(person.relation.clone()), person.is_found()),
        None => (None, false),
    };
    Ok(ObjectionVisitor::new(id, sealed, relation, found))
}

/// Whether somebody may go on objecting online to a record of which it was taken back again and again: the mark costs nothing, and the
/// window stays open.
fn not_too_often(desk: &Desk, who: &Claimant<'_>, before: &[Objection]) -> Result<(), Refusal> {
    let law = desk.law();
    let back = before.iter().filter(|one| one.stage == Stage::Withdrawn.as_str()).count();
    if who.agent.is_some()
        && let Some(most) = law.at(desk.today()).number("objection.withdrawn.most").applies()
        && usize::try_from(most.value).is_ok_and(|most| back >= most)
    {
        return Err(Refusal::new(
            "objection.taken-back-often",
            format!("对这条信息的异议已经撤回{back}次，再要提出的，请到信用办的窗口办理"),
        ));
    }
    Ok(())
}

/// Refuses a ground that was found not right while the record says the same, unless something new is handed in: else the mark would stand
/// for ever by asking again.
async fn says_something_new(
    desk: &Desk,
    record: &Record,
    ground: &str,
    before: &[Objection],
    handed_in: Option<&str>,
) -> Result<(), DeskError> {
    let not_right = Stage::NotUpheld.as_str();
    let answered: Vec<&Objection> =
        before.iter().filter(|one| one.stage == not_right && one.ground == ground).collect();
    if answered.is_empty() {
        return Ok(());
    }
    let versions = desk.store().record_versions(record.subject_id, record.id).await?;
    for one in answered {
        let then = versions.iter().find(|version| version.version == one.version);
        if then.is_none_or(|then| then.content_digest != record.content_digest) {
            continue;
        }
        let known = desk.store().objection_materials(one.id).await?;
        if handed_in.is_none_or(|new| known.iter().any(|file| file.file_digest == new)) {
            return Err(DeskError::refused(
                "objection.answered",
                "以同样的理由提出的异议已经答复不成立，这条信息也没有变化；有新的证据的，请上传新的材料再提出；\
                 认为决定本身有误的，可以依法申请行政复议或者提起行政诉讼",
            ));
        }
    }
    Ok(())
}

/// Who answers today for what a record's unit delivered; where several took over, the office sees to it.
async fn unit_of(desk: &Desk, record: &Record) -> Result<String, DeskError> {
    let mut units = responsible(desk, &record.unit_id).await?.into_iter();
    match (units.next(), units.next()) {
        (Some(one), None) => Ok(one),
        _ => Ok(record.unit_id.clone()),
    }
}

/// The objection with the last day on which its record stays in view, by the stage it goes to.
pub(super) fn at_clock(desk: &Desk, next: Objection) -> Result<Objection, DeskError> {
    let answer_by = stage_of(&next)?.answer_by(&days_of(&next), &desk.law());
    Ok(Objection { answer_by, ..next })
}

/// Writes the step with its line of the audit log, or says that somebody was first.
pub(super) async fn moved(
    desk: &Desk,
    tx: &mut Tx,
    actor: &Actor,
    next: Objection,
    step: ChainedStep,
) -> Result<Objection, DeskError> {
    let stands = tx.move_objection(&next, &step).await?.ok_or_else(overtaken)?;
    if step.event != FILE {
        let deed = match actor.role {
            Some(Role::Agent) if step.event == Event::Withdraw.as_str() => "objection.taken-back",
            _ => "objection.moved",
        };
        desk.audit_with(tx, actor, noted(deed, &object(next.id), &step.event));
    }
    Ok(stands)
}

pub(super) fn overtaken() -> DeskError {
    DeskError::refused("objection.overtaken", "这项异议刚刚已由他人办理，请刷新页面")
}

/// Where an event leads.
pub(super) fn after(one: &Objection, event: Event) -> Result<Stage, DeskError> {
    stage_of(one)?.after(event).map_err(|error| {
        DeskError::refused("objection.out-of-order", format!("{error}；请刷新页面查看"))
    })
}

/// Keeps a scan; its own name may say who somebody is, and is not kept.
async fn keep(
    desk: &Desk,
    path: Option<&Path>,
) -> Result<Option<(String, &'static str)>, DeskError> {
    let Some(path) = path else { return Ok(None) };
    let kind = recognise(desk, path, "材料")?;
    let name = format!("异议材料.{kind}");
    let (digest, _) = desk.store().store_upload_file(path, &name, desk.clock().now()).await?;
    Ok(Some((digest, kind)))
}

/// The subject's agent takes it back.
///
/// # Errors
/// `access.denied`, not found, `objection.out-of-order`.
pub async fn withdraw(desk: &Desk, agent: &Agent, id: i64) -> Result<(), DeskError> {
    let one = own(desk, agent, id).await?;
    take_back(desk, &agent.actor, Some(agent), one, ("", None)).await
}

/// Whether the actor may enter that an objection was taken back at the window: one that was made there, and neither for who owes the
/// answer nor for who entered it, whose question it would make go away.
pub(super) fn takes_back(desk: &Desk, actor: &Actor, one: &Objection) -> Result<bool, DeskError> {
    let office = actor.unit_limit().is_none();
    let owes = match owner_of(desk, one)? {
        Owner::Office => office,
        Owner::Unit => !office || actor.unit == one.unit_id,
        Owner::Nobody => true,
    };
    Ok(one.way == WINDOW && !owes && actor.login != one.filed_by)
}

/// Somebody who neither owes the answer nor entered the objection enters that it was taken back at the window, with a scan of the paper.
///
/// # Errors
/// As [`withdraw`]; `objection.made-online`, `objection.take-back-reason`, `objection.take-back-named`, `objection.take-back-scan`, and
/// those of a file.
pub async fn withdraw_at_window(
    desk: &Desk,
    actor: &Actor,
    id: i64,
    reason: &str,
    file: Option<&Path>,
) -> Result<(), DeskError> {
    actor.authorise(Permission::EnterObjection)?;
    let one = found(desk, id).await?;
    authorise(desk, actor, Permission::EnterObjection, &one.unit_id).await?;
    after(&one, Event::Withdraw)?;
    if one.way != WINDOW {
        return Err(DeskError::refused(
            "objection.made-online",
            "这项异议是主体在本平台提出的，由其代理人在本平台撤回",
        ));
    }
    if !takes_back(desk, actor, &one)? {
        let said = "当事人在窗口撤回异议，由不负责答复的一方登记，收件的人也不能登记";
        return Err(Refusal::denied(said).into());
    }
    let reason = reason.trim();
    if !TAKE_BACK_REASON.contains(&reason.chars().count()) {
        return Err(DeskError::refused(
            "objection.take-back-reason",
            "请写明凭什么撤回，例如书面撤回申请的日期；不要写来人的姓名（4至200字）",
        ));
    }
    named::says_nobody(desk, &one, reason, "objection.take-back-named").await?;
    if file.is_none() {
        return Err(DeskError::refused(
            "objection.take-back-scan",
            "请上传当事人书面撤回申请的扫描件",
        ));
    }
    let kept = keep(desk, file).await?;
    take_back(desk, actor, None, one, (reason, kept)).await
}

async fn take_back(
    desk: &Desk,
    actor: &Actor,
    agent: Option<&Agent>,
    one: Objection,
    (reason, kept): (&str, Option<(String, &'static str)>),
) -> Result<(), DeskError> {
    let to = after(&one, Event::Withdraw)?;
    let next = Objection { stage: to.as_str().to_owned(), answer_by: None, ..one };
    let step =
        ChainedStep { reason: reason.to_owned(), ..written(desk, actor, Event::Withdraw.as_str()) };
    let mut tx = desk.store().transaction("withdraw objection").await?;
    if let Some(agent) = agent {
        agent.hold(&mut tx).await?;
    }
    let stands = moved(desk, &mut tx, actor, next, step).await?;
    if let Some((file_digest, kind)) = kept {
        tx.add_objection_material(&ObjectionMaterial {
            objection_id: stands.id,
            seq: 0,
            file_digest,
            file_type: kind.to_owned(),
            added_at: desk.clock().now(),
            added_by: actor.login.clone(),
        })
        .await?;
    }
    mark::write(desk, &mut tx, actor, &stands, mark::OVER).await?;
    objection_moved(&mut tx, stands.id).await?;
    Ok(tx.commit().await?)
}
