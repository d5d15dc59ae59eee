//! Telling people what waits for them: in the console, and by mail where they have given an address.
//!
//! A notice names a batch and a day, never a subject or a person: mail leaves the building. It is written with the change that it
//! is about, so that neither is without the other, and sent later; a mail server that is down stops nobody's work.

use jiff::civil::Date;
use xinyong_domain::workflow::batch::Stage;
pub use xinyong_store::Notice;
use xinyong_store::{Account, Batch, NewNotice, Tx};

use crate::access::{Actor, Permission, Role};
use crate::browse::{Names, OwedBatch, owed};
use crate::desk::Desk;
use crate::error_reports::WaitingReports;
use crate::proceeding::{commitment_object, objection_object, repair_object};
use crate::refusal::{DeskError, Refusal};
use crate::units::responsible;

/// Tries after which a mail is given up.
const MOST_TRIES: i64 = 6;
/// Mails of one run.
const MOST_MAILS: i64 = 200;
/// Notices that a page shows.
const MOST_SHOWN: i64 = 100;
/// Longest address (RFC 5321 §4.5.3.1.3 leaves 254 characters between the brackets).
const LONGEST_ADDRESS: usize = 254;

/// A batch waits for its second person.
const SUBMITTED: &str = "batch-submitted";
/// A batch came back to its clerk.
const RETURNED: &str = "batch-returned";

/// Somebody asks to act for a subject.
const AGENT_WAITS: &str = "agent-waits";

/// The repair of a record waits for its unit.
const REPAIR_WAITS: &str = "repair-waits";

/// A commitment waits for the second person.
const COMMITMENT_WAITS: &str = "commitment-waits";
/// An objection waits for its unit or the office.
const OBJECTION_WAITS: &str = "objection-waits";

/// Something that sends a mail.
pub trait Mailer: Send + Sync {
    /// Sends one letter to one address.
    ///
    /// # Errors
    /// What went wrong, for the log: without the address and the text.
    fn send(
        &self,
        address: &str,
        letter: &Letter<'_>,
    ) -> impl Future<Output = Result<(), String>> + Send;
}

/// What a mail says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Letter<'l> {
    /// That something waits or has happened.
    Notice {
        /// In words.
        text: &'l str,
        /// Whether it is read on the own pages, not in the console.
        own: bool,
    },
    /// The link by which somebody confirms that the address is theirs.
    Confirm {
        /// What the link carries.
        secret: &'l str,
    },
}

impl std::fmt::Debug for Letter<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Notice { .. } => "Letter::Notice(…)",
            Self::Confirm { .. } => "Letter::Confirm(…)",
        })
    }
}

/// The active accounts for which something holds. To be asked for before the transaction begins that tells them: whoever waits for a second
/// connection while holding one may wait for others who do the same.
pub(crate) async fn accounts_with(
    desk: &Desk,
    holds: impl Fn(&Account, Role) -> bool,
) -> Result<Vec<Account>, DeskError> {
    let mut accounts = desk.store().accounts().await?;
    accounts.retain(|account| {
        let role = Role::from_word(&account.role);
        account.active && role.is_some_and(|role| holds(account, role))
    });
    Ok(accounts)
}

/// Those who may do something about what a unit owes: its own people, and those of the units that took over.
pub(crate) async fn handlers(
    desk: &Desk,
    permission: Permission,
    unit: &str,
) -> Result<Vec<Account>, DeskError> {
    let units = responsible(desk, unit).await?;
    accounts_with(desk, |account, role| {
        role.permissions().contains(&permission) && units.contains(&account.unit_id)
    })
    .await
}

/// Tells each of them.
async fn tell(
    desk: &Desk,
    tx: &mut Tx,
    concerned: &[Account],
    kind: &str,
    object: &str,
    text: &str,
) -> Result<(), DeskError> {
    for account in concerned {
        tx.add_notice(&notice(desk, account, kind, object, text)).await?;
    }
    Ok(())
}

/// Whom a batch concerns that moves to a stage: the reviewers of the unit when it is submitted, the clerk when it comes back.
pub(crate) async fn concerned_by(
    desk: &Desk,
    batch: &Batch,
    (from, to): (Stage, Stage),
    by: &str,
) -> Result<Vec<Account>, DeskError> {
    let submitted = match (from, to) {
        (_, Stage::Submitted) => true,
        (Stage::Submitted, Stage::Checked) => false,
        _ => return Ok(Vec::new()),
    };
    accounts_with(desk, |account, role| {
        let mine = if submitted {
            role == Role::Reviewer && account.unit_id == batch.unit_id
        } else {
            Some(account.login.as_str()) == batch.submitted_by.as_deref()
        };
        mine && account.login != by
    })
    .await
}

