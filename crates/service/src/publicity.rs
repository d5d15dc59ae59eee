//! 公示: the end of publication, by date or because a decision was taken back.

mod renew;

use jiff::civil::Date;
use xinyong_domain::calendar::WorkingDay;
use xinyong_domain::rules::deadline::withdrawal_due;
use xinyong_domain::ruling::Ruling;
use xinyong_store::{PublicationEvent, Record, Withdrawal};

use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::browse::judged;
use crate::desk::Desk;
use crate::refusal::{DeskError, Refusal};
use crate::{objections, units};

pub use renew::{Renewal, renew};

/// Records looked at together.
const PORTION: i64 = 1_000;

/// Writes into the history that publications have ended by themselves. What the public sees never depends on it: that is
/// decided from dates whenever somebody reads. Returns how many ended.
///
/// # Errors
/// `access.denied`; `expire.future` for a day to come on a database that is not a demonstration.
pub async fn expire(desk: &Desk, actor: &Actor, on: Date) -> Result<u64, DeskError> {
    actor.authorise(Permission::RunJobs)?;
    if on > desk.today() && !desk.is_demonstration().await? {
        return Err(DeskError::refused(
            "expire.future",
            format!("{on}在今天之后：只有演示数据库可以按将来的日期执行"),
        ));
    }
    let store = desk.store();
    let law = desk.law();
    let mut ended = 0;
    loop {
        let due = store.due_to_end(on, PORTION).await?;
        if due.is_empty() {
            break;
        }
        let mut events = Vec::with_capacity(due.len());
        for record in &due {
            let kind = law
                .kind(&record.kind)
                .ok_or_else(|| DeskError::Internal(format!("unknown kind {}", record.kind)))?;
            let (ruling, _) = judged(record, kind, on, &law)?;
            events.push(PublicationEvent {
                subject_id: record.subject_id,
                record_id: record.id,
                seq: 0,
                kind: "ended".to_owned(),
                on_day: record.public_until.unwrap_or(on),
                at: 0,
                reason: "公示期满，自动终止".to_owned(),
                citations: serde_json::to_string(&ruling.because)
                    .map_err(|error| DeskError::Internal(error.to_string()))?,
            });
        }
        let mut tx = store.transaction("expire").await?;
        // Stamped inside the transaction: the feed of changes counts on stamps being young when they are committed.
        let at = desk.clock().now();
        events.iter_mut().for_each(|event| event.at = at);
        tx.add_publication_events(&events).await?;
        tx.commit().await?;
        ended += u64::try_from(events.len()).unwrap_or(u64::MAX);
    }
    let day = on.to_string();
    desk.audit(actor, AuditEvent::Expired { day: &day, ended }).await?;
    Ok(ended)
}

/// A withdrawal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdraw {
    /// The subject.
    pub subject: i64,
    /// The record.
    pub record: i64,
    /// When the decision was changed, revoked or declared void.
    pub decided: Date,
    /// Why, with the document: shown as the public reason.
    pub reason: String,
}

impl Withdraw {
    /// The public reason from a reason and the document it rests on, which a form asks for apart.
    ///
    /// # Errors
    /// `withdraw.reason-missing`, `withdraw.document-missing`.
    pub fn reason_of(reason: &str, document: &str) -> Result<String, Refusal> {
        let (reason, document) = (reason.trim(), document.trim());
        if reason.is_empty() || reason.chars().count() > 350 {
            return Err(Refusal::new(
                "withdraw.reason-missing",
                "请写明撤下公示的理由（350字以内）",
            ));
        }
        if document.is_empty() || document.chars().count() > 140 {
            return Err(Refusal::new(
                "withdraw.document-missing",
                "请写明所依据文书的名称和文号（140字以内）",
            ));
        }
        Ok(format!("{reason}（依据：{document}）"))
    }
}

