//! Where a repaired record was public, shared and used, and the receipt of each place that it is no more.
//!
//! The platform's own places all read through one rule, so that they stop in the moment of the decision; what stands here is the proof of
//! it, asked of each place the way its readers ask. The other places are confirmed by a person, with what the confirmation rests on.

use xinyong_domain::workflow::repair::{Event, Stage};
use xinyong_store::{Receipts, RepairItem, Tx};

use super::steps::{after, moved};
use super::{authorise, item_of, object, stage_of};
use crate::access::{Actor, Permission};
use crate::browse::{all_public, public_record, view};
use crate::desk::Desk;
use crate::places::{Awaited, LOG, LONGEST_EVIDENCE, erased, evidence_of};
use crate::refusal::DeskError;

/// What a repair waits for.
pub(super) fn awaited(item: i64) -> Awaited {
    let (id, object) = (item, object(item));
    Awaited { receipts: &Receipts::REPAIR, id, object, deed: "repair.place-confirmed" }
}

/// Whether a place shows the record no more, and by what that is known.
pub(super) async fn has_stopped(
    desk: &Desk,
    actor: &Actor,
    (subject, record): (i64, i64),
    place: &str,
) -> Result<Option<&'static str>, DeskError> {
    let gone = |outcome: Result<bool, DeskError>| match outcome {
        Ok(shown) => Ok(!shown),
        Err(DeskError::NotFound(_)) => Ok(true),
        Err(error) => Err(error),
    };
    let said = match place {
        "portal" => {
            let shown = public_record(desk, subject, record).await.map(|_| true);
            gone(shown)?.then_some("信息页面已与不存在的信息相同")
        }
        // The subject's page, the lists of the interface and the report are made of the same records.
        "search" | "report" => {
            let code = desk.store().subject(subject).await?.and_then(|subject| subject.code);
            let shown = match code {
                None => Ok(false),
                Some(code) => all_public(desk, &code).await.map(|(subject, _)| {
                    subject
                        .groups
                        .iter()
                        .any(|(.., records)| records.iter().any(|one| one.id == record))
                }),
            };
            gone(shown)?.then_some("主体的公示信息和信用报告中已没有")
        }
        "api" | "data" => {
            let found = desk.store().record(subject, record).await?;
            let shown = match found {
                None => None,
                Some(found) => view(&found, desk.today(), &desk.law())?,
            };
            shown.is_none().then_some("数据接口和下载表中已没有")
        }
        LOG => Some(erased(desk, actor, subject, record).await?),
        _ => None,
    };
    Ok(said)
}

/// Notes the platform's own places; what cannot be confirmed stays open and is seen on the board.
pub(super) async fn confirm_automatic(
    desk: &Desk,
    actor: &Actor,
    id: i64,
) -> Result<u64, DeskError> {
    let item = item_of(desk, id).await?;
    let awaited = awaited(id);
    let mut confirmed = 0;
    for place in awaited.unasked(desk).await? {
        let found = has_stopped(desk, actor, (item.subject_id, item.record_id), &place).await?;
        if let Some(evidence) = found {
            confirmed += awaited.note_asked(desk, actor, &place, evidence).await?;
        }
    }
    // Where a person was faster than the platform, the last receipt is one of these; and where a process was stopped, none is left open.
    if stage_of(&item)? == Stage::Granted && awaited.reached_everywhere(desk).await? {
        let mut tx = desk.store().transaction("repair reached everywhere").await?;
        let held = tx.lock_repair_item(id).await?.ok_or(DeskError::NotFound("这项修复申请"))?;
        settle(desk, &mut tx, actor, held).await?;
        tx.commit().await?;
    }
    Ok(confirmed)
}

/// With the last receipt the repair has reached everywhere. To be called with the row of the item held: of two last receipts at once
/// neither would see the other.
async fn settle(
    desk: &Desk,
    tx: &mut Tx,
    actor: &Actor,
    item: RepairItem,
) -> Result<Stage, DeskError> {
    let stage = stage_of(&item)?;
    if stage != Stage::Granted || tx.open_receipts(&Receipts::REPAIR, item.id).await? != 0 {
        return Ok(stage);
    }
    let stage = after(&item, Event::Confirm)?;
    let next = RepairItem { stage: stage.as_str().to_owned(), ..item };
    moved(desk, tx, actor, &next, Event::Confirm, "").await?;
    Ok(stage)
}

/// Asks the platform's own places again for every repair that waits for them: where a process was stopped between the decision and the
/// receipts. Returns how many places were noted.
///
/// # Errors
/// `access.denied`.
pub async fn confirm_places(desk: &Desk, actor: &Actor) -> Result<u64, DeskError> {
    actor.authorise(Permission::RunJobs)?;
    let mut confirmed = 0;
    let stages = [Stage::Granted.as_str()];
    for clock in desk.store().repair_clocks(None, &stages).await? {
        confirmed += confirm_automatic(desk, actor, clock.id).await?;
    }
    Ok(confirmed)
}

/// A person notes that a place outside of the platform has stopped. With the last of them the repair has reached everywhere.
///
/// # Errors
/// `access.denied`, not found, `repair.evidence-missing`, `repair.place-confirmed`, `repair.out-of-order`, `repair.overtaken`.
pub async fn confirm_place(
    desk: &Desk,
    actor: &Actor,
    id: i64,
    place: &str,
    evidence: &str,
) -> Result<Stage, DeskError> {
    actor.authorise(Permission::HandleRepair)?;
    let item = item_of(desk, id).await?;
    authorise(desk, actor, Permission::HandleRepair, &item.unit_id).await?;
    let evidence = evidence_of(desk, place, evidence, "repair.evidence-missing", "已停止")?;
    let awaited = awaited(id);
    if !awaited.is_for_a_person(desk, place).await? {
        return Err(DeskError::NotFound("该处"));
    }
    let mut tx = desk.store().transaction("receipt of repair").await?;
    let item = tx.lock_repair_item(id).await?.ok_or(DeskError::NotFound("这项修复申请"))?;
    if !awaited.note(desk, &mut tx, actor, place, evidence).await? {
        return Err(DeskError::refused("repair.place-confirmed", "该处已经登记过回执，请刷新页面"));
    }
    let stage = settle(desk, &mut tx, actor, item).await?;
    tx.commit().await?;
    Ok(stage)
}

/// The applicant is told: it is done.
///
/// # Errors
/// `access.denied`, not found, `repair.out-of-order`, `repair.overtaken`.
pub async fn close(desk: &Desk, actor: &Actor, id: i64, told: &str) -> Result<(), DeskError> {
    actor.authorise(Permission::HandleRepair)?;
    let item = item_of(desk, id).await?;
    authorise(desk, actor, Permission::HandleRepair, &item.unit_id).await?;
    let to = after(&item, Event::Close)?;
    let told = told.trim();
    if told.is_empty() || told.chars().count() > LONGEST_EVIDENCE {
        return Err(DeskError::refused(
            "repair.reason-missing",
            format!("请写明怎样告知了申请人（{LONGEST_EVIDENCE}字以内）"),
        ));
    }
    let next = RepairItem { stage: to.as_str().to_owned(), ..item };
    let mut tx = desk.store().transaction("close repair").await?;
    moved(desk, &mut tx, actor, &next, Event::Close, told).await?;
    crate::notices::repair_moved(&mut tx, id).await?;
    Ok(tx.commit().await?)
}
