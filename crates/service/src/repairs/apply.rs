//! Applying: online by the subject's agent, at the window by the office for who came with paper.

use std::collections::BTreeSet;
use std::path::PathBuf;

use xinyong_domain::rules::repair::{Known, Outcome, Proof, Repair, Standing};
use xinyong_domain::ruling::Ruling;
use xinyong_domain::workflow::repair::Stage;
use xinyong_store::{
    Purpose, Record, RepairApplication, RepairItem, StoreError, repair_place, sm3_hex,
};

use super::duties::known_of;
use super::forecast::window_subject;
use super::steps::written;
use super::supply::{keep, new_material};
use super::visitors::Visitor;
use super::{KeptRules, noted, object, ruled};
use crate::access::{Actor, Permission};
use crate::agents::Agent;
use crate::browse::stored_of_own;
use crate::desk::Desk;
use crate::notices::{handlers, repair_waits};
use crate::refusal::{DeskError, Refusal};
use crate::units::responsible;

/// Records of one application.
const MOST_RECORDS: usize = 50;
/// Bytes of the token of a form.
const ENTRY_BYTES: usize = 12;
/// Longest words with an application or with what was missing.
const LONGEST_WORDS: usize = 500;
/// The first step of every record.
const APPLY: &str = "apply";

/// The commitment that is signed today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commitment {
    /// Its text.
    pub text: String,
    /// Its SM3: what is signed is what was shown.
    pub digest: String,
}

/// An application.
#[derive(Debug, Clone, Default)]
pub struct Apply {
    /// The records.
    pub records: Vec<i64>,
    /// What made the form one.
    pub entry: String,
    /// What the subject says, such as when it performed what the decision asks for.
    pub words: String,
    /// SM3 of the commitment that was shown; nothing at the window, where it is signed on paper.
    pub commitment: String,
    /// Whether the signer agreed to it.
    pub agreed: bool,
    /// The scan of what was handed in.
    pub file: Option<PathBuf>,
}

/// The commitment that is signed today.
///
/// # Errors
/// An internal error where the law folder has none.
pub fn commitment(desk: &Desk) -> Result<Commitment, DeskError> {
    let found = desk.law().at(desk.today()).word("repair.commitment").applies();
    let text = found.ok_or_else(|| DeskError::Internal("no commitment today".to_owned()))?.value;
    Ok(Commitment { digest: sm3_hex(text.as_bytes()), text })
}

