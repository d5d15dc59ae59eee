//! What happens to a commitment: accepting it, completing the matter, finding how it was kept, taking it back.

use std::collections::BTreeMap;

use jiff::civil::Date;
use xinyong_domain::workflow::commitment::{Event, Stage};
use xinyong_store::{
    ChainedStep, Commitment, Record, RecordChange, StepChain, StoreError, Tx, Withdrawal,
};

use super::{
    LONGEST_DOCUMENT, LONGEST_REASON, STATES, is_of_unit, label, not_the_unit, noted, object, row,
    stage_of, text_of, written,
};
use crate::access::{Actor, Permission, Role};
use crate::agents::Agent;
use crate::corrections::apply::{Changed, changed};
use crate::desk::Desk;
use crate::notices::{commitment_moved, commitment_waits, second_persons};
use crate::refusal::{DeskError, Refusal};

/// What stands in the history of a commitment that was taken back.
const TAKEN_BACK: &str = "承诺人在事项办结前撤回承诺，按一般程序办理";

/// What stands in the history of paper that was accepted.
const SCAN_MATCHES: &str = "已对照扫描件，与公布的事项文本一致";

/// A step as it is entered.
#[derive(Debug, Clone)]
pub struct Step {
    /// The commitment.
    pub id: i64,
    /// The state it was shown in: the number of its newest step.
    pub seq: Option<i64>,
    /// What is done.
    pub event: Event,
    /// Why; what was not kept; who took it back and by what.
    pub reason: String,
    /// Title and number of the document.
    pub document: String,
    /// The day of the completion or of the document.
    pub day: Option<Date>,
    /// Whether who accepts paper has held the scan against the words that were released, and found them the same.
    pub scan_matches: bool,
}

/// What one must be allowed to for a step.
const fn permission(event: Event) -> Permission {
    match event {
        Event::Complete
        | Event::Fulfil
        | Event::FindPartial
        | Event::FindNone
        | Event::Withdraw => Permission::HandleCommitment,
        Event::Accept
        | Event::Decline
        | Event::ConfirmPartial
        | Event::ConfirmNone
        | Event::Return
        | Event::Close => Permission::ConfirmCommitment,
    }
}

/// What the actor may do now.
pub(super) async fn open_to(
    desk: &Desk,
    actor: &Actor,
    held: &Commitment,
    last: Option<&ChainedStep>,
) -> Result<Vec<Event>, DeskError> {
    if !is_of_unit(desk, actor, &held.unit_id).await? {
        return Ok(Vec::new());
    }
    let down = recorded(desk, held).await?.is_some_and(|one| one.withdrawn_on.is_some());
    let may = |event: &Event| {
        let mine = last.is_some_and(|last| last.actor == actor.login);
        // Whoever found something may give it back themselves, and confirms nothing of their own.
        let allowed = actor.may(permission(*event)) || (*event == Event::Return && mine);
        allowed
            && (!event.needs_second() || !mine)
            && (*event != Event::Withdraw || held.way == "paper")
            && confirms(*event, last)
            && (*event == Event::Close) == (down && closes(*event))
    };
    Ok(stage_of(held)?.events().filter(may).collect())
}

/// Whether a confirmation is that of what was found.
fn confirms(event: Event, last: Option<&ChainedStep>) -> bool {
    if !matches!(event, Event::ConfirmPartial | Event::ConfirmNone) {
        return true;
    }
    let found = last.and_then(|last| Event::from_word(&last.event));
    found.and_then(Event::confirmation) == Some(event)
}

/// Whether a step finds something, confirms it, or ends what there is nothing to find about any more.
const fn closes(event: Event) -> bool {
    event.outcome().is_some() || matches!(event, Event::Close)
}

