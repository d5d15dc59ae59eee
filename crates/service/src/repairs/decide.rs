//! What the unit, the office and the level that decides do with the repair of a record.

use jiff::civil::Date;
use xinyong_domain::law::Lookup;
use xinyong_domain::rules::repair::decided_by_unit;
use xinyong_domain::workflow::repair::{Event, Stage};
use xinyong_store::{
    ChainedStep, REVOKED, Receipts, RepairItem, StepChain, StoreError, Tx, Withdrawal,
};

use super::steps::{after, write, written};
use super::{authorise, item_of, places, refusals, rules_of, stage_of};
use crate::access::{Actor, Permission, Role};
use crate::desk::Desk;
use crate::notices::{handlers, repair_moved, repair_waits};
use crate::refusal::{DeskError, Refusal};
use crate::units::{responsible, stands_for};

/// Longest reason and longest document.
const LONGEST_REASON: usize = 500;
const LONGEST_DOCUMENT: usize = 140;
/// What stands in the history of a repaired record. The public never sees it.
const REPAIRED: &str = "信用修复";

/// A step as it is entered.
#[derive(Debug, Clone)]
pub struct Step {
    /// The item.
    pub item: i64,
    /// The state it was shown in: the number of its newest step.
    pub seq: Option<i64>,
    /// What is done.
    pub event: Event,
    /// Why; everything that is missing; what the unit thinks.
    pub reason: String,
    /// Title and number of the document.
    pub document: String,
    /// The day of the decision, for one that was made elsewhere.
    pub decided_on: Option<Date>,
    /// What goes with a refusal.
    pub refusal: Refused,
}

/// What goes with a refusal.
#[derive(Debug, Clone, Default)]
pub struct Refused {
    /// A code of [`super::GROUNDS`].
    pub ground: String,
    /// What the subject can do now.
    pub way_on: String,
    /// How it objects.
    pub objection: String,
}

/// What one must be allowed to for a step.
const fn permission(event: Event) -> Option<Permission> {
    match event {
        Event::Ask | Event::Accept | Event::Review | Event::Forward => {
            Some(Permission::HandleRepair)
        }
        Event::Decline | Event::Extend | Event::Grant | Event::Refuse => {
            Some(Permission::DecideRepair)
        }
        // The subject's own, also at the window; and what follows from the receipts.
        Event::Supply | Event::Withdraw => Some(Permission::EnterRepair),
        Event::Confirm | Event::Close | Event::Lapse => None,
    }
}

/// What the actor may do now, and whether it would be for a unit that has nobody here; the unit has been looked at before.
pub(super) async fn open_to(
    desk: &Desk,
    actor: &Actor,
    item: &RepairItem,
) -> Result<(Vec<Event>, bool), DeskError> {
    let stage = stage_of(item)?;
    let unit_decides = unit_decides(desk, item)?;
    let mut may = Vec::new();
    let mut stands_in = false;
    for event in stage.events() {
        let Some(needed) = permission(event).filter(|needed| actor.may(*needed)) else { continue };
        let fits = match event {
            Event::Forward => !unit_decides,
            Event::Grant | Event::Refuse => unit_decides || stage == Stage::Forwarded,
            _ => true,
        };
        if !fits {
            continue;
        }
        match side(desk, actor, item, (event, stage), needed).await? {
            Side::Own => may.push(event),
            Side::Behalf => {
                stands_in = true;
                may.push(event);
            }
            Side::Others => {}
        }
    }
    Ok((may, stands_in))
}

/// On whose side somebody takes a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    /// It is the actor's own.
    Own,
    /// It is the unit's, which has nobody here who could: the office enters what the unit has put in writing.
    Behalf,
    /// It is the unit's, and the unit's people are here.
    Others,
}

/// 谁认定、谁修复: the unit looks, says what it thinks and decides. The office advises and supervises (R36-16, R58-18); it enters what comes to
/// the window and what a body above decided, and for a unit that has nobody here what that unit has put in writing, marked as such.
async fn side(
    desk: &Desk,
    actor: &Actor,
    item: &RepairItem,
    (event, stage): (Event, Stage),
    needed: Permission,
) -> Result<Side, DeskError> {
    let for_anybody = matches!(event, Event::Supply | Event::Withdraw) || stage == Stage::Forwarded;
    if for_anybody || is_of_unit(desk, actor, item).await? {
        return Ok(Side::Own);
    }
    let owes = responsible(desk, &item.unit_id).await?;
    let there = desk.store().accounts().await?.iter().any(|account| {
        account.active
            && owes.contains(&account.unit_id)
            && Role::from_word(&account.role)
                .is_some_and(|role| role.permissions().contains(&needed))
    });
    Ok(if there { Side::Others } else { Side::Behalf })
}

/// Whether by the rule of the day of the application the unit itself decides.
fn unit_decides(desk: &Desk, item: &RepairItem) -> Result<bool, DeskError> {
    let rules = rules_of(item)?;
    Ok(decided_by_unit(&rules.procedure, item.applied_on, &desk.law()))
}

