//! Telling those who act for a subject what concerns its repairs: a month before the first day, on it, and when a step is taken. Said on their
//! own pages; nothing is said twice. A message names a day, never a subject: the page finds out what it is about for who may know.

use jiff::ToSpan as _;
use jiff::civil::Date;
use xinyong_domain::rules::repair::Standing;
use xinyong_domain::workflow::repair::Event;
use xinyong_store::{NewNotice, Notice, RepairFinding, RepairItem, StoreError, Tx};

use crate::access::{Actor, Permission};
use crate::agents::own_account;
use crate::desk::Desk;
use crate::refusal::DeskError;

/// A record may be repaired soon.
const SOON: &str = "repair-soon";
/// A record may be repaired now.
const OPEN: &str = "repair-open";
/// Something happened to an application.
const STEP: &str = "repair-step";
/// A record was shielded by a court, or its shield was lifted.
const SHIELD: &str = "repair-shield";
/// Mandates read together.
const PORTION: i64 = 500;
/// Messages that a page shows.
const MOST_SHOWN: i64 = 50;

/// A message to somebody who acts for subjects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnMessage {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// What it says.
    pub text: String,
    /// Name and code of the subject, where the person still acts for it.
    pub firm: Option<(String, String)>,
    /// The application it is about, where it is about one.
    pub item: Option<i64>,
    /// The record it is about, where it is about one.
    pub record: Option<i64>,
    /// Whether it was read before.
    pub read: bool,
}

fn told(desk: &Desk, account: i64, kind: &str, object: &str, day: Date, text: String) -> NewNotice {
    NewNotice {
        id: desk.new_id(),
        account_id: account,
        kind: kind.to_owned(),
        object: object.to_owned(),
        day,
        text,
        at: desk.clock().now(),
    }
}

/// Tells, once, those who act for a subject that a record of it may be applied for within so many days as the law folder says, or now.
/// Returns for how many records somebody was to be told.
///
/// # Errors
/// `access.denied`; when the store fails.
pub async fn tell_agents(desk: &Desk, actor: &Actor) -> Result<u64, DeskError> {
    actor.authorise(Permission::RunJobs)?;
    let today = desk.today();
    let Some(days) = desk.law().at(today).number("repair.message.days").applies() else {
        return Ok(0);
    };
    let (mut after, mut count) = (i64::MIN, 0);
    loop {
        let mandates = desk.store().mandates_in("active", after, PORTION).await?;
        let Some(last) = mandates.last() else { return Ok(count) };
        after = last.id;
        for mandate in mandates {
            // One subject that cannot be read does not keep the others from being told.
            let records = match super::forecast::of_subject(desk, actor, mandate.subject_id).await {
                Err(DeskError::Internal(_) | DeskError::Store(StoreError::Inconsistent { .. })) => {
                    continue;
                }
                other => other?,
            };
            for one in records {
                let value = &one.ruling.value;
                let Some(from) = value.from.filter(|_| one.pending.is_none()) else { continue };
                // Barred until after its own last day: there is nothing to prepare for.
                if value.until.is_some_and(|until| until < from) {
                    continue;
                }
                let since = from
                    .checked_sub(days.value.days())
                    .map_err(|error| DeskError::Internal(error.to_string()))?;
                let (kind, text) = match value.standing {
                    Standing::TooEarly if today >= since => {
                        (SOON, format!("一条信息自{from}起可以申请信用修复，可以先备齐证明"))
                    }
                    Standing::Open => (OPEN, format!("一条信息自{from}起已经可以申请信用修复")),
                    _ => continue,
                };
                let object = format!("repair-of:{}:{}", mandate.subject_id, one.record.id);
                // The day is that of the right, not of the night: the same message is one row, whenever the job runs.
                let new = told(desk, mandate.account_id, kind, &object, from, text);
                if desk.store().was_told(&new).await? {
                    continue;
                }
                let mut tx = desk.store().transaction("tell agent").await?;
                tx.add_notice(&new).await?;
                tx.commit().await?;
                count += 1;
            }
        }
    }
}