/// Nothing is found about a record that was taken down; and what still stands is not ended.
async fn stands(desk: &Desk, held: &Commitment, event: Event) -> Result<(), DeskError> {
    if !closes(event) {
        return Ok(());
    }
    let down = recorded(desk, held).await?.and_then(|record| record.withdrawn_on);
    match (event, down) {
        (Event::Close, None) => Err(DeskError::refused(
            "commitment.still-standing",
            "登记的承诺信息没有撤下，不能这样结束：请按核查的结果认定",
        )),
        (Event::Close, Some(_)) | (_, None) => Ok(()),
        (_, Some(day)) => Err(taken_down(day)),
    }
}

fn taken_down(day: Date) -> DeskError {
    DeskError::refused(
        "commitment.taken-down",
        format!(
            "登记的承诺信息已于{day}撤下，不能再登记履行状态；请由另一人办理“信息已撤下，结束核查”"
        ),
    )
}

async fn held_of(desk: &Desk, id: i64) -> Result<Commitment, DeskError> {
    desk.store().commitment(id).await?.ok_or(DeskError::NotFound("这份承诺"))
}

fn overtaken() -> DeskError {
    DeskError::refused("commitment.overtaken", "这份承诺刚刚已由他人办理，请刷新页面")
}

fn after(held: &Commitment, event: Event) -> Result<Stage, DeskError> {
    stage_of(held)?.after(event).map_err(|error| {
        DeskError::refused("commitment.out-of-order", format!("{error}；请刷新页面查看"))
    })
}

/// The subject's agent takes it back, for no reason that has to be given.
///
/// # Errors
/// `access.denied`; not found: none, or another subject's; `commitment.out-of-order` once the matter is completed;
/// `commitment.overtaken`.
pub async fn withdraw(desk: &Desk, agent: &Agent, id: i64) -> Result<(), DeskError> {
    agent.actor.authorise(Permission::MakeCommitment)?;
    let missing = || DeskError::NotFound("这份承诺");
    let held = desk.store().commitment(id).await?.ok_or_else(missing)?;
    if held.subject_id != agent.subject.id {
        return Err(missing());
    }
    let to = after(&held, Event::Withdraw)?;
    let taken = recorded(desk, &held).await?;
    let mut tx = desk.store().transaction("withdraw commitment").await?;
    agent.hold(&mut tx).await?;
    take_down(desk, &mut tx, &agent.actor, taken).await?;
    let next = Commitment { stage: to.as_str().to_owned(), ..held };
    let step = written(desk, &agent.actor, Event::Withdraw.as_str(), desk.today());
    write(desk, &mut tx, &agent.actor, &next, step).await?;
    Ok(tx.commit().await?)
}