/// What makes a form one: sent twice, it is one application.
///
/// # Errors
/// When there is no randomness.
pub fn new_entry(desk: &Desk) -> Result<String, DeskError> {
    Ok(desk.random::<ENTRY_BYTES>()?.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Who applies, and for whom.
struct Applicant<'a> {
    actor: &'a Actor,
    subject: i64,
    agent: Option<&'a Agent>,
    visitor: Option<Visitor>,
}

/// The subject's agent applies.
///
/// # Errors
/// `access.denied`, not found for a record that is not the subject's; `repair.no-records`, `repair.too-many-records`,
/// `repair.entry-invalid`, `repair.commitment-changed`, `repair.not-agreed`, `repair.too-early`, `repair.ended`, `repair.never`,
/// `repair.nothing`, `repair.barred`, `repair.already`, `repair.words-too-long`, and those of a file.
pub async fn apply(desk: &Desk, agent: &Agent, command: Apply) -> Result<i64, DeskError> {
    agent.actor.authorise(Permission::ApplyForRepair)?;
    if commitment(desk)?.digest != command.commitment {
        return Err(DeskError::refused(
            "repair.commitment-changed",
            "承诺书的文字已经更新，请阅读页面上现在的承诺书，再勾选并提交",
        ));
    }
    if !command.agreed {
        return Err(DeskError::refused(
            "repair.not-agreed",
            "没有勾选承诺：申请信用修复须公开作出信用承诺",
        ));
    }
    let subject = agent.subject.id;
    let who = Applicant { actor: &agent.actor, subject, agent: Some(agent), visitor: None };
    enter(desk, &who, command).await
}

/// The office enters what somebody applied for at the window, with a scan of the paper, the signed commitment among it.
///
/// # Errors
/// As [`apply`]; `repair.deregistered`, `repair.scan-missing`, `repair.visitor-missing`.
pub async fn apply_at_window(
    desk: &Desk,
    actor: &Actor,
    code: &str,
    visitor: Visitor,
    command: Apply,
) -> Result<i64, DeskError> {
    let subject = window_subject(desk, actor, code).await?.id;
    let visitor = Visitor {
        name: visitor.name.trim().to_owned(),
        telephone: visitor.telephone.trim().to_owned(),
    };
    let fits = |text: &str| (1..=40).contains(&text.chars().count());
    if !fits(&visitor.name) || !fits(&visitor.telephone) {
        return Err(DeskError::refused(
            "repair.visitor-missing",
            "请填写来办理的人的姓名和联系电话，并核对其身份证件和授权",
        ));
    }
    if command.file.is_none() {
        return Err(DeskError::refused(
            "repair.scan-missing",
            "请上传申请表、承诺书和证明材料的扫描件（合成一个 PDF）",
        ));
    }
    let who = Applicant { actor, subject, agent: None, visitor: Some(visitor) };
    enter(desk, &who, command).await
}

pub(super) fn words_of(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.chars().count() > LONGEST_WORDS {
        return Err(Refusal::new(
            "repair.words-too-long",
            format!("说明请控制在{LONGEST_WORDS}字以内"),
        ));
    }
    Ok(text.to_owned())
}

/// Why a record cannot be applied for, with the way on.
fn refused(record: &str, ruling: &Ruling<Repair>) -> Option<Refusal> {
    let repair = &ruling.value;
    let basis = ruling.because.last().map(|last| last.line()).unwrap_or_default();
    let barred = repair
        .conditions
        .iter()
        .find(|condition| condition.id == "not-banned" && condition.outcome == Outcome::NotMet);
    if let Some(barred) = barred {
        let day = barred.from.map_or_else(String::new, |day| format!("，自{day}起可以申请"));
        return Some(Refusal::new(
            "repair.barred",
            format!(
                "经认定提供过虚假材料或者没有履行承诺，现在不得申请修复{day}；依{}",
                barred.because.line()
            ),
        ));
    }
    match repair.standing {
        Standing::Open | Standing::Unknown => None,
        Standing::TooEarly => {
            let day = repair.from.map_or_else(String::new, |day| day.to_string());
            Some(Refusal::new(
                "repair.too-early",
                format!("“{record}”自{day}起可以申请修复，现在还不能申请；届时平台会列为可以申请"),
            ))
        }
        Standing::Ended => Some(Refusal::new(
            "repair.ended",
            format!("“{record}”公示期已满，已自动停止公示，不需要申请"),
        )),
        Standing::Never => Some(Refusal::new(
            "repair.never",
            format!("“{record}”依{basis}不能在这里申请修复；有异议的可以向认定单位提出"),
        )),
        Standing::Nothing => Some(Refusal::new(
            "repair.nothing",
            format!("“{record}”没有公示或者不是失信信息，不需要修复"),
        )),
    }
}

async fn enter(desk: &Desk, who: &Applicant<'_>, command: Apply) -> Result<i64, DeskError> {
    let store = desk.store();
    let entry = &command.entry;
    if entry.len() != ENTRY_BYTES * 2 || !entry.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(DeskError::refused("repair.entry-invalid", "页面已过期，请重新打开填写"));
    }
    if let Some(before) = store.repair_application_once(entry).await? {
        let known = store.repair_application(before).await?;
        // The same form once more; whoever sends another's token learns nothing.
        return match known {
            Some(one) if one.applied_by == who.actor.login && one.subject_id == who.subject => {
                Ok(before)
            }
            _ => Err(DeskError::refused("repair.entry-invalid", "页面已过期，请重新打开填写")),
        };
    }
    let wanted: BTreeSet<i64> = command.records.iter().copied().collect();
    if wanted.is_empty() {
        return Err(DeskError::refused("repair.no-records", "请至少选择一条要修复的信息"));
    }
    if wanted.len() > MOST_RECORDS {
        return Err(DeskError::refused(
            "repair.too-many-records",
            format!("一份申请最多{MOST_RECORDS}条信息，请分几份申请"),
        ));
    }
    let words = words_of(&command.words)?;
    let own = stored_of_own(desk, who.subject).await?;
    let known = Known {
        performed: if command.file.is_some() { Proof::HandedIn } else { Proof::None },
        committed: true,
        ..Known::default()
    };
    let today = desk.today();
    let mut chosen: Vec<(&Record, Ruling<Repair>)> = Vec::new();
    for id in wanted {
        let record =
            own.iter().find(|record| record.id == id).ok_or(DeskError::NotFound("该信息"))?;
        // What the county holds is not asked for, and counts.
        let known = known_of(desk, record, known).await?;
        let ruling = ruled(desk, record, &known, today)?;
        if let Some(refusal) = refused(&title(desk, record)?, &ruling) {
            return Err(refusal.into());
        }
        chosen.push((record, ruling));
    }
    let file = keep(desk, command.file.as_deref()).await?;
    let id = desk.new_id();
    let sealed = who
        .visitor
        .as_ref()
        .map(|visitor| {
            let clear = serde_json::to_vec(visitor)
                .map_err(|error| DeskError::Internal(error.to_string()))?;
            Ok::<_, DeskError>(store.keys().seal(Purpose::Person, &repair_place(id), &clear)?)
        })
        .transpose()?;
    let online = who.agent.is_some();
    let now = desk.clock().now();
    let application = RepairApplication {
        id,
        once: command.entry.clone(),
        subject_id: who.subject,
        way: if online { "online" } else { "window" }.to_owned(),
        account_id: who.agent.map(|agent| agent.account),
        sealed,
        commitment: online.then(|| command.commitment.clone()),
        applied_on: today,
        applied_at: now,
        applied_by: who.actor.login.clone(),
    };
    let mut news = Vec::new();
    for (record, ruling) in chosen {
        let item = new_item(desk, id, record, &ruling).await?;
        let handlers = handlers(desk, Permission::HandleRepair, &item.unit_id).await?;
        news.push((item, handlers));
    }
    let mut tx = store.transaction("apply for repair").await?;
    if let Some(agent) = who.agent {
        agent.hold(&mut tx).await?;
    }
    tx.add_repair_application(&application).await.map_err(|error| match error {
        StoreError::Conflict(_) => DeskError::from(already()),
        other => other.into(),
    })?;
    let mut items = Vec::new();
    for (item, handlers) in news {
        let hash = match tx.add_repair_item(&item).await {
            Err(StoreError::Conflict(_)) => return Err(already().into()),
            other => other?,
        };
        let next = RepairItem { hash, ..item };
        let first = written(desk, who.actor, APPLY, &words);
        if !tx.move_repair_item(&next, &first).await? {
            return Err(DeskError::Internal(format!("the first step of {} was taken", next.id)));
        }
        repair_waits(desk, &mut tx, next.id, &handlers).await?;
        desk.audit_with(&mut tx, who.actor, noted("repair.applied", &object(next.id), ""));
        items.push(next.id);
    }
    if let Some((digest, kind)) = file {
        // Handed in with the application, it is for each of the records that the form names, which the form says.
        let what = if online { "performance" } else { "window" };
        let by = (now, who.actor.login.as_str());
        tx.add_repair_material(&new_material(id, what, digest, kind, by, &items)).await?;
    }
    tx.commit().await?;
    Ok(id)
}