/// Whether the actor belongs to the unit, or to one that took over from it: not merely to who may look at every unit.
async fn is_of_unit(desk: &Desk, actor: &Actor, item: &RepairItem) -> Result<bool, DeskError> {
    Ok(stands_for(desk, &actor.unit).await?.contains(&item.unit_id))
}

fn text_of(
    text: &str,
    needed: bool,
    longest: usize,
    code: &'static str,
    message: &str,
) -> Result<String, Refusal> {
    let text = text.trim();
    if (needed && text.is_empty()) || text.chars().count() > longest {
        return Err(Refusal::new(code, message));
    }
    Ok(text.to_owned())
}

/// Does the next step. What is granted is public here no more at once.
///
/// # Errors
/// `access.denied`, not found, `repair.out-of-order`, `repair.overtaken`, `repair.reason-missing`, `repair.document-missing`,
/// `repair.decided-day`, `repair.not-decider`, `repair.unit-decides`, `repair.not-the-unit`, `repair.same-person`,
/// `repair.extend-unconfirmed`, `repair.taken-down`, `repair.moved`; of a refusal `repair.ground-missing`, `repair.ground-unconfirmed`,
/// `repair.way-on-missing`, `repair.objection-missing`.
pub async fn step(desk: &Desk, actor: &Actor, command: Step) -> Result<Stage, DeskError> {
    let event = command.event;
    let Some(needed) =
        permission(event).filter(|_| !matches!(event, Event::Supply | Event::Withdraw))
    else {
        return Err(DeskError::refused("repair.out-of-order", "这一步不能在这里办理"));
    };
    actor.authorise(needed)?;
    let item = item_of(desk, command.item).await?;
    authorise(desk, actor, needed, &item.unit_id).await?;
    if command.seq.is_some_and(|seq| seq != item.seq) {
        return Err(DeskError::refused("repair.overtaken", "这项申请刚刚已由他人办理，请刷新页面"));
    }
    let to = after(&item, event)?;
    let stage = stage_of(&item)?;
    let behalf = whose(desk, actor, &item, (event, stage), needed).await?;
    let reason = text_of(
        &command.reason,
        event.is_against() || event == Event::Review,
        LONGEST_REASON,
        "repair.reason-missing",
        match event {
            Event::Ask => "请一次写明还缺的全部材料和内容（500字以内）；只能告知一次",
            Event::Review => "请写明核实的情况和意见（500字以内）",
            _ => "请用当事人看得懂的话写明理由（500字以内）",
        },
    )?;
    let decides = matches!(event, Event::Grant | Event::Refuse);
    let document = text_of(
        &command.document,
        decides || behalf,
        LONGEST_DOCUMENT,
        "repair.document-missing",
        if behalf {
            "代认定单位登记的，请写明该单位书面意见的名称和文号（140字以内）"
        } else {
            "请写明决定文书的名称和文号（140字以内）"
        },
    )?;
    let mut note = match event {
        Event::Decline | Event::Refuse => {
            Some(refusals::note(desk, item.applied_on, &command.refusal)?)
        }
        _ => None,
    };
    if behalf {
        note.get_or_insert_default().behalf.clone_from(&item.unit_id);
    }
    let decided = decided_day(desk, &item, stage, &command, decides)?;
    if decides {
        may_decide(desk, actor, &item, stage).await?;
    }
    let mut step =
        ChainedStep { detail: document, note, ..written(desk, actor, event.as_str(), &reason) };
    if let Some(day) = decided.filter(|_| decides) {
        step.on_day = day;
    }
    let mut next = RepairItem { stage: to.as_str().to_owned(), ..item.clone() };
    if event == Event::Extend {
        next.extended_days = Some(extension(desk, &item)?);
    }
    let waits = !to.is_over() && to != Stage::Supplement;
    let handlers = match waits {
        true => handlers(desk, Permission::HandleRepair, &item.unit_id).await?,
        false => Vec::new(),
    };
    let mut tx = desk.store().transaction("step of repair").await?;
    if event == Event::Grant {
        // From here every place counts its days.
        next.granted_on = Some(desk.today());
        tx.add_receipts(&Receipts::REPAIR, item.id, &crate::places::all(desk)).await?;
        take_down(desk, &mut tx, actor, &item, &step.detail).await?;
    }
    write(desk, &mut tx, actor, &next, step).await?;
    repair_moved(&mut tx, item.id).await?;
    repair_waits(desk, &mut tx, item.id, &handlers).await?;
    tx.commit().await?;
    if event == Event::Grant {
        places::confirm_automatic(desk, actor, item.id).await?;
    }
    Ok(to)
}