/// Tells them, with the change of the batch. What was said about the stage it leaves is taken back.
pub(crate) async fn batch_moved(
    desk: &Desk,
    tx: &mut Tx,
    batch: &Batch,
    (from, to): (Stage, Stage),
    concerned: &[Account],
) -> Result<(), DeskError> {
    let object = format!("batch:{}", batch.id);
    for (stage, word) in [(Stage::Submitted, SUBMITTED), (Stage::Checked, RETURNED)] {
        if from == stage {
            tx.settle_notices(&object, word).await?;
        }
    }
    let kind = desk.law().kind(&batch.kind).map(|kind| kind.name.clone()).unwrap_or_default();
    let (word, text) = if to == Stage::Submitted {
        (SUBMITTED, format!("一批{kind}等待您复核"))
    } else {
        (RETURNED, format!("您提交的一批{kind}被退回，请查看理由后改正"))
    };
    tell(desk, tx, concerned, word, &object, &text).await
}

/// Those who confirm agents.
pub(crate) async fn confirming_agents(desk: &Desk) -> Result<Vec<Account>, DeskError> {
    accounts_with(desk, |_, role| role.permissions().contains(&Permission::ConfirmAgents)).await
}

/// Tells them that somebody asks to act for a subject.
pub(crate) async fn agent_waits(
    desk: &Desk,
    tx: &mut Tx,
    mandate: i64,
    confirming: &[Account],
) -> Result<(), DeskError> {
    let text = "有人申请作为主体的经办人，等待信用办确认";
    tell(desk, tx, confirming, AGENT_WAITS, &mandate_object(mandate), text).await
}

/// Takes that back, once it was decided.
pub(crate) async fn agent_decided(tx: &mut Tx, mandate: i64) -> Result<(), DeskError> {
    Ok(tx.settle_notices(&mandate_object(mandate), AGENT_WAITS).await?)
}

/// Tells those who work on applications for repair that one waits for them.
pub(crate) async fn repair_waits(
    desk: &Desk,
    tx: &mut Tx,
    item: i64,
    handlers: &[Account],
) -> Result<(), DeskError> {
    let text = "一项信用修复申请等待办理，请注意期限";
    tell(desk, tx, handlers, REPAIR_WAITS, &repair_object(item), text).await
}

/// Takes that back, once the next step was done.
pub(crate) async fn repair_moved(tx: &mut Tx, item: i64) -> Result<(), DeskError> {
    Ok(tx.settle_notices(&repair_object(item), REPAIR_WAITS).await?)
}

/// Those who owe a step of an objection: of the unit, or the office too where the platform owes it or sees to it.
pub(crate) async fn objection_handlers(
    desk: &Desk,
    unit: &str,
    office: bool,
) -> Result<Vec<Account>, DeskError> {
    let units = responsible(desk, unit).await?;
    accounts_with(desk, |account, role| {
        let concerned = units.contains(&account.unit_id) || (office && role == Role::CreditOffice);
        concerned && role.permissions().contains(&Permission::HandleObjection)
    })
    .await
}

/// Tells them that one waits.
pub(crate) async fn objection_waits(
    desk: &Desk,
    tx: &mut Tx,
    objection: i64,
    handlers: &[Account],
) -> Result<(), DeskError> {
    let text = "一项异议等待办理，请注意期限";
    tell(desk, tx, handlers, OBJECTION_WAITS, &objection_object(objection), text).await
}

/// Takes that back, once the next step was done.
pub(crate) async fn objection_moved(tx: &mut Tx, objection: i64) -> Result<(), DeskError> {
    Ok(tx.settle_notices(&objection_object(objection), OBJECTION_WAITS).await?)
}

/// Those of a unit who are the second person for commitments, but for who brings one there.
pub(crate) async fn second_persons(
    desk: &Desk,
    unit: &str,
    by: &str,
) -> Result<Vec<Account>, DeskError> {
    let mut seconds = handlers(desk, Permission::ConfirmCommitment, unit).await?;
    seconds.retain(|account| account.login != by);
    Ok(seconds)
}

