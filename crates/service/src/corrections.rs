//! 更正、撤销、变更: what changes a record otherwise than by its unit's files. A person of the unit enters the document, a second one
//! confirms; then the record has a new version, or is taken down, and the public side is right.
//!
//! The clock runs from the day the unit knew of the document. A change goes through the same check as a row of a file: what a
//! unit could not have reported, no court's judgement puts into the register either.

pub(crate) mod apply;

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::civil::Date;
use serde::Serialize;
use xinyong_domain::calendar::WorkingDay;
use xinyong_domain::finding::Finding;
use xinyong_domain::rules::deadline::correction_due;
use xinyong_domain::ruling::Ruling;
use xinyong_domain::workflow::correction::Outcome;
use xinyong_store::{
    Correction, CorrectionDecision, NewNotice, Purpose, Record, StoreError, Tx, Withdrawal,
    correction_place,
};

use crate::access::{Actor, Permission, Role};
use crate::audit::AuditEvent;
use crate::browse::{FieldChange, HeldRecord, Names, PersonView, held};
use crate::commitments::correctable;
use crate::desk::Desk;
use crate::publicity::Withdraw;
use crate::refusal::{DeskError, Refusal};
use crate::units::{responsible, stands_for};

use apply::Changed;

/// The list of what may happen.
pub const EVENTS: &str = "correction-event";
/// The list of severities.
pub const SEVERITIES: &str = "severity";
/// The kind of record whose clock stands in the law.
const PENALTY: &str = "administrative-penalty";
/// Corrections that a list shows.
const MOST_SHOWN: i64 = 100;
/// Longest reason for declining.
const LONGEST_REASON: usize = 500;
/// The kinds of notices.
const PROPOSED: &str = "correction-proposed";
const DECLINED: &str = "correction-declined";

/// A correction as it is entered.
#[derive(Debug, Clone)]
pub struct Propose {
    /// The subject of the record.
    pub subject: i64,
    /// The record.
    pub record: i64,
    /// A code of [`EVENTS`].
    pub event: String,
    /// Title and number of the document.
    pub document: String,
    /// The day of the document.
    pub document_on: Date,
    /// The day the unit knew of it.
    pub known_on: Date,
    /// Why, in words that the public may read.
    pub reason: String,
    /// Fields by code with what they are to say; those that say it already are no change.
    pub fields: BTreeMap<String, String>,
    /// A scan of the document: where it lies, and its name.
    pub file: Option<(PathBuf, String)>,
}

/// What came of entering one.
#[derive(Debug)]
pub enum Proposed {
    /// It waits for the second person.
    Kept(i64),
    /// The record as it would be does not pass the check of a row.
    Invalid(Vec<Finding>),
}

/// What the second person confirms.
#[derive(Debug, Clone)]
pub struct Confirm {
    /// The correction.
    pub id: i64,
    /// The version of the record that was shown: what somebody never saw, they do not confirm.
    pub seen: i64,
    /// The severity as it is judged anew; none leaves it as the change leaves it.
    pub severity: Option<NewSeverity>,
}

/// A severity that is set for the decision as it now is.
#[derive(Debug, Clone)]
pub struct NewSeverity {
    /// A code of [`SEVERITIES`].
    pub class: String,
    /// Why.
    pub reason: String,
    /// On what document.
    pub source: String,
}

/// A field that may be changed, as the form asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenField {
    /// Its code.
    pub code: String,
    /// Its label.
    pub label: String,
    /// What it says.
    pub value: String,
    /// What helps to fill it in.
    pub help: String,
}

/// What the form shows.
#[derive(Debug, Clone)]
pub struct CorrectionForm {
    /// The record.
    pub record: HeldRecord,
    /// The fields that may be changed.
    pub fields: Vec<OpenField>,
}

