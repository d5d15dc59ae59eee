//! Giving what was missing, and taking an application back; by the subject's agent, or at the window.

use std::path::{Path, PathBuf};

use xinyong_domain::workflow::repair::Event;
use xinyong_store::{RepairItem, RepairMaterial};

use super::apply::words_of;
use super::steps::{after, moved};
use super::{item_of, own_item};
use crate::access::{Actor, Permission};
use crate::agents::{Agent, recognise};
use crate::desk::Desk;
use crate::notices::{handlers, repair_waits};
use crate::refusal::DeskError;

/// Characters of the reason that something is taken back at the window.
const TAKE_BACK_REASON: std::ops::RangeInclusive<usize> = 4..=200;
/// Files of one application: more are nobody's proof.
const MOST_FILES: usize = 20;

/// What was missing.
#[derive(Debug, Clone, Default)]
pub struct Supply {
    /// The item.
    pub item: i64,
    /// What the subject says.
    pub words: String,
    /// The scan.
    pub file: Option<PathBuf>,
}

pub(super) fn new_material(
    application: i64,
    what: &str,
    digest: String,
    kind: &str,
    (at, by): (i64, &str),
    items: &[i64],
) -> RepairMaterial {
    RepairMaterial {
        application_id: application,
        seq: 0,
        material: what.to_owned(),
        file_digest: digest,
        file_type: kind.to_owned(),
        added_at: at,
        added_by: by.to_owned(),
        items: items.to_vec(),
    }
}

/// Keeps a scan; its own name may say who somebody is, and is not kept.
pub(super) async fn keep(
    desk: &Desk,
    path: Option<&Path>,
) -> Result<Option<(String, &'static str)>, DeskError> {
    let Some(path) = path else { return Ok(None) };
    let kind = recognise(desk, path, "材料")?;
    let name = format!("修复材料.{kind}");
    let (digest, _) = desk.store().store_upload_file(path, &name, desk.clock().now()).await?;
    Ok(Some((digest, kind)))
}

/// The subject's agent gives what was missing.
///
/// # Errors
/// `access.denied`, not found, `repair.out-of-order`, `repair.supply-empty`, and those of a file.
pub async fn supply(desk: &Desk, agent: &Agent, command: Supply) -> Result<(), DeskError> {
    let item = own_item(desk, agent, command.item).await?;
    give(desk, &agent.actor, Some(agent), item, command).await
}

/// The office enters what somebody brought to the window.
///
/// # Errors
/// As [`supply`].
pub async fn supply_at_window(
    desk: &Desk,
    actor: &Actor,
    command: Supply,
) -> Result<(), DeskError> {
    actor.authorise(Permission::EnterRepair)?;
    let item = item_of(desk, command.item).await?;
    give(desk, actor, None, item, command).await
}

async fn give(
    desk: &Desk,
    actor: &Actor,
    agent: Option<&Agent>,
    item: RepairItem,
    command: Supply,
) -> Result<(), DeskError> {
    let to = after(&item, Event::Supply)?;
    let words = words_of(&command.words)?;
    if words.is_empty() && command.file.is_none() {
        return Err(DeskError::refused(
            "repair.supply-empty",
            "请上传要求补正的材料，或者说明情况",
        ));
    }
    if desk.store().repair_materials(item.application_id).await?.len() >= MOST_FILES {
        return Err(DeskError::refused("repair.too-many-files", "这份申请的材料已经过多"));
    }
    let file = keep(desk, command.file.as_deref()).await?;
    let now = desk.clock().now();
    let handlers = handlers(desk, Permission::HandleRepair, &item.unit_id).await?;
    let mut tx = desk.store().transaction("supply for repair").await?;
    if let Some(agent) = agent {
        agent.hold(&mut tx).await?;
    }
    if let Some((digest, kind)) = file {
        let what = if agent.is_some() { "performance" } else { "window" };
        tx.add_repair_material(&new_material(
            item.application_id,
            what,
            digest,
            kind,
            (now, &actor.login),
            // What was missing for one record is the business of its unit alone.
            &[item.id],
        ))
        .await?;
    }
    let next = RepairItem {
        stage: to.as_str().to_owned(),
        supplied_on: Some(desk.today()),
        ..item.clone()
    };
    moved(desk, &mut tx, actor, &next, Event::Supply, &words).await?;
    repair_waits(desk, &mut tx, item.id, &handlers).await?;
    Ok(tx.commit().await?)
}

/// The subject's agent takes it back.
///
/// # Errors
/// `access.denied`, not found, `repair.out-of-order`.
pub async fn withdraw(desk: &Desk, agent: &Agent, id: i64) -> Result<(), DeskError> {
    let item = own_item(desk, agent, id).await?;
    take_back(desk, &agent.actor, Some(agent), item, "").await
}

/// The office enters that somebody took it back at the window.
///
/// # Errors
/// As [`withdraw`]; `repair.take-back-reason`.
pub async fn withdraw_at_window(
    desk: &Desk,
    actor: &Actor,
    id: i64,
    reason: &str,
) -> Result<(), DeskError> {
    actor.authorise(Permission::EnterRepair)?;
    let item = item_of(desk, id).await?;
    let reason = reason.trim();
    // Nobody signs in at the window: what shows later that the applicant wanted it is written down.
    if !TAKE_BACK_REASON.contains(&reason.chars().count()) {
        return Err(DeskError::refused(
            "repair.take-back-reason",
            "请写明凭什么撤回，例如书面撤回申请的编号和日期（4至200字）；不要写来人的姓名和电话",
        ));
    }
    take_back(desk, actor, None, item, reason).await
}

async fn take_back(
    desk: &Desk,
    actor: &Actor,
    agent: Option<&Agent>,
    item: RepairItem,
    reason: &str,
) -> Result<(), DeskError> {
    let to = after(&item, Event::Withdraw)?;
    let next = RepairItem { stage: to.as_str().to_owned(), ..item };
    let mut tx = desk.store().transaction("withdraw repair").await?;
    if let Some(agent) = agent {
        agent.hold(&mut tx).await?;
    }
    moved(desk, &mut tx, actor, &next, Event::Withdraw, reason).await?;
    crate::notices::repair_moved(&mut tx, next.id).await?;
    Ok(tx.commit().await?)
}