/// Tells them that a commitment waits for them.
pub(crate) async fn commitment_waits(
    desk: &Desk,
    tx: &mut Tx,
    id: i64,
    seconds: &[Account],
) -> Result<(), DeskError> {
    let text = "一份信用承诺等待受理或者复核";
    tell(desk, tx, seconds, COMMITMENT_WAITS, &commitment_object(id), text).await
}

/// Takes that back, once the next step was done.
pub(crate) async fn commitment_moved(tx: &mut Tx, id: i64) -> Result<(), DeskError> {
    Ok(tx.settle_notices(&commitment_object(id), COMMITMENT_WAITS).await?)
}

fn mandate_object(mandate: i64) -> String {
    format!("mandate:{mandate}")
}

fn notice(desk: &Desk, account: &Account, kind: &str, object: &str, text: &str) -> NewNotice {
    NewNotice {
        id: desk.new_id(),
        account_id: account.id,
        kind: kind.to_owned(),
        object: object.to_owned(),
        day: desk.today(),
        text: text.to_owned(),
        at: desk.clock().now(),
    }
}

/// Tells everybody who has something to do, once on a working day, how much and how urgent. Returns how many were told.
///
/// # Errors
/// When the store fails.
pub async fn remind(desk: &Desk) -> Result<u64, DeskError> {
    let law = desk.law();
    let today = desk.today();
    if !law.calendar().is_working(today).0 {
        return Ok(0);
    }
    let names = Names::read(desk).await?;
    let mut told = 0;
    for account in desk.store().accounts().await? {
        if !account.active {
            continue;
        }
        let actor = crate::accounts::actor_of(&account)?;
        if !actor.may(Permission::ReadBatch) {
            continue;
        }
        let waiting = owed(desk, &actor, &names).await?;
        let reports = crate::error_reports::waiting(desk, &actor, 0).await?;
        let objected = crate::objections::waiting(desk, &actor).await?;
        let late = objected.iter().filter(|one| one.left.is_some_and(|left| left < 0)).count();
        let objected = (objected.len(), late);
        let Some(text) = reminder(today, &waiting, &reports, objected) else { continue };
        let mut tx = desk.store().transaction("remind").await?;
        tx.add_notice(&notice(desk, &account, "daily", "waiting", &text)).await?;
        tx.commit().await?;
        told += 1;
    }
    Ok(told)
}

fn reminder(
    today: Date,
    waiting: &[OwedBatch],
    reports: &WaitingReports,
    (objected, late): (usize, usize),
) -> Option<String> {
    let mut parts = Vec::new();
    if let Some(first) = waiting.first() {
        let late = waiting.iter().filter(|owed| owed.left.is_some_and(|left| left < 0)).count();
        let mut text = format!("有 {} 批信息等您办理", waiting.len());
        if late > 0 {
            text.push_str(&format!("，其中 {late} 批已超过报送期限"));
        } else if let Some(left) = first.left {
            text.push_str(&format!("，最急的还有 {left} 个工作日"));
        }
        parts.push(text);
    }
    if reports.open > 0 {
        let mut text = format!("有 {} 件信息纠错等待答复", reports.open);
        if reports.overdue > 0 {
            text.push_str(&format!("，其中 {} 件已超过期限", reports.overdue));
        }
        parts.push(text);
    }
    if objected > 0 {
        let mut text = format!("有 {objected} 项异议等待办理");
        if late > 0 {
            text.push_str(&format!("，其中 {late} 项已超过期限"));
        }
        parts.push(text);
    }
    (!parts.is_empty()).then(|| format!("{today}，{}", parts.join("；")))
}

/// What to note of a try to send.
fn noted(outcome: Result<(), String>, tries: i64, which: i64) -> &'static str {
    let Err(error) = outcome else { return "sent" };
    tracing::warn!(mail = which, tries = tries + 1, error, "mail not sent");
    if tries + 1 >= MOST_TRIES { "failed" } else { "due" }
}

/// Sends what is due. A mail that fails is tried again at the next run, and given up after the sixth. Returns how many went out.
///
/// # Errors
/// When the store fails.
pub async fn deliver(desk: &Desk, mailer: &impl Mailer) -> Result<u64, DeskError> {
    Ok(deliver_links(desk, mailer).await? + deliver_notices(desk, mailer).await?)
}