/// A correction in a list.
#[derive(Debug, Clone)]
pub struct CorrectionLine {
    /// Its id.
    pub id: i64,
    /// The record as it stands now.
    pub record: HeldRecord,
    /// What happened.
    pub event: String,
    /// What it does.
    pub outcome: Outcome,
    /// The document.
    pub document: String,
    /// The day of the document.
    pub document_on: Date,
    /// The day the unit knew of it.
    pub known_on: Date,
    /// `open`, `confirmed` or `declined`.
    pub state: String,
    /// Who entered it, and when.
    pub proposed: (PersonView, i64),
    /// By when the public must see what is right, with the reasons.
    pub due: Option<Ruling<WorkingDay>>,
    /// Working days left until then, counted from the day of the decision where there is one; negative when it is past.
    pub left: Option<i64>,
}

/// One correction.
#[derive(Debug, Clone)]
pub struct CorrectionDossier {
    /// As in the list.
    pub line: CorrectionLine,
    /// Why.
    pub reason: String,
    /// What changes, before and after; of a decided one, what was asked for.
    pub changes: Vec<FieldChange>,
    /// What the check says about the record as it would be.
    pub findings: Vec<Finding>,
    /// Name and digest of the scan.
    pub file: Option<(String, String)>,
    /// Who decided, and when.
    pub decided: Option<(PersonView, i64)>,
    /// Why it was declined.
    pub decline_reason: String,
    /// The version it led to.
    pub result_version: Option<i64>,
    /// Whether the actor may decide it.
    pub may_decide: bool,
    /// Whether the record changed since this was entered.
    pub moved: bool,
    /// Whether the change touches what the severity was judged by, so that it may be judged anew; and how it then stands unless it
    /// is, empty for not judged.
    pub severity: Option<String>,
}

/// A confirmed change as the public reads it beside the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicCorrection {
    /// The day it took effect here.
    pub on: Date,
    /// What happened.
    pub event: String,
    /// Why, with the document.
    pub reason: String,
}

fn label(desk: &Desk, event: &str) -> String {
    desk.law().label_of(EVENTS, event).to_owned()
}

fn outcome(event: &str) -> Result<Outcome, Refusal> {
    Outcome::of(event).ok_or_else(|| Refusal::new("correction.event-unknown", "请选择是哪一种情形"))
}

/// Units whose records the actor answers for; `None` for all.
async fn limit(desk: &Desk, actor: &Actor) -> Result<Option<Vec<String>>, DeskError> {
    match actor.unit_limit() {
        Some(unit) => Ok(Some(stands_for(desk, unit).await?.into_iter().collect())),
        None => Ok(None),
    }
}

async fn authorise(
    desk: &Desk,
    actor: &Actor,
    permission: Permission,
    unit: &str,
) -> Result<(), DeskError> {
    actor.authorise(permission)?;
    if limit(desk, actor).await?.is_none_or(|units| units.iter().any(|one| one == unit)) {
        return Ok(());
    }
    Ok(actor.authorise_for(permission, unit)?)
}

async fn standing(desk: &Desk, subject: i64, record: i64) -> Result<Record, DeskError> {
    desk.store().record(subject, record).await?.ok_or(DeskError::NotFound("该信息"))
}

/// A record that is down is not corrected any more; one that is down because it was repaired or is shielded may be revoked once.
async fn not_withdrawn(
    desk: &Desk,
    record: &Record,
    outcome: Option<Outcome>,
) -> Result<(), DeskError> {
    let Some(day) = record.withdrawn_on else { return Ok(()) };
    if outcome != Some(Outcome::Change) && crate::repairs::is_set_aside(desk, record).await? {
        return Ok(());
    }
    Err(DeskError::refused(
        "correction.withdrawn",
        format!("这条信息已于{day}撤下，不能再更正；决定有变化的请重新报送"),
    ))
}

/// What the form shows about a record that may be corrected.
///
/// # Errors
/// `access.denied`, not found, `correction.withdrawn`.
pub async fn form(
    desk: &Desk,
    actor: &Actor,
    subject: i64,
    record: i64,
) -> Result<CorrectionForm, DeskError> {
    let found = standing(desk, subject, record).await?;
    authorise(desk, actor, Permission::CorrectRecord, &found.unit_id).await?;
    not_withdrawn(desk, &found, None).await?;
    desk.audit(actor, AuditEvent::RecordSeen { subject, record }).await?;
    let law = desk.law();
    let kind = apply::kind_of(&law, &found.kind)?;
    let content = apply::content(&found)?;
    let fields = kind
        .fields
        .iter()
        .enumerate()
        .filter(|(position, field)| apply::is_open(kind, *position) && !field.platform)
        .map(|(_, field)| OpenField {
            code: field.code.clone(),
            label: field.label.clone(),
            value: content.get(&field.code).cloned().unwrap_or_default(),
            help: field.help.clone().unwrap_or_default(),
        })
        .collect();
    let names = Names::read(desk).await?;
    Ok(CorrectionForm { record: held(&found, desk.today(), &law, &names, actor)?, fields })
}