/// Whether the step is the actor's, and whether it is entered for the unit; nobody's where there is nothing to hand on.
async fn whose(
    desk: &Desk,
    actor: &Actor,
    item: &RepairItem,
    (event, stage): (Event, Stage),
    needed: Permission,
) -> Result<bool, DeskError> {
    let side = side(desk, actor, item, (event, stage), needed).await?;
    if side == Side::Others {
        return Err(DeskError::refused(
            "repair.not-the-unit",
            "谁认定、谁修复：这一步由认定单位的人办理，信用办可以收件、查看、督促，以及登记其他单位的决定",
        ));
    }
    // Handed on, it could be decided by whoever reviewed it under a decision that nobody made.
    if event == Event::Forward && unit_decides(desk, item)? {
        return Err(DeskError::refused(
            "repair.unit-decides",
            "按申请之日的规定，是否修复由本单位决定，不需要转送：请由提出意见以外的另一人决定",
        ));
    }
    Ok(side == Side::Behalf)
}

fn decided_day(
    desk: &Desk,
    item: &RepairItem,
    stage: Stage,
    command: &Step,
    decides: bool,
) -> Result<Option<Date>, DeskError> {
    if !decides {
        return Ok(None);
    }
    let day = command.decided_on.unwrap_or_else(|| desk.today());
    // The unit's own decision is made here and now: nothing would show that it was late.
    if stage != Stage::Forwarded && day != desk.today() {
        return Err(DeskError::refused(
            "repair.decided-day",
            "本单位的决定以登记的当天为决定日期，请不填；只有登记其他单位的决定才填写",
        ));
    }
    if day < item.applied_on || day > desk.today() {
        return Err(DeskError::refused(
            "repair.decided-day",
            format!("决定的日期应不早于申请日期{}，不晚于今天", item.applied_on),
        ));
    }
    Ok(Some(day))
}

/// Whether the unit decides by itself or the decision of a body above is written down, and by another person than the one who said what
/// the unit thinks: nobody takes a record down alone.
async fn may_decide(
    desk: &Desk,
    actor: &Actor,
    item: &RepairItem,
    stage: Stage,
) -> Result<(), DeskError> {
    if stage != Stage::Forwarded && !unit_decides(desk, item)? {
        return Err(DeskError::refused(
            "repair.not-decider",
            "按申请之日的规定，是否修复不由本单位决定：请先转决定单位，收到决定后再登记",
        ));
    }
    let steps = desk.store().steps(&StepChain::REPAIR, item.id).await?;
    let reviewed = steps.iter().rfind(|step| step.event == Event::Review.as_str());
    if reviewed.is_some_and(|step| step.actor == actor.login) {
        return Err(DeskError::refused(
            "repair.same-person",
            "提出核实意见的人不能自己决定，也不能自己登记其他单位的决定，请由另一人办理",
        ));
    }
    Ok(())
}

/// By how much the law lets it be extended. Nothing that nobody has verified makes a subject wait longer.
fn extension(desk: &Desk, item: &RepairItem) -> Result<i64, DeskError> {
    match desk.law().at(item.applied_on).number("repair.extend.days") {
        Lookup::Applies(days) => Ok(days.value),
        Lookup::Unconfirmed(_) | Lookup::Absent => Err(DeskError::refused(
            "repair.extend-unconfirmed",
            "可以延长的天数还没有核实，不能据此延期：请先在“法规参数”中由两人确认 repair.extend.days",
        )),
    }
}

async fn take_down(
    desk: &Desk,
    tx: &mut Tx,
    actor: &Actor,
    item: &RepairItem,
    document: &str,
) -> Result<(), DeskError> {
    // The shield is held first: whoever lifts it at the same time sees this grant, or is seen by it.
    let shielded = tx.lock_repair_shield((item.subject_id, item.record_id)).await?;
    let record =
        tx.record(item.subject_id, item.record_id).await?.ok_or(DeskError::NotFound("该信息"))?;
    let shielded = shielded.is_some_and(|shield| shield.state == "active");
    if shielded && record.withdrawn_on.is_some() && record.state != REVOKED {
        // Down already, for a time by the court's ruling, from now on for good.
        return Ok(());
    }
    if let Some(day) = record.withdrawn_on {
        return Err(DeskError::refused(
            "repair.taken-down",
            format!(
                "这条信息已于{day}因决定变更、撤销等撤下，不是修复；请由申请人撤回申请，或者写明情况不予修复"
            ),
        ));
    }
    let written = tx
        .withdraw_record(&Withdrawal {
            subject_id: item.subject_id,
            id: item.record_id,
            expected: record.version,
            on: desk.today(),
            at: desk.clock().now(),
            reason: format!("{REPAIRED}（依据：{document}）"),
            actor: actor.login.clone(),
            second: None,
            law_edition: desk.law().edition().to_owned(),
            citations: serde_json::to_string(&rules_of(item)?.because)
                .map_err(|error| DeskError::Internal(error.to_string()))?,
        })
        .await;
    match written {
        Err(StoreError::Conflict(_)) => Err(DeskError::refused(
            "repair.moved",
            "这条信息刚刚有了新的版本，请刷新页面核对后再办理",
        )),
        other => Ok(other?),
    }
}
