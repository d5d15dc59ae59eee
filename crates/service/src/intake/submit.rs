//! 提交: a clerk vouches for the good rows of a checked batch; or gives the batch up.

use xinyong_domain::workflow::batch::{Event, Stage};

use super::receive::stage_of;
use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::desk::Desk;
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
    let to = from
        .after(event)
        .map_err(|error| DeskError::refused("batch.stage", format!("{error}；请刷新页面查看最新状态")))?;
    let store = desk.store();
    let mut tx = store.transaction("advance batch").await?;
    store
        .set_stage(&mut tx, batch, from.as_str(), to.as_str(), &actor.login, desk.clock().now())
        .await?;
    tx.commit().await?;
    let event = AuditEvent::BatchMoved { batch, from: from.as_str(), to: to.as_str(), note };
    desk.audit(actor, event).await?;
    Ok(to)
}