/// Does the next step for the unit.
///
/// # Errors
/// `access.denied`, not found, `commitment.not-the-unit`, `commitment.overtaken`, `commitment.out-of-order`,
/// `commitment.same-person`, `commitment.other-finding`, `commitment.only-agent`, `commitment.scan-unconfirmed`,
/// `commitment.reason-missing`, `commitment.document-missing`, `commitment.personal-number`, `commitment.day`, `commitment.row-invalid`,
/// `commitment.record-exists`, `commitment.taken-down`, `commitment.still-standing`, `commitment.text-differs`, `commitment.moved`.
pub async fn step(desk: &Desk, actor: &Actor, command: Step) -> Result<Stage, DeskError> {
    let event = command.event;
    actor.authorise(Permission::HandleCommitment)?;
    let held = held_of(desk, command.id).await?;
    super::authorise(desk, actor, Permission::HandleCommitment, &held.unit_id).await?;
    let steps = desk.store().steps(&StepChain::COMMITMENT, held.id).await?;
    let last = steps.last();
    let own_return = event == Event::Return && last.is_some_and(|one| one.actor == actor.login);
    if !own_return {
        actor.authorise(permission(event))?;
    }
    if !is_of_unit(desk, actor, &held.unit_id).await? {
        return Err(not_the_unit());
    }
    if command.seq.is_some_and(|seq| seq != held.seq) {
        return Err(overtaken());
    }
    let to = after(&held, event)?;
    who_may(actor, &held, event, last)?;
    stands(desk, &held, event).await?;
    let step = entered(desk, actor, &held, &command, last)?;
    let mut next = Commitment { stage: to.as_str().to_owned(), ..held.clone() };
    match event {
        Event::Accept => next.accepted_on = Some(desk.today()),
        Event::Complete => next.completed_on = Some(step.on_day),
        Event::Fulfil => {
            (next.found_on, next.settled_on) = (Some(step.on_day), Some(desk.today()));
        }
        Event::FindPartial | Event::FindNone => next.found_on = Some(step.on_day),
        Event::ConfirmPartial | Event::ConfirmNone => next.settled_on = Some(desk.today()),
        Event::Return => next.found_on = None,
        Event::Decline | Event::Withdraw | Event::Close => {}
    }
    let mut writes = match event {
        Event::Accept => Writes::New(Box::new(accepted(desk, &held).await?)),
        Event::Fulfil => Writes::Change(found(desk, actor, &held, event, &step).await?),
        Event::ConfirmPartial | Event::ConfirmNone => {
            let finding = last.ok_or_else(overtaken)?;
            Writes::Change(found(desk, actor, &held, event, finding).await?)
        }
        _ => Writes::Nothing,
    };
    let seconds = match to {
        Stage::Proposed => second_persons(desk, &held.unit_id, &actor.login).await?,
        _ => Vec::new(),
    };
    let taken = match event {
        Event::Withdraw => recorded(desk, &held).await?,
        _ => None,
    };
    let mut tx = desk.store().transaction("step of commitment").await?;
    match &mut writes {
        Writes::New(record) => {
            record.recorded_at = desk.clock().now();
            record.second = Some(actor.login.clone());
            next.record_id = Some(record.id);
            match tx.insert_records(std::slice::from_ref(record.as_ref())).await {
                Err(StoreError::Conflict(_)) => {
                    return Err(DeskError::refused(
                        "commitment.record-exists",
                        "这个编码的承诺已经由报送的文件入库；请不予受理，并写明已经报送",
                    ));
                }
                other => other?,
            }
        }
        Writes::Change(change) => {
            change.record.recorded_at = desk.clock().now();
            let (by, second) = match last.filter(|_| event != Event::Fulfil) {
                Some(finding) => (finding.actor.clone(), Some(actor.login.clone())),
                None => (actor.login.clone(), None),
            };
            (change.record.actor, change.record.second) = (by, second);
            match tx.change_records(std::slice::from_ref(change.as_ref())).await {
                Err(StoreError::Conflict(_)) => return Err(moved()),
                other => other?,
            }
        }
        Writes::Nothing => {}
    }
    if event == Event::Withdraw {
        take_down(desk, &mut tx, actor, taken).await?;
    }
    write(desk, &mut tx, actor, &next, step).await?;
    if to == Stage::Proposed {
        commitment_waits(desk, &mut tx, held.id, &seconds).await?;
    }
    tx.commit().await?;
    Ok(to)
}

/// What a step does to the register.
enum Writes {
    Nothing,
    New(Box<xinyong_store::NewRecord>),
    Change(Box<RecordChange>),
}

/// Whether this person may do it now.
fn who_may(
    actor: &Actor,
    held: &Commitment,
    event: Event,
    last: Option<&ChainedStep>,
) -> Result<(), Refusal> {
    if event == Event::Withdraw && held.way != "paper" {
        return Err(Refusal::new(
            "commitment.only-agent",
            "网上作出的承诺由主体自己在网上撤回，单位不能代为撤回",
        ));
    }
    // Whoever entered the paper stands in the first step, whoever found something in the last one.
    if event.needs_second() && last.is_some_and(|last| last.actor == actor.login) {
        return Err(Refusal::new(
            "commitment.same-person",
            match event {
                Event::Accept => "录入的人不能自己受理，请由另一人受理",
                Event::Close => "办理上一步的人不能自己结束，请由另一人办理",
                _ => "提出认定的人不能自己确认，请由另一人确认",
            },
        ));
    }
    if !confirms(event, last) {
        return Err(Refusal::new(
            "commitment.other-finding",
            "提出的不是这一认定：请按提出的确认，或者退回重新认定",
        ));
    }
    Ok(())
}