fn check_days(desk: &Desk, record: &Record, command: &Propose) -> Result<(), DeskError> {
    if command.document_on < record.decided_on || command.document_on > desk.today() {
        return Err(DeskError::refused(
            "correction.document-day",
            format!("文书日期应不早于原决定日期{}，不晚于今天", record.decided_on),
        ));
    }
    if command.known_on < command.document_on || command.known_on > desk.today() {
        return Err(DeskError::refused(
            "correction.known-day",
            "得知日期应不早于文书日期，不晚于今天",
        ));
    }
    Ok(())
}

/// Enters what happened to a record. Nothing changes before a second person confirms.
///
/// # Errors
/// `access.denied`, not found, `correction.withdrawn`, `correction.event-unknown`, `correction.document-day`, `correction.known-day`,
/// `withdraw.reason-missing`, `withdraw.document-missing`, `correction.nothing-changed`, `correction.field-closed`,
/// `correction.other-record`, `correction.signed`, `correction.open`; for a commitment that was made here `correction.signed-text`,
/// `correction.first-finding`, `correction.consequence`.
pub async fn propose(desk: &Desk, actor: &Actor, command: Propose) -> Result<Proposed, DeskError> {
    let store = desk.store();
    let record = standing(desk, command.subject, command.record).await?;
    authorise(desk, actor, Permission::CorrectRecord, &record.unit_id).await?;
    not_withdrawn(desk, &record, None).await?;
    let outcome = outcome(&command.event)?;
    not_withdrawn(desk, &record, Some(outcome)).await?;
    check_days(desk, &record, &command)?;
    Withdraw::reason_of(&command.reason, &command.document)?;
    // Whatever refuses does so before the scan is kept.
    if store.corrections_of(command.subject, command.record).await?.iter().any(is_open) {
        return Err(one_waits());
    }
    let id = desk.new_id();
    let sealed = match outcome {
        Outcome::TakeDown => None,
        Outcome::Change => {
            let fields = apply::differing(desk, &record, &command.fields)?;
            correctable(desk, &record, &fields).await?;
            match apply::changed(desk, &record, &fields, None).await? {
                Changed::Invalid(findings) => return Ok(Proposed::Invalid(findings)),
                Changed::Sound(_) => {}
            }
            let text = serde_json::to_string(&fields)
                .map_err(|error| DeskError::Internal(error.to_string()))?;
            Some(store.keys().seal(Purpose::Record, &correction_place(id), text.as_bytes())?)
        }
    };
    let now = desk.clock().now();
    let (file_digest, file_name) = match &command.file {
        Some((path, name)) => {
            let (digest, _) = store.store_upload_file(path, name, now).await?;
            (Some(digest), Some(name.clone()))
        }
        None => (None, None),
    };
    let new = Correction {
        id,
        subject_id: command.subject,
        record_id: command.record,
        version: record.version,
        unit_id: record.unit_id.clone(),
        event: command.event.clone(),
        document: command.document.trim().to_owned(),
        document_on: command.document_on,
        known_on: command.known_on,
        reason: command.reason.trim().to_owned(),
        sealed,
        file_name,
        file_digest,
        proposed_by: actor.login.clone(),
        proposed_at: now,
        state: "open".to_owned(),
        decided_by: None,
        decided_at: None,
        decided_on: None,
        decline_reason: None,
        result_version: None,
    };
    let mut tx = store.transaction("propose correction").await?;
    match tx.add_correction(&new).await {
        Err(StoreError::Conflict(_)) => return Err(one_waits()),
        other => other?,
    }
    tell(desk, &mut tx, &new, actor).await?;
    note(desk, &mut tx, actor, "correction.proposed", &new);
    tx.commit().await?;
    Ok(Proposed::Kept(id))
}

