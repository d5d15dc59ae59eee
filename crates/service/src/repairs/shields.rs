//! 破产重整、和解期间的暂时屏蔽: a court's ruling is entered with its file by one person and confirmed by another; the record is withheld
//! everywhere, with a receipt of each place, until two persons lift the shield. A day in the ruling lifts nothing by itself: what goes against
//! the subject a person decides.

use std::path::PathBuf;

use jiff::civil::Date;
use xinyong_store::{Record, RepairShield, StoreError, Withdrawal};

use super::places::{has_stopped, is_automatic};
use super::stand_again::{moved, stand_again};
use super::{PLACES, noted};
use crate::access::{Actor, Permission};
use crate::agents::recognise;
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Longest name of a court, number of a ruling, document.
const LONGEST: usize = 100;
/// Longest reason.
const LONGEST_REASON: usize = 500;
/// Shields read together.
const PORTION: i64 = 50;
/// The place whose openings are destroyed: not for a time.
const LOG: &str = "log";

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

/// How a shield is lifted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lift {
    /// The reorganisation ended without being carried out: the record stands again, until its own last day.
    Ended,
    /// The court has confirmed that it was carried out: the record stays down for good.
    Performed,
}

impl Lift {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Ended, Self::Performed];

    /// The stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ended => "ended",
            Self::Performed => "performed",
        }
    }

    /// What a page calls it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Ended => "重整、和解没有执行完毕：解除屏蔽，恢复公示到其最长公示期",
            Self::Performed => "法院裁定执行完毕：最终修复，不再公示",
        }
    }

    /// The one that a stored or sent word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lift| lift.as_str() == word)
    }
}

fn words(
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

fn overtaken() -> DeskError {
    DeskError::refused("repair.shield-decided", "这项屏蔽刚刚已由他人办理，请刷新页面")
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
    let today = desk.today();
    if desk.law().at(today).word("repair.shield").applies().is_none() {
        return Err(DeskError::refused(
            "repair.shield-unknown",
            "现行规定没有暂时屏蔽，或者有关规定没有核实",
        ));
    }
    if record.withdrawn_on.is_some() {
        return Err(DeskError::refused("repair.nothing", "这条信息已经撤下，没有可以屏蔽的"));
    }
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
        let codes = desk.law().codes().get(PLACES).map(|list| list.codes.clone());
        // What proves the past is destroyed by a repair, not by a shield.
        let places: Vec<String> =
            codes.into_iter().flatten().map(|code| code.id).filter(|place| place != LOG).collect();
        tx.add_repair_receipts(id, &places).await?;
    }
    desk.audit_with(&mut tx, actor, noted("repair.shield-decided", &of(id), &next.state));
    tx.commit().await?;
    if confirm {
        confirm_shield_places(desk, actor, &next).await?;
    }
    Ok(())
}