/// With a step that somebody else took: those who act for the subject learn of it.
pub(super) async fn step_taken(
    desk: &Desk,
    tx: &mut Tx,
    item: &RepairItem,
    event: &str,
    by: &str,
) -> Result<(), DeskError> {
    let Some(event) = Event::from_word(event) else { return Ok(()) };
    let Some(subject) = tx.repair_applicant(item.application_id).await? else { return Ok(()) };
    for (account, login, active) in tx.acting_for(subject).await? {
        if login == by || !active {
            continue;
        }
        let object = format!("repair-step:{subject}:{}:{}", item.id, item.seq + 1);
        let text = format!("一项信用修复申请有新的进展：{}", event.label());
        tx.add_notice(&told(desk, account, STEP, &object, desk.today(), text)).await?;
    }
    Ok(())
}

/// With a finding that goes against the subject: those who act for it learn of it, and where to read it.
pub(super) async fn finding_made(
    desk: &Desk,
    tx: &mut Tx,
    item: &RepairItem,
    finding: &RepairFinding,
) -> Result<(), DeskError> {
    let subject = finding.subject_id;
    for (account, ..) in tx.acting_for(subject).await? {
        let object = format!("repair-step:{subject}:{}:finding-{}", item.id, finding.id);
        let text = "一项信用修复申请有一项对当事人不利的认定，请查看理由和怎样提出异议".to_owned();
        let new = told(desk, account, STEP, &object, desk.today(), text);
        tx.add_notice(&new).await?;
    }
    Ok(())
}

/// With a shield that begins or is lifted: those who act for the subject learn of it.
pub(super) async fn shield_moved(
    desk: &Desk,
    tx: &mut Tx,
    (subject, record, shield): (i64, i64, i64),
    text: &str,
) -> Result<(), DeskError> {
    for (account, ..) in tx.acting_for(subject).await? {
        let object = format!("repair-of:{subject}:{record}:{shield}:{}", desk.clock().now());
        let new = told(desk, account, SHIELD, &object, desk.today(), text.to_owned());
        tx.add_notice(&new).await?;
    }
    Ok(())
}

/// The numbers of an object such as `repair-of:7:8`.
fn parts(object: &str) -> Vec<i64> {
    object.split(':').skip(1).filter_map(|part| part.parse().ok()).collect()
}

/// What the actor was told about repairs, the newest first. Reading marks it as read.
///
/// # Errors
/// `access.denied`; when the store fails.
pub async fn own_messages(desk: &Desk, actor: &Actor) -> Result<Vec<OwnMessage>, DeskError> {
    let account = own_account(desk, actor).await?;
    let store = desk.store();
    let list = store.notices(account.id, MOST_SHOWN).await?;
    let mut found = Vec::new();
    for one in &list {
        found.extend(message(desk, account.id, one).await?);
    }
    if let Some(newest) = list.first().filter(|_| list.iter().any(|one| one.read_at.is_none())) {
        let mut tx = store.transaction("read notices").await?;
        tx.mark_read(account.id, newest.id, desk.clock().now()).await?;
        tx.commit().await?;
    }
    Ok(found)
}

async fn message(desk: &Desk, account: i64, one: &Notice) -> Result<Option<OwnMessage>, DeskError> {
    let numbers = parts(&one.object);
    let (item, record) = match (one.kind.as_str(), numbers.as_slice()) {
        (STEP, [_, item, ..]) => (Some(*item), None),
        (SOON | OPEN | SHIELD, [_, record, ..]) => (None, Some(*record)),
        _ => return Ok(None),
    };
    let mut firm = None;
    if let Some(subject) = numbers.first() {
        let acts = desk
            .store()
            .mandates_of_subject_in(*subject, "active")
            .await?
            .iter()
            .any(|mandate| mandate.account_id == account);
        if acts && let Some(subject) = desk.store().subject(*subject).await? {
            firm = subject.code.map(|code| (subject.name, code));
        }
    }
    Ok(Some(OwnMessage {
        at: one.at,
        text: one.text.clone(),
        firm,
        item,
        record,
        read: one.read_at.is_some(),
    }))
}