/// The step with what was entered, each thing as far as it belongs to it.
fn entered(
    desk: &Desk,
    actor: &Actor,
    held: &Commitment,
    command: &Step,
    last: Option<&ChainedStep>,
) -> Result<ChainedStep, Refusal> {
    let event = command.event;
    let paper = event == Event::Accept && held.way == "paper";
    if paper && !command.scan_matches {
        return Err(Refusal::new(
            "commitment.scan-unconfirmed",
            "请对照扫描件，确认签署的文字与公布的事项文本一致，再受理；不一致的不予受理",
        ));
    }
    let reason = text_of(
        &command.reason,
        event.is_against() || matches!(event, Event::Return | Event::Withdraw | Event::Close),
        LONGEST_REASON,
        "commitment.reason-missing",
        match event {
            Event::Decline => "请写明不予受理的理由，并告知可以按一般程序办理（500字以内）",
            Event::FindPartial | Event::FindNone => "请写明没有履行的承诺内容（500字以内）",
            Event::Close => "请写明登记的信息为什么撤下（500字以内）",
            Event::Withdraw => "请写明谁来撤回、凭什么撤回，例如书面撤回的日期（500字以内）",
            _ => "请写明理由（500字以内）",
        },
    )?;
    let document = text_of(
        &command.document,
        event.finds(),
        LONGEST_DOCUMENT,
        "commitment.document-missing",
        "请写明认定所依据的文书的名称和文号（140字以内）：没有文书的不能认定",
    )?;
    let today = desk.today();
    let earliest = match event {
        Event::Complete => Some((held.made_on, "承诺作出日期")),
        _ if event.finds() => Some((held.completed_on.unwrap_or(held.made_on), "事项办结日期")),
        _ => None,
    };
    let day = match earliest {
        None => today,
        Some((from, what)) => {
            let given = if event.finds() { command.day } else { command.day.or(Some(today)) };
            given.filter(|day| *day >= from && *day <= today).ok_or_else(|| {
                Refusal::new(
                    "commitment.day",
                    format!("请填写日期，不早于{what}{from}，不晚于今天"),
                )
            })?
        }
    };
    let mut step = written(desk, actor, event.as_str(), day);
    (step.reason, step.detail) = (reason, document);
    if paper {
        SCAN_MATCHES.clone_into(&mut step.reason);
    }
    // What is confirmed is what was found, by the same document.
    if let Some(last) = last.filter(|_| matches!(event, Event::ConfirmPartial | Event::ConfirmNone))
    {
        step.detail.clone_from(&last.detail);
    }
    Ok(step)
}

/// The record that it becomes.
async fn accepted(desk: &Desk, held: &Commitment) -> Result<xinyong_store::NewRecord, DeskError> {
    let store = desk.store();
    let missing =
        |what: &str| DeskError::Internal(format!("commitment {} without {what}", held.id));
    let subject = store.subject(held.subject_id).await?.ok_or_else(|| missing("subject"))?;
    let matter = store.commitment_matter(held.matter_id).await?.ok_or_else(|| missing("matter"))?;
    row::record(desk, (&subject, held), &matter).await
}

async fn recorded(desk: &Desk, held: &Commitment) -> Result<Option<Record>, DeskError> {
    let Some(id) = held.record_id else { return Ok(None) };
    Ok(desk.store().record(held.subject_id, id).await?)
}