/// Whether a record may be taken down by the actor as asked, and the day by which the law wants it down, with its reasons.
/// Changes nothing.
///
/// # Errors
/// As [`withdraw`].
pub async fn withdrawal(
    desk: &Desk,
    actor: &Actor,
    command: &Withdraw,
) -> Result<Option<Ruling<WorkingDay>>, DeskError> {
    let (_, due, _) = admitted(desk, actor, command).await?;
    Ok(due)
}

async fn admitted(
    desk: &Desk,
    actor: &Actor,
    command: &Withdraw,
) -> Result<(Record, Option<Ruling<WorkingDay>>, Option<String>), DeskError> {
    let record = desk
        .store()
        .record(command.subject, command.record)
        .await?
        .ok_or(DeskError::NotFound("该信息"))?;
    units::authorise(desk, actor, Permission::WithdrawRecord, &record.unit_id).await?;
    // Why a record is down is one thing, what became of its decision another: a repaired or shielded one may be revoked once.
    if let Some(day) = record.withdrawn_on
        && !crate::repairs::is_set_aside(desk, &record).await?
    {
        return Err(DeskError::refused(
            "withdraw.already",
            format!("这条信息已于{day}撤下公示，不能再次撤下"),
        ));
    }
    let reason = command.reason.trim();
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err(DeskError::refused(
            "withdraw.reason-missing",
            "请写明撤回理由和所依据的文书（500字以内）",
        ));
    }
    if command.decided > desk.today() {
        return Err(DeskError::refused(
            "withdraw.decided-future",
            format!("变更、撤销的日期{}在今天之后，请核对", command.decided),
        ));
    }
    if command.decided < record.decided_on {
        return Err(DeskError::refused(
            "withdraw.decided-early",
            format!(
                "变更、撤销的日期{}早于原决定日期{}，请核对",
                command.decided, record.decided_on
            ),
        ));
    }
    // Two persons carry out what an objection was answered with.
    let answered_by = objections::answered_by(desk, record.subject_id, record.id).await?;
    if answered_by.as_ref() == Some(&actor.login) {
        return Err(DeskError::refused(
            "withdraw.same-person",
            "这条信息的异议由您答复成立，请由另一人撤下，或者登记更正、撤销由另一人确认",
        ));
    }
    Ok((record, withdrawal_due(&desk.law(), command.decided), answered_by))
}

/// Takes a record down at once. Returns the day by which the law wanted it down (行政处罚法 art. 48).
///
/// # Errors
/// `access.denied`, not found, `withdraw.already`, `withdraw.reason-missing`, `withdraw.decided-future`,
/// `withdraw.decided-early`; `withdraw.same-person` for who answered the objection that it carries out.
pub async fn withdraw(
    desk: &Desk,
    actor: &Actor,
    command: Withdraw,
) -> Result<Option<Date>, DeskError> {
    let store = desk.store();
    let (record, due, answered_by) = admitted(desk, actor, &command).await?;
    let reason = command.reason.trim();
    let mut tx = store.transaction("withdraw").await?;
    let citations = due.as_ref().map(|due| due.because.clone()).unwrap_or_default();
    tx.withdraw_record(&Withdrawal {
        subject_id: command.subject,
        id: command.record,
        expected: record.version,
        on: desk.today(),
        at: desk.clock().now(),
        reason: reason.to_owned(),
        actor: actor.login.clone(),
        second: answered_by,
        law_edition: desk.law().edition().to_owned(),
        citations: serde_json::to_string(&citations)
            .map_err(|error| DeskError::Internal(error.to_string()))?,
    })
    .await?;
    crate::repairs::lapse(desk, &mut tx, actor, (command.subject, command.record), reason).await?;
    let event = AuditEvent::RecordWithdrawn { subject: command.subject, record: command.record };
    desk.audit_with(&mut tx, actor, event);
    tx.commit().await?;
    objections::after_change(desk, actor, command.subject, command.record).await;
    Ok(due.map(|due| due.value.date))
}

#[cfg(test)]
mod tests;
