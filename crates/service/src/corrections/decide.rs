//! The second person confirms a correction or declines it.

use super::apply::Changed;
use xinyong_domain::workflow::correction::Outcome;
use xinyong_store::{Correction, CorrectionDecision, StoreError, Tx, Withdrawal};

use super::propose::{is_open, not_withdrawn, note, notice};
use super::read::{admitted, due, fields_of};
use super::{DECLINED, LONGEST_REASON, PROPOSED, SEVERITIES, apply, label, outcome, standing};
use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::commitments::correctable;
use crate::desk::Desk;
use crate::publicity::Withdraw;
use crate::refusal::{DeskError, Refusal};

/// What the second person confirms.
#[derive(Debug, Clone)]
pub struct Confirm {
    /// The correction.
    pub id: i64,
    /// The version of the record that was shown: what somebody never saw, they do not confirm.
    pub seen: i64,
    /// The severity as it is judged anew; none leaves it as the change leaves it.
    pub severity: Option<NewSeverity>,
}

/// A severity that is set for the decision as it now is.
#[derive(Debug, Clone)]
pub struct NewSeverity {
    /// A code of [`SEVERITIES`].
    pub class: String,
    /// Why.
    pub reason: String,
    /// On what document.
    pub source: String,
}

async fn undecided(desk: &Desk, actor: &Actor, id: i64) -> Result<Correction, DeskError> {
    actor.authorise(Permission::ConfirmCorrection)?;
    let row = admitted(desk, actor, id).await?;
    if !is_open(&row) {
        return Err(decided_before());
    }
    Ok(row)
}

fn decided_before() -> DeskError {
    DeskError::refused("correction.decided", "这项更正已经办结，请刷新页面查看")
}

pub(super) fn moved() -> DeskError {
    DeskError::refused(
        "correction.moved",
        "这条信息在您打开页面以后有了新的版本；下面是现在的内容，请对照文书重新核对后再确认",
    )
}

/// What was judged anew, as it is kept.
fn judged(desk: &Desk, given: &NewSeverity) -> Result<NewSeverity, Refusal> {
    let law = desk.law();
    let known = law.codes().get(SEVERITIES).is_some_and(|list| list.by_id(&given.class).is_some());
    if !known {
        return Err(Refusal::new("correction.severity-unknown", "请从列表中选择失信程度"));
    }
    let (reason, source) = (given.reason.trim(), given.source.trim());
    let fits = |text: &str| !text.is_empty() && text.chars().count() <= LONGEST_REASON;
    if !fits(reason) {
        return Err(Refusal::new(
            "correction.severity-reason-missing",
            format!("重新认定失信程度的，请写明理由（{LONGEST_REASON}字以内）"),
        ));
    }
    if !fits(source) {
        return Err(Refusal::new(
            "correction.severity-source-missing",
            format!("重新认定失信程度的，请写明出处，例如判决书第几页（{LONGEST_REASON}字以内）"),
        ));
    }
    let (reason, source) = (reason.to_owned(), source.to_owned());
    Ok(NewSeverity { class: given.class.clone(), reason, source })
}