fn already() -> Refusal {
    Refusal::new(
        "repair.already",
        "其中有信息已经申请修复，正在办理，不需要再次申请；请查看办理情况",
    )
}

fn title(desk: &Desk, record: &Record) -> Result<String, DeskError> {
    let law = desk.law();
    let kind = law
        .kind(&record.kind)
        .ok_or_else(|| DeskError::Internal(format!("unknown kind {}", record.kind)))?;
    let content = crate::browse::content_of(record)?;
    let at = |position: usize| {
        let field = kind.fields.get(position)?;
        content.get(&field.code).filter(|text| !text.is_empty()).cloned()
    };
    let found = kind.title.and_then(at).or_else(|| at(kind.document_number));
    Ok(found.unwrap_or_else(|| kind.name.clone()))
}

async fn new_item(
    desk: &Desk,
    application: i64,
    record: &Record,
    ruling: &Ruling<Repair>,
) -> Result<RepairItem, DeskError> {
    let rules = serde_json::to_string(&KeptRules::of(ruling))
        .map_err(|error| DeskError::Internal(error.to_string()))?;
    // Where the unit was ended meanwhile, whoever took over owes the answer.
    let unit = match responsible(desk, &record.unit_id).await?.into_iter().collect::<Vec<_>>() {
        one if one.len() == 1 => one.into_iter().next().unwrap_or_default(),
        _ => record.unit_id.clone(),
    };
    Ok(RepairItem {
        id: desk.new_id(),
        application_id: application,
        subject_id: record.subject_id,
        record_id: record.id,
        version: record.version,
        unit_id: unit,
        kind: record.kind.clone(),
        entry: ruling.value.entry.as_str().to_owned(),
        rules,
        law_edition: desk.law().edition().to_owned(),
        stage: Stage::Applied.as_str().to_owned(),
        applied_on: desk.today(),
        supplied_on: None,
        granted_on: None,
        extended_days: None,
        seq: 0,
        hash: String::new(),
    })
}
