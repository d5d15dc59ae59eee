//! 提交: a clerk vouches for the good rows of a checked batch; or gives the batch up.

use xinyong_domain::workflow::batch::{Event, Stage};
use xinyong_store::{StageChange, StoreError};

use super::receive::stage_of;
use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::desk::Desk;
use crate::notices;
use crate::refusal::DeskError;

/// Submits a batch. Its rows with errors stay behind, the good ones go on.
///
/// # Errors
/// `access.denied`, `batch.stage` when it is not waiting for submission, `batch.nothing-good` when no row can be recorded.
pub async fn submit(desk: &Desk, actor: &Actor, batch: i64) -> Result<Stage, DeskError> {
    let found = desk.store().batch(batch).await?.ok_or(DeskError::NotFound("该批次"))?;
    actor.authorise_for(Permission::SubmitBatch, &found.unit_id)?;
    let good = found.count_received - found.count_refused - found.count_held;
    if stage_of(&found.stage)? == Stage::Checked && good <= 0 {
        return Err(DeskError::refused(
            "batch.nothing-good",
            "没有一行可以入库：请按校验结果修改后重新上传",
        ));
    }
    advance(desk, actor, batch, &found.stage, Event::Submit, "").await
}

/// Gives a batch up before anything was recorded.
///
/// # Errors
/// `access.denied`, `batch.stage`.
pub async fn cancel(desk: &Desk, actor: &Actor, batch: i64) -> Result<Stage, DeskError> {
    let found = desk.store().batch(batch).await?.ok_or(DeskError::NotFound("该批次"))?;
    actor.authorise_for(Permission::SubmitBatch, &found.unit_id)?;
    advance(desk, actor, batch, &found.stage, Event::Cancel, "").await
}

/// Moves a batch along its table, in a transaction of its own, and leaves a line in the log.
pub(crate) async fn advance(
    desk: &Desk,
    actor: &Actor,
    batch: i64,
    stage: &str,
    event: Event,
    note: &str,
) -> Result<Stage, DeskError> {
    let from = stage_of(stage)?;
    let to = from.after(event).map_err(|error| {
        DeskError::refused("batch.stage", format!("{error}；请刷新页面查看最新状态"))
    })?;
    let store = desk.store();
    let moves = (from, to);
    let found = store.batch(batch).await?.ok_or(DeskError::NotFound("该批次"))?;
    let concerned = notices::concerned_by(desk, &found, moves, &actor.login).await?;
    let mut tx = store.transaction("advance batch").await?;
    let mut change = stage_change(to, &actor.login, desk.clock().now());
    if event == Event::Return {
        change.note = Some(note.to_owned());
    }
    tx.set_stage(batch, from.as_str(), to.as_str(), &change).await.map_err(overtaken)?;
    notices::batch_moved(desk, &mut tx, &found, moves, &concerned).await?;
    let event = AuditEvent::BatchMoved { batch, from: from.as_str(), to: to.as_str(), note };
    desk.audit_with(&mut tx, actor, event);
    tx.commit().await?;
    Ok(to)
}

/// Somebody else moved the batch between our look at it and our change: that is nobody's fault, and there is nothing to try again.
pub(crate) fn overtaken(error: StoreError) -> DeskError {
    match error {
        StoreError::Conflict(_) => DeskError::refused(
            "batch.stage",
            "这个批次刚刚已经被处理过了，没有重复办理；请刷新页面查看最新状态",
        ),
        other => other.into(),
    }
}

/// Who and when, for the stage a batch goes to.
pub(crate) fn stage_change(to: Stage, who: &str, at: i64) -> StageChange {
    let mut change = StageChange::default();
    match to {
        Stage::Checked => change.checked_at = Some(at),
        Stage::Submitted => change.submitted = Some((at, who.to_owned())),
        Stage::Released => change.released = Some((at, who.to_owned())),
        Stage::Recorded => change.recorded_at = Some(at),
        Stage::Received | Stage::Refused | Stage::Cancelled => {}
    }
    change
}