fn is_open(row: &Correction) -> bool {
    row.state == "open"
}

fn one_waits() -> DeskError {
    DeskError::refused("correction.open", "这条信息已有一项更正等待确认，请先办完")
}

fn note(desk: &Desk, tx: &mut Tx, actor: &Actor, deed: &'static str, of: &Correction) {
    let detail = format!("record:{}:{} {}", of.subject_id, of.record_id, of.event);
    let of = format!("correction:{}", of.id);
    desk.audit_with(tx, actor, AuditEvent::Case { deed, of: &of, detail: &detail });
}

/// Tells the reviewers of the unit, but for who entered it.
async fn tell(desk: &Desk, tx: &mut Tx, of: &Correction, by: &Actor) -> Result<(), DeskError> {
    let units = responsible(desk, &of.unit_id).await?;
    for account in desk.store().accounts().await? {
        let concerned = account.active
            && account.role == Role::Reviewer.as_str()
            && units.contains(&account.unit_id)
            && account.login != by.login;
        if !concerned {
            continue;
        }
        let text = "一条信息的更正或撤销等待您确认".to_owned();
        tx.add_notice(&notice(desk, account.id, PROPOSED, of, text)).await?;
    }
    Ok(())
}

fn notice(desk: &Desk, account: i64, kind: &str, of: &Correction, text: String) -> NewNotice {
    NewNotice {
        id: desk.new_id(),
        account_id: account,
        kind: kind.to_owned(),
        object: format!("correction:{}", of.id),
        day: desk.today(),
        text,
        at: desk.clock().now(),
    }
}

fn due(desk: &Desk, kind: &str, known_on: Date) -> Option<Ruling<WorkingDay>> {
    correction_due(&desk.law(), kind == PENALTY, known_on)
}

async fn line(
    desk: &Desk,
    actor: &Actor,
    names: &Names,
    row: &Correction,
) -> Result<Option<CorrectionLine>, DeskError> {
    let law = desk.law();
    let Some(record) = desk.store().record(row.subject_id, row.record_id).await? else {
        return Ok(None);
    };
    let due = due(desk, &record.kind, row.known_on);
    let counted = row.decided_on.unwrap_or_else(|| desk.today());
    Ok(Some(CorrectionLine {
        id: row.id,
        record: held(&record, desk.today(), &law, names, actor)?,
        event: label(desk, &row.event),
        outcome: outcome(&row.event)?,
        document: row.document.clone(),
        document_on: row.document_on,
        known_on: row.known_on,
        state: row.state.clone(),
        proposed: (names.person(&row.proposed_by), row.proposed_at),
        left: due.as_ref().map(|due| law.calendar().between(counted, due.value.date)),
        due,
    }))
}

/// Corrections of the actor's unit (for the office, of any) that wait, those that were known first before the others; or,
/// `decided`, the newest of the others.
///
/// # Errors
/// `access.denied`.
pub async fn corrections(
    desk: &Desk,
    actor: &Actor,
    decided: bool,
) -> Result<Vec<CorrectionLine>, DeskError> {
    actor.authorise(Permission::CorrectRecord)?;
    let (units, store) = (limit(desk, actor).await?, desk.store());
    let rows = match decided {
        false => store.open_corrections(units.as_deref(), "", MOST_SHOWN).await?,
        true => store.decided_corrections(units.as_deref(), MOST_SHOWN).await?,
    };
    lines(desk, actor, &rows).await
}

async fn lines(
    desk: &Desk,
    actor: &Actor,
    rows: &[Correction],
) -> Result<Vec<CorrectionLine>, DeskError> {
    let names = Names::read(desk).await?;
    let mut lines = Vec::new();
    for row in rows {
        lines.extend(line(desk, actor, &names, row).await?);
    }
    Ok(lines)
}

