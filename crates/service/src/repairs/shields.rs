//! 破产重整、和解期间的暂时屏蔽: a court's ruling is entered with its file by one person and confirmed by another; the record is withheld
//! everywhere, with a receipt of each place, until two persons lift the shield. A day in the ruling lifts nothing by itself: what goes against
//! the subject a person decides.

use std::path::PathBuf;

use jiff::civil::Date;
use xinyong_domain::law::PublicationRule;
use xinyong_store::{DeclinedLift, Receipts, Record, RepairShield, StoreError, Withdrawal};

use super::lift::Lift;
use super::places::has_stopped;
use super::stand_again::moved;
use super::{messages, noted};
use crate::access::{Actor, Permission};
use crate::agents::recognise;
use crate::browse::{HeldRecord, Names, PersonView, held};
use crate::desk::Desk;
use crate::places::{self, Awaited, LOG, PlaceView};
use crate::refusal::{DeskError, Refusal};

/// Longest name of a court, number of a ruling, document.
pub(super) const LONGEST: usize = 100;
/// Longest reason.
pub(super) const LONGEST_REASON: usize = 500;
/// Lines of a page.
pub const SHIELDS_A_PAGE: i64 = 50;
const A_PAGE: i64 = SHIELDS_A_PAGE;

/// A ruling as it is entered.
#[derive(Debug, Clone)]
pub struct EnterShield {
    /// Whose record.
    pub subject: i64,
    /// The record.
    pub record: i64,
    /// Which court.
    pub court: String,
    /// The number of its ruling.
    pub ruling: String,
    /// Its day.
    pub ruled_on: Option<Date>,
    /// The last day that the ruling gives, if any.
    pub until: Option<Date>,
    /// The scan of the ruling.
    pub file: Option<PathBuf>,
}

/// A shield as it is shown.
#[derive(Debug, Clone)]
pub struct ShieldView {
    /// What is kept.
    pub shield: RepairShield,
    /// The record.
    pub record: HeldRecord,
    /// The unit that entered it.
    pub unit: String,
    /// Who entered it.
    pub proposed: PersonView,
    /// Who confirmed or declined it.
    pub decided: Option<PersonView>,
    /// Who wants it lifted.
    pub lift_by: Option<PersonView>,
    /// What was proposed to lift it and was declined, the oldest first: who wanted it, who declined it.
    pub declined_lifts: Vec<(DeclinedLift, PersonView, PersonView)>,
    /// Who lifted it.
    pub lifted: Option<PersonView>,
    /// Whether the day that the ruling gives is past while it stands.
    pub past: bool,
    /// The places.
    pub places: Vec<PlaceView>,
    /// Whether the actor may confirm or decline it, propose to lift it, lift it.
    pub may: (bool, bool, bool),
}

pub(super) fn words(
    text: &str,
    longest: usize,
    code: &'static str,
    message: &str,
) -> Result<String, DeskError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > longest {
        return Err(DeskError::refused(code, message));
    }
    Ok(text.to_owned())
}

/// What a shield waits for.
fn awaited(id: i64) -> Awaited {
    Awaited { receipts: &Receipts::REPAIR, id, object: of(id), deed: "repair.place-confirmed" }
}

pub(super) fn of(id: i64) -> String {
    format!("shield:{id}")
}

async fn record_of(
    desk: &Desk,
    actor: &Actor,
    needed: Permission,
    (subject, record): (i64, i64),
) -> Result<Record, DeskError> {
    actor.authorise(needed)?;
    let found = desk.store().record(subject, record).await?.ok_or(DeskError::NotFound("该信息"))?;
    super::authorise(desk, actor, needed, &found.unit_id).await?;
    Ok(found)
}

pub(super) async fn shield_of(
    desk: &Desk,
    actor: &Actor,
    needed: Permission,
    id: i64,
) -> Result<RepairShield, DeskError> {
    actor.authorise(needed)?;
    let found = desk.store().repair_shield(id).await?.ok_or(DeskError::NotFound("该项屏蔽"))?;
    super::authorise(desk, actor, needed, &found.unit_id).await?;
    Ok(found)
}

pub(super) fn overtaken() -> DeskError {
    DeskError::refused("repair.shield-decided", "这项屏蔽刚刚已由他人办理，请刷新页面")
}

/// Whether it keeps the record down: while it stands, and for good once it was carried out.
pub(super) fn holds(shield: &RepairShield) -> bool {
    let performed = shield.lift_kind.as_deref() == Some(Lift::Performed.as_str());
    shield.state == "active" || (shield.state == "lifted" && performed)
}

