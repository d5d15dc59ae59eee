//! A decision that is revoked or changed is taken down, which is no repair: what was applied for ends with that reason, in the transaction
//! that takes the record down.

use xinyong_domain::workflow::repair::{Event, Stage};
use xinyong_store::{REVOKED, Record, RepairItem, Tx};

use super::stages;
use super::steps::{after, moved};
use crate::access::{Actor, Permission};
use crate::desk::Desk;
use crate::notices::repair_moved;
use crate::refusal::DeskError;

/// Ends what is pending for a record that the transaction takes down. Returns whether there was something.
///
/// # Errors
/// When the store fails.
pub(crate) async fn lapse(
    desk: &Desk,
    tx: &mut Tx,
    actor: &Actor,
    place: (i64, i64),
    why: &str,
) -> Result<bool, DeskError> {
    let reason = format!("信息已经撤下：{why}。这是撤下，不是修复；不需要再申请。");
    end_pending(desk, tx, actor, place, &reason).await
}

/// Ends what is pending for a record, with the reason as the applicant reads it.
pub(super) async fn end_pending(
    desk: &Desk,
    tx: &mut Tx,
    actor: &Actor,
    (subject, record): (i64, i64),
    reason: &str,
) -> Result<bool, DeskError> {
    let mut ended = false;
    for item in tx.repair_items_of_record(subject, record).await? {
        // As it is now: somebody may have moved it since it was listed.
        let Some(item) = tx.lock_repair_item(item.id).await? else { continue };
        let Some(stage) = Stage::from_word(&item.stage).filter(|stage| stage.is_pending()) else {
            continue;
        };
        debug_assert!(stage.after(Event::Lapse).is_ok());
        let to = after(&item, Event::Lapse)?;
        let next = RepairItem { stage: to.as_str().to_owned(), ..item };
        moved(desk, tx, actor, &next, Event::Lapse, reason).await?;
        repair_moved(tx, next.id).await?;
        ended = true;
    }
    Ok(ended)
}

/// Whether a record is down because it was repaired or is shielded, and nobody has revoked its decision.
///
/// # Errors
/// When the store fails.
pub(crate) async fn is_set_aside(desk: &Desk, record: &Record) -> Result<bool, DeskError> {
    if record.withdrawn_on.is_none() || record.state == REVOKED {
        return Ok(false);
    }
    let holds = desk.store().holds(&[(record.subject_id, record.id, "")]).await?;
    Ok(holds.repaired.contains(&record.id) || holds.shielded.contains_key(&record.id))
}

/// The same for what a stopped process or an older program left: every pending application for a record that is down. Returns how many
/// ended.
///
/// # Errors
/// `access.denied`; when the store fails.
pub async fn lapse_withdrawn(desk: &Desk, actor: &Actor) -> Result<u64, DeskError> {
    actor.authorise(Permission::RunJobs)?;
    let store = desk.store();
    let mut ended = 0;
    for clock in store.repair_clocks(None, &stages(false)).await? {
        let Some(item) = store.repair_item(clock.id).await? else { continue };
        let pending = Stage::from_word(&item.stage).is_some_and(Stage::is_pending);
        let place = (item.subject_id, item.record_id);
        let Some(record) = store.record(place.0, place.1).await?.filter(|_| pending) else {
            continue;
        };
        let Some(day) = record.withdrawn_on else { continue };
        if is_set_aside(desk, &record).await? {
            continue;
        }
        let mut tx = store.transaction("lapse repair").await?;
        let why = format!("{day}因决定变更、撤销等撤下");
        ended += u64::from(lapse(desk, &mut tx, actor, place, &why).await?);
        tx.commit().await?;
    }
    Ok(ended)
}