/// Corrections that wait for the actor, for the first page: the most urgent first.
///
/// # Errors
/// When the store fails.
pub async fn waiting(desk: &Desk, actor: &Actor) -> Result<Vec<CorrectionLine>, DeskError> {
    if !actor.may(Permission::ConfirmCorrection) {
        return Ok(Vec::new());
    }
    actor.authorise(Permission::CorrectRecord)?;
    let units = limit(desk, actor).await?;
    let rows = desk.store().open_corrections(units.as_deref(), &actor.login, MOST_SHOWN).await?;
    let mut lines = lines(desk, actor, &rows).await?;
    lines.sort_by_key(|line| line.left.unwrap_or(i64::MAX));
    Ok(lines)
}

async fn admitted(desk: &Desk, actor: &Actor, id: i64) -> Result<Correction, DeskError> {
    actor.authorise(Permission::CorrectRecord)?;
    let row = desk.store().correction(id).await?.ok_or(DeskError::NotFound("该更正"))?;
    authorise(desk, actor, Permission::CorrectRecord, &row.unit_id).await?;
    Ok(row)
}

/// The fields that a correction changes.
fn fields_of(desk: &Desk, row: &Correction) -> Result<BTreeMap<String, String>, DeskError> {
    let Some(sealed) = &row.sealed else { return Ok(BTreeMap::new()) };
    let clear = desk.store().keys().open(Purpose::Record, &correction_place(row.id), sealed)?;
    serde_json::from_slice(&clear).map_err(|error| DeskError::Internal(error.to_string()))
}

/// One correction with what it would change. That somebody looked is a line of the audit log.
///
/// # Errors
/// `access.denied`, not found.
pub async fn correction(
    desk: &Desk,
    actor: &Actor,
    id: i64,
) -> Result<CorrectionDossier, DeskError> {
    let row = admitted(desk, actor, id).await?;
    let of = format!("correction:{id}");
    desk.audit(actor, AuditEvent::Case { deed: "correction.seen", of: &of, detail: "" }).await?;
    let names = Names::read(desk).await?;
    let record = standing(desk, row.subject_id, row.record_id).await?;
    let fields = fields_of(desk, &row)?;
    let open = is_open(&row);
    let findings = match (open, outcome(&row.event)?) {
        (true, Outcome::Change) => apply::findings(desk, &record, &fields).await?,
        _ => Vec::new(),
    };
    // Of a decided one the version it was made against says what stood there before.
    let before = desk
        .store()
        .record_versions(row.subject_id, row.record_id)
        .await?
        .into_iter()
        .find(|version| version.version == row.result_version.map_or(row.version, |to| to - 1));
    let before = before.map(crate::browse::record_of).unwrap_or_else(|| record.clone());
    let line = line(desk, actor, &names, &row).await?.ok_or(DeskError::NotFound("该信息"))?;
    Ok(CorrectionDossier {
        changes: apply::shown(desk, if open { &record } else { &before }, &fields)?,
        findings,
        may_decide: open
            && actor.may(Permission::ConfirmCorrection)
            && actor.login != row.proposed_by,
        moved: open && record.version != row.version,
        severity: match (open, outcome(&row.event)?) {
            (true, Outcome::Change) => apply::severity_after(desk, &record, &fields)?,
            _ => None,
        },
        reason: row.reason,
        file: row.file_name.zip(row.file_digest),
        decided: row.decided_by.as_deref().map(|by| names.person(by)).zip(row.decided_at),
        decline_reason: row.decline_reason.unwrap_or_default(),
        result_version: row.result_version,
        line,
    })
}

/// The scan that was handed in with a correction: its name and bytes. A look at it is a line of the audit log.
///
/// # Errors
/// `access.denied`, not found.
pub async fn file(desk: &Desk, actor: &Actor, id: i64) -> Result<(String, Vec<u8>), DeskError> {
    let row = admitted(desk, actor, id).await?;
    let missing = || DeskError::NotFound("该文件");
    let (name, digest) = row.file_name.zip(row.file_digest).ok_or_else(missing)?;
    let of = format!("correction:{id}");
    let event = AuditEvent::Case { deed: "correction.file-seen", of: &of, detail: "" };
    desk.audit(actor, event).await?;
    Ok((name, desk.store().read_upload(&digest).await?.ok_or_else(missing)?))
}

async fn undecided(desk: &Desk, actor: &Actor, id: i64) -> Result<Correction, DeskError> {
    actor.authorise(Permission::ConfirmCorrection)?;
    let row = admitted(desk, actor, id).await?;
    if !is_open(&row) {
        return Err(decided_before());
    }
    Ok(row)
}