fn moved() -> DeskError {
    DeskError::refused("commitment.moved", "登记的信息刚刚有了新的版本，请刷新页面核对后再办理")
}

/// The record as it says what was found: state, day, unit, and for what was not kept what the commitment itself says follows.
async fn found(
    desk: &Desk,
    actor: &Actor,
    held: &Commitment,
    event: Event,
    finding: &ChainedStep,
) -> Result<Box<RecordChange>, DeskError> {
    let record = recorded(desk, held)
        .await?
        .ok_or_else(|| DeskError::Internal(format!("commitment {} without record", held.id)))?;
    if let Some(day) = record.withdrawn_on {
        return Err(taken_down(day));
    }
    let outcome = event.outcome().unwrap_or_default();
    let state = label(desk, STATES, outcome);
    let unit = desk.unit(&actor.unit).await?;
    let full = event == Event::Fulfil;
    let matter = desk.store().commitment_matter(held.matter_id).await?;
    let liability = matter.map(|matter| matter.liability).unwrap_or_default();
    // What follows is what was signed: the words of the edition are hashed in the text, and nowhere else.
    if !full && (liability.is_empty() || !held.text.contains(&liability)) {
        return Err(DeskError::refused(
            "commitment.text-differs",
            "签署的文字里没有事项现在写明的违诺责任，不能登记：事项的文字可能被改动，请运维人员核对数据",
        ));
    }
    let kept = |text: &str| if full { String::new() } else { text.to_owned() };
    let fields = BTreeMap::from(
        [
            ("fulfillmentStatus", state.clone()),
            ("fulfillmentStatusDate", finding.on_day.to_string()),
            ("acceptanceConfirmUnit", unit.name.clone()),
            ("acceptanceConfirmUnitIdentify", unit.code.clone()),
            ("unperformedCommitmentContent", kept(&finding.reason)),
            ("liabilityBreachCommitmentContent", kept(&liability)),
        ]
        .map(|(code, value)| (code.to_owned(), value)),
    );
    match changed(desk, &record, &fields, None).await? {
        Changed::Sound(mut change) => {
            change.record.reason = format!("认定{state}（依据：{}）", finding.detail);
            Ok(change)
        }
        Changed::Invalid(findings) => {
            let first = findings.first().map_or("", |finding| finding.message.as_str());
            Err(DeskError::refused(
                "commitment.row-invalid",
                format!("登记履行状态以后的信息没有通过检查：{first}"),
            ))
        }
    }
}

/// What was taken back stands in the register no more.
async fn take_down(
    desk: &Desk,
    tx: &mut Tx,
    actor: &Actor,
    record: Option<Record>,
) -> Result<(), DeskError> {
    let Some(record) = record.filter(|one| one.withdrawn_on.is_none()) else {
        return Ok(());
    };
    let taken = tx
        .withdraw_record(&Withdrawal {
            subject_id: record.subject_id,
            id: record.id,
            expected: record.version,
            on: desk.today(),
            at: desk.clock().now(),
            reason: TAKEN_BACK.to_owned(),
            actor: actor.login.clone(),
            second: None,
            law_edition: desk.law().edition().to_owned(),
            citations: "[]".to_owned(),
        })
        .await;
    match taken {
        Err(StoreError::Conflict(_)) => Err(moved()),
        other => Ok(other?),
    }
}

async fn write(
    desk: &Desk,
    tx: &mut Tx,
    actor: &Actor,
    next: &Commitment,
    step: ChainedStep,
) -> Result<(), DeskError> {
    if !tx.move_commitment(next, &step).await? {
        return Err(overtaken());
    }
    commitment_moved(tx, next.id).await?;
    let deed = match actor.role {
        Some(Role::Agent) => "commitment.taken-back",
        _ => "commitment.moved",
    };
    desk.audit_with(tx, actor, noted(deed, &object(next.id), &step.event));
    Ok(())
}
