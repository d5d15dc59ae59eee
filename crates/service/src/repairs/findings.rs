//! False materials, or a commitment that was broken: proposed by one person of the unit, decided by another, with what it rests on. What
//! follows is what verified rules say: the subject may not apply for a time, and a record that was repaired because of it stands again.

use xinyong_domain::calendar::Calendar;
use xinyong_domain::law::Lookup;
use xinyong_domain::workflow::repair::Stage;
use xinyong_store::{RepairFinding, RepairItem, StoreError};

use super::stand_again::stand_again;
use super::{item_of, label, noted, object, stage_of};
use crate::access::{Actor, Permission};
use crate::browse::{Names, PersonView};
use crate::desk::Desk;
use crate::refusal::DeskError;
use crate::units::stands_for;

/// The list of what may be found.
pub const FINDINGS: &str = "repair-finding";
/// Longest document, longest reason.
const LONGEST_DOCUMENT: usize = 140;
const LONGEST_REASON: usize = 500;

/// A finding as it is proposed.
#[derive(Debug, Clone, Default)]
pub struct ProposeFinding {
    /// The repair.
    pub item: i64,
    /// A code of [`FINDINGS`].
    pub what: String,
    /// Title and number of the document with the evidence.
    pub document: String,
    /// What was found.
    pub reason: String,
    /// Whether the record is to stand again.
    pub restore: bool,
}

/// A finding as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingView {
    /// Its id.
    pub id: i64,
    /// What it says.
    pub label: String,
    /// What it rests on.
    pub basis: String,
    /// The document.
    pub document: String,
    /// What was found.
    pub reason: String,
    /// Whether the record is to stand again.
    pub restore: bool,
    /// Who proposed it, and when in milliseconds since 1970.
    pub proposed: (PersonView, i64),
    /// `open`, `confirmed` or `declined`.
    pub state: String,
    /// Who decided, and when.
    pub decided: Option<(PersonView, i64)>,
    /// Why.
    pub decision: String,
    /// What follows, in words.
    pub consequence: String,
    /// Whether the actor may decide it.
    pub may_decide: bool,
}

/// Whether the actor belongs to the unit of a repair: 谁认定、谁修复 holds for what is found about it as well.
async fn of_unit(desk: &Desk, actor: &Actor, item: &RepairItem) -> Result<bool, DeskError> {
    Ok(stands_for(desk, &actor.unit).await?.contains(&item.unit_id))
}

async fn unit_item(
    desk: &Desk,
    actor: &Actor,
    needed: Permission,
    id: i64,
) -> Result<RepairItem, DeskError> {
    actor.authorise(needed)?;
    let item = item_of(desk, id).await?;
    super::authorise(desk, actor, needed, &item.unit_id).await?;
    if !of_unit(desk, actor, &item).await? {
        return Err(DeskError::refused(
            "repair.not-the-unit",
            "由受理、办理这项修复的认定单位认定，其他单位可以把情况告知该单位",
        ));
    }
    Ok(item)
}

fn words(
    text: &str,
    longest: usize,
    code: &'static str,
    message: &str,
) -> Result<String, DeskError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > longest {
        return Err(DeskError::refused(code, message));
    }
    Ok(text.to_owned())
}

/// What the rule says about false materials; refused where nobody has verified one.
fn basis(desk: &Desk, item: &RepairItem) -> Result<String, DeskError> {
    match desk.law().at(item.applied_on).word("repair.false.consequence").applies() {
        Some(cited) => Ok(format!("{}（{}）", cited.value, cited.citation.line())),
        None => Err(DeskError::refused(
            "repair.finding-unconfirmed",
            "申请之日的有关规定没有核实，不能据此认定：请先在“法规参数”中由两人确认 repair.false.consequence",
        )),
    }
}

/// Whether a repaired record may stand again: against the subject, so only by a verified rule.
fn may_restore(desk: &Desk, item: &RepairItem) -> Result<(), DeskError> {
    if !stage_of(item)?.is_granted() {
        return Err(DeskError::refused(
            "repair.restore-none",
            "这条信息没有准予修复，不存在恢复公示",
        ));
    }
    let verified = desk.law().at(item.applied_on).flag("repair.false.restore").applies();
    if verified.is_some_and(|flag| flag.value) {
        return Ok(());
    }
    Err(DeskError::refused(
        "repair.restore-unconfirmed",
        "恢复公示的规定没有核实，不能据此恢复公示：请先在“法规参数”中由两人确认 repair.false.restore",
    ))
}