fn decided_before() -> DeskError {
    DeskError::refused("correction.decided", "这项更正已经办结，请刷新页面查看")
}

fn moved() -> DeskError {
    DeskError::refused(
        "correction.moved",
        "这条信息在您打开页面以后有了新的版本；下面是现在的内容，请对照文书重新核对后再确认",
    )
}

/// What was judged anew, as it is kept.
fn judged(desk: &Desk, given: &NewSeverity) -> Result<NewSeverity, Refusal> {
    let law = desk.law();
    let known = law.codes().get(SEVERITIES).is_some_and(|list| list.by_id(&given.class).is_some());
    if !known {
        return Err(Refusal::new("correction.severity-unknown", "请从列表中选择失信程度"));
    }
    let (reason, source) = (given.reason.trim(), given.source.trim());
    let fits = |text: &str| !text.is_empty() && text.chars().count() <= LONGEST_REASON;
    if !fits(reason) {
        return Err(Refusal::new(
            "correction.severity-reason-missing",
            format!("重新认定失信程度的，请写明理由（{LONGEST_REASON}字以内）"),
        ));
    }
    if !fits(source) {
        return Err(Refusal::new(
            "correction.severity-source-missing",
            format!("重新认定失信程度的，请写明出处，例如判决书第几页（{LONGEST_REASON}字以内）"),
        ));
    }
    let (reason, source) = (reason.to_owned(), source.to_owned());
    Ok(NewSeverity { class: given.class.clone(), reason, source })
}

/// The second person confirms: the record has a new version, or is taken down, at once.
///
/// # Errors
/// `access.denied`, not found, `correction.decided`, `correction.same-person`, `correction.withdrawn`, `correction.row-invalid`,
/// `correction.other-record`, `correction.moved` when the record is not any more what was shown; `correction.severity-closed`,
/// `correction.severity-unknown`, `correction.severity-reason-missing`, `correction.severity-source-missing`; for a commitment that was made
/// here `correction.signed-text`, `correction.first-finding`, `correction.consequence`.
pub async fn confirm(desk: &Desk, actor: &Actor, command: Confirm) -> Result<i64, DeskError> {
    let row = undecided(desk, actor, command.id).await?;
    if row.proposed_by == actor.login {
        return Err(DeskError::refused(
            "correction.same-person",
            "登记的人不能确认自己登记的更正，请由另一人确认",
        ));
    }
    let record = standing(desk, row.subject_id, row.record_id).await?;
    not_withdrawn(desk, &record, Some(outcome(&row.event)?)).await?;
    if record.version != command.seen {
        return Err(moved());
    }
    let severity = command.severity.as_ref().map(|given| judged(desk, given)).transpose()?;
    let reason = Withdraw::reason_of(&row.reason, &row.document)?;
    let version = record.version + 1;
    let change = match outcome(&row.event)? {
        Outcome::TakeDown if severity.is_some() => return Err(apply::severity_closed()),
        Outcome::TakeDown => None,
        Outcome::Change => {
            let fields = fields_of(desk, &row)?;
            correctable(desk, &record, &fields).await?;
            match apply::changed(desk, &record, &fields, severity.as_ref()).await? {
                Changed::Sound(change) => Some(change),
                Changed::Invalid(findings) => {
                    let first = findings.first().map_or("", |finding| finding.message.as_str());
                    return Err(DeskError::refused(
                        "correction.row-invalid",
                        format!("更正后的信息没有通过检查：{first}；请退回后改正"),
                    ));
                }
            }
        }
    };
    let taken_down = change.is_none();
    let mut tx = desk.store().transaction("confirm correction").await?;
    // Stamped inside the transaction: the feed of changes counts on stamps being young when they are committed.
    let at = desk.clock().now();
    let written = match change {
        Some(mut change) => {
            change.record.recorded_at = at;
            change.record.actor.clone_from(&row.proposed_by);
            change.record.second = Some(actor.login.clone());
            change.record.reason = format!("{}：{reason}", label(desk, &row.event));
            tx.change_records(std::slice::from_ref(change.as_ref())).await
        }
        None => {
            let because = due(desk, &record.kind, row.known_on).map(|due| due.because);
            tx.withdraw_record(&Withdrawal {
                subject_id: row.subject_id,
                id: row.record_id,
                expected: record.version,
                on: desk.today(),
                at,
                reason: format!("{}：{reason}", label(desk, &row.event)),
                actor: row.proposed_by.clone(),
                second: Some(actor.login.clone()),
                law_edition: desk.law().edition().to_owned(),
                citations: serde_json::to_string(&because.unwrap_or_default())
                    .map_err(|error| DeskError::Internal(error.to_string()))?,
            })
            .await
        }
    };
    match written {
        Err(StoreError::Conflict(_)) => return Err(moved()),
        other => other?,
    }
    if taken_down {
        let why = format!("{}：{reason}", label(desk, &row.event));
        let place = (row.subject_id, row.record_id);
        crate::repairs::lapse(desk, &mut tx, actor, place, &why).await?;
    }
    if let Some(severity) = severity {
        let (of, detail) =
            (format!("correction:{}", row.id), format!("severity:{}", severity.class));
        let deed = "correction.severity-judged";
        desk.audit_with(&mut tx, actor, AuditEvent::Case { deed, of: &of, detail: &detail });
    }
    decide(desk, &mut tx, actor, &row, "confirmed", None, Some(version)).await?;
    tx.commit().await?;
    crate::objections::after_change(desk, actor, row.subject_id, row.record_id).await;
    Ok(version)
}

