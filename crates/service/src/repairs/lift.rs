//! Lifting a shield: one person proposes it with the document, another decides. What was declined is kept; what was carried out is a repair
//! for good.

use xinyong_store::{DeclinedLift, Receipts, RepairShield, Tx};

use super::lapse::end_pending;
use super::shields::{
    LONGEST, LONGEST_REASON, confirm_shield_places, holds, of, overtaken, shield_of, words,
};
use super::stand_again::stand_again;
use super::{messages, noted};
use crate::access::{Actor, Permission};
use crate::desk::Desk;
use crate::places::LOG;
use crate::refusal::DeskError;

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

/// Another person lifts it, or declines to with a reason: then it stands as before, and what was proposed is kept. A record that was
/// repaired meanwhile, or whose decision was revoked, stays down. One whose reorganisation was carried out is repaired for good.
///
/// # Errors
/// `access.denied`, not found, `repair.shield-decided`, `repair.same-person`, `repair.reason-missing`, `repair.moved`.
pub async fn decide_lift(
    desk: &Desk,
    actor: &Actor,
    id: i64,
    confirm: bool,
    reason: &str,
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
    let declined = if confirm {
        None
    } else {
        let message = "请写明不解除的理由（500字以内）";
        Some(words(reason, LONGEST_REASON, "repair.reason-missing", message)?)
    };
    let place = (found.subject_id, found.record_id);
    let mut tx = desk.store().transaction("decide lift").await?;
    // Held until the end, as it is now: no grant and no finding passes by.
    let found = tx
        .lock_repair_shield(place)
        .await?
        .filter(|held| held.hash == found.hash)
        .ok_or_else(overtaken)?;
    let next = match declined {
        None => lifted(desk, &mut tx, actor, (&found, lift, &by)).await?,
        Some(declined_reason) => {
            tx.add_declined_lift(&DeclinedLift {
                shield_id: id,
                seq: 0,
                lift_kind: lift.as_str().to_owned(),
                reason: found.lift_reason.clone().unwrap_or_default(),
                document: found.lift_document.clone().unwrap_or_default(),
                proposed_by: by,
                proposed_at: found.lift_at.unwrap_or_default(),
                declined_by: actor.login.clone(),
                declined_at: desk.clock().now(),
                declined_reason,
            })
            .await?;
            RepairShield {
                lift_kind: None,
                lift_reason: None,
                lift_document: None,
                lift_by: None,
                lift_at: None,
                ..found
            }
        }
    };
    if !tx.move_repair_shield(&next).await? {
        return Err(overtaken());
    }
    let detail = if confirm { lift.as_str() } else { "kept" };
    desk.audit_with(&mut tx, actor, noted("repair.shield-decided", &of(id), detail));
    tx.commit().await?;
    if holds(&next) && confirm {
        confirm_shield_places(desk, actor, &next).await?;
    }
    Ok(())
}

/// What follows when it is lifted: the record stands again, or is down for good in every place.
async fn lifted(
    desk: &Desk,
    tx: &mut Tx,
    actor: &Actor,
    (found, lift, by): (&RepairShield, Lift, &str),
) -> Result<RepairShield, DeskError> {
    let place = (found.subject_id, found.record_id);
    let document = found.lift_document.as_deref().unwrap_or_default();
    let mut restored = None;
    let text = match lift {
        Lift::Ended => {
            let record = tx.record(place.0, place.1).await?.ok_or(DeskError::NotFound("该信息"))?;
            if record.withdrawn_on.is_some() {
                let why = format!("解除暂时屏蔽（依据：{document}）");
                let people = (by, actor.login.as_str());
                restored = stand_again(desk, tx, &record, found.id, people, &why).await?;
            }
            match restored {
                Some(_) => "一条信息的暂时屏蔽已经解除，恢复公示到其最长公示期",
                None => "一条信息的暂时屏蔽已经解除；信息已修复或者决定已撤销，仍不公示",
            }
        }
        Lift::Performed => {
            // A final repair: what proves the past goes as well, and nobody needs to apply any more.
            tx.add_receipts(&Receipts::REPAIR, found.id, &[LOG.to_owned()]).await?;
            let why = format!(
                "重整、和解执行完毕（依据：{document}），信息已经最终修复，不再公示；不需要再申请。"
            );
            end_pending(desk, tx, actor, place, &why).await?;
            "一条信息因重整、和解执行完毕已经最终修复，不再公示"
        }
    };
    messages::shield_moved(desk, tx, (place.0, place.1, found.id), text).await?;
    Ok(RepairShield {
        state: "lifted".to_owned(),
        lifted_by: Some(actor.login.clone()),
        lifted_at: Some(desk.clock().now()),
        lifted_on: Some(desk.today()),
        restored,
        ..found.clone()
    })
}
