//! What the office and the unit do with an objection: hand it on, answer it, take the subject's words away.

use xinyong_domain::workflow::objection::{Event, Owner, Stage};
use xinyong_store::{ChainedStep, Objection};

use super::file::{after, at_clock, moved, overtaken, takes_back};
use super::{HELD, OUTCOMES, SHOWN, authorise, found, mark, named, owner_of, settle, stage_of};
use crate::access::{Actor, Permission};
use crate::desk::Desk;
use crate::notices::{objection_handlers, objection_moved, objection_waits};
use crate::proceeding::written;
use crate::refusal::DeskError;

/// Characters of a reason.
const REASON: std::ops::RangeInclusive<usize> = 4..=500;

/// A step as it is entered.
#[derive(Debug, Clone)]
pub struct Step {
    /// The objection.
    pub objection: i64,
    /// The state it was shown in: the number of its newest step.
    pub seq: Option<i64>,
    /// What is done.
    pub event: Event,
    /// Why.
    pub reason: String,
    /// For an answer that it is right: what is to be done, a code of [`OUTCOMES`].
    pub outcome: String,
}

/// What one must be allowed to for a step; nothing for what a person does not do here.
const fn permission(event: Event) -> Option<Permission> {
    match event {
        Event::Forward => Some(Permission::HandleObjection),
        Event::Uphold | Event::Reject | Event::RefuseStatement => Some(Permission::AnswerObjection),
        // The subject's own, also at the window.
        Event::Withdraw => Some(Permission::EnterObjection),
        // Who a natural person is, a second one of those looks at who enter what comes to the window.
        Event::Attest | Event::Dismiss => Some(Permission::EnterObjection),
        // What the clock, two persons and the places do.
        Event::Withhold | Event::CarryOut | Event::Confirm => None,
    }
}

/// Whether a step in a stage is the office's: what the platform finds out by itself, handing on, the words beside a record, and finding that
/// nobody objects whom it names, which no unit finds of what it delivered itself. The rest is the unit's own people's.
fn is_the_offices(event: Event, stage: Stage) -> bool {
    match event {
        Event::Uphold | Event::Reject => stage == Stage::Filed,
        _ => true,
    }
}

async fn is_the_actors(
    desk: &Desk,
    actor: &Actor,
    one: &Objection,
    (event, stage): (Event, Stage),
) -> Result<bool, DeskError> {
    // Anybody who enters what comes to the window, but for who entered it: that is looked at apart.
    if event == Event::Attest {
        return Ok(true);
    }
    if is_the_offices(event, stage) {
        return Ok(actor.unit_limit().is_none());
    }
    // Who may look at every unit does not answer for it.
    Ok(crate::units::stands_for(desk, &actor.unit).await?.contains(&one.unit_id))
}

/// What the actor may do now; the unit has been looked at before.
pub(super) async fn open_to(
    desk: &Desk,
    actor: &Actor,
    one: &Objection,
) -> Result<Vec<Event>, DeskError> {
    let stage = stage_of(one)?;
    let waits = waits_for_second(desk, one).await?;
    let mut may = Vec::new();
    for event in stage.events() {
        let allowed = permission(event).is_some_and(|needed| actor.may(needed));
        let theirs = match event {
            Event::Withdraw => takes_back(desk, actor, one)?,
            Event::RefuseStatement if !has_statement(one) => false,
            Event::Attest => waits && actor.login != one.filed_by,
            Event::Dismiss => {
                waits
                    && actor.login != one.filed_by
                    && is_the_actors(desk, actor, one, (event, stage)).await?
                    && !named::is_proven(desk, one).await?
            }
            Event::Uphold | Event::Reject if waits => false,
            _ => is_the_actors(desk, actor, one, (event, stage)).await?,
        };
        if allowed && theirs {
            may.push(event);
        }
    }
    Ok(may)
}

/// Whether there are words for everybody, shown or waiting for the second person.
fn has_statement(one: &Objection) -> bool {
    [SHOWN, HELD].contains(&one.statement_state.as_str())
}