/// Notes the platform's own places for a shield that stands; what cannot be confirmed stays open.
async fn confirm_shield_places(
    desk: &Desk,
    actor: &Actor,
    shield: &RepairShield,
) -> Result<u64, DeskError> {
    let mut confirmed = 0;
    for receipt in desk.store().repair_receipts(shield.id).await? {
        if receipt.confirmed_at.is_some() || !is_automatic(&receipt.place) {
            continue;
        }
        let place = (shield.subject_id, shield.record_id);
        let Some(evidence) = has_stopped(desk, actor, place, &receipt.place).await? else {
            continue;
        };
        let at = desk.clock().now();
        let mut tx = desk.store().transaction("receipt of shield").await?;
        let first = tx
            .confirm_repair_receipt(shield.id, &receipt.place, &actor.login, at, evidence)
            .await?;
        confirmed += u64::from(first);
        tx.commit().await?;
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
        let (found, _) = desk.store().repair_shields(None, &["active"], (PORTION, offset)).await?;
        if found.is_empty() {
            return Ok(confirmed);
        }
        for shield in &found {
            confirmed += confirm_shield_places(desk, actor, shield).await?;
        }
        offset += PORTION;
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
    let receipts = desk.store().repair_receipts(id).await?;
    let there = receipts.iter().any(|one| one.place == place) && !is_automatic(place);
    if shield.state != "active" || !there {
        return Err(DeskError::NotFound("该处"));
    }
    let at = desk.clock().now();
    let mut tx = desk.store().transaction("receipt of shield").await?;
    if !tx.confirm_repair_receipt(id, place, &actor.login, at, &evidence).await? {
        return Err(DeskError::refused("repair.place-confirmed", "该处已经登记过回执，请刷新页面"));
    }
    desk.audit_with(&mut tx, actor, noted("repair.place-confirmed", &of(id), place));
    Ok(tx.commit().await?)
}

/// One person proposes to lift it, with the document.
///
/// # Errors
/// `access.denied`, not found, `repair.shield-decided`, `repair.reason-missing`, `repair.document-missing`.
pub async fn propose_lift(
    desk: &Desk,
    actor: &Actor,
    id: i64,
    (lift, reason, document): (Lift, &str, &str),
) -> Result<(), DeskError> {
    let found = shield_of(desk, actor, Permission::HandleRepair, id).await?;
    if found.state != "active" || found.lift_by.is_some() {
        return Err(overtaken());
    }
    let reason =
        words(reason, LONGEST_REASON, "repair.reason-missing", "请写明解除的理由（500字以内）")?;
    let document = words(
        document,
        LONGEST,
        "repair.document-missing",
        "请写明法院裁定或者其他文书的名称和文号（100字以内）",
    )?;
    let next = RepairShield {
        lift_kind: Some(lift.as_str().to_owned()),
        lift_reason: Some(reason),
        lift_document: Some(document),
        lift_by: Some(actor.login.clone()),
        lift_at: Some(desk.clock().now()),
        ..found
    };
    let mut tx = desk.store().transaction("propose lift").await?;
    if !tx.move_repair_shield(&next).await? {
        return Err(overtaken());
    }
    desk.audit_with(&mut tx, actor, noted("repair.shield-lift", &of(id), lift.as_str()));
    Ok(tx.commit().await?)
}

/// Another person lifts it, or declines to: then it stands as before. A record that was repaired meanwhile stays down.
///
/// # Errors
/// `access.denied`, not found, `repair.shield-decided`, `repair.same-person`, `repair.moved`.
pub async fn decide_lift(
    desk: &Desk,
    actor: &Actor,
    id: i64,
    confirm: bool,
) -> Result<(), DeskError> {
    let found = shield_of(desk, actor, Permission::DecideRepair, id).await?;
    let (Some(by), Some(lift)) =
        (found.lift_by.clone(), found.lift_kind.as_deref().and_then(Lift::from_word))
    else {
        return Err(overtaken());
    };
    if found.state != "active" {
        return Err(overtaken());
    }
    if by == actor.login {
        return Err(DeskError::refused(
            "repair.same-person",
            "提出解除的人不能自己决定，请由另一人决定",
        ));
    }
    let mut tx = desk.store().transaction("decide lift").await?;
    let next = if confirm {
        let record = tx
            .record(found.subject_id, found.record_id)
            .await?
            .ok_or(DeskError::NotFound("该信息"))?;
        let mut granted = false;
        for item in desk.store().repair_items_of_record(found.subject_id, found.record_id).await? {
            granted |= super::stage_of(&item)?.is_granted();
        }
        let restored = if lift == Lift::Ended && !granted && record.withdrawn_on.is_some() {
            let document = found.lift_document.as_deref().unwrap_or_default();
            let why = format!("解除暂时屏蔽（依据：{document}）");
            Some(stand_again(desk, &mut tx, &record, (&by, &actor.login), &why).await?)
        } else {
            None
        };
        RepairShield {
            state: "lifted".to_owned(),
            lifted_by: Some(actor.login.clone()),
            lifted_at: Some(desk.clock().now()),
            lifted_on: Some(desk.today()),
            restored,
            ..found
        }
    } else {
        RepairShield {
            lift_kind: None,
            lift_reason: None,
            lift_document: None,
            lift_by: None,
            lift_at: None,
            ..found
        }
    };
    if !tx.move_repair_shield(&next).await? {
        return Err(overtaken());
    }
    let detail = if confirm { "lifted" } else { "kept" };
    desk.audit_with(&mut tx, actor, noted("repair.shield-decided", &of(id), detail));
    Ok(tx.commit().await?)
}
