//! 复核: a second person releases what a clerk submitted, confirms the basis for publication, and judges what the machine only
//! proposes; or gives the batch back with a reason.

use xinyong_domain::workflow::batch::{Event, Stage};
use xinyong_store::Judgement as RowJudgement;

use super::receive::stage_of;
use super::submit::{advance, overtaken, stage_change};
use crate::access::{Actor, Permission, Role};
use crate::audit::AuditEvent;
use crate::desk::Desk;
use crate::notices;
use crate::refusal::DeskError;

/// What the reviewer set for one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// Row number.
    pub row: i64,
    /// `severity`, `domain`, `basis` or `exemption`.
    pub key: String,
    /// Id of the value.
    pub value: String,
    /// Why.
    pub reason: String,
    /// On what document.
    pub source: String,
}

/// A release.
#[derive(Debug, Clone, Default)]
pub struct Release {
    /// The batch.
    pub batch: i64,
    /// Id of the confirmed basis, of `law/codes/publication-basis.toml`; empty keeps the records unpublished.
    pub basis: String,
    /// What was judged.
    pub judgements: Vec<Judgement>,
}

/// Releases a batch. Recording follows, by [`super::record_released`].
///
/// # Errors
/// `access.denied`, `batch.stage`, `batch.same-person` when the clerk would release their own submission, `basis.unknown`,
/// `judgement.reason-missing` when a class above the proposal comes without reason and source, `judgement.unknown`.
pub async fn release(desk: &Desk, actor: &Actor, command: Release) -> Result<Stage, DeskError> {
    let store = desk.store();
    let found = store.batch(command.batch).await?.ok_or(DeskError::NotFound("该批次"))?;
    actor.authorise_for(Permission::ReleaseBatch, &found.unit_id)?;
    let same = found.submitted_by.as_deref() == Some(actor.login.as_str());
    if same && actor.role != Some(Role::System) {
        return Err(DeskError::refused(
            "batch.same-person",
            "提交人不能复核自己提交的批次，请由另一人复核",
        ));
    }
    let law = desk.law();
    let known = |list: &str, value: &str| {
        law.codes().get(list).is_some_and(|list| list.by_id(value).is_some())
    };
    if !command.basis.is_empty() && !known("publication-basis", &command.basis) {
        return Err(DeskError::refused("basis.unknown", "请从列表中选择公示依据"));
    }
    for judgement in &command.judgements {
        let list = match judgement.key.as_str() {
            "severity" => Some("severity"),
            "domain" => Some("penalty-domain"),
            "basis" => Some("publication-basis"),
            "exemption" => None,
            _ => return Err(DeskError::refused("judgement.unknown", "不认识的判定事项")),
        };
        if list.is_some_and(|list| !known(list, &judgement.value)) {
            return Err(DeskError::refused(
                "judgement.unknown",
                format!("第{}行的判定值不在可选范围内", judgement.row),
            ));
        }
        let needs_reason = judgement.key == "severity" || judgement.key == "exemption";
        if needs_reason
            && (judgement.reason.trim().is_empty() || judgement.source.trim().is_empty())
        {
            return Err(DeskError::refused(
                "judgement.reason-missing",
                format!("第{}行改定了类别，须写明理由和出处", judgement.row),
            ));
        }
    }
    let now = desk.clock().now();
    let judgements: Vec<RowJudgement> = command
        .judgements
        .iter()
        .map(|judgement| RowJudgement {
            row: judgement.row,
            key: judgement.key.clone(),
            value: judgement.value.clone(),
            reason: judgement.reason.trim().to_owned(),
            source: judgement.source.trim().to_owned(),
            actor: actor.login.clone(),
            at: now,
        })
        .collect();
    let from = stage_of(&found.stage)?;
    let to = from.after(Event::Release).map_err(|error| {
        DeskError::refused("batch.stage", format!("{error}；请刷新页面查看最新状态"))
    })?;
    let concerned = notices::concerned_by(desk, &found, (from, to), &actor.login).await?;
    let mut tx = store.transaction("release").await?;
    tx.put_judgements(command.batch, &judgements).await?;
    let mut change = stage_change(to, &actor.login, now);
    change.basis = Some(command.basis.clone());
    tx.set_stage(command.batch, from.as_str(), to.as_str(), &change).await.map_err(overtaken)?;
    notices::batch_moved(desk, &mut tx, &found, (from, to), &concerned).await?;
    for judgement in &command.judgements {
        let event = AuditEvent::RowJudged {
            batch: command.batch,
            row: judgement.row,
            key: &judgement.key,
            value: &judgement.value,
        };
        desk.audit_with(&mut tx, actor, event);
    }
    let note = if same { "经办与复核为同一人（命令行装载）" } else { "" };
    let event =
        AuditEvent::BatchMoved { batch: command.batch, from: from.as_str(), to: to.as_str(), note };
    desk.audit_with(&mut tx, actor, event);
    tx.commit().await?;
    Ok(to)
}

/// Gives a submitted batch back to the clerk.
///
/// # Errors
/// `access.denied`, `batch.stage`, `return.reason-missing`.
pub async fn give_back(
    desk: &Desk,
    actor: &Actor,
    batch: i64,
    reason: &str,
) -> Result<Stage, DeskError> {
    let found = desk.store().batch(batch).await?.ok_or(DeskError::NotFound("该批次"))?;
    actor.authorise_for(Permission::ReleaseBatch, &found.unit_id)?;
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err(DeskError::refused("return.reason-missing", "请写明退回理由（500字以内）"));
    }
    advance(desk, actor, batch, &found.stage, Event::Return, reason).await
}
