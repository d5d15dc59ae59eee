//! Writing a step of a repair, whoever takes it.

use xinyong_domain::workflow::repair::{Event, Stage};
use xinyong_store::{ChainedStep, RepairItem, Tx};

use super::{noted, object, stage_of};
use crate::access::{Actor, Role};
use crate::desk::Desk;
use crate::proceeding;
use crate::refusal::DeskError;

/// A step with its reason as it is going to be written.
pub(super) fn written(desk: &Desk, actor: &Actor, event: &str, reason: &str) -> ChainedStep {
    ChainedStep { reason: reason.to_owned(), ..proceeding::written(desk, actor, event) }
}

/// Where an event leads.
pub(super) fn after(item: &RepairItem, event: Event) -> Result<Stage, DeskError> {
    stage_of(item)?.after(event).map_err(|error| {
        DeskError::refused("repair.out-of-order", format!("{error}；请刷新页面查看"))
    })
}

/// Writes the step with its line of the audit log, or says that somebody was first.
pub(super) async fn moved(
    desk: &Desk,
    tx: &mut Tx,
    actor: &Actor,
    next: &RepairItem,
    event: Event,
    reason: &str,
) -> Result<(), DeskError> {
    write(desk, tx, actor, next, written(desk, actor, event.as_str(), reason)).await
}

pub(super) async fn write(
    desk: &Desk,
    tx: &mut Tx,
    actor: &Actor,
    next: &RepairItem,
    step: ChainedStep,
) -> Result<(), DeskError> {
    if !tx.move_repair_item(next, &step).await? {
        return Err(DeskError::refused("repair.overtaken", "这项申请刚刚已由他人办理，请刷新页面"));
    }
    super::messages::step_taken(desk, tx, next, &step.event, &actor.login).await?;
    let deed = match actor.role {
        Some(Role::Agent) if step.event == Event::Withdraw.as_str() => "repair.taken-back",
        _ => "repair.moved",
    };
    desk.audit_with(tx, actor, noted(deed, &object(next.id), &step.event));
    Ok(())
}