/// Whether a natural person made it at whom nobody but who entered it has looked.
async fn waits_for_second(desk: &Desk, one: &Objection) -> Result<bool, DeskError> {
    if one.claimant_id != 0 {
        return Ok(false);
    }
    let visitors = desk.store().objection_visitors(&[one.id]).await?;
    Ok(visitors.get(&one.id).is_none_or(|visitor| visitor.attested_by.is_none()))
}

/// Refuses to answer before a second person has looked at who objects, a second look by the same person or at nobody, and to find that
/// somebody is not named whose name and number the record holds.
async fn looked_at(
    desk: &Desk,
    actor: &Actor,
    one: &Objection,
    event: Event,
) -> Result<(), DeskError> {
    let waits = match event {
        Event::Attest | Event::Dismiss | Event::Uphold | Event::Reject => {
            waits_for_second(desk, one).await?
        }
        _ => return Ok(()),
    };
    let looks = matches!(event, Event::Attest | Event::Dismiss);
    if looks && !waits {
        return Err(DeskError::refused(
            "objection.attested",
            "这项异议不需要核对提出的人，或者已经核对过，请刷新页面",
        ));
    }
    if looks && actor.login == one.filed_by {
        return Err(DeskError::refused(
            "objection.same-person",
            "窗口收件的人不能自己核对，请由另一人核对提出异议的人",
        ));
    }
    if event == Event::Dismiss && named::is_proven(desk, one).await? {
        return Err(DeskError::refused(
            "objection.person-agrees",
            "这条信息登记的姓名和证件号码与提出异议的人一致，就是信息中写到的人，不能不予受理",
        ));
    }
    if !looks && waits {
        return Err(DeskError::refused(
            "objection.not-attested",
            "这是信息中写到的个人提出的异议，请先由收件人以外的一人核对提出异议的人，再答复",
        ));
    }
    Ok(())
}

/// Does the next step. The record says so in the same transaction.
///
/// # Errors
/// `access.denied`, not found, `objection.out-of-order`, `objection.overtaken`, `objection.not-the-unit`, `objection.not-the-office`,
/// `objection.reason-missing`, `objection.outcome-missing`, `objection.no-statement`, `objection.moved`; of a natural person's
/// `objection.not-attested`, `objection.attested`, `objection.same-person`, `objection.person-agrees`,
/// `objection.reason-named`.
pub async fn step(desk: &Desk, actor: &Actor, command: Step) -> Result<Stage, DeskError> {
    let event = command.event;
    let Some(needed) = permission(event).filter(|_| event != Event::Withdraw) else {
        return Err(DeskError::refused("objection.out-of-order", "这一步不能在这里办理"));
    };
    actor.authorise(needed)?;
    let one = found(desk, command.objection).await?;
    authorise(desk, actor, needed, &one.unit_id).await?;
    if command.seq.is_some_and(|seq| seq != one.seq) {
        return Err(overtaken());
    }
    let to = after(&one, event)?;
    let stage = stage_of(&one)?;
    if !is_the_actors(desk, actor, &one, (event, stage)).await? {
        return Err(if is_the_offices(event, stage) {
            DeskError::refused("objection.not-the-office", "这一步由信用办办理")
        } else {
            DeskError::refused(
                "objection.not-the-unit",
                "谁提供、谁答复：这项异议由信息提供单位的人答复，信用办可以收件、转送和查看",
            )
        });
    }
    looked_at(desk, actor, &one, event).await?;
    if event == Event::RefuseStatement && !has_statement(&one) {
        return Err(DeskError::refused("objection.no-statement", "没有刊载异议声明，请刷新页面"));
    }
    let reason = reason_of(&command, event)?;
    named::says_nobody(desk, &one, &reason, "objection.reason-named").await?;
    let outcome = outcome_of(desk, &command, event)?;
    let next = next(desk, &one, event, to, outcome.clone())?;
    let step = ChainedStep {
        reason,
        detail: outcome.unwrap_or_default(),
        ..written(desk, actor, event.as_str())
    };
    let handlers = match to.is_over() {
        true => Vec::new(),
        false => {
            let office = owner_of(desk, &next)? == Owner::Office;
            objection_handlers(desk, &next.unit_id, office).await?
        }
    };
    let mut tx = desk.store().transaction("step of objection").await?;
    let stands = moved(desk, &mut tx, actor, next, step).await?;
    if event == Event::Attest && !tx.attest_objection_visitor(stands.id, &actor.login).await? {
        return Err(overtaken());
    }
    mark::write(desk, &mut tx, actor, &stands, reason_for_version(event)).await?;
    objection_moved(&mut tx, stands.id).await?;
    objection_waits(desk, &mut tx, stands.id, &handlers).await?;
    tx.commit().await?;
    // What was put right in the meantime leaves nothing to carry out. The answer stands, whatever comes of this.
    if to == Stage::Upheld {
        let settled = settle::settle(desk, actor, stands.id).await;
        settle::left_to_the_job(settled, stands.id);
    }
    Ok(to)
}