/// Whether a ruling about a record can be entered at all: the page offers no form that would be refused.
pub(super) fn shieldable(desk: &Desk, record: &Record) -> Result<(), Refusal> {
    let (law, today) = (desk.law(), desk.today());
    if law.at(today).word("repair.shield").applies().is_none() {
        return Err(Refusal::new(
            "repair.shield-unknown",
            "现行规定没有暂时屏蔽，或者有关规定没有核实",
        ));
    }
    if record.withdrawn_on.is_some() {
        return Err(Refusal::new("repair.nothing", "这条信息已经撤下，没有可以屏蔽的"));
    }
    let rule = law.kind(&record.kind).map(|kind| kind.publication);
    let adverse = matches!(rule, Some(PublicationRule::Penalty | PublicationRule::Listing));
    let public = record.public_from.is_some() && record.public_until.is_none_or(|day| today <= day);
    if !adverse || !public {
        return Err(Refusal::new(
            "repair.nothing",
            "只有公示的行政处罚和严重失信主体名单信息可以屏蔽；这条信息不是，或者没有公示",
        ));
    }
    Ok(())
}

/// One person enters the ruling.
///
/// # Errors
/// `access.denied`, not found, `repair.shield-unknown` where no rule knows it, `repair.nothing`, `repair.shield-court`, `repair.shield-ruling`,
/// `repair.shield-day`, `repair.shield-file`, `repair.shield-already`, and those of a file.
pub async fn enter_shield(
    desk: &Desk,
    actor: &Actor,
    command: EnterShield,
) -> Result<i64, DeskError> {
    let place = (command.subject, command.record);
    let record = record_of(desk, actor, Permission::HandleRepair, place).await?;
    shieldable(desk, &record)?;
    let today = desk.today();
    let court = words(&command.court, LONGEST, "repair.shield-court", "请写明人民法院的名称")?;
    let ruling = words(&command.ruling, LONGEST, "repair.shield-ruling", "请写明裁定书的文号")?;
    let ruled_on = command.ruled_on.filter(|day| *day <= today).ok_or_else(|| {
        DeskError::refused("repair.shield-day", "请填写裁定的日期，不晚于今天，例如 2026-01-31")
    })?;
    if command.until.is_some_and(|until| until < today) {
        return Err(DeskError::refused(
            "repair.shield-day",
            "裁定写明的截止日期已经过去，没有要屏蔽的；没有写明截止日期的请不填",
        ));
    }
    let file = command
        .file
        .ok_or_else(|| DeskError::refused("repair.shield-file", "请上传裁定书的扫描件"))?;
    let kind = recognise(desk, &file, "裁定书")?;
    let name = format!("裁定书.{kind}");
    let now = desk.clock().now();
    let (digest, _) = desk.store().store_upload_file(&file, &name, now).await?;
    let new = RepairShield {
        id: desk.new_id(),
        subject_id: record.subject_id,
        record_id: record.id,
        unit_id: record.unit_id.clone(),
        court,
        ruling,
        ruled_on,
        until_day: command.until,
        file_digest: digest,
        file_type: kind.to_owned(),
        proposed_by: actor.login.clone(),
        proposed_at: now,
        state: "open".to_owned(),
        decided_by: None,
        decided_at: None,
        decided_on: None,
        decision: None,
        lift_kind: None,
        lift_reason: None,
        lift_document: None,
        lift_by: None,
        lift_at: None,
        lifted_by: None,
        lifted_at: None,
        lifted_on: None,
        restored: None,
        hash: String::new(),
    };
    let mut tx = desk.store().transaction("enter shield").await?;
    match tx.add_repair_shield(&new).await {
        Err(StoreError::Conflict(_)) => {
            return Err(DeskError::refused(
                "repair.shield-already",
                "这条信息已经屏蔽，或者已有一项等待确认",
            ));
        }
        other => other?,
    }
    desk.audit_with(&mut tx, actor, noted("repair.shield-entered", &of(new.id), ""));
    tx.commit().await?;
    Ok(new.id)
}