/// The second person declines, or the first takes it back, with a reason.
///
/// # Errors
/// `access.denied`, not found, `correction.decided`, `correction.reason-missing`.
pub async fn decline(desk: &Desk, actor: &Actor, id: i64, reason: &str) -> Result<(), DeskError> {
    let row = admitted(desk, actor, id).await?;
    if !is_open(&row) {
        return Err(decided_before());
    }
    if row.proposed_by != actor.login {
        actor.authorise(Permission::ConfirmCorrection)?;
    }
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
        return Err(DeskError::refused(
            "correction.reason-missing",
            format!("请写明退回的理由（{LONGEST_REASON}字以内）"),
        ));
    }
    let mut tx = desk.store().transaction("decline correction").await?;
    decide(desk, &mut tx, actor, &row, "declined", Some(reason.to_owned()), None).await?;
    let proposer = desk.store().account_by_login(&row.proposed_by).await?;
    if let Some(account) = proposer.filter(|account| account.login != actor.login) {
        let text = "您登记的一项更正或撤销被退回，请查看理由".to_owned();
        tx.add_notice(&notice(desk, account.id, DECLINED, &row, text)).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn decide(
    desk: &Desk,
    tx: &mut Tx,
    actor: &Actor,
    row: &Correction,
    state: &'static str,
    reason: Option<String>,
    result_version: Option<i64>,
) -> Result<(), DeskError> {
    let first = tx
        .decide_correction(&CorrectionDecision {
            id: row.id,
            state: state.to_owned(),
            by: actor.login.clone(),
            at: desk.clock().now(),
            on: desk.today(),
            reason,
            result_version,
        })
        .await?;
    if !first {
        return Err(decided_before());
    }
    tx.settle_notices(&format!("correction:{}", row.id), PROPOSED).await?;
    let deed = if state == "confirmed" { "correction.confirmed" } else { "correction.declined" };
    note(desk, tx, actor, deed, row);
    Ok(())
}

/// What was changed of a record that the public sees, as it is told beside it.
///
/// # Errors
/// When the store fails.
pub async fn public_corrections(
    desk: &Desk,
    subject: i64,
    record: i64,
) -> Result<Vec<PublicCorrection>, DeskError> {
    let mut shown = Vec::new();
    for row in desk.store().corrections_of(subject, record).await? {
        let (Some(on), "confirmed") = (row.decided_on, row.state.as_str()) else { continue };
        shown.push(PublicCorrection {
            on,
            event: label(desk, &row.event),
            reason: Withdraw::reason_of(&row.reason, &row.document)?,
        });
    }
    Ok(shown)
}

#[cfg(test)]
mod tests;