/// The second person confirms: the record has a new version, or is taken down, at once.
///
/// # Errors
/// `access.denied`, not found, `correction.decided`, `correction.same-person`, `correction.withdrawn`, `correction.row-invalid`,
/// `correction.other-record`, `correction.moved` when the record is not any more what was shown; `correction.severity-closed`,
/// `correction.severity-unknown`, `correction.severity-reason-missing`, `correction.severity-source-missing`; for a commitment that was made
/// here `correction.signed-text`, `correction.first-finding`, `correction.consequence`.
pub async fn confirm(desk: &Desk, actor: &Actor, command: Confirm) -> Result<i64, DeskError> {
    let row = undecided(desk, actor, command.id).await?;
    if row.proposed_by == actor.login {
        return Err(DeskError::refused(
            "correction.same-person",
            "登记的人不能确认自己登记的更正，请由另一人确认",
        ));
    }
    let record = standing(desk, row.subject_id, row.record_id).await?;
    not_withdrawn(desk, &record, Some(outcome(&row.event)?)).await?;
    if record.version != command.seen {
        return Err(moved());
    }
    let severity = command.severity.as_ref().map(|given| judged(desk, given)).transpose()?;
    let reason = Withdraw::reason_of(&row.reason, &row.document)?;
    let version = record.version + 1;
    let change = match outcome(&row.event)? {
        Outcome::TakeDown if severity.is_some() => return Err(apply::severity_closed()),
        Outcome::TakeDown => None,
        Outcome::Change => {
            let fields = fields_of(desk, &row)?;
            correctable(desk, &record, &fields).await?;
            match apply::changed(desk, &record, &fields, severity.as_ref()).await? {
                Changed::Sound(change) => Some(change),
                Changed::Invalid(findings) => {
                    let first = findings.first().map_or("", |finding| finding.message.as_str());
                    return Err(DeskError::refused(
                        "correction.row-invalid",
                        format!("更正后的信息没有通过检查：{first}；请退回后改正"),
                    ));
                }
            }
        }
    };
    let taken_down = change.is_none();
    let mut tx = desk.store().transaction("confirm correction").await?;
    // Stamped inside the transaction: the feed of changes counts on stamps being young when they are committed.
    let at = desk.clock().now();
    let written = match change {
        Some(mut change) => {
            change.record.recorded_at = at;
            change.record.actor.clone_from(&row.proposed_by);
            change.record.second = Some(actor.login.clone());
            change.record.reason = format!("{}：{reason}", label(desk, &row.event));
            tx.change_records(std::slice::from_ref(change.as_ref())).await
        }
        None => {
            let because = due(desk, &record.kind, row.known_on).map(|due| due.because);
            tx.withdraw_record(&Withdrawal {
                subject_id: row.subject_id,
                id: row.record_id,
                expected: record.version,
                on: desk.today(),
                at,
                reason: format!("{}：{reason}", label(desk, &row.event)),
                actor: row.proposed_by.clone(),
                second: Some(actor.login.clone()),
                law_edition: desk.law().edition().to_owned(),
                citations: serde_json::to_string(&because.unwrap_or_default())
                    .map_err(|error| DeskError::Internal(error.to_string()))?,
            })
            .await
        }
    };
    match written {
        Err(StoreError::Conflict(_)) => return Err(moved()),
        other => other?,
    }
    if taken_down {
        let why = format!("{}：{reason}", label(desk, &row.event));
        let place = (row.subject_id, row.record_id);
        crate::repairs::lapse(desk, &mut tx, actor, place, &why).await?;
    }
    if let Some(severity) = severity {
        let (of, detail) =
            (format!("correction:{}", row.id), format!("severity:{}", severity.class));
        let deed = "correction.severity-judged";
        desk.audit_with(&mut tx, actor, AuditEvent::Case { deed, of: &of, detail: &detail });
    }
    decide(desk, &mut tx, actor, &row, "confirmed", None, Some(version)).await?;
    tx.commit().await?;
    crate::objections::after_change(desk, actor, row.subject_id, row.record_id).await;
    Ok(version)
}

/// The second person declines, or the first takes it back, with a reason.
///
/// # Errors
/// `access.denied`, not found, `correction.decided`, `correction.reason-missing`.
pub async fn decline(desk: &Desk, actor: &Actor, id: i64, reason: &str) -> Result<(), DeskError> {
    let row = admitted(desk, actor, id).await?;
    if !is_open(&row) {
        return Err(decided_before());
    }
    if row.proposed_by != actor.login {
        actor.authorise(Permission::ConfirmCorrection)?;
    }
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
        return Err(DeskError::refused(
            "correction.reason-missing",
            format!("请写明退回的理由（{LONGEST_REASON}字以内）"),
        ));
    }
    let proposer = desk.store().account_by_login(&row.proposed_by).await?;
    let mut tx = desk.store().transaction("decline correction").await?;
    decide(desk, &mut tx, actor, &row, "declined", Some(reason.to_owned()), None).await?;
    if let Some(account) = proposer.filter(|account| account.login != actor.login) {
        let text = "您登记的一项更正或撤销被退回，请查看理由".to_owned();
        tx.add_notice(&notice(desk, account.id, DECLINED, &row, text)).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn decide(
    desk: &Desk,
    tx: &mut Tx,
    actor: &Actor,
    row: &Correction,
    state: &'static str,
    reason: Option<String>,
    result_version: Option<i64>,
) -> Result<(), DeskError> {
    let first = tx
        .decide_correction(&CorrectionDecision {
            id: row.id,
            state: state.to_owned(),
            by: actor.login.clone(),
            at: desk.clock().now(),
            on: desk.today(),
            reason,
            result_version,
        })
        .await?;
    if !first {
        return Err(decided_before());
    }
    tx.settle_notices(&format!("correction:{}", row.id), PROPOSED).await?;
    let deed = if state == "confirmed" { "correction.confirmed" } else { "correction.declined" };
    note(desk, tx, actor, deed, row);
    Ok(())
}