/// Another person confirms it, from when the record is withheld everywhere, or declines it with a reason.
///
/// # Errors
/// `access.denied`, not found, `repair.shield-decided`, `repair.same-person`, `repair.reason-missing`, `repair.moved`.
pub async fn decide_shield(
    desk: &Desk,
    actor: &Actor,
    id: i64,
    confirm: bool,
    reason: &str,
) -> Result<(), DeskError> {
    let found = shield_of(desk, actor, Permission::DecideRepair, id).await?;
    if found.state != "open" {
        return Err(overtaken());
    }
    if found.proposed_by == actor.login {
        return Err(DeskError::refused(
            "repair.same-person",
            "登记裁定的人不能自己确认，请由另一人核对裁定书后确认",
        ));
    }
    let decision = if confirm {
        None
    } else {
        Some(words(
            reason,
            LONGEST_REASON,
            "repair.reason-missing",
            "请写明退回的理由（500字以内）",
        )?)
    };
    let next = RepairShield {
        state: if confirm { "active" } else { "declined" }.to_owned(),
        decided_by: Some(actor.login.clone()),
        decided_at: Some(desk.clock().now()),
        decided_on: Some(desk.today()),
        decision,
        ..found
    };
    let mut tx = desk.store().transaction("decide shield").await?;
    if !tx.move_repair_shield(&next).await? {
        return Err(overtaken());
    }
    if confirm {
        let record = tx
            .record(next.subject_id, next.record_id)
            .await?
            .filter(|record| record.withdrawn_on.is_none())
            .ok_or_else(moved)?;
        let because: Vec<_> = desk
            .law()
            .at(desk.today())
            .word("repair.shield")
            .applies()
            .map(|cited| cited.citation)
            .into_iter()
            .collect();
        tx.withdraw_record(&Withdrawal {
            subject_id: next.subject_id,
            id: next.record_id,
            expected: record.version,
            on: desk.today(),
            at: desk.clock().now(),
            reason: format!("重整、和解期间暂时屏蔽（依据：{}{}）", next.court, next.ruling),
            actor: next.proposed_by.clone(),
            second: Some(actor.login.clone()),
            law_edition: desk.law().edition().to_owned(),
            citations: serde_json::to_string(&because)
                .map_err(|error| DeskError::Internal(error.to_string()))?,
        })
        .await
        .map_err(|error| match error {
            StoreError::Conflict(_) => moved(),
            other => other.into(),
        })?;
        // What proves the past is destroyed by a repair, not by a shield.
        let mut places = places::all(desk);
        places.retain(|place| place != LOG);
        tx.add_receipts(&Receipts::REPAIR, id, &places).await?;
        let text = "一条信息因法院裁定已经暂时屏蔽，不再公示";
        messages::shield_moved(desk, &mut tx, (next.subject_id, next.record_id, id), text).await?;
    }
    desk.audit_with(&mut tx, actor, noted("repair.shield-decided", &of(id), &next.state));
    tx.commit().await?;
    if confirm {
        confirm_shield_places(desk, actor, &next).await?;
    }
    Ok(())
}

/// Notes the platform's own places for a shield that stands; what cannot be confirmed stays open.
pub(super) async fn confirm_shield_places(
    desk: &Desk,
    actor: &Actor,
    shield: &RepairShield,
) -> Result<u64, DeskError> {
    let place = (shield.subject_id, shield.record_id);
    let awaited = awaited(shield.id);
    let mut confirmed = 0;
    for at in awaited.unasked(desk).await? {
        if let Some(evidence) = has_stopped(desk, actor, place, &at).await? {
            confirmed += awaited.note_asked(desk, actor, &at, evidence).await?;
        }
    }
    Ok(confirmed)
}

/// The same for all that stand, where a process was stopped in between. Returns how many places were noted.
///
/// # Errors
/// `access.denied`.
pub async fn confirm_shields(desk: &Desk, actor: &Actor) -> Result<u64, DeskError> {
    actor.authorise(Permission::RunJobs)?;
    let (mut confirmed, mut offset) = (0, 0);
    loop {
        let place = (A_PAGE, offset);
        let (found, _) = desk.store().repair_shields(None, &["active", "lifted"], place).await?;
        if found.is_empty() {
            return Ok(confirmed);
        }
        for shield in found.iter().filter(|shield| holds(shield)) {
            confirmed += confirm_shield_places(desk, actor, shield).await?;
        }
        offset += A_PAGE;
    }
}

/// A person notes that a place outside of the platform withholds the record.
///
/// # Errors
/// `access.denied`, not found, `repair.evidence-missing`, `repair.place-confirmed`.
pub async fn confirm_shield_place(
    desk: &Desk,
    actor: &Actor,
    id: i64,
    place: &str,
    evidence: &str,
) -> Result<(), DeskError> {
    let shield = shield_of(desk, actor, Permission::HandleRepair, id).await?;
    let evidence = words(
        evidence,
        LONGEST,
        "repair.evidence-missing",
        "请写明该处已屏蔽的依据，例如回执文号或者核对的日期（100字以内）",
    )?;
    let awaited = awaited(id);
    if !holds(&shield) || !awaited.is_for_a_person(desk, place).await? {
        return Err(DeskError::NotFound("该处"));
    }
    let mut tx = desk.store().transaction("receipt of shield").await?;
    if !awaited.note(desk, &mut tx, actor, place, &evidence).await? {
        return Err(DeskError::refused("repair.place-confirmed", "该处已经登记过回执，请刷新页面"));
    }
    Ok(tx.commit().await?)
}