/// A person of the unit proposes to find it.
///
/// # Errors
/// `access.denied`, not found, `repair.not-the-unit`, `repair.finding-missing`, `repair.finding-document`, `repair.finding-reason`,
/// `repair.out-of-order`, `repair.finding-unconfirmed`, `repair.restore-none`, `repair.restore-unconfirmed`, `repair.finding-open`.
pub async fn propose_finding(
    desk: &Desk,
    actor: &Actor,
    command: ProposeFinding,
) -> Result<i64, DeskError> {
    let item = unit_item(desk, actor, Permission::HandleRepair, command.item).await?;
    if !may_propose(stage_of(&item)?) {
        return Err(DeskError::refused(
            "repair.out-of-order",
            "这项申请已经撤回或者终止，没有可以认定的；请刷新页面查看",
        ));
    }
    let known =
        desk.law().codes().get(FINDINGS).is_some_and(|list| list.by_id(&command.what).is_some());
    if !known {
        return Err(DeskError::refused("repair.finding-missing", "请选择认定的是哪一种情形"));
    }
    let document = words(
        &command.document,
        LONGEST_DOCUMENT,
        "repair.finding-document",
        "请写明所依据的证据或者文书的名称和文号（140字以内）",
    )?;
    let reason = words(
        &command.reason,
        LONGEST_REASON,
        "repair.finding-reason",
        "请写明查明的事实，以及当事人是否作过说明（500字以内）",
    )?;
    let basis = basis(desk, &item)?;
    if command.restore {
        may_restore(desk, &item)?;
    }
    let application =
        desk.store().repair_application(item.application_id).await?.ok_or_else(|| {
            DeskError::Internal(format!("repair {} without application", item.id))
        })?;
    let new = RepairFinding {
        id: desk.new_id(),
        item_id: item.id,
        subject_id: application.subject_id,
        what: command.what.clone(),
        basis,
        document,
        reason,
        restore: command.restore,
        unit_id: item.unit_id.clone(),
        proposed_by: actor.login.clone(),
        proposed_at: desk.clock().now(),
        state: "open".to_owned(),
        decided_by: None,
        decided_at: None,
        decided_on: None,
        decision: None,
        bar_until: None,
        restored: None,
        hash: String::new(),
    };
    let mut tx = desk.store().transaction("propose finding").await?;
    match tx.add_repair_finding(&new).await {
        Err(StoreError::Conflict(_)) => {
            return Err(DeskError::refused(
                "repair.finding-open",
                "这项修复已有一项认定等待决定，请先决定",
            ));
        }
        other => other?,
    }
    desk.audit_with(&mut tx, actor, noted("repair.finding-proposed", &object(item.id), &new.what));
    tx.commit().await?;
    Ok(new.id)
}