/// What the history of the record says of a step. The subject reads it: nothing in it tells whether it was a natural person that objected.
const fn reason_for_version(event: Event) -> &'static str {
    match event {
        Event::Forward => "异议转信息提供单位核实",
        Event::Uphold => "异议成立，待更正",
        Event::Reject | Event::Dismiss | Event::Withdraw => mark::OVER,
        Event::RefuseStatement => "不予刊载异议声明",
        Event::Attest | Event::Withhold | Event::CarryOut | Event::Confirm => "异议标注更新",
    }
}

fn reason_of(command: &Step, event: Event) -> Result<String, DeskError> {
    let reason = command.reason.trim();
    let needed = !matches!(event, Event::Forward | Event::Attest);
    let long = reason.chars().count();
    if (needed && !REASON.contains(&long)) || long > *REASON.end() {
        return Err(DeskError::refused(
            "objection.reason-missing",
            match event {
                Event::RefuseStatement => {
                    "请写明不予刊载的理由，例如写了自然人的姓名或者侮辱性的话（4至500字）"
                }
                Event::Dismiss => {
                    "请写明核对的情况，为什么不是信息中写到的人（4至500字）；不要写其姓名和证件号码"
                }
                Event::Reject => {
                    "请写明核实的情况、不成立的理由和依据，以及还可以怎么办（4至500字）"
                }
                _ => "请写明核实的情况和依据（4至500字）",
            },
        ));
    }
    Ok(reason.to_owned())
}

fn outcome_of(desk: &Desk, command: &Step, event: Event) -> Result<Option<String>, DeskError> {
    if event != Event::Uphold {
        return Ok(None);
    }
    let law = desk.law();
    let known = law.codes().get(OUTCOMES).and_then(|list| list.by_id(&command.outcome));
    let code = known.ok_or_else(|| {
        DeskError::refused("objection.outcome-missing", "异议成立的，请选择怎样处理")
    })?;
    Ok(Some(code.id.clone()))
}

fn next(
    desk: &Desk,
    one: &Objection,
    event: Event,
    to: Stage,
    outcome: Option<String>,
) -> Result<Objection, DeskError> {
    let today = desk.today();
    let mut next = Objection { stage: to.as_str().to_owned(), ..one.clone() };
    match event {
        Event::RefuseStatement => "refused".clone_into(&mut next.statement_state),
        Event::Attest if one.statement_state == HELD => SHOWN.clone_into(&mut next.statement_state),
        Event::Uphold | Event::Reject => {
            next.answered_on = Some(today);
            next.outcome = outcome;
        }
        _ => {}
    }
    if matches!(event, Event::RefuseStatement | Event::Attest) {
        return Ok(next);
    }
    // What is out of view does not come back because it was handed on at last, nor because somebody said at last that it is wrong.
    let hidden = one.withheld_on.is_some() || one.answer_by.is_some_and(|last| last < today);
    if hidden && to.is_open() {
        next.withheld_on = one.withheld_on.or(Some(today));
        return Ok(next);
    }
    at_clock(desk, next)
}