async fn view(
    desk: &Desk,
    actor: &Actor,
    names: &Names,
    shield: RepairShield,
) -> Result<ShieldView, DeskError> {
    let record = desk
        .store()
        .record(shield.subject_id, shield.record_id)
        .await?
        .ok_or_else(|| DeskError::Internal(format!("shield {} without record", shield.id)))?;
    let person = |login: &Option<String>| login.as_deref().map(|login| names.person(login));
    let places = awaited(shield.id).view(desk, names).await?;
    let (active, asked) = (shield.state == "active", shield.lift_by.is_some());
    let decides = actor.may(Permission::DecideRepair);
    let other = |login: Option<&str>| login.is_some_and(|login| login != actor.login);
    Ok(ShieldView {
        record: held(&record, desk.today(), &desk.law(), names, actor)?,
        unit: names.unit(&shield.unit_id),
        proposed: names.person(&shield.proposed_by),
        decided: person(&shield.decided_by),
        lift_by: person(&shield.lift_by),
        lifted: person(&shield.lifted_by),
        declined_lifts: desk
            .store()
            .declined_lifts(shield.id)
            .await?
            .into_iter()
            .map(|one| {
                let people = (names.person(&one.proposed_by), names.person(&one.declined_by));
                (one, people.0, people.1)
            })
            .collect(),
        past: active && shield.until_day.is_some_and(|until| until < desk.today()),
        places,
        may: (
            shield.state == "open" && decides && other(Some(&shield.proposed_by)),
            active && !asked && actor.may(Permission::HandleRepair),
            active && asked && decides && other(shield.lift_by.as_deref()),
        ),
        shield,
    })
}

/// A page of those that wait or stand, or of those that are over, how many there are, and which page it is: the last one for whoever asked for
/// one past the end. The actor's unit sees its own.
///
/// # Errors
/// `access.denied`.
pub async fn shields(
    desk: &Desk,
    actor: &Actor,
    over: bool,
    page: i64,
) -> Result<(Vec<ShieldView>, i64, i64), DeskError> {
    actor.authorise(Permission::HandleRepair)?;
    let units = super::units_of(desk, actor).await?;
    let names = Names::read(desk).await?;
    let states: &[&str] = if over { &["lifted", "declined"] } else { &["open", "active"] };
    let place = |page: i64| (A_PAGE, page.saturating_sub(1).saturating_mul(A_PAGE));
    let asked = page.max(1);
    let store = desk.store();
    let (mut found, all) = store.repair_shields(units.as_deref(), states, place(asked)).await?;
    let page = asked.min((all + A_PAGE - 1) / A_PAGE).max(1);
    if page != asked {
        found = store.repair_shields(units.as_deref(), states, place(page)).await?.0;
    }
    let mut views = Vec::with_capacity(found.len());
    for shield in found {
        views.push(view(desk, actor, &names, shield).await?);
    }
    Ok((views, all, page))
}

/// One of them. That somebody looked is a line of the audit log.
///
/// # Errors
/// `access.denied`, not found.
pub async fn shield(desk: &Desk, actor: &Actor, id: i64) -> Result<ShieldView, DeskError> {
    let found = shield_of(desk, actor, Permission::HandleRepair, id).await?;
    desk.audit(actor, noted("repair.shield-seen", &of(id), "")).await?;
    view(desk, actor, &Names::read(desk).await?, found).await
}

/// The ruling: its bytes and what sort of file it is. A look at it is a line of the audit log.
///
/// # Errors
/// `access.denied`, not found.
pub async fn shield_file(
    desk: &Desk,
    actor: &Actor,
    id: i64,
) -> Result<(Vec<u8>, String), DeskError> {
    let found = shield_of(desk, actor, Permission::HandleRepair, id).await?;
    desk.audit(actor, noted("repair.file-seen", &of(id), "")).await?;
    let bytes = desk.store().read_upload(&found.file_digest).await?;
    Ok((bytes.ok_or(DeskError::NotFound("该材料"))?, found.file_type))
}
