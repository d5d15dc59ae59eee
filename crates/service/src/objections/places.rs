//! Where a corrected record is shown and used, and the receipt of each place that it shows it as it is now, or not at all.

use std::collections::BTreeSet;

use xinyong_domain::workflow::objection::{Event, Stage};
use xinyong_store::{Objection, Tx};

use super::file::{after, moved, written};
use super::settle::Touched;
use super::{ObjectionPlace, PLACES, authorise, found, label, missing, noted, object, stage_of};
use crate::access::{Actor, Permission, Role};
use crate::browse::{Names, all_public, public_record, view};
use crate::desk::Desk;
use crate::publication_log;
use crate::refusal::DeskError;

/// Longest text that a confirmation rests on.
const LONGEST_EVIDENCE: usize = 200;
/// What can be proven of earlier publication.
pub(super) const LOG: &str = "log";
/// The places that the platform asks by itself.
const AUTOMATIC: [&str; 6] = ["portal", "search", "api", "data", "report", LOG];

fn is_automatic(place: &str) -> bool {
    AUTOMATIC.contains(&place)
}

/// The places of an objection in the order of the list.
pub(super) async fn of(
    desk: &Desk,
    names: &Names,
    id: i64,
) -> Result<Vec<ObjectionPlace>, DeskError> {
    let law = desk.law();
    let order = |place: &str| {
        let codes = law.codes().get(PLACES);
        codes.and_then(|list| list.codes.iter().position(|code| code.id == place))
    };
    let mut receipts = desk.store().objection_receipts(id).await?;
    receipts.sort_by_key(|one| order(&one.place));
    Ok(receipts
        .into_iter()
        .map(|one| ObjectionPlace {
            label: label(desk, PLACES, &one.place),
            automatic: is_automatic(&one.place),
            at: one.confirmed_at,
            by: one.confirmed_by.map(|by| names.person(&by).name).unwrap_or_default(),
            evidence: one.evidence.unwrap_or_default(),
            place: one.place,
        })
        .collect())
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
        // As the platform: what was never right is not opened any more.
        let platform = Actor { role: Some(Role::System), ..actor.clone() };
        publication_log::erase(desk, &platform, subject, id).await?;
        return Ok(Some("验证材料已销毁，公示存证不再能说明内容"));
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
    let mut confirmed = 0;
    let open: BTreeSet<String> = desk
        .store()
        .objection_receipts(id)
        .await?
        .into_iter()
        .filter(|one| one.confirmed_at.is_none() && is_automatic(&one.place))
        .map(|one| one.place)
        .collect();
    for place in open {
        let Some(by) = agrees(desk, actor, &one, touched.removed, &place).await? else { continue };
        let at = desk.clock().now();
        let mut tx = desk.store().transaction("receipt of objection").await?;
        if tx.confirm_objection_receipt(id, &place, &actor.login, at, by).await? {
            confirmed += 1;
            desk.audit_with(
                &mut tx,
                actor,
                noted("objection.place-confirmed", &object(id), &place),
            );
        }
        tx.commit().await?;
    }
    // Where a person was faster than the platform, the last receipt is one of these.
    let mut tx = desk.store().transaction("objection reached everywhere").await?;
    if let Some(held) = tx.lock_objection(id).await? {
        close(desk, &mut tx, actor, held).await?;
    }
    tx.commit().await?;
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
    if stage != Stage::Corrected || tx.open_objection_receipts(one.id).await? != 0 {
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
/// `access.denied`, not found, `objection.evidence-missing`, `objection.place-confirmed`, `objection.overtaken`.
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
    let evidence = evidence.trim();
    if evidence.is_empty() || evidence.chars().count() > LONGEST_EVIDENCE {
        return Err(DeskError::refused(
            "objection.evidence-missing",
            format!(
                "请写明“{}”已更正或者停止的依据，例如回执文号或者核对的日期（{LONGEST_EVIDENCE}字以内）",
                label(desk, PLACES, place)
            ),
        ));
    }
    let receipts = desk.store().objection_receipts(id).await?;
    if is_automatic(place) || !receipts.iter().any(|one| one.place == place) {
        return Err(DeskError::NotFound("该处"));
    }
    let mut tx = desk.store().transaction("receipt of objection").await?;
    let one = tx.lock_objection(id).await?.ok_or_else(missing)?;
    let at = desk.clock().now();
    if !tx.confirm_objection_receipt(id, place, &actor.login, at, evidence).await? {
        return Err(DeskError::refused(
            "objection.place-confirmed",
            "该处已经登记过回执，请刷新页面",
        ));
    }
    desk.audit_with(&mut tx, actor, noted("objection.place-confirmed", &object(id), place));
    let stage = close(desk, &mut tx, actor, one).await?;
    tx.commit().await?;
    Ok(stage)
}
