//! Where a corrected record is shown and used, and the receipt of each place that it shows it as it is now, or not at all.

use xinyong_domain::workflow::objection::{Event, Stage};
use xinyong_store::{Objection, Receipts, Tx};

use super::file::{after, moved};
use super::settle::Touched;
use super::{authorise, found, missing, named, object, stage_of};
use crate::access::{Actor, Permission};
use crate::browse::{all_public, public_record, view};
use crate::desk::Desk;
use crate::places::{Awaited, LOG, erased, evidence_of};
use crate::proceeding::written;
use crate::refusal::DeskError;

/// What an objection waits for.
pub(super) fn awaited(id: i64) -> Awaited {
    let object = object(id);
    Awaited { receipts: &Receipts::OBJECTION, id, object, deed: "objection.place-confirmed" }
}

/// Whether a place shows the record as it is now, asked the way its readers ask, and by what that is known.
async fn agrees(
    desk: &Desk,
    actor: &Actor,
    one: &Objection,
    removed: bool,
    place: &str,
) -> Result<Option<&'static str>, DeskError> {
    let (subject, id) = (one.subject_id, one.record_id);
    let Some(now) = desk.store().record(subject, id).await? else { return Ok(None) };
    if place == LOG {
        // What was never right is not opened any more.
        return Ok(Some(erased(desk, actor, subject, id).await?));
    }
    let public = view(&now, desk.today(), &desk.law())?;
    let shown = match place {
        "search" | "report" => {
            let code = desk.store().subject(subject).await?.and_then(|subject| subject.code);
            let found = match code {
                None => None,
                Some(code) => match all_public(desk, &code).await {
                    Ok((found, _)) => Some(found),
                    Err(DeskError::NotFound(_)) => None,
                    Err(error) => return Err(error),
                },
            };
            let all = found.into_iter().flat_map(|found| found.groups).flat_map(|(.., all)| all);
            all.into_iter().find(|record| record.id == id)
        }
        _ => match public_record(desk, subject, id).await {
            Ok(record) => Some(record),
            Err(DeskError::NotFound(_)) => None,
            Err(error) => return Err(error),
        },
    };
    let same = match (&shown, &public) {
        (None, None) => true,
        (Some(shown), Some(public)) => {
            !removed && shown.version == public.version && shown.fields == public.fields
        }
        _ => false,
    };
    Ok(same.then_some(match shown {
        Some(_) => "显示的是更正后的内容",
        None => "已没有这条信息",
    }))
}

/// Notes the platform's own places; what does not agree stays open and is seen on the board. Returns how many were noted.
pub(super) async fn confirm_automatic(
    desk: &Desk,
    actor: &Actor,
    id: i64,
) -> Result<u64, DeskError> {
    let one = found(desk, id).await?;
    let touched: Touched = match &one.notice {
        Some(notice) => {
            serde_json::from_str(notice).map_err(|error| DeskError::Internal(error.to_string()))?
        }
        None => return Ok(0),
    };
    let awaited = awaited(id);
    let mut confirmed = 0;
    for place in awaited.unasked(desk).await? {
        if let Some(evidence) = agrees(desk, actor, &one, touched.removed, &place).await? {
            confirmed += awaited.note_asked(desk, actor, &place, evidence).await?;
        }
    }
    // Where a person was faster than the platform, the last receipt is one of these.
    if stage_of(&one)? == Stage::Corrected && awaited.reached_everywhere(desk).await? {
        let mut tx = desk.store().transaction("objection reached everywhere").await?;
        let held = tx.lock_objection(id).await?.ok_or_else(missing)?;
        close(desk, &mut tx, actor, held).await?;
        tx.commit().await?;
    }
    Ok(confirmed)
}

/// With the last receipt it has reached everywhere. To be called with the row held: of two last receipts at once neither would see the
/// other.
async fn close(
    desk: &Desk,
    tx: &mut Tx,
    actor: &Actor,
    one: Objection,
) -> Result<Stage, DeskError> {
    let stage = stage_of(&one)?;
    if stage != Stage::Corrected || tx.open_receipts(&Receipts::OBJECTION, one.id).await? != 0 {
        return Ok(stage);
    }
    let stage = after(&one, Event::Confirm)?;
    let next = Objection { stage: stage.as_str().to_owned(), ..one };
    moved(desk, tx, actor, next, written(desk, actor, Event::Confirm.as_str())).await?;
    Ok(stage)
}

/// A person notes that a place outside of the platform shows it as it is now. With the last of them it is closed.
///
/// # Errors
/// `access.denied`, not found, `objection.evidence-missing`, `objection.evidence-named`, `objection.place-confirmed`,
/// `objection.overtaken`.
pub async fn confirm_place(
    desk: &Desk,
    actor: &Actor,
    id: i64,
    place: &str,
    evidence: &str,
) -> Result<Stage, DeskError> {
    actor.authorise(Permission::HandleObjection)?;
    let one = found(desk, id).await?;
    authorise(desk, actor, Permission::HandleObjection, &one.unit_id).await?;
    named::says_nobody(desk, &one, evidence, "objection.evidence-named").await?;
    let (code, done) = ("objection.evidence-missing", "已更正或者停止");
    let evidence = evidence_of(desk, place, evidence, code, done)?;
    let awaited = awaited(id);
    if !awaited.is_for_a_person(desk, place).await? {
        return Err(DeskError::NotFound("该处"));
    }
    let mut tx = desk.store().transaction("receipt of objection").await?;
    let one = tx.lock_objection(id).await?.ok_or_else(missing)?;
    if !awaited.note(desk, &mut tx, actor, place, evidence).await? {
        return Err(DeskError::refused(
            "objection.place-confirmed",
            "该处已经登记过回执，请刷新页面",
        ));
    }
    let stage = close(desk, &mut tx, actor, one).await?;
    tx.commit().await?;
    Ok(stage)
}