async fn deliver_links(desk: &Desk, mailer: &impl Mailer) -> Result<u64, DeskError> {
    let (mut sent, mut after) = (0, i64::MIN);
    loop {
        let claims = desk.store().contact_claims_due(desk.clock().now(), after, MOST_MAILS).await?;
        let Some(last) = claims.last() else { return Ok(sent) };
        after = last.account_id;
        for claim in &claims {
            let letter = Letter::Confirm { secret: &claim.secret };
            let outcome = mailer.send(&claim.address, &letter).await;
            sent += u64::from(outcome.is_ok());
            let word = noted(outcome, claim.tries, claim.account_id);
            let mut tx = desk.store().transaction("note mail").await?;
            tx.note_contact_claim(claim.account_id, &claim.digest, word).await?;
            tx.commit().await?;
        }
    }
}

async fn deliver_notices(desk: &Desk, mailer: &impl Mailer) -> Result<u64, DeskError> {
    let mut sent = 0;
    let mut after = 0;
    loop {
        let mails = desk.store().mail_due(after, MOST_MAILS).await?;
        let Some(last) = mails.last() else { return Ok(sent) };
        after = last.notice;
        for mail in &mails {
            let own = Role::from_word(&mail.role) == Some(Role::Agent);
            let letter = Letter::Notice { text: &mail.text, own };
            let outcome = mailer.send(&mail.address, &letter).await;
            sent += u64::from(outcome.is_ok());
            let word = noted(outcome, mail.tries, mail.notice);
            let mut tx = desk.store().transaction("note mail").await?;
            tx.note_mail(mail.notice, word).await?;
            tx.commit().await?;
        }
    }
}

async fn own(desk: &Desk, actor: &Actor) -> Result<Account, DeskError> {
    actor.authorise(Permission::UseConsole)?;
    desk.store().account_by_login(&actor.login).await?.ok_or(DeskError::NotFound("该账号"))
}

/// What somebody was told, the newest first, and where they are written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notices {
    /// What they were told.
    pub list: Vec<Notice>,
    /// Their address, where they gave one.
    pub address: Option<String>,
}

/// What the actor was told. Reading marks it as read.
///
/// # Errors
/// `access.denied`; when the store fails.
pub async fn read(desk: &Desk, actor: &Actor) -> Result<Notices, DeskError> {
    let account = own(desk, actor).await?;
    let store = desk.store();
    let list = store.notices(account.id, MOST_SHOWN).await?;
    if let Some(newest) = list.first().filter(|_| list.iter().any(|n| n.read_at.is_none())) {
        let mut tx = store.transaction("read notices").await?;
        tx.mark_read(account.id, newest.id, desk.clock().now()).await?;
        tx.commit().await?;
    }
    Ok(Notices { list, address: store.contact(account.id).await? })
}

/// How much the actor was told and has not read.
///
/// # Errors
/// When the store fails.
pub async fn unread(desk: &Desk, actor: &Actor) -> Result<u64, DeskError> {
    let account = own(desk, actor).await?;
    Ok(u64::try_from(desk.store().unread(account.id).await?).unwrap_or_default())
}

/// An address as it is kept; empty for none.
///
/// # Errors
/// `contact.address-invalid`.
pub(crate) fn plain_address(address: &str) -> Result<&str, Refusal> {
    let address = address.trim();
    let plain = address.len() <= LONGEST_ADDRESS
        && address.bytes().all(|byte| byte.is_ascii_graphic())
        && address.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && host.contains('.') && !host.contains('@')
        });
    if !address.is_empty() && !plain {
        return Err(Refusal::new(
            "contact.address-invalid",
            "邮箱地址的写法不对，例如 name@example.cn；不需要邮件提醒时请留空",
        ));
    }
    Ok(address)
}

/// Keeps where the actor is written to, sealed; an empty address takes it away.
///
/// # Errors
/// `contact.address-invalid`; when the store fails.
pub async fn set_address(desk: &Desk, actor: &Actor, address: &str) -> Result<(), DeskError> {
    let account = own(desk, actor).await?;
    let address = plain_address(address)?;
    let store = desk.store();
    let mut tx = store.transaction("set contact").await?;
    let kept = (!address.is_empty()).then_some(address);
    tx.set_contact(store, account.id, kept, desk.clock().now()).await?;
    let event = crate::audit::AuditEvent::ContactSet { set: kept.is_some() };
    desk.audit_with(&mut tx, actor, event);
    tx.commit().await?;
    Ok(())
}