/// Another person of the unit decides it. What was found holds from this day.
///
/// # Errors
/// `access.denied`, not found, `repair.not-the-unit`, `repair.same-person`, `repair.finding-decided`, `repair.finding-reason`,
/// `repair.restore-unconfirmed`, `repair.restore-none`, `repair.moved`.
pub async fn decide_finding(
    desk: &Desk,
    actor: &Actor,
    id: i64,
    confirm: bool,
    reason: &str,
) -> Result<(), DeskError> {
    actor.authorise(Permission::DecideRepair)?;
    let found = desk.store().repair_finding(id).await?.ok_or(DeskError::NotFound("该项认定"))?;
    let item = unit_item(desk, actor, Permission::DecideRepair, found.item_id).await?;
    let overtaken = || DeskError::refused("repair.finding-decided", "这项认定已经决定，请刷新页面");
    if found.state != "open" {
        return Err(overtaken());
    }
    if found.proposed_by == actor.login {
        return Err(DeskError::refused(
            "repair.same-person",
            "提出认定的人不能自己决定，请由另一人决定",
        ));
    }
    let decision =
        words(reason, LONGEST_REASON, "repair.finding-reason", "请写明决定的理由（500字以内）")?;
    let today = desk.today();
    let mut next = RepairFinding {
        state: if confirm { "confirmed" } else { "declined" }.to_owned(),
        decided_by: Some(actor.login.clone()),
        decided_at: Some(desk.clock().now()),
        decided_on: Some(today),
        decision: Some(decision),
        ..found
    };
    if confirm {
        let months = desk.law().at(today).number("repair.ban.months").applies();
        next.bar_until = months
            .and_then(|months| Calendar::corresponding_day(today, months.value).yesterday().ok());
    }
    let mut tx = desk.store().transaction("decide finding").await?;
    if confirm && next.restore {
        // As it is now: the repair may have been closed, and the record moved, shielded or revoked, since it was proposed.
        tx.lock_repair_shield((item.subject_id, item.record_id)).await?;
        let item = tx.lock_repair_item(item.id).await?.ok_or(DeskError::NotFound("该项修复"))?;
        may_restore(desk, &item)?;
        let record = tx
            .record(item.subject_id, item.record_id)
            .await?
            .ok_or(DeskError::NotFound("该信息"))?;
        if record.withdrawn_on.is_none() {
            return Err(super::stand_again::moved());
        }
        let why = format!("撤销信用修复（依据：{}）", next.document);
        let by = (next.proposed_by.as_str(), actor.login.as_str());
        // Where a court shields it, the repair is undone and whoever lifts the shield decides the rest.
        next.restored = stand_again(desk, &mut tx, &record, item.id, by, &why).await?;
    }
    if !tx.decide_repair_finding(&next).await? {
        return Err(overtaken());
    }
    desk.audit_with(&mut tx, actor, noted("repair.finding-decided", &object(item.id), &next.state));
    if confirm {
        super::messages::finding_made(desk, &mut tx, &item, &next).await?;
    }
    Ok(tx.commit().await?)
}

/// What was found about a repair, the oldest first; for who has looked at the repair before.
pub(super) async fn views(
    desk: &Desk,
    actor: &Actor,
    names: &Names,
    item: &RepairItem,
) -> Result<Vec<FindingView>, DeskError> {
    let own = of_unit(desk, actor, item).await?;
    let found = desk.store().repair_findings(item.id).await?;
    Ok(found
        .into_iter()
        .map(|one| FindingView {
            label: label(desk, FINDINGS, &one.what),
            consequence: consequence(desk, &one),
            may_decide: own
                && one.state == "open"
                && actor.may(Permission::DecideRepair)
                && one.proposed_by != actor.login,
            proposed: (names.person(&one.proposed_by), one.proposed_at),
            decided: one.decided_by.as_deref().map(|by| names.person(by)).zip(one.decided_at),
            decision: one.decision.unwrap_or_default(),
            id: one.id,
            basis: one.basis,
            document: one.document,
            reason: one.reason,
            restore: one.restore,
            state: one.state,
        })
        .collect())
}

fn consequence(desk: &Desk, finding: &RepairFinding) -> String {
    if finding.state != "confirmed" {
        return String::new();
    }
    let bar = match finding.bar_until {
        Some(day) => format!("至{day}（含当日）不得申请信用修复"),
        None => match desk.law().at(desk.today()).number("repair.ban.months") {
            Lookup::Applies(_) => "不得申请信用修复的期间在认定时没有核实，由人判断".to_owned(),
            Lookup::Unconfirmed(_) | Lookup::Absent => {
                "不得申请信用修复的年限没有核实，再次申请时由人判断".to_owned()
            }
        },
    };
    match finding.restored {
        Some(_) => format!("{bar}；信息恢复公示，到其最长公示期为止"),
        None if finding.restore => {
            format!("{bar}；修复已撤销，信息因法院裁定屏蔽、决定已撤销或者另有修复仍不公示")
        }
        None => bar,
    }
}

/// Whether a repair can be found to rest on something false: not before anything was handed in, and not after it was taken back.
pub(super) fn may_propose(stage: Stage) -> bool {
    !matches!(stage, Stage::Withdrawn | Stage::Lapsed)
}
